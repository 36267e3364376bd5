"""What a SuperNode runs: trains on the rows of its own partition and answers weights and the number of rows; and answers of
every other kind, so that both ends can be held to them."""

import pathlib
import time
from importlib.metadata import version

from flwr.app import ArrayRecord, Context, Message, MetricRecord, RecordDict
from flwr.app import Array
from flwr.clientapp import ClientApp

from calibration.steps import facts, loss, rows, shift
from calibration.steps import train as train_locally

app = ClientApp()


@app.train()
def train(message: Message, context: Context) -> Message:
    arrays = message.content["arrays"]
    weight, bias, rows = train_locally(
        int(context.node_config["partition"]), arrays["weight"].numpy(), arrays["bias"].numpy()
    )
    content = RecordDict(
        {
            "arrays": ArrayRecord({"weight": Array(weight), "bias": Array(bias)}),
            "metrics": MetricRecord({"num-examples": rows}),
        }
    )
    return Message(content=content, reply_to=message)


@app.train("calibrate")
def calibrate(message: Message, context: Context) -> Message:
    """An action of the app's own: every array it is sent, moved."""
    partition = int(context.node_config["partition"])
    moved = {name: Array(shift(partition, array.numpy())) for name, array in message.content["arrays"].items()}
    content = RecordDict(
        {"arrays": ArrayRecord(moved), "metrics": MetricRecord({"num-examples": len(rows(partition)[1])})}
    )
    return Message(content=content, reply_to=message)


@app.evaluate()
def evaluate(message: Message, context: Context) -> Message:
    arrays = message.content["arrays"]
    value, count = loss(int(context.node_config["partition"]), arrays["weight"].numpy(), arrays["bias"].numpy())
    return Message(content=RecordDict({"metrics": MetricRecord({"loss": value, "num-examples": count})}), reply_to=message)


@app.query()
def query(message: Message, context: Context) -> Message:
    found = MetricRecord(facts(int(context.node_config["partition"])))
    peer = MetricRecord({"flwr": [int(part) for part in version("flwr").split(".")[:3]]})
    return Message(content=RecordDict({"Größen/骨": found, "peer": peer}), reply_to=message)


@app.query("fail")
def fail(message: Message, context: Context) -> Message:
    raise RuntimeError("this handler always fails")


@app.query("wait")
def wait(message: Message, context: Context) -> Message:
    """Says that it has begun, and answers when it is let go: what happens in between is up to whoever tries it."""
    partition = int(context.node_config["partition"])
    gate = pathlib.Path(str(context.node_config["gate"]))
    (gate / f"begun-{partition}").touch()
    deadline = time.monotonic() + 120
    while not (gate / "go").exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    return Message(content=RecordDict({"metrics": MetricRecord({"partition": partition})}), reply_to=message)
