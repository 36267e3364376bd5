"""The local training, plain NumPy: a few gradient steps of least squares. Imported by the app and by whoever recomputes it."""

import numpy as np

FEATURES = 5
STEPS = 4
RATE = np.float32(0.05)


def rows(partition: int) -> tuple[np.ndarray, np.ndarray]:
    """A site's invented rows: 40 more for each further site, float32."""
    random = np.random.default_rng(1000 + partition)
    count = 60 + 40 * partition
    x = random.normal(size=(count, FEATURES)).astype(np.float32)
    truth = np.arange(1, FEATURES + 1, dtype=np.float32) / np.float32(2)
    y = x @ truth + np.float32(0.5) + random.normal(scale=0.1, size=count).astype(np.float32)
    return x, y.astype(np.float32)


def train(partition: int, weight: np.ndarray, bias: np.ndarray) -> tuple[np.ndarray, np.ndarray, int]:
    """The weights after local steps, and the number of rows."""
    x, y = rows(partition)
    weight, bias = weight.astype(np.float32).copy(), bias.astype(np.float32).copy()
    for _ in range(STEPS):
        residual = x @ weight + bias[0] - y
        weight -= RATE * (x.T @ residual) / np.float32(len(y))
        bias -= RATE * residual.mean(dtype=np.float32)
    return weight, bias, len(y)
