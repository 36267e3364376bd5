#!/usr/bin/env python3
"""A run that ``flwr run`` started on an unmodified flower-superlink trains at a site of ours, whose agent hosts its ClientApp.

The officer of the site reads what the run asks and approves exactly that, with the rows that the app may read; before, and for any
other bundle, each message is refused. The app tries DNS, TCP, UDP, sockets, files and processes to get rows out; the agent is
killed while it runs; more was answered than declared; more rounds are asked for than approved. The ServerApp's model is NumPy's,
bit for bit. Flower's FedAvg trains and evaluates to its end. Needs what ``hosted.py`` needs, and its Python: ``flwr`` 1.26 to 1.29; with a Python of another release, which the
SuperLink is then of, ``OSTEON_HOSTED_FLOWER`` names the environment that the app runs in. Everything is written below
target/interop/hosted-superlink. Exit code 0 when all holds.
"""

import datetime
import json
import os
import pathlib
import shutil
import signal
import socket
import time
import uuid
from contextlib import ExitStack

import numpy as np
from cryptography.hazmat.primitives import serialization

import hosted
import superlink
from hosted import MEMORY_MIB, TRIED, groups
from parties import HOME, Hub, check
from superlink import flwr, tls

FOLDER = hosted.FOLDER = superlink.FOLDER = HOME / "target" / "interop" / "hosted-superlink"
if os.environ.get("OSTEON_HOSTED_FLOWER"):
    hosted.BIN = pathlib.Path(os.environ["OSTEON_HOSTED_FLOWER"]) / "bin"
ROUNDS = 2
COLUMNS = ["female", "prior_fracture", "smoking", "falls"]
COHORT = {
    "sql": f"SELECT patient, {', '.join(COLUMNS)}, fracture FROM export WHERE fracture IS NOT NULL",
    "label": "fracture", "classes": 2, "minimumPatients": 200,
    "features": [{"column": name, "center": 0, "scale": 1} for name in COLUMNS],
}


class Link(superlink.SuperLink):
    """The SuperLink, and the engineer who starts runs at it."""

    def engineer(self) -> None:
        """Tells the flwr command where the SuperLink is."""
        home = self.folder / "engineer-home"
        home.mkdir()
        link = f'address = "{self.control}"\nroot-certificates = "{FOLDER / "tls.crt"}"\n'
        (home / "config.toml").write_text(f'[superlink]\ndefault = "lab"\n[superlink.lab]\n{link}')

    def begin(self, app: pathlib.Path, config: dict, again: "Run | None" = None) -> "Run":
        """Starts a run of an app with this configuration, which names a folder of its own, or once more that of a run before."""
        out = again.out if again else FOLDER / f"out-{uuid.uuid4().hex[:8]}"
        out.mkdir(exist_ok=True)
        for told in out.glob("*.json"):
            told.unlink()
        file = out / "config.toml"
        file.write_text("".join(f"{key} = {literal(value)}\n" for key, value in {"out": str(out), "width": len(COLUMNS), **config}.items()))
        flwr(self.folder, "run", str(app), "lab", "--run-config", str(file), says="uccessfully started run")
        return Run(self, out)


def literal(value: object) -> str:
    """A value as TOML has it; texts as they are."""
    return f"'{value}'" if isinstance(value, str) else str(value)


class Run:
    """A run as its ServerApp tells it."""

    def __init__(self, link: Link, out: pathlib.Path):
        self.link = link
        self.out = out

    def step(self, name: str) -> list[dict]:
        """What the nodes answered in a step, when they have."""
        return self.told(name)["replies"]

    def told(self, name: str, patience: float = 240) -> dict:
        """What the ServerApp wrote after a step, when it has."""
        file = self.out / f"{name}.json"
        deadline = time.monotonic() + patience
        while not file.exists() and time.monotonic() < deadline and self.link.process.poll() is None:
            time.sleep(0.1)
        check(f"{name} is over", file.exists(), self.link.folder / "superlink.log")
        return json.loads(file.read_text())

    def decided(self) -> None:
        """Lets it go on."""
        (self.out / "decided").touch()

    def model(self, number: int) -> np.ndarray:
        """The model after a round."""
        return np.load(self.out / f"round-{number}.npz")["weight"]


