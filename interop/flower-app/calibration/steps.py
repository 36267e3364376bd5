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


def loss(partition: int, weight: np.ndarray, bias: np.ndarray) -> tuple[float, int]:
    """The mean squared residual over a site's rows, and the number of rows."""
    x, y = rows(partition)
    residual = (x @ weight + bias[0] - y).astype(np.float64)
    return float(residual @ residual) / len(y), len(y)


def shift(partition: int, array: np.ndarray) -> np.ndarray:
    """Any array, moved by a step of the site's own; type and shape stay."""
    step = 2 * partition + 1 if array.dtype.kind == "i" else (partition + 1) / 2
    return np.asarray(array + array.dtype.type(step), dtype=array.dtype).reshape(array.shape)


def facts(partition: int) -> dict[str, int | float | list[int] | list[float]]:
    """Metrics of every kind, under names from several scripts."""
    return {
        "größe": 1.5 + partition,
        "骨密度": -7 - partition,
        "counter": 2**64 - 1 - partition,
        "below zero": -(2**63) + partition,
        "counters": [2**63, 2**64 - 1],
        "steps": [-1, 0, partition],
        "scores": [0.1, 1e-308, float(partition)],
        "num-examples": len(rows(partition)[1]),
    }
