"""Proof that the judges can fail: faults planted in a copy of what a trial left behind, and one in a live trial."""

import copy
import json
import random
import shutil
import sqlite3
import threading
from contextlib import closing

from flwr.proto import message_pb2

import judge
from faults import Fault
from federation import HUB, SITES, sha256
from tap import FLEET, Calls, Update

VIEW = {"state": "running", "stateKey": "running/2/train/2", "waitingFor": [], "rounds": [], "quiet": True}


def check(field) -> bool:
    """Plays two trials without a fault on one federation, plants each fault in a copy of the second, and says which are found;
    whether all are."""
    first, _ = field.play(Fault, "fedavg", random.Random(0), anew=True)
    good, _ = field.play(Fault, "fedyogi", random.Random(0))
    field.leave()
    found = not first.faults and not good.faults and {one.run for one in good.updates} == {first.run, good.run}
    print(f"faults: nothing planted: {'holds' if found else first.faults + good.faults}", flush=True)
    kept = field.work / "kept"
    shutil.rmtree(kept, ignore_errors=True)
    field.live.rename(kept)
    for words, invariant, plant in PLANTS:
        folder = field.work / "planted"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(kept, folder, symlinks=True)
        trial = judge.Trial(folder, good.study, good.run, copy.deepcopy(good.updates), copy.deepcopy(good.views),
                            copy.deepcopy(good.spoken))
        plant(trial)
        found &= _tell(words, invariant, judge.judge(trial))
    field.patience = lambda: 4 * field.seconds
    trial, _ = field.play(Unkept, "fedavg", random.Random(0))
    del field.patience
    return _tell("an acknowledgement that nothing stands behind, live", "LOST", trial.faults) and found


def _tell(words: str, invariant: str, faults: list[tuple[str, str]]) -> bool:
    named = sorted({name for name, _ in faults})
    print(f"faults: planted: {words}: {'found' if invariant in named else 'NOT FOUND'} as {invariant}; "
          f"broken: {', '.join(named) or 'nothing'}", flush=True)
    return invariant in named


class Unkept(Fault, Calls):
    """The last object of a reply is acknowledged, and the hub never sees it."""

    def __init__(self, field, draw):
        super().__init__(field, draw)
        self.lock = threading.Lock()
        self.done = False
        self.words = "an acknowledgement that nothing stands behind"

    def prepare(self) -> None:
        self.field.tap.calls = self

    def instead(self, method: str, request: bytes) -> bytes | None:
        if method != FLEET + "PushObject":
            return None
        push = message_pb2.PushObjectRequest.FromString(request)
        with self.lock, self.field.tap.record.lock:
            record = self.field.tap.record
            name = record.pending.get((push.node.node_id, push.session_id))
            if self.done or record.missing.get(name, set()) != {push.object_id}:
                return None
            self.done = True
        return message_pb2.PushObjectResponse(stored=True).SerializeToString()


def _own(trial: judge.Trial) -> list[Update]:
    return [one for one in trial.updates if one.run == trial.run]


def _change(trial: judge.Trial, where: str, *statements: tuple) -> None:
    with closing(sqlite3.connect(trial.folder / where / ("hub.db" if where == HUB else "site.db"))) as database, database:
        for statement, *values in statements:
            database.execute(statement, values)


def _model(trial: judge.Trial, number: int, change) -> None:
    with closing(sqlite3.connect(trial.folder / HUB / "hub.db")) as database, database:
        rows = database.execute("SELECT digest, document FROM model WHERE run = ? ORDER BY round", (trial.run,)).fetchall()
        models = [json.loads(document) for _, document in rows]
        change(models[number], models)
        database.execute("UPDATE model SET document = ? WHERE digest = ?", (json.dumps(models[number]), rows[number][0]))


def _object_gone(trial: judge.Trial) -> None:
    digest = _own(trial)[0].update
    (trial.folder / HUB / "objects" / "sha256" / digest[:2] / digest).unlink()


def _reply_gone(trial: judge.Trial) -> None:
    _change(trial, HUB, ("DELETE FROM reply WHERE digest = ?", _own(trial)[-1].reply))


def _earlier_gone(trial: judge.Trial) -> None:
    _change(trial, HUB, ("DELETE FROM reply WHERE digest = ?", next(one.reply for one in trial.updates if one.run != trial.run)))


def _left_out(trial: judge.Trial) -> None:
    _model(trial, 2, lambda model, models: model["inputs"].pop())


def _round_before(trial: judge.Trial) -> None:
    def change(model, models):
        model["inputs"][0] = models[1]["inputs"][0]
    _model(trial, 2, change)


def _one_site_twice(trial: judge.Trial) -> None:
    _model(trial, 2, lambda model, models: model["inputs"].append(model["inputs"][0]))


def _out_of_nowhere(trial: judge.Trial) -> None:
    trial.updates = [one for one in trial.updates if (one.run, one.site, one.round) != (trial.run, SITES[0], 2)]


def _one_bit(trial: judge.Trial) -> None:
    def change(model, models):
        arrays = bytearray(trial.object(model["arrays"]))
        arrays[0] ^= 1
        model["arrays"] = sha256(bytes(arrays))
        file = trial.folder / HUB / "objects" / "sha256" / model["arrays"][:2] / model["arrays"]
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(arrays)
    _model(trial, 3, change)


def _state_before(trial: judge.Trial) -> None:
    def change(model, models):
        model["state"] = models[1]["state"]
    _model(trial, 2, change)


def _charge_gone(trial: judge.Trial) -> None:
    _change(trial, SITES[0], ("DELETE FROM charge WHERE id = ?",
                              next(one.instruction for one in _own(trial) if one.site == SITES[0])))