class Hospital(hosted.Hospital):
    """The site whose Flower calls go to the SuperLink, and its officer."""

    def fleet(self, link: Link, pin: str) -> None:
        """Sends its Flower calls there, under the key that the SuperLink knows."""
        with open(self.folder / "osteon.toml", "a") as settings:
            settings.write(f'fleet = "{link.fleet}"\nfleetPin = "{pin}"\nfleetCarrier = "{link.carrier}"\n')
        pem = (self.folder / "node.key").read_bytes().split(b"-----BEGIN PRIVATE")[0]
        public = FOLDER / "node.pub"
        key = serialization.load_pem_public_key(pem)
        public.write_bytes(key.public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH))
        link.register(public)

    def waiting(self) -> list[dict]:
        """The foreign runs that nobody decided about."""
        return [one for one in self.site.verb("site", "status", str(self.folder))["hosted"] if one["decision"] == "open"]

    def refuse(self, reason: str) -> None:
        """The officer refuses all that waits."""
        for one in self.waiting():
            self.site.verb(
                "officer", "refuse", str(self.folder), one["study"], "--key", str(self.key), "--passphrase-file", str(self.passphrase),
                "--reason", reason,
            )

    def allow(self, rounds: int, *more: str) -> tuple[int, str]:
        """The officer reads the one that waits, and approves exactly that; the exit code and what was said."""
        (one,) = self.waiting()
        asked = self.site.verb("officer", "review", str(self.folder), one["study"])
        check(
            "the officer reads app, bundle, rounds, what leaves, and that apps are hosted here",
            asked["app"] == "osteon/hosted" and len(asked["fab"]) == 64 and asked["rounds"] == rounds and asked["hosting"]
            and asked["guarantee"] == "exact" and asked["releases"] == ["arrays", "metrics/num-examples"]
            and asked["messageTypes"] == ["train", "evaluate"] and asked["roundsCounted"] == "per-document",
            asked,
        )
        self.study = one["study"]
        return self.approve(one["study"], rounds, *more)

    def approve(self, study: str, rounds: int, *more: str) -> tuple[int, str]:
        """The officer approves this for a day; the exit code and what was said."""
        until = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        return self.site.call(
            "officer", "approve", str(self.folder), study, "--key", str(self.key), "--passphrase-file", str(self.passphrase),
            "--epsilon", "0", "--rounds", str(rounds), "--until", until, *more,
        )

    def charges(self, study: str) -> list[tuple[str, str]]:
        """What the ledger has of a run."""
        budget = self.site.verb("data", "budget", str(self.folder))["sets"][0]
        return [(c["mechanism"], c["state"]) for c in budget["history"] if c["study"] == study]

    def left(self, study: str) -> list[dict]:
        """What left of a run."""
        return self.site.verb("site", "journal", str(self.folder), "--study", study)["entries"]


def bundled(name: str, comment: str = "") -> pathlib.Path:
    """A copy of the app as the engineer has it, with a comment more in its ClientApp."""
    copy = FOLDER / name
    shutil.copytree(HOME / "interop" / "hosted-app", copy, ignore=shutil.ignore_patterns("__pycache__"))
    if comment:
        with open(copy / "hosted" / "client_app.py", "a") as code:
            code.write(f"# {comment}\n")
    return copy


