"""A scikit-learn ClientApp: coef_ and intercept_ come in an ArrayRecord and go back in one. It also keeps what it answers in a
folder, so that somebody else can compute what is to come of it."""

import pathlib

import numpy as np
from flwr.app import ArrayRecord, Context, Message, MetricRecord, RecordDict
from flwr.clientapp import ClientApp

from screening.task import fresh, parameters
from screening.task import train as train_locally

app = ClientApp()


@app.train()
def train(msg: Message, context: Context) -> Message:
    partition = int(context.node_config["partition"])
    model = fresh()
    model.coef_, model.intercept_ = msg.content["arrays"].to_numpy_ndarrays()
    accuracy, count = train_locally(model, partition)
    learned = ArrayRecord(parameters(model))
    file = pathlib.Path(str(context.node_config["answers"])) / f"sklearn-{msg.content['config']['server-round']}-{partition}.npz"
    np.savez(file, **{"num-examples": count}, **dict(zip(learned, parameters(model))))
    content = RecordDict({"arrays": learned, "metrics": MetricRecord({"train_accuracy": accuracy, "num-examples": count})})
    return Message(content=content, reply_to=msg)
