"""What must hold after a trial, from the daemons' files, the driver's own record, and what the hub said meanwhile."""

import base64
import json
import math
import pathlib

import numpy as np
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization

from federation import DELTA, HUB, ROUNDS, SIGMA, SITES, STUDIES, rows, sha256
from tap import Update

INVARIANTS = {
    "LOST": "no acknowledged update is lost",
    "TWICE": "no update is counted twice, or out of nowhere",
    "MODEL": "the model is NumPy's recomputation from the stored updates, bit for bit",
    "SPEND": "the spend is the committed updates and the reservations without one",
    "RELEASE": "no instruction is answered with two different releases",
    "LOG": "the logs are complete",
    "QUORUM": "a run below quorum does not end as completed",
    "WAIT": "every wait names who is awaited and why",
    "END": "the run goes on after the fault and ends",
}
ORDERS = [1.25 + 0.25 * i for i in range(39)] + list(range(11, 65)) + [72, 80, 96, 112, 128, 160, 192, 256, 384, 512]
STANDS = 30.0
HUB_TRIES = "HUB_TRIES_AGAIN"


class Trial:
    """What a trial leaves behind for its judges."""

    def __init__(self, folder: pathlib.Path, study: str, run: str, updates: list[Update], views: list[dict], spoken: dict):
        self.folder = folder
        self.study = study
        self.run = run
        self.updates = updates
        self.views = views
        self.spoken = spoken
        self.faults: list[tuple[str, str]] = []

    def fault(self, invariant: str, text: str) -> None:
        """An invariant that does not hold."""
        self.faults.append((invariant, text))

    def object(self, digest: str) -> bytes | None:
        """A file of the hub's store, if it is there and is its digest's."""
        file = self.folder / HUB / "objects" / "sha256" / digest[:2] / digest
        content = file.read_bytes() if file.is_file() else None
        return content if content is not None and sha256(content) == digest else None


def judge(trial: Trial) -> list[tuple[str, str]]:
    """All invariants; what does not hold, by name."""
    hub = rows(trial.folder / HUB / "hub.db")
    try:
        models = [json.loads(row["document"]) for row in
                  hub.execute("SELECT document FROM model WHERE run = ? ORDER BY round", (trial.run,))]
        replies = {row["digest"]: dict(row) for row in hub.execute("SELECT * FROM reply")}
        run = hub.execute("SELECT * FROM run WHERE id = ?", (trial.run,)).fetchone()
        if run is None:
            trial.fault("LOST", "the run itself")
            return trial.faults
        counted(trial, models, replies)
        recomputed(trial, models)
        ended(trial, dict(run), models)
        waits(trial)
        released_once(trial)
        log(trial, HUB, hub)
        receipts(trial, hub, replies)
        for site in SITES:
            database = rows(trial.folder / site / "site.db")
            try:
                spend(trial, site, database)
                log(trial, site, database)
                told(trial, site, database, hub)
            finally:
                database.close()
    finally:
        hub.close()
    return trial.faults


def counted(trial: Trial, models: list[dict], replies: dict[str, dict]) -> None:
    """What was acknowledged is there, in earlier runs too, and in its round's model, each once."""
    seen = {update.reply: update for update in trial.updates}
    places: dict[str, int] = {}
    bytes_of: dict[str, int] = {}
    by_round = {model["round"]: model for model in models}
    for model in models:
        sites = [one["site"] for one in model["inputs"]]
        if sites != sorted(set(sites)):
            trial.fault("TWICE", f"round {model['round']} counts {sites}")
        for one in model["inputs"]:
            for what, known in ((one["reply"], places), (one["update"], bytes_of)):
                if what in known:
                    trial.fault("TWICE", f"{what} of {one['site']} in rounds {known[what]} and {model['round']}")
                known[what] = model["round"]
            sent = seen.get(one["reply"])
            if sent is None or (sent.run, sent.site, sent.round, sent.update) != (trial.run, one["site"], model["round"], one["update"]):
                trial.fault("TWICE", f"round {model['round']} counts {one['reply']} of {one['site']}, which was not sent")
            elif sha256(sent.payload) != one["update"]:
                trial.fault("TWICE", f"round {model['round']} counts other bytes than {one['site']} sent")
    for update in trial.updates:
        if not update.acknowledged:
            continue
        row = replies.get(update.reply)
        if row is None:
            trial.fault("LOST", f"the acknowledged reply {update.reply} of {update.site} in round {update.round}")
            continue
        if row["outcome"] != "accepted":
            if not row["reason"]:
                trial.fault("LOST", f"{update.reply} of {update.site} is {row['outcome']} without a reason")
            if update.outcome == "update" and row["outcome"] not in ("late",):
                trial.fault("LOST", f"{update.reply} of {update.site} is {row['outcome']}: {row['reason']}")
            continue
        if trial.object(update.update) != update.payload:
            trial.fault("LOST", f"the bytes of the accepted update {update.update} of {update.site}")
        model = by_round.get(update.round) if update.run == trial.run else None
        if model is not None and update.reply not in [one["reply"] for one in model["inputs"]]:
            trial.fault("LOST", f"round {update.round} was closed without the accepted {update.reply} of {update.site}")