def main() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    with ExitStack() as running:
        pin = tls(FOLDER)
        link = Link(FOLDER / "link", registered=True)
        link.start()
        running.callback(link.stop)
        link.engineer()
        hub = Hub.make(FOLDER / "hub")
        hub.start()
        running.callback(hub.stop)
        hospital = Hospital(hub)
        hospital.host(groups(running))
        hospital.fleet(link, pin)
        hospital.site.start()
        running.callback(hospital.site.stop)
        hospital.add_data()
        cohort = FOLDER / "cohort.json"
        cohort.write_text(json.dumps(COHORT))
        named = ["--cohort", str(cohort), "--waive", "SMALL_CELL"]
        app = bundled("app")

        ways(link, hospital, app, named, running)
        evaluated(link, hospital, app, named)
        queried(link, hospital, app, named)
        altered(link, hospital)
        killed(link, hospital, app, named)
        undeclared(link, hospital, app, named)
        without_rows(link, hospital, app)
        check("the journal agrees with log and outbox", hospital.site.verb("site", "journal", str(hospital.folder), "--verify")["ok"])
        print(f"  flower-superlink {link.version}; flwr-clientapp of {hosted.BIN.parent.name}")


def ways(link: Link, hospital: Hospital, app: pathlib.Path, named: list[str], running: ExitStack) -> None:
    """An app that tries every way out trains all the same, in as many rounds as were approved."""
    outside = running.enter_context(socket.create_server(("127.0.0.1", 0)))
    abstract = running.enter_context(socket.socket(socket.AF_UNIX))
    abstract.bind(f"\0osteon-{uuid.uuid4()}")
    abstract.listen()
    host, port = link.fleet.rsplit(":", 1)
    target = {
        "tcp": [[host, int(port)], ["127.0.0.1", outside.getsockname()[1]], ["8.8.8.8", 443]],
        "udp": [["127.0.0.1", outside.getsockname()[1]], ["8.8.8.8", 53]],
        "abstract": abstract.getsockname()[1:].decode(),
        "sockets": ["/run/dbus/system_bus_socket"],
        "secrets": [str(hospital.folder / name) for name in ("osteon.toml", "node.key", "site.db")],
        "written": [str(FOLDER / "out.csv")],
        "processes": [hospital.site.process.pid],
        "marker": "org.osteon.site.SiteAgentMain",
        "memoryMiB": MEMORY_MIB,
    }
    run = link.begin(app, {"try": ",".join([*TRIED, "log"]), "target": json.dumps(target), "num-server-rounds": ROUNDS, "beyond": 1})
    check("a run that nobody approved is refused", run.step("knock") == [{"error": "HOSTED_RUN_NOT_APPROVED"}], run.out)
    code, said = hospital.allow(ROUNDS, *named[:2])
    check("rows with small cells are not named without a waiver", code != 0 and "SMALL_CELL" in said, said)
    code, said = hospital.allow(ROUNDS, *named)
    check("the officer approves the run with the rows that its app may read", code == 0, said)
    run.decided()
    outputs = hospital.folder / "hosted" / "output"
    model = np.zeros(len(COLUMNS), np.float32)
    for number in range(1, ROUNDS + 1):
        (reply,) = run.step(f"round-{number}")
        check(
            f"round {number}: the app's own arrays and number of rows came, and nothing beside them",
            reply.get("records") == ["arrays", "metrics"] and reply["arrays"] == {"weight": [len(COLUMNS)]}
            and list(reply["metrics"]) == ["num-examples"], reply,
        )
        newest = max(outputs.iterdir(), key=lambda file: file.stat().st_mtime).read_text(errors="replace")
        sums = json.loads(next(line for line in newest.splitlines() if line.startswith("SUMS "))[5:])
        rows = int(reply["metrics"]["num-examples"])
        check(f"round {number}: the app read {rows} rows", rows >= COHORT["minimumPatients"] and f"ROWS {rows} read" in newest, newest[-300:])
        model = model - np.float32(0.01) * (np.array(sums) / rows).astype(np.float32)
        check(f"round {number}: the ServerApp's model is NumPy's, bit for bit", run.model(number).tobytes() == model.tobytes() and model.all(), (run.model(number), model))
    for way in TRIED:
        seen = [line for line in newest.splitlines() if line.startswith(f"TRIED {way} ")]
        check(f"{way}: {len(seen)} attempts were refused and are seen at the site", len(seen) > 0 and "GotOut" not in newest, newest[-800:])
    told = "".join(file.read_text(errors="replace") for file in [link.folder / "superlink.log", *run.out.glob("*.json")])
    told += flwr(link.folder, "ls", "lab", "--format", "json")
    check("what the app printed of rows lies at the site and nowhere else", "ROWS [[" in newest and "ROWS" not in told, newest[-200:])
    outside.settimeout(0.2)
    try:
        outside.accept()
        check("nobody called the port outside", False)
    except TimeoutError:
        check("nobody called the port outside", True)
    check("one round more than approved is refused", run.step(f"round-{ROUNDS + 1}") == [{"error": "CAPSULE_ROUNDS_EXHAUSTED"}], run.out)
    check("the app was launched once a round", len(list(outputs.iterdir())) == ROUNDS)
    check(
        "an evaluation, a query and an action that were not approved are refused",
        run.step("other") == [{"error": "HOSTED_MESSAGE_NOT_APPROVED"}, {"error": "HOSTED_RUN_NOT_APPROVED"}, {"error": "HOSTED_RUN_NOT_APPROVED"}],
        run.out,
    )
    check("the query and the action wait for the officer, each as a run of its own", len(hospital.waiting()) == 2, hospital.waiting())
    hospital.refuse("training alone was agreed upon")
    entries = hospital.left(hospital.study)
    check(
        "the journal has each answer, and where it went",
        [(e["type"], e["to"], len(e["capsule"])) for e in entries] == [("update", link.fleet, 64)] * ROUNDS,
        entries,
    )
    check(
        "the last answer that left is the file in the site's outbox",
        (hospital.folder / "outbox" / entries[-1]["digest"]).read_bytes() == model.astype("<f4").tobytes(), entries[-1],
    )
    seen = hospital.site.verb("officer", "patient", str(hospital.folder), "A25000000")["foreign"]
    check(
        "a patient's trace names the run that read the row, and how often",
        [(one["study"], one["server"], one["answered"]) for one in seen] == [(hospital.study, link.fleet, ROUNDS)], seen,
    )
    check("the ledger charged each round as an un-noised release", hospital.charges(hospital.study) == [("ExactRelease", "committed")] * ROUNDS, hospital.charges(hospital.study))


