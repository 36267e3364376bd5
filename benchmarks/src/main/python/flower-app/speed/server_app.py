"""Flower's own FedAvg over all nodes, from zeros; writes when it was done and the digest of the model."""

import hashlib
import json
import pathlib
import time

import numpy as np
from flwr.app import ArrayRecord, Context
from flwr.serverapp import Grid, ServerApp
from flwr.serverapp.strategy import FedAvg

app = ServerApp()


@app.main()
def main(grid: Grid, context: Context) -> None:
    plan = context.run_config
    nodes = int(plan["nodes"])
    initial = ArrayRecord({
        f"w{i}": np_array(int(plan["elements"])) for i in range(int(plan["arrays"]))
    })
    strategy = FedAvg(fraction_train=1.0, fraction_evaluate=0.0, min_train_nodes=nodes, min_available_nodes=nodes)
    result = strategy.start(grid=grid, initial_arrays=initial, num_rounds=int(plan["rounds"]), timeout=3600)
    done = time.time()
    sha = hashlib.sha256()
    for array in result.arrays.values():
        sha.update(array.numpy().tobytes())
    out = pathlib.Path(str(plan["out"]))
    partial = out.with_suffix(".part")
    partial.write_text(json.dumps({"done": done, "model": sha.hexdigest()}))
    partial.rename(out)


def np_array(elements: int):
    """One array of the initial model."""
    from flwr.app import Array

    return Array(np.zeros(elements, np.float32))