def _charge(trial: judge.Trial, **other: str) -> None:
    """One charge more: as another one but for these columns."""
    with closing(sqlite3.connect(trial.folder / SITES[1] / "site.db")) as database, database:
        columns = [row[1] for row in database.execute("PRAGMA table_info(charge)")]
        values = ", ".join(f":{name}" if name in other else name for name in columns)
        database.execute(f"INSERT INTO charge SELECT {values} FROM charge LIMIT 1", other)


def _charged_twice(trial: judge.Trial) -> None:
    _charge(trial, id="0" * 64)


def _reserved_unseen(trial: judge.Trial) -> None:
    _charge(trial, id="0" * 64, state="reserved")


def _epsilon(trial: judge.Trial) -> None:
    trial.spoken[f"budget {SITES[0]}"]["epsilon"] *= 0.999


def _other_release(trial: judge.Trial) -> None:
    other = copy.deepcopy(_own(trial)[0])
    other.payload = bytes(len(other.payload))
    other.update = sha256(other.payload)
    trial.updates.append(other)


def _event_gone(trial: judge.Trial) -> None:
    _change(trial, HUB, ("DELETE FROM event WHERE seq = (SELECT MAX(seq) / 2 FROM event)",))


def _other_entry(trial: judge.Trial) -> None:
    tiles = sorted((trial.folder / SITES[0] / "log" / "tile" / "entries").glob("000.p/*"), key=lambda file: int(file.name))
    content = tiles[-1].read_bytes()
    tiles[-1].write_bytes(content.replace(b'"type":"update-sent"', b'"type":"update-none"', 1))


def _other_head(trial: judge.Trial) -> None:
    file = trial.folder / HUB / "log" / "checkpoint"
    lines = file.read_bytes().split(b"\n")
    lines[1] = str(int(lines[1]) - 1).encode()
    file.write_bytes(b"\n".join(lines))


def _receipt_gone(trial: judge.Trial) -> None:
    _change(trial, HUB, ("DELETE FROM receipt WHERE digest = (SELECT digest FROM receipt WHERE run = ? LIMIT 1)", trial.run))


def _other_copy(trial: judge.Trial) -> None:
    _change(trial, HUB, ("UPDATE site_entry SET leaf = '{}' WHERE site = ? AND idx = 3", SITES[0]))


def _below_quorum(trial: judge.Trial) -> None:
    _model(trial, 3, lambda model, models: model["inputs"].pop())


def _too_few_rounds(trial: judge.Trial) -> None:
    _change(trial, HUB, ("DELETE FROM model WHERE run = ? AND round = 3", trial.run))


def _awaits_nobody(trial: judge.Trial) -> None:
    trial.views += [{**VIEW, "at": 0.0}, {**VIEW, "at": judge.STANDS + 1}]


def _hub_for_no_cause(trial: judge.Trial) -> None:
    trial.views.append({**VIEW, "at": 0.0, "waitingFor": [{"site": HUB, "since": "2026-01-01T00:00:00Z", "why": "COMPUTING_OR_SENDING"}]})


def _hub_for_ever(trial: judge.Trial) -> None:
    awaited = [{"site": HUB, "since": "2026-01-01T00:00:00Z", "why": judge.HUB_TRIES}]
    trial.views += [{**VIEW, "at": 0.0, "waitingFor": awaited}, {**VIEW, "at": judge.STANDS + 1, "waitingFor": awaited}]


def _without_why(trial: judge.Trial) -> None:
    trial.views.append({**VIEW, "at": 0.0, "waitingFor": [{"site": SITES[0], "since": "2026-01-01T00:00:00Z", "why": ""}]})


def _still_runs(trial: judge.Trial) -> None:
    _change(trial, HUB, ("UPDATE run SET state = 'running' WHERE id = ?", trial.run))


PLANTS = [
    ("the bytes of an acknowledged update are gone", "LOST", _object_gone),
    ("an acknowledged reply is gone", "LOST", _reply_gone),
    ("an acknowledged reply of an earlier run is gone", "LOST", _earlier_gone),
    ("an acknowledged update was left out of its round", "LOST", _left_out),
    ("an update of the round before is counted again", "TWICE", _round_before),
    ("one site is counted twice in a round", "TWICE", _one_site_twice),
    ("an update that nobody sent is counted", "TWICE", _out_of_nowhere),
    ("one bit of a model is another", "MODEL", _one_bit),
    ("the optimiser's state is that of the round before", "MODEL", _state_before),
    ("a charge is missing", "SPEND", _charge_gone),
    ("a charge without an update", "SPEND", _charged_twice),
    ("a reservation that the budget does not show", "SPEND", _reserved_unseen),
    ("a smaller epsilon", "SPEND", _epsilon),
    ("a second release to one instruction", "RELEASE", _other_release),
    ("an event is missing", "LOG", _event_gone),
    ("an entry of a log is another", "LOG", _other_entry),
    ("the head of a log is another", "LOG", _other_head),
    ("a receipt is missing", "LOG", _receipt_gone),
    ("the hub has another entry of a site's log", "LOG", _other_copy),
    ("a completed run has a round below quorum", "QUORUM", _below_quorum),
    ("a completed run lacks a round", "QUORUM", _too_few_rounds),
    ("a run stands and awaits nobody", "WAIT", _awaits_nobody),
    ("a wait without a why", "WAIT", _without_why),
    ("a wait for the hub, of which no step has failed", "WAIT", _hub_for_no_cause),
    ("a hub that tries again and again, long after the fault", "WAIT", _hub_for_ever),
    ("a run goes on and on", "END", _still_runs),
]