def evaluated(link: Link, hospital: Hospital, app: pathlib.Path, named: list[str]) -> None:
    """Flower's FedAvg trains and evaluates to its end; of an evaluation the numbers leave that the officer named."""
    outputs = hospital.folder / "hosted" / "output"
    config = {"try": "nothing", "target": "{}  ", "num-server-rounds": ROUNDS, "strategy": 1}
    run = link.begin(app, config)
    run.step("knock")
    code, said = hospital.allow(ROUNDS, *named, "--number", "eval_loss")
    check("numbers of an evaluation are not approved without it", code != 0, said)
    code, said = hospital.allow(ROUNDS, *named, "--types", "train,evaluate", "--number", "eval_loss")
    check("the officer approves training, and evaluation with one number", code == 0, said)
    before = set(outputs.iterdir())
    run.decided()
    result = run.told("result")
    launched = sorted(set(outputs.iterdir()) - before, key=lambda file: file.stat().st_mtime)
    losses = [line.split()[1] for file in launched for line in file.read_text(errors="replace").splitlines() if line.startswith("LOSS ")]
    check(
        f"FedAvg ended after {ROUNDS} rounds of training and evaluation, with the app's own losses {losses}",
        sorted(result["train"]) == sorted(result["evaluate"]) == [str(n) for n in range(1, ROUNDS + 1)]
        and np.allclose([result["evaluate"][str(n)]["eval_loss"] for n in range(1, ROUNDS + 1)], [float(loss) for loss in losses], rtol=1e-12),
        (result, losses),
    )
    check("no number that was not named left", all(list(metrics) == ["eval_loss"] for metrics in result["evaluate"].values()), result)
    entries = hospital.left(hospital.study)
    evaluations = [e for e in entries if "metrics.eval_loss double" in e["fields"]]
    check(
        "the journal has each training and each evaluation, which has no arrays",
        len(entries) == 2 * ROUNDS and len(evaluations) == ROUNDS
        and not any(field.startswith("arrays.") for e in evaluations for field in e["fields"]),
        entries,
    )
    check("the ledger charged each of them", hospital.charges(hospital.study) == [("ExactRelease", "committed")] * 2 * ROUNDS, hospital.charges(hospital.study))
    again = link.begin(app, config, run)
    check("the same run started again counts on", again.step("knock") == [{"error": "CAPSULE_ROUNDS_EXHAUSTED"}], again.out)
    asked = hospital.site.verb("officer", "review", str(hospital.folder), hospital.study)
    check(
        "the officer reads what is approved, and how much of it was used",
        (asked["approvedTypes"], asked["answered"], asked["approvedRounds"]) == (["train", "evaluate"], {"train": ROUNDS, "evaluate": ROUNDS}, ROUNDS),
        asked,
    )
    run = link.begin(app, {**config, "try": "evaluate-arrays"})
    run.step("knock")
    hospital.allow(ROUNDS, *named, "--types", "evaluate")
    run.decided()
    run.told("result")
    check(
        "an evaluation that answers arrays leaves as a code, and a training that was not approved, too",
        hospital.left(hospital.study) == [] and hospital.charges(hospital.study) == [("ExactRelease", "reserved")] * ROUNDS,
        hospital.charges(hospital.study),
    )