def recomputed(trial: Trial, models: list[dict]) -> None:
    """Each model from the one before and the stored updates, by docs/spec/aggregation.md."""
    constants = STUDIES[trial.study]
    state: dict[str, np.ndarray] = {}
    before: np.ndarray | None = None
    for expected, model in enumerate(models):
        stored = trial.object(model["arrays"])
        if stored is None:
            trial.fault("MODEL", f"the arrays of round {model['round']} are not there")
            return
        arrays = np.frombuffer(stored, "<f4")
        if model["round"] != expected:
            trial.fault("MODEL", f"round {expected} has no model")
            return
        if before is not None:
            parts = [trial.object(one["update"]) for one in model["inputs"]]
            if None in parts:
                trial.fault("MODEL", f"an update of round {model['round']} is not there")
                return
            total = np.zeros(before.shape, np.float64)
            for part in parts:
                total = total + np.frombuffer(part, "<f4").astype(np.float64)
            step = next_model(before.astype(np.float64), total / len(parts), constants, state)
            if step.astype("<f4").tobytes() != stored:
                trial.fault("MODEL", f"the model of round {model['round']} is not what its updates give")
            kept = {one["name"]: one["values"] for one in model.get("state", [])}
            if kept != {name: sha256(values.astype("<f8").tobytes()) for name, values in state.items()}:
                trial.fault("MODEL", f"the optimiser's state of round {model['round']} is not what its updates give")
        before = arrays


def next_model(x: np.ndarray, mean: np.ndarray, constants: dict | None, state: dict[str, np.ndarray]) -> np.ndarray:
    """The next model before its one rounding; changes the state."""
    if constants is None:
        return x + mean
    rate, beta1, beta2, tau = (constants[name] for name in ("serverLearningRate", "beta1", "beta2", "tau"))
    m = state.get("m", np.zeros(x.shape))
    v = state.get("v", np.full(x.shape, tau * tau))
    m = (beta1 * m) + ((1 - beta1) * mean)
    square = mean * mean
    v = v - (((1 - beta2) * square) * np.sign(v - square))
    state["m"], state["v"] = m, v
    return x + (rate * m) / (np.sqrt(v) + tau)


def spend(trial: Trial, site: str, database) -> None:
    """Charges against releases, and ε of plain Gaussian charges (Mironov 2017; Canonne, Kamath, Steinke 2020)."""
    charges = {row["id"]: row["state"] for row in database.execute("SELECT id, state FROM charge")}
    outbox = {}
    for row in database.execute("SELECT * FROM outbox"):
        reply = json.loads(row["envelope"])["document"]
        if reply["outcome"] == "update":
            outbox[row["instruction"]] = row["update_digest"]
            file = trial.folder / site / "outbox" / row["update_digest"]
            if not file.is_file() or sha256(file.read_bytes()) != row["update_digest"]:
                trial.fault("SPEND", f"{site} has charged for an update that is not in its outbox: {row['update_digest']}")
    committed = {one for one, state in charges.items() if state == "committed"}
    if committed != outbox.keys():
        trial.fault("SPEND", f"{site} committed {len(committed)} charges and {len(outbox)} updates, "
                             f"{len(committed ^ outbox.keys())} of which do not belong together")
    wire = {update.instruction: update.update for update in trial.updates
            if update.site == site and update.outcome == "update"}
    for instruction, update in wire.items():
        if outbox.get(instruction) != update:
            trial.fault("SPEND", f"{site} sent {update}, which it did not charge")
    if len(set(outbox.values())) != len(outbox):
        trial.fault("SPEND", f"{site} released the same bytes under two charges")
    budget = trial.spoken.get(f"budget {site}")
    if budget is not None:
        spent = len(charges)
        said = (budget["releases"], budget["reservedWithoutRelease"])
        if said != (len(committed), spent - len(committed)):
            trial.fault("SPEND", f"{site} shows {said}, its ledger has {(len(committed), spent - len(committed))}")
        if abs(budget["epsilon"] - epsilon(spent)) > 1e-9:
            trial.fault("SPEND", f"{site} shows epsilon {budget['epsilon']}, {spent} charges make {epsilon(spent)}")


