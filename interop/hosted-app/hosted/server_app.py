"""Rounds of Flower's FedAvg over whoever is there, as a SuperLink runs them; a hub of ours never runs it.

``out`` is a folder that what came of each step is written to. The first message goes out before anybody at the site can know the
run; then the app waits until the folder has ``decided``, asks ``num-server-rounds`` times for training and ``beyond`` times more,
and if it asked for more at all, last for what no site was asked to approve. With ``strategy`` it leaves everything after the decision to FedAvg, which asks for
an evaluation after each round of training. With ``asks``, names of message types with commas, it asks for those alone: once before
the decision and ``num-server-rounds`` and ``beyond`` times after it.
"""

import json
import pathlib
import time

import numpy as np
from flwr.app import Array, ArrayRecord, ConfigRecord, Context, Message, RecordDict
from flwr.serverapp import Grid, ServerApp
from flwr.serverapp.strategy import FedAvg

app = ServerApp()


@app.main()
def main(grid: Grid, context: Context) -> None:
    """Knocks, waits, trains."""
    config = context.run_config
    out = pathlib.Path(str(config["out"]))
    arrays = ArrayRecord({"weight": Array(np.zeros(int(config["width"]), np.float32))})
    deadline = time.monotonic() + 60
    while not (nodes := list(grid.get_node_ids())) and time.monotonic() < deadline:
        time.sleep(0.5)
    kinds = [kind for kind in str(config["asks"]).split(",") if kind]
    write(out / "knock.json", asked(grid, nodes, arrays, 1, kinds or ["train"]))
    deadline = time.monotonic() + 300
    while not (out / "decided").exists() and time.monotonic() < deadline:
        time.sleep(0.2)
    rounds = int(config["num-server-rounds"])
    if kinds:
        for number in range(1, rounds + int(config["beyond"]) + 1):
            write(out / f"asked-{number}.json", asked(grid, nodes, arrays, number, kinds))
        return
    if int(config["strategy"]):
        fedavg = FedAvg(min_train_nodes=1, min_evaluate_nodes=1, min_available_nodes=1)
        result = fedavg.start(grid=grid, initial_arrays=arrays, num_rounds=rounds, timeout=240)
        np.savez(out / "model.npz", **{name: array.numpy() for name, array in result.arrays.items()})
        told_by = {"train": result.train_metrics_clientapp, "evaluate": result.evaluate_metrics_clientapp}
        write(out / "result.json", {kind: {n: dict(metrics) for n, metrics in by.items()} for kind, by in told_by.items()})
        return
    strategy = FedAvg(fraction_evaluate=0.0, min_train_nodes=1, min_available_nodes=1)
    for number in range(1, rounds + int(config["beyond"]) + 1):
        replies = ask(grid, nodes, arrays, number, "train")
        if any(reply.has_content() for reply in replies):
            arrays = strategy.aggregate_train(number, replies)[0] or arrays
            np.savez(out / f"round-{number}.npz", **{name: array.numpy() for name, array in arrays.items()})
        write(out / f"round-{number}.json", told(replies))
    if int(config["beyond"]):
        write(out / "other.json", asked(grid, nodes, arrays, 1, ["evaluate", "query", "train.other"]))


def asked(grid: Grid, nodes: list[int], arrays: ArrayRecord, number: int, kinds: list[str]) -> dict:
    """What the nodes answer to a message of each kind, one after the other."""
    answers = [told(ask(grid, nodes, arrays, number, kind)) for kind in kinds]
    return {"replies": [reply for answer in answers for reply in answer["replies"]]}


def ask(grid: Grid, nodes: list[int], arrays: ArrayRecord, number: int, kind: str) -> list[Message]:
    """What the nodes answer to one message each."""
    content = RecordDict({"arrays": arrays, "config": ConfigRecord({"server-round": number})})
    messages = [Message(content, dst_node_id=node, message_type=kind, group_id=str(number)) for node in nodes]
    return list(grid.send_and_receive(messages, timeout=240))


def told(replies: list[Message]) -> dict:
    """What the replies have: a reason, or the names of their records with all numbers."""
    return {
        "replies": [
            {"error": reply.error.reason}
            if reply.has_error()
            else {
                "records": sorted(reply.content),
                "arrays": {name: list(array.shape) for name, array in reply.content.get("arrays", {}).items()},
                "metrics": dict(reply.content["metrics"]),
            }
            for reply in replies
        ]
    }


def write(file: pathlib.Path, result: dict) -> None:
    """Whoever waits for the file finds all of it."""
    partial = file.with_suffix(".part")
    partial.write_text(json.dumps(result))
    partial.rename(file)