def queried(link: Link, hospital: Hospital, app: pathlib.Path, named: list[str]) -> None:
    """A query and a custom action of training are approved each by itself; of the query one number leaves."""
    kinds = ["query", "train.warm_up"]
    run = link.begin(app, {"try": "nothing", "target": "{}   ", "num-server-rounds": 1, "asks": ",".join(kinds), "beyond": 1})
    check("a query and an action that nobody approved are refused", run.step("knock") == [{"error": "HOSTED_RUN_NOT_APPROVED"}] * 2, run.out)
    asked = {}
    for one in hospital.waiting():
        review = hospital.site.verb("officer", "review", str(hospital.folder), one["study"])
        (kind,) = review["messageTypes"]
        asked[kind] = review
    check(
        "the officer reads each as its own request, and what would leave",
        {kind: (review["releases"], len(review["arrays"])) for kind, review in asked.items()}
        == {"query": (["query/num-examples"], 0), "train.warm_up": (["arrays", "metrics/num-examples"], 1)},
        asked,
    )
    code, said = hospital.approve(asked["query"]["study"], 1, *named, "--types", "train")
    check("a query is not approved as a training", code != 0, said)
    code, said = hospital.approve(asked["query"]["study"], 1, *named, "--number", "largest-0")
    check("the officer approves the query with one number", code == 0, said)
    code, said = hospital.approve(asked["train.warm_up"]["study"], 1, *named)
    check("the officer approves the action", code == 0, said)
    outputs = hospital.folder / "hosted" / "output"
    before = set(outputs.iterdir())
    run.decided()
    answer, warmed = run.step("asked-1")
    launched = sorted(set(outputs.iterdir()) - before, key=lambda file: file.stat().st_mtime)
    (largest,) = [json.loads(line[8:]) for file in launched for line in file.read_text(errors="replace").splitlines() if line.startswith("LARGEST ")]
    check(
        "of the query the number that was named came, and the number of rows",
        answer.get("records") == ["metrics"] and answer["metrics"]["largest-0"] == largest[0]
        and sorted(answer["metrics"]) == ["largest-0", "num-examples"], (answer, largest),
    )
    check("the action's array came", warmed.get("arrays") == {"weight": [len(COLUMNS)]} and list(warmed["metrics"]) == ["num-examples"], warmed)
    check("each more than once is refused", run.step("asked-2") == [{"error": "CAPSULE_ROUNDS_EXHAUSTED"}] * 2, run.out)
    for kind, review in asked.items():
        check(
            f"{kind}: charged once, and in the journal once",
            hospital.charges(review["study"]) == [("ExactRelease", "committed")] and len(hospital.left(review["study"])) == 1,
            (hospital.charges(review["study"]), hospital.left(review["study"])),
        )
        used = hospital.site.verb("officer", "review", str(hospital.folder), review["study"])
        check(f"{kind}: the officer reads how much was used", (used["answered"], used["approvedTypes"]) == ({kind: 1}, [kind]), used)