def epsilon(charges: int) -> float:
    """ε at δ of that many Gaussian releases with the study's σ."""
    if charges == 0:
        return 0.0
    return max(0.0, min(charges * order / (2 * SIGMA * SIGMA) + math.log1p(-1 / order)
                        - (math.log(DELTA) + math.log(order)) / (order - 1) for order in ORDERS))


def released_once(trial: Trial) -> None:
    """One instruction, one reply, one update."""
    answers: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for update in trial.updates:
        answers.setdefault((update.site, update.instruction), set()).add((update.reply, update.update))
    for (site, instruction), different in answers.items():
        if len(different) > 1:
            trial.fault("RELEASE", f"{site} answered {instruction} with {sorted(different)}")


def ended(trial: Trial, run: dict, models: list[dict]) -> None:
    """Completed means every round with its quorum; and after the fault it is completed."""
    below = [model["round"] for model in models[1:] if len(model["inputs"]) < len(SITES)]
    said = any(view.get("state") == "completed" for view in trial.views)
    if said or run["state"] == "completed":
        if below or len(models) - 1 != ROUNDS:
            trial.fault("QUORUM", f"completed with {len(models) - 1} rounds, those below quorum: {below}")
    if run["state"] != "completed":
        trial.fault("END", f"the run is {run['state']} in round {run['round']}")


def waits(trial: Trial) -> None:
    """Who is awaited has a name and a why; a run that stands and waits for nobody is seen twice or more. The hub is awaited only
    when a step of its own has failed and it tries again, which is over soon after the fault."""
    standing, since = "", 0.0
    for view in trial.views:
        if view.get("state") != "running":
            standing = ""
            continue
        awaited = view.get("waitingFor", [])
        for one in awaited:
            known = one.get("site") in SITES or (one.get("site"), one.get("why")) == (HUB, HUB_TRIES)
            if not known or not one.get("why") or not one.get("since"):
                trial.fault("WAIT", f"a wait without a name or a why: {one}")
        rounds = view.get("rounds", [])
        answered = rounds[-1]["counted"] if rounds else []
        if {one.get("site") for one in awaited} & set(answered):
            trial.fault("WAIT", f"{answered} have answered, and {awaited} are awaited")
        hospitals = [one for one in awaited if one.get("site") != HUB]
        if hospitals or view.get("quiet") is False:
            standing = ""
        elif standing != view["stateKey"]:
            standing, since = view["stateKey"], view["at"]
        elif view["at"] - since > STANDS:
            trial.fault("WAIT", f"the run stands at {standing} for {view['at'] - since:.0f} s and awaits {awaited or 'nobody'}")
            return


def receipts(trial: Trial, hub, replies: dict[str, dict]) -> None:
    """A receipt for every reply of a closed round."""
    given = {}
    for row in hub.execute("SELECT envelope FROM receipt WHERE run = ?", (trial.run,)):
        receipt = json.loads(row["envelope"])["document"]
        given[receipt["reply"]] = receipt["outcome"]
    closed = {row["round"] for row in hub.execute("SELECT round FROM round WHERE run = ?", (trial.run,))}
    for digest, reply in replies.items():
        if reply["run"] == trial.run and reply["outcome"] == "accepted" and reply["round"] in closed and given.get(digest) != "counted":
            trial.fault("LOG", f"no receipt for {digest} of {reply['site']}")


