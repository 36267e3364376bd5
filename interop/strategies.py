#!/usr/bin/env python3
"""Our aggregation strategies against Flower's own code and against NumPy's statement of each formula.

Run it with the Python of an environment that has flwr and numpy:

    python3 -m venv .venv-flwr && .venv-flwr/bin/pip install flwr==1.39.0 numpy
    .venv-flwr/bin/python interop/strategies.py

The same updates go to the hub's code (CombineFiles.java over the packaged program), to the strategy class of the installed
flwr, and to the formulas of docs/spec/aggregation.md, written here in NumPy:

* against the formula every byte is equal, of models and of optimiser state, for whole values and for changes;
* against Flower, which adds in float32 where arrays are float32, an element may differ by LIMIT units in the last place of
  the largest number that goes into it.

Where Flower says otherwise than the paper, what is set before the comparison stands in `play_flower`. Exit code 0 when all
holds; what was compared is written to target/interop/cells/strategies-VERSION.json.
"""

import inspect
import json
import logging
import os
import pathlib
import shutil
import subprocess
import sys

os.environ.setdefault("FLWR_TELEMETRY_ENABLED", "0")
os.environ.setdefault("FLWR_DISABLE_UPDATE_CHECK", "1")

import flwr  # noqa: E402
import numpy as np  # noqa: E402

from parties import HOME, OSTEON, check  # noqa: E402

try:
    from flwr.common import Array, ArrayRecord, MetricRecord, RecordDict
    from flwr.serverapp import strategy as flower_strategies
except ImportError:
    sys.exit("this release of flwr has no strategies over messages (flwr.serverapp.strategy); take 1.23 or newer")

FOLDER = HOME / "target" / "interop" / "strategies"
CELLS = HOME / "target" / "interop" / "cells"
ROUNDS = 3
LIMIT = 8
SPECS = [
    ("matrix", "float32", (40, 13)),
    ("scalar", "float32", ()),
    ("empty", "float32", (0,)),
    ("vector", "float64", (9001,)),
]
UNEQUAL = [7, 1, 300, 12, 45, 2, 90]
EQUAL = [10] * 7

# name in our documents: constants, weights, what Flower's class is called and is given
CASES = [
    ("fedavg", {}, UNEQUAL, "FedAvg", {}),
    ("fedprox", {"proximalMu": 0.1}, UNEQUAL, "FedProx", {"proximal_mu": 0.1}),
    ("fedsgd", {"serverLearningRate": 0.5}, UNEQUAL, None, {}),
    ("fedavgm", {"serverLearningRate": 0.5, "momentum": 0.9}, UNEQUAL, "FedAvgM",
     {"server_learning_rate": 0.5, "server_momentum": 0.9}),
    ("fedadagrad", {"serverLearningRate": 0.1, "beta1": 0, "tau": 0.01}, UNEQUAL, "FedAdagrad", {"eta": 0.1, "tau": 0.01}),
    ("fedadam", {"serverLearningRate": 0.1, "beta1": 0.9, "beta2": 0.99, "tau": 0.01}, UNEQUAL, "FedAdam",
     {"eta": 0.1, "beta_1": 0.9, "beta_2": 0.99, "tau": 0.01}),
    ("fedyogi", {"serverLearningRate": 0.1, "beta1": 0.9, "beta2": 0.99, "tau": 0.01}, UNEQUAL, "FedYogi",
     {"eta": 0.1, "beta_1": 0.9, "beta_2": 0.99, "tau": 0.01}),
    ("fedmedian", {}, UNEQUAL, "FedMedian", {}),
    ("fedmedian", {}, UNEQUAL[:6], "FedMedian", {}),
    ("fedtrimmedavg", {"trim": 2}, UNEQUAL, "FedTrimmedAvg", {"beta": 2.5 / 7}),
    ("krum", {"byzantine": 2}, UNEQUAL, "Krum", {"num_malicious_nodes": 2}),
    ("multikrum", {"byzantine": 2, "selected": 3}, EQUAL, "MultiKrum",
     {"num_malicious_nodes": 2, "num_nodes_to_select": 3}),
    ("geometric-median", {"iterations": 6, "smoothing": 1e-6, "tolerance": 0}, UNEQUAL, None, {}),
    ("geometric-median", {"iterations": 50, "smoothing": 1e-6, "tolerance": 1e-3}, UNEQUAL, None, {}),
]