def altered(link: Link, hospital: Hospital) -> None:
    """The same app with a comment more is another app."""
    run = link.begin(bundled("altered", "nothing"), {"try": "nothing", "target": "{}"})
    run.decided()
    check(
        "a bundle with one line more is refused, also after the other was approved",
        run.step("knock") == run.step("round-1") == [{"error": "HOSTED_RUN_NOT_APPROVED"}], run.out,
    )
    (one,) = hospital.waiting()
    check("it waits for the officer as another run", one["study"] != hospital.study, one)
    hospital.refuse("not the app that was reviewed")


def killed(link: Link, hospital: Hospital, app: pathlib.Path, named: list[str]) -> None:
    """The agent is killed while the app runs, and started again: one charge, one answer."""
    run = link.begin(app, {"try": "slow", "target": json.dumps({"seconds": 8})})
    run.step("knock")
    code, said = hospital.allow(1, *named)
    check("the officer approves a run whose app takes its time", code == 0, said)
    before = set((hospital.folder / "hosted" / "output").iterdir())
    run.decided()
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        launched = set((hospital.folder / "hosted" / "output").iterdir()) - before
        if any("SUMS" in file.read_text(errors="replace") for file in launched):
            break
        time.sleep(0.02)
    hospital.site.process.send_signal(signal.SIGKILL)
    hospital.site.process.wait()
    check("the agent was killed while the app ran", not (run.out / "round-1.json").exists() and launched)
    hospital.site.start()
    (reply,) = run.step("round-1")
    check("the message is answered after the agent is there again", "metrics" in reply, reply)
    check("what was cut was charged once", hospital.charges(hospital.study) == [("ExactRelease", "committed")], hospital.charges(hospital.study))
    check("one answer left", [e["type"] for e in hospital.left(hospital.study)] == ["update"], hospital.left(hospital.study))


def undeclared(link: Link, hospital: Hospital, app: pathlib.Path, named: list[str]) -> None:
    """An app that answers rows beside its model."""
    run = link.begin(app, {"try": "extra-array", "target": "{}"})
    run.step("knock")
    hospital.allow(1, *named)
    run.decided()
    check("an answer with rows beside the model leaves as a code", run.step("round-1") == [{"error": "HOSTED_REPLY_NOT_DECLARED"}], run.out)
    check("nothing of it left", hospital.left(hospital.study) == [], hospital.left(hospital.study))
    check("its charge stays", hospital.charges(hospital.study) == [("ExactRelease", "reserved")], hospital.charges(hospital.study))


def without_rows(link: Link, hospital: Hospital, app: pathlib.Path) -> None:
    """An approval that names no rows gives none."""
    run = link.begin(app, {"try": "nothing", "target": "{ }"})
    run.step("knock")
    hospital.allow(1)
    run.decided()
    check("an app without rows named finds none", run.step("round-1") == [{"error": "HOSTED_APP_FAILED"}], run.out)
    newest = max((hospital.folder / "hosted" / "output").iterdir(), key=lambda file: file.stat().st_mtime).read_text(errors="replace")
    check("it said so at the site", "rows.csv" in newest and "SUMS" not in newest, newest[-300:])


if __name__ == "__main__":
    main()