def log(trial: Trial, name: str, database) -> None:
    """The event rows are without gaps, the log has them in order, gives its signed head, and tells of every update."""
    events = [(row["seq"], row["leaf"].encode()) for row in database.execute("SELECT seq, leaf FROM event ORDER BY seq")]
    if [seq for seq, _ in events] != list(range(len(events))):
        trial.fault("LOG", f"the events of {name} have gaps")
        return
    folder = trial.folder / name / "log"
    try:
        size, root = head(folder, trial.folder / name / "log.key")
        leaves = entries(folder, size)
    except (OSError, ValueError, InvalidSignature) as error:
        trial.fault("LOG", f"the log of {name} cannot be read: {type(error).__name__} {error}")
        return
    if merkle([leaf_hash(leaf) for leaf in leaves]) != root:
        trial.fault("LOG", f"the entries of {name} do not give the head of its log")
    if leaves != [leaf for _, leaf in events[:size]] or size > len(events):
        trial.fault("LOG", f"the log of {name} is not its events")
    known: dict[str, set[str]] = {}
    for leaf in leaves:
        event = json.loads(leaf)
        for ref in event["refs"]:
            known.setdefault(event["type"], set()).add(ref["sha256"])
    for update in trial.updates:
        if update.outcome != "update" or update.run != trial.run:
            continue
        if name == update.site:
            wanted = {"update-sent": update.update, "budget-reserved": update.instruction,
                      "budget-committed": update.instruction}
        elif name == HUB and update.acknowledged:
            wanted = {"update-received": update.update}
        else:
            continue
        for kind, digest in wanted.items():
            if digest not in known.get(kind, set()):
                trial.fault("LOG", f"{kind} of {digest} is not in the log of {name}")


def told(trial: Trial, site: str, database, hub) -> None:
    """What the hub has of a site's log is what the site has."""
    own = [row["leaf"] for row in database.execute("SELECT leaf FROM event ORDER BY seq")]
    copy = [row["leaf"] for row in hub.execute("SELECT leaf FROM site_entry WHERE site = ? ORDER BY idx", (site,))]
    if copy != own[: len(copy)]:
        trial.fault("LOG", f"the hub has other entries of {site} than {site}")
    if trial.spoken.get(f"journal {site}", True) is not True:
        trial.fault("LOG", f"the journal of {site} does not hold: {trial.spoken[f'journal {site}']}")


def head(folder: pathlib.Path, key: pathlib.Path) -> tuple[int, bytes]:
    """Size and root of the newest checkpoint, whose signature is checked."""
    note = (folder / "checkpoint").read_bytes()
    text, _, signatures = note.partition(b"\n\n")
    origin, size, root = (text + b"\n").decode().split("\n")[:3]
    public = serialization.load_pem_public_key(key.read_bytes().split(b"-----BEGIN PRIVATE KEY")[0])
    own = [line.rsplit(" ", 1)[1] for line in signatures.decode().splitlines() if line.startswith(f"\u2014 {origin} ")]
    public.verify(base64.b64decode(own[0])[4:], text + b"\n")
    return int(size), base64.b64decode(root)


def entries(folder: pathlib.Path, size: int) -> list[bytes]:
    """The leaves of a log of that size (C2SP tlog-tiles)."""
    leaves: list[bytes] = []
    for number in range(math.ceil(size / 256)):
        text = f"{number:03d}"
        while len(text) % 3:
            text = "0" + text
        parts = [text[i:i + 3] for i in range(0, len(text), 3)]
        place = "/".join(["x" + part for part in parts[:-1]] + parts[-1:])
        width = min(256, size - 256 * number)
        file = folder / "tile" / "entries" / (place if width == 256 else f"{place}.p/{width}")
        content, at = file.read_bytes(), 0
        for _ in range(width):
            length = int.from_bytes(content[at:at + 2], "big")
            leaves.append(content[at + 2:at + 2 + length])
            at += 2 + length
    return leaves


def leaf_hash(leaf: bytes) -> bytes:
    """RFC 6962."""
    return bytes.fromhex(sha256(b"\x00" + leaf))


def merkle(hashes: list[bytes]) -> bytes:
    """The root over leaf hashes (RFC 6962, section 2.1)."""
    if not hashes:
        return bytes.fromhex(sha256(b""))
    while len(hashes) > 1:
        hashes = [bytes.fromhex(sha256(b"\x01" + hashes[i] + hashes[i + 1])) if i + 1 < len(hashes) else hashes[i]
                  for i in range(0, len(hashes), 2)]
    return hashes[0]


def upper95(failures: int, trials: int) -> float:
    """The one-sided 95 % bound of Clopper and Pearson (1934); without a failure 1 − 0.05^(1/n)."""
    if failures >= trials:
        return 1.0
    low, high = failures / trials, 1.0
    for _ in range(100):
        middle = (low + high) / 2
        at_most = sum(math.exp(math.lgamma(trials + 1) - math.lgamma(k + 1) - math.lgamma(trials - k + 1)
                               + k * math.log(middle) + (trials - k) * math.log1p(-middle)) for k in range(failures + 1))
        low, high = (middle, high) if at_most > 0.05 else (low, middle)
    return high
