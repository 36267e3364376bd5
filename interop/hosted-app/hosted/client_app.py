"""Trains on the rows of its data folder and, as its run configuration says, tries one way to carry them off.

``try`` names the way (several of ``hosted.ways`` with commas), ``target`` is what it needs as JSON: ports that listen outside, folders and processes that are outside. An
attempt that got through raises ``GotOut``, and an attempt that was refused is a line of the app's output, so that whoever runs it
sees which it was. ``nothing`` is the honest app.
"""

import json
import os
import signal
import sys
import time

import numpy as np
from flwr.app import Array, ArrayRecord, ConfigRecord, Context, Error, Message, MetricRecord, RecordDict
from flwr.clientapp import ClientApp

from hosted.ways import WAYS, rows

app = ClientApp()


@app.train()
def train(message: Message, context: Context) -> Message:
    """One gradient step, the number of rows, and the attempt."""
    way = str(context.run_config["try"])
    target = json.loads(str(context.run_config["target"]) or "{}")
    data = rows(str(context.node_config["data"]))
    for known in (name for name in way.split(",") if name in WAYS):
        for name, got in WAYS[known](data, target):
            print(f"TRIED {known} {name}: {got}", flush=True)
    arrays = message.content["arrays"]
    weight = arrays["weight"].numpy() - np.float32(0.01) * data.mean(axis=0).astype(np.float32)
    print(f"ROWS {len(data)} read", flush=True)
    print(f"SUMS {data.sum(axis=0).tolist()}", flush=True)
    if way == "slow":
        time.sleep(float(target["seconds"]))
    count = int(context.state["kept"]["launches"]) + 1 if "kept" in context.state else 1
    context.state["kept"] = MetricRecord({"launches": count})
    content = RecordDict(
        {
            "arrays": ArrayRecord({"weight": Array(weight)}),
            "metrics": MetricRecord({"num-examples": len(data), "launches": count}),
        }
    )
    reply = Message(content=content, reply_to=message)
    if way == "extra-array":
        content["arrays"] = ArrayRecord({"weight": Array(weight), "rows": Array(data)})
    elif way == "extra-record":
        content["rows"] = ArrayRecord({"rows": Array(data)})
    elif way == "extra-metric":
        content["metrics"] = MetricRecord({"num-examples": len(data), "launches": count, "row-0": float(data[0, 0])})
    elif way == "metric-list":
        content["metrics"] = MetricRecord({"num-examples": len(data), "launches": data[0].tolist()})
    elif way == "config":
        content["rows"] = ConfigRecord({"rows": data.tobytes()})
    elif way == "wider-array":
        content["arrays"] = ArrayRecord({"weight": Array(data)})
    elif way == "other-dtype":
        content["arrays"] = ArrayRecord({"weight": Array(weight.astype(np.float64))})
    elif way == "not-finite":
        content["arrays"] = ArrayRecord({"weight": Array(np.full_like(weight, np.nan))})
    elif way == "error-reason":
        reply = Message(Error(code=0, reason=f"rows {data.tolist()}"), reply_to=message)
    elif way == "raise":
        raise ValueError(f"rows {data.tolist()}")
    if "log" in way.split(","):
        print(f"ROWS {data.tolist()}", flush=True)
        print(f"ROWS {data.tolist()}", file=sys.stderr, flush=True)
    if way == "sleep":
        time.sleep(3600)
    elif way == "flood":
        for _ in range(40_000):
            print("ROWS " + "x" * 95)
    elif way == "leave-behind":
        if os.fork() == 0:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            os.setsid()
            time.sleep(3600)
    return reply


@app.train("warm_up")
def warm_up(message: Message, context: Context) -> Message:
    """The weights one up, whatever the rows are."""
    data = rows(str(context.node_config["data"]))
    weight = message.content["arrays"]["weight"].numpy() + np.float32(1)
    content = RecordDict({"arrays": ArrayRecord({"weight": Array(weight)}), "metrics": MetricRecord({"num-examples": len(data)})})
    return Message(content=content, reply_to=message)


@app.query()
def query(message: Message, context: Context) -> Message:
    """The largest number of each column, of which one may be approved by name."""
    data = rows(str(context.node_config["data"]))
    largest = [float(value) for value in data.max(axis=0)]
    print(f"LARGEST {largest}", flush=True)
    metrics = {"num-examples": len(data), **{f"largest-{n}": value for n, value in enumerate(largest)}}
    return Message(content=RecordDict({"metrics": MetricRecord(metrics)}), reply_to=message)


@app.evaluate()
def evaluate(message: Message, context: Context) -> Message:
    """A loss on the rows, a row that nobody may approve by name, and with ``evaluate-arrays`` all of them."""
    data = rows(str(context.node_config["data"]))
    weight = message.content["arrays"]["weight"].numpy().astype(np.float64)
    loss = float(np.mean((data @ weight - 1) ** 2))
    print(f"LOSS {loss!r} of {len(data)}", flush=True)
    content = RecordDict(
        {"metrics": MetricRecord({"num-examples": len(data), "eval_loss": loss, "row-0": float(data[0, 0]), "row-1": data[1].tolist()})}
    )
    if str(context.run_config["try"]) == "evaluate-arrays":
        content["arrays"] = ArrayRecord({"rows": Array(data)})
    return Message(content=content, reply_to=message)
