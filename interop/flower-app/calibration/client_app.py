"""What a SuperNode runs: trains on the rows of its own partition and answers weights and the number of rows."""

from flwr.app import ArrayRecord, Context, Message, MetricRecord, RecordDict
from flwr.app import Array
from flwr.clientapp import ClientApp

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