def draw(rng: np.random.Generator, scale: float, around: list[np.ndarray] | None = None) -> list[np.ndarray]:
    """Arrays of the model's types."""
    return [
        np.asarray((0 if around is None else around[i]) + scale * rng.standard_normal(shape)).astype(dtype)
        for i, (_, dtype, shape) in enumerate(SPECS)
    ]


def raw(arrays: list[np.ndarray]) -> bytes:
    """A file of arrays, as docs/spec/aggregation.md has it."""
    return b"".join(array.astype(array.dtype.newbyteorder("<")).tobytes() for array in arrays)


def wide(arrays: list[np.ndarray]) -> np.ndarray:
    """All elements in order, widened."""
    return np.concatenate([array.astype(np.float64).ravel() for array in arrays])


def narrow(values: np.ndarray) -> list[np.ndarray]:
    """Rounds once to each array's type."""
    arrays, at = [], 0
    for _, dtype, shape in SPECS:
        size = int(np.prod(shape))
        arrays.append(values[at:at + size].astype(dtype).reshape(shape))
        at += size
    return arrays


def in_order(values: np.ndarray) -> float:
    """A sum in ascending order from 0, as a loop would have it."""
    return float(np.add.accumulate(values)[-1]) if values.size else 0.0


def blend(factors: list[float], updates: list[np.ndarray]) -> np.ndarray:
    total = np.zeros_like(updates[0])
    for factor, update in zip(factors, updates):
        total = total + factor * update
    return total


def best_by_krum(updates: list[np.ndarray], byzantine: int, selected: int) -> list[int]:
    n = len(updates)
    scores = []
    for i in range(n):
        others = sorted(in_order((updates[max(i, j)] - updates[min(i, j)]) ** 2) for j in range(n) if j != i)
        scores.append(in_order(np.array(others[: n - byzantine - 2])))
    return sorted(sorted(range(n), key=lambda i: scores[i])[:selected])


def weiszfeld(updates: list[np.ndarray], constants: dict) -> np.ndarray:
    n = len(updates)
    factors = [1.0 / n] * n

    def look() -> tuple[list[float], float]:
        point = blend(factors, updates)
        far = [float(np.sqrt(in_order((update - point) ** 2))) for update in updates]
        return far, in_order(np.array(far)) / n

    far, objective = look()
    for _ in range(constants["iterations"]):
        factors = [1 / max(constants["smoothing"], distance) for distance in far]
        total = in_order(np.array(factors))
        factors = [factor / total for factor in factors]
        before = objective
        far, objective = look()
        if abs(before - objective) <= constants["tolerance"] * objective:
            break
    return blend(factors, updates)


def centre(name: str, constants: dict, updates: list[np.ndarray], weights: list[int]) -> np.ndarray:
    n = len(updates)
    if name in ("fedmedian", "fedtrimmedavg"):
        cut = (n - 1) // 2 if name == "fedmedian" else constants["trim"]
        column = np.sort(np.stack(updates), axis=0)[cut:n - cut]
        return blend([1.0] * len(column), list(column)) / len(column)
    if name in ("krum", "multikrum"):
        best = best_by_krum(updates, constants["byzantine"], constants.get("selected", 1))
        return blend([1.0 if i in best else 0.0 for i in range(n)], updates) / float(len(best))
    if name == "geometric-median":
        return weiszfeld(updates, constants)
    return blend([float(w) for w in weights], updates) / float(sum(weights))


def formula(name: str, constants: dict, base: np.ndarray, updates: list[np.ndarray], weights: list[int], changes: bool,
            kept: dict[str, np.ndarray]) -> np.ndarray:
    """The next model by the text of docs/spec/aggregation.md; `kept` is read and written."""
    middle = centre(name, constants, updates, weights)
    if name not in ("fedsgd", "fedavgm", "fedadagrad", "fedadam", "fedyogi"):
        return base + middle if changes else middle
    delta = middle if changes else middle - base
    rate = constants["serverLearningRate"]
    if name == "fedsgd":
        return base + rate * delta
    if name == "fedavgm":
        kept["m"] = constants["momentum"] * kept.get("m", np.zeros_like(base)) + delta
        return base + rate * kept["m"]
    beta1, tau = constants["beta1"], constants["tau"]
    v = kept.get("v", np.full_like(base, tau * tau))
    kept["m"] = beta1 * kept.get("m", np.zeros_like(base)) + (1 - beta1) * delta
    squared = delta * delta
    if name == "fedadagrad":
        kept["v"] = v + squared
    elif name == "fedadam":
        kept["v"] = constants["beta2"] * v + (1 - constants["beta2"]) * squared
    else:
        kept["v"] = v - (1 - constants["beta2"]) * squared * np.sign(v - squared)
    return base + rate * kept["m"] / (np.sqrt(kept["v"]) + tau)


