"""The model and its training, plain scikit-learn."""

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

FEATURES = 5


def fresh() -> LogisticRegression:
    """A model that knows nothing yet."""
    model = LogisticRegression(max_iter=2, warm_start=True)
    model.classes_ = np.array([0, 1])
    model.coef_, model.intercept_ = np.zeros((1, FEATURES)), np.zeros(1)
    return model


def parameters(model: LogisticRegression) -> list[np.ndarray]:
    """What is learned."""
    return [model.coef_, model.intercept_]


def train(model: LogisticRegression, partition: int) -> tuple[float, int]:
    """A few steps over the rows; the accuracy on them, and the number of rows."""
    draw = np.random.default_rng(500 + partition)
    x = draw.normal(size=(50 + 25 * partition, FEATURES))
    y = (x.sum(axis=1) + draw.normal(scale=0.2, size=len(x)) > 0).astype(int)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(x, y)
    return float(model.score(x, y)), len(x)
