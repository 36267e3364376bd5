"""Asks an Osteon agent over a Flower SuperLink, round by round, with instructions signed by the hub's key.

The run's only setting, ``plan``, is a JSON file: federation, study, run, rounds, arrays (name, dtype, shape), hub key file, out
folder, and the site (name, node id at the hub, node key, capsule). What came of each round is written to the out folder.
"""

import hashlib
import json
import pathlib
import time
from datetime import datetime, timedelta, timezone

import numpy as np
from cryptography.hazmat.primitives import serialization
from flwr.app import Array, ArrayRecord, ConfigRecord, Context, Message, MessageType, RecordDict
from flwr.serverapp import Grid, ServerApp

from governed.documents import NOTHING, identity, opened, read_key, signed

INSTRUCTION, REPLY = "osteon.instruction", "osteon.reply"

app = ServerApp()


@app.main()
def main(grid: Grid, context: Context) -> None:
    plan = json.loads(pathlib.Path(str(context.run_config["plan"])).read_text())
    out = pathlib.Path(plan["out"])
    arrays = {a["name"]: np.zeros(a["shape"], a["dtype"]) for a in plan["arrays"]}
    model = version(plan, 0, arrays, NOTHING, "initial", [])
    deadline = time.monotonic() + 60
    while not (nodes := list(grid.get_node_ids())) and time.monotonic() < deadline:
        time.sleep(0.5)
    for number in range(1, plan["rounds"] + 1):
        replies = ask(grid, nodes[0], plan, number, arrays, model)
        updates = [(reply, update) for reply, update in replies if reply["outcome"] == "update"]
        result = {"round": number, "replies": [reply for reply, _ in replies]}
        if updates:
            arrays = {
                name: (base.astype(np.float64) + sum(u[name].astype(np.float64) for _, u in updates) / len(updates)).astype(base.dtype)
                for name, base in arrays.items()
            }
            inputs = [{"reply": identity(r), "site": r["site"], "update": r["update"], "weight": r["weight"]} for r, _ in updates]
            model = version(plan, number, arrays, model, "mean", inputs)
            np.savez(out / f"round-{number}.npz", **arrays)
        (out / f"round-{number}.json").write_text(json.dumps(result))


def version(plan: dict, number: int, arrays: dict, parent: str, rule: str, inputs: list) -> str:
    """Identity of a model version."""
    return identity({
        "schema": "osteon.model/1", "federation": plan["federation"], "study": plan["study"], "run": plan["run"],
        "round": number, "specs": plan["arrays"], "arrays": payload(arrays)[1], "parent": parent, "rule": rule,
        "inputs": inputs, "rejected": [], "governed": True,
    })


def payload(arrays: dict) -> tuple[bytes, str]:
    """The arrays' raw little-endian payloads in order, and their SHA-256."""
    raw = b"".join(np.ascontiguousarray(a).astype(a.dtype.newbyteorder("<")).tobytes() for a in arrays.values())
    return raw, hashlib.sha256(raw).hexdigest()


def ask(grid: Grid, node: int, plan: dict, number: int, arrays: dict, model: str) -> list[tuple[dict, dict]]:
    """One exchange: each reply with its update, both checked against the site's signature."""
    site = plan["site"]
    now = datetime.now(timezone.utc)
    key = read_key(pathlib.Path(plan["hubKey"]).read_bytes())
    instruction = {
        "schema": "osteon.instruction/1", "federation": plan["federation"], "study": plan["study"], "run": plan["run"],
        "round": number, "exchange": "train", "site": site["site"], "node": site["node"], "model": model,
        "arrays": payload(arrays)[1], "capsule": site["capsule"], "fence": number, "issued": instant(now),
        "deadline": instant(now + timedelta(minutes=5)),
    }
    content = RecordDict({
        "arrays": ArrayRecord({name: Array(value) for name, value in arrays.items()}),
        "config": ConfigRecord({"server-round": number}),
        INSTRUCTION: ConfigRecord({INSTRUCTION: signed(instruction, key)}),
    })
    message = Message(content, dst_node_id=node, message_type=MessageType.TRAIN, group_id=str(number))
    answers = []
    for answer in grid.send_and_receive([message], timeout=240):
        if answer.has_error():
            raise RuntimeError(f"site {site['site']} answered error {answer.error.code}: {answer.error.reason}")
        reply = opened(answer.content[REPLY][REPLY], serialization.load_pem_public_key(site["nodeKey"].encode()))
        if reply["instruction"] != identity(instruction) or reply["fence"] != number:
            raise RuntimeError("the reply is to another instruction")
        update = {name: array.numpy() for name, array in answer.content["arrays"].items()}
        if reply["outcome"] == "update" and payload(update)[1] != reply["update"]:
            raise RuntimeError("the update is not the one that was signed")
        answers.append((reply, update))
    return answers


def instant(time: datetime) -> str:
    """As Java writes it: no fraction when there is none to the second."""
    return time.replace(microsecond=0).isoformat().replace("+00:00", "Z")
