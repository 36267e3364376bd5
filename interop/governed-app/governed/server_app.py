"""Asks an Osteon agent over a Flower SuperLink, round by round, with instructions signed by the hub's key.

The run's only setting, ``plan``, is a JSON file: federation, study, run, rounds, arrays (name, dtype, shape), bytes of the big array
that travels beside the model, whether it trains and does nothing else, hub key file, out folder, and the site (name, node id at the
hub, node key, capsule). What came of each step is written to the out folder.
"""

import hashlib
import json
import pathlib
import time
from datetime import datetime, timedelta, timezone

import numpy as np
from cryptography.hazmat.primitives import serialization
from flwr.app import Array, ArrayRecord, ConfigRecord, Context, Message, MetricRecord, RecordDict
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
    asker = Asker(grid, nodes[0], plan)
    if not plan["only"]:
        write(out / "odd.json", {"answers": asker.ask(*asker.odd(arrays, model))[0]})
    for number in range(1, plan["rounds"] + 1):
        order = asker.instruction("train", number, arrays, model)
        answers, updates = asker.ask(asker.message(f"train {number}", order, arrays, beside=True))
        result = {"round": number, "node": str(asker.node), "replies": answers}
        if updates:
            arrays = {
                name: (base.astype(np.float64) + sum(u[name].astype(np.float64) for u in updates) / len(updates)).astype(base.dtype)
                for name, base in arrays.items()
            }
            inputs = [{"reply": identity({k: v for k, v in r.items() if k != "label"}), "site": r["site"], "update": r["update"], "weight": r["weight"]} for r in answers]
            model = version(plan, number, arrays, model, "mean", inputs)
            np.savez(out / f"round-{number}.npz", **arrays)
        write(out / f"round-{number}.json", result)
    if plan["only"]:
        return
    # The last instruction once more, under a new Flower message; an evaluation; and a round that was not approved.
    again = asker.message("again", order, asker.sent[identity(order)])
    evaluation = asker.message("evaluate", asker.instruction("evaluate", plan["rounds"], arrays, model), arrays)
    # The last step has to come after what the site's officer decides meanwhile.
    deadline = time.monotonic() + 120
    while not (out / "decided").exists() and time.monotonic() < deadline:
        time.sleep(0.2)
    beyond = asker.message("beyond", asker.instruction("train", plan["rounds"] + 1, arrays, model), arrays)
    write(out / "last.json", {"answers": asker.ask(again, evaluation, beyond, asker.unsigned(arrays))[0]})


def write(file: pathlib.Path, result: dict) -> None:
    """Writes what came of a step; whoever waits for the file finds all of it."""
    partial = file.with_suffix(".part")
    partial.write_text(json.dumps(result))
    partial.rename(file)


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


class Asker:
    """Makes messages to one site and checks what it answers."""

    def __init__(self, grid: Grid, node: int, plan: dict):
        self.grid = grid
        self.node = node
        self.plan = plan
        self.site = plan["site"]
        self.key = read_key(pathlib.Path(plan["hubKey"]).read_bytes())
        self.instructions: dict[str, dict] = {}
        self.sent: dict[str, dict] = {}

    def instruction(self, exchange: str, number: int, arrays: dict, model: str) -> dict:
        """What the site is asked."""
        now = datetime.now(timezone.utc)
        plan, site = self.plan, self.site
        return {
            "schema": "osteon.instruction/1", "federation": plan["federation"], "study": plan["study"], "run": plan["run"],
            "round": number, "exchange": exchange, "site": site["site"], "node": site["node"], "model": model,
            "arrays": payload(arrays)[1], "capsule": site["capsule"], "fence": number, "issued": instant(now),
            "deadline": instant(now + timedelta(minutes=5)),
        }

    def message(self, label: str, order: dict, arrays: dict, message_type: str = "", beside: bool = False) -> Message:
        """The Flower message of an instruction; beside the model it may carry what no study asks for."""
        self.instructions[label] = order
        self.sent[identity(order)] = arrays
        content = RecordDict({
            "arrays": ArrayRecord({name: Array(value) for name, value in arrays.items()}),
            "config": ConfigRecord({"server-round": order["round"]}),
            INSTRUCTION: ConfigRecord({INSTRUCTION: signed(order, self.key)}),
        })
        if beside:
            big = np.arange(self.plan["big"] // 4, dtype=np.float32)
            content["beside"] = ArrayRecord({
                "big": Array(big), "empty": Array(np.zeros((0, 3), np.float32)), "scalar": Array(np.array(2.5)),
                "integers": Array(np.array([-(2**63), 2**63 - 1])), "once": Array(np.ones(3)), "twice": Array(np.ones(3)),
            })
            content["counts"] = MetricRecord({"beyond sint64": 2**63 + 5, "many": [2**64 - 1, 0]})
            content["Häufigkeit 骨折"] = ConfigRecord({"schlüssel 🦴": "值", "": "no name"})
        return Message(content, dst_node_id=self.node, message_type=message_type or order["exchange"], group_id=label)

    def odd(self, arrays: dict, model: str) -> list[Message]:
        """Messages that a study knows no answer to, two of them with a good instruction inside."""
        order = self.instruction("train", 1, arrays, model)
        return [
            self.message("query", order, arrays, "query"),
            self.message("custom action", order, arrays, "train.calibrate"),
            self.unsigned(arrays),
        ]

    def unsigned(self, arrays: dict) -> Message:
        """What an app that knows nothing of Osteon sends."""
        content = RecordDict({
            "arrays": ArrayRecord({name: Array(value) for name, value in arrays.items()}),
            "config": ConfigRecord({"server-round": 1}),
        })
        return Message(content, dst_node_id=self.node, message_type="train", group_id="unsigned")

    def ask(self, *messages: Message) -> tuple[list[dict], list[dict]]:
        """Every answer with its label, in the messages' order, and the updates among them, checked against the site's signature."""
        answers, updates = {}, {}
        for answer in self.grid.send_and_receive(list(messages), timeout=240):
            label = answer.metadata.group_id
            if answer.has_error():
                answers[label] = {"label": label, "error": answer.error.reason}
                continue
            reply = opened(answer.content[REPLY][REPLY], serialization.load_pem_public_key(self.site["nodeKey"].encode()))
            order = self.instructions[label]
            if reply["instruction"] != identity(order) or reply["fence"] != order["fence"]:
                raise RuntimeError("the reply is to another instruction")
            update = {name: array.numpy() for name, array in answer.content["arrays"].items()}
            if reply["outcome"] == "update" and payload(update)[1] != reply["update"]:
                raise RuntimeError("the update is not the one that was signed")
            answers[label] = {"label": label, **reply}
            if reply["outcome"] == "update":
                updates[label] = update
        labels = [m.metadata.group_id for m in messages]
        return [answers[n] for n in labels if n in answers], [updates[n] for n in labels if n in updates]


def instant(time: datetime) -> str:
    """As Java writes it: no fraction when there is none to the second."""
    return time.replace(microsecond=0).isoformat().replace("+00:00", "Z")
