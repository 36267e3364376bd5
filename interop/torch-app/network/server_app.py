"""For a Flower SuperLink: plain averaging. Our own hub runs no ServerApp."""

from flwr.app import ArrayRecord, Context
from flwr.serverapp import Grid, ServerApp
from flwr.serverapp.strategy import FedAvg

from network.task import Net

app = ServerApp()


@app.main()
def main(grid: Grid, context: Context) -> None:
    FedAvg(fraction_evaluate=0.0).start(
        grid=grid, initial_arrays=ArrayRecord(Net().state_dict()), num_rounds=int(context.run_config["num-server-rounds"])
    )