class Answer:
    """What a strategy looks at in a reply; Flower's own Message is made only inside a run."""

    def __init__(self, content: RecordDict) -> None:
        self.content = content

    def has_error(self) -> bool:
        return False


def answer(arrays: list[np.ndarray], weight: int) -> Answer:
    """The content as a Flower client sends it."""
    content = RecordDict({
        "arrays": ArrayRecord({name: Array(array.copy()) for (name, _, _), array in zip(SPECS, arrays)}),
        "metrics": MetricRecord({"num-examples": weight}),
    })
    return Answer(content)


def play_flower(name: str, kind: type, given: dict, base: list[np.ndarray], updates: list[list[list[np.ndarray]]],
                weights: list[int]) -> list[list[np.ndarray]]:
    """Flower's own aggregation of the same rounds, each from what its round before gave."""
    strategy = kind(**given)
    current = base
    models = []
    if name in ("fedadagrad", "fedadam", "fedyogi"):
        # The paper starts v at no less than τ²; Flower starts it at 0.
        strategy.v_t = {key: np.full(shape, given["tau"] ** 2, dtype) for key, dtype, shape in SPECS}
    for number, round_updates in enumerate(updates, start=1):
        named = {key: array for (key, _, _), array in zip(SPECS, current)}
        if name == "fedavgm":
            strategy.current_arrays = ArrayRecord({key: Array(array) for key, array in named.items()})
        elif name in ("fedadagrad", "fedadam", "fedyogi"):
            strategy.current_arrays = named
        if name == "fedadam":
            # The paper has no bias correction; Flower multiplies the rate by one whose exponent is the round plus 1.
            power = number + 1.0
            strategy.eta = given["eta"] * (1 - given["beta_1"] ** power) / np.sqrt(1 - given["beta_2"] ** power)
        arrays, _ = strategy.aggregate_train(number, [answer(u, w) for u, w in zip(round_updates, weights)])
        current = [arrays[key].numpy() for key, _, _ in SPECS]
        models.append(current)
    return models


def apart(ours: list[np.ndarray], flowers: list[np.ndarray], scale: list[np.ndarray]) -> float:
    """The largest difference, in units in the last place of the largest number that went into an element."""
    worst = 0.0
    for mine, theirs, largest in zip(ours, flowers, scale):
        check_shape = mine.shape == theirs.shape
        if not check_shape:
            return float("inf")
        if mine.size:
            unit = np.spacing(largest.astype(mine.dtype)).astype(np.float64)
            worst = max(worst, float(np.max(np.abs(mine.astype(np.float64) - theirs.astype(np.float64)) / unit)))
    return worst


def prepare(folder: pathlib.Path, name: str, constants: dict, weights: list[int], changes: bool) -> tuple:
    """One job's files, from numbers that are the same at every run."""
    rng = np.random.default_rng([len(weights), sum(map(ord, name)), int(changes)])
    base = draw(rng, 1.0)
    rounds = [
        [draw(rng, 0.3 + site, None if changes else base) for site in range(len(weights))] for _ in range(ROUNDS)
    ]
    folder.mkdir(parents=True)
    (folder / "base.bin").write_bytes(raw(base))
    for number, updates in enumerate(rounds, start=1):
        for site, update in enumerate(updates):
            (folder / f"update-{number}-{site}.bin").write_bytes(raw(update))
    (folder / "job.json").write_text(json.dumps({
        "aggregation": {"strategy": name, **constants}, "changes": changes, "weights": weights, "rounds": ROUNDS,
        "specs": [
            {"name": key, "dtype": dtype, "shape": list(shape), "scope": "shared"} for key, dtype, shape in SPECS
        ],
    }))
    return base, rounds


