"""For a Flower SuperLink: three rounds of plain averaging. Our own hub runs no ServerApp; it plans the rounds itself."""

import numpy as np
from flwr.app import Array, ArrayRecord, Context
from flwr.serverapp import Grid, ServerApp
from flwr.serverapp.strategy import FedAvg

from calibration.steps import FEATURES

app = ServerApp()


@app.main()
def main(grid: Grid, context: Context) -> None:
    initial = ArrayRecord(
        {
            "weight": Array(np.zeros(FEATURES, dtype=np.float32)),
            "bias": Array(np.zeros(1, dtype=np.float32)),
        }
    )
    FedAvg(fraction_evaluate=0.0).start(
        grid=grid, initial_arrays=initial, num_rounds=int(context.run_config["num-server-rounds"])
    )
