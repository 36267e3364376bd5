"""A PyTorch ClientApp: a state_dict comes in an ArrayRecord and goes back in one. It also keeps what it answers in a folder, so
that somebody else can compute what is to come of it."""

import pathlib

import numpy as np
from flwr.app import ArrayRecord, Context, Message, MetricRecord, RecordDict
from flwr.clientapp import ClientApp

from network.task import Net
from network.task import train as train_locally

app = ClientApp()


@app.train()
def train(msg: Message, context: Context) -> Message:
    partition = int(context.node_config["partition"])
    net = Net()
    net.load_state_dict(msg.content["arrays"].to_torch_state_dict())
    loss, count = train_locally(net, partition)
    state = net.state_dict()
    file = pathlib.Path(str(context.node_config["answers"])) / f"torch-{msg.content['config']['server-round']}-{partition}.npz"
    np.savez(file, **{"num-examples": count}, **{name: tensor.numpy() for name, tensor in state.items()})
    content = RecordDict({"arrays": ArrayRecord(state), "metrics": MetricRecord({"train_loss": loss, "num-examples": count})})
    return Message(content=content, reply_to=msg)