def ours(folders: list[pathlib.Path]) -> None:
    """Lets the packaged hub's classes combine."""
    built = HOME / "coordinator" / "target"
    jars = [jar for jar in built.glob("coordinator-*.jar") if "sources" not in jar.name]
    if not jars or not (built / "lib").is_dir():
        subprocess.run([OSTEON, "--version"], check=True, stdout=subprocess.DEVNULL)
        jars = list(built.glob("coordinator-*.jar"))
    subprocess.run(
        ["java", "-cp", f"{jars[0]}{os.pathsep}{built / 'lib'}{os.sep}*", HOME / "interop" / "CombineFiles.java", *folders],
        check=True,
    )


def same_bytes(folder: pathlib.Path, case: tuple, prepared: tuple, changes: bool) -> list[list[np.ndarray]]:
    """Our models of all rounds, each equal to the formula's."""
    name, constants, weights, _, _ = case
    base, rounds = prepared
    kept: dict[str, np.ndarray] = {}
    model, models = base, []
    for number, updates in enumerate(rounds, start=1):
        model = narrow(formula(name, constants, wide(model), [wide(u) for u in updates], weights, changes, kept))
        equal = (folder / f"model-{number}.bin").read_bytes() == raw(model)
        state = all((folder / f"{key}-{number}.bin").read_bytes() == raw([kept[key]]) for key in kept)
        check(f"{name}, {len(weights)} {'changes' if changes else 'models'}, round {number}: NumPy's bytes", equal and state)
        models.append(model)
    return models


def main() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    logging.getLogger("flwr").setLevel(logging.ERROR)
    jobs = {}
    for place, case in enumerate(CASES):
        for changes in (False, True):
            folder = FOLDER / f"{place:02}-{case[0]}-{'changes' if changes else 'models'}"
            jobs[place, changes] = folder, prepare(folder, case[0], case[1], case[2], changes)
    ours([folder for folder, _ in jobs.values()])
    found = []
    for place, case in enumerate(CASES):
        name, constants, weights, flowers, given = case
        same_bytes(*jobs[place, True][:1], case, jobs[place, True][1], True)
        folder, prepared = jobs[place, False]
        models = same_bytes(folder, case, prepared, False)
        cell = {
            "strategy": name, "constants": constants, "updates": len(weights), "rounds": ROUNDS,
            "formula": "numpy: every byte equal", "result": "ok",
        }
        kind = getattr(flower_strategies, flowers, None) if flowers else None
        if kind is None:
            cell["flower"] = f"no {flowers} in this release" if flowers else "Flower has no such strategy"
        else:
            theirs = play_flower(name, kind, given, *prepared, weights)
            base, rounds = prepared
            worst = 0.0
            for mine, other, updates in zip(models, theirs, rounds):
                scale = [
                    np.maximum(np.max(np.abs(np.stack([u[i] for u in updates])), axis=0), np.abs(base[i]))
                    for i in range(len(SPECS))
                ]
                worst = max(worst, apart(mine, other, scale))
            check(f"{name}, {len(weights)} models: Flower's {kind.__name__}, at most {worst:.2g} of {LIMIT} ulps apart",
                  worst <= LIMIT, worst)
            cell["flower"] = f"{kind.__module__}.{kind.__qualname__}: {worst:.2g} ulps apart, {LIMIT} allowed"
            cell["source"] = pathlib.Path(inspect.getfile(kind)).name
        found.append(cell)
    # A comparison that could not fail would be none: the same models against another strategy's.
    folder, prepared = jobs[0, False]
    wrong = narrow(formula("fedmedian", {}, wide(prepared[0]), [wide(u) for u in prepared[1][0]], UNEQUAL, False, {}))
    check("the median's bytes are not taken for the mean's", (folder / "model-1.bin").read_bytes() != raw(wrong))
    CELLS.mkdir(parents=True, exist_ok=True)
    (CELLS / f"strategies-{flwr.__version__}.json").write_text(
        json.dumps({"flwr": flwr.__version__, "numpy": np.__version__, "strategies": found}, indent=1) + "\n"
    )
    print(f"{len(found)} cases of {len({c['strategy'] for c in found})} strategies against flwr {flwr.__version__}")


if __name__ == "__main__":
    main()
