"""One place to play trials in: a copy of the federation, its ports, its processes; and how a trial is played there."""

import json
import os
import pathlib
import random
import re
import shutil
import signal
import threading
import time
from contextlib import closing
from datetime import datetime, timezone

from cryptography.hazmat.primitives import serialization
from flwr.proto import fleet_pb2
from flwr.supercore.primitives.asymmetric import sign_message

import judge
from faults import Fault
from federation import HUB, SITES, Broken, Daemon, Federation, Ports, Verbs, base_archive, found, programs, rows, settle, until
from judge import Trial
from steps import Steps, library
from tap import FLEET, Calls, Relay, Tap

LIMIT = 150.0
QUIET = 30.0
LOOK = 0.4
LOOKS = 25


class Field:
    """What stays over all trials of a job: the federation as it was founded, the command, the recorded steps; and the trial
    on it. Fields side by side share the founded federation and nothing else.

    A trial goes on with the federation that the one before has left, if it held: its daemons run on, what died is started
    again. A copy of the founded one is taken when a trial failed, when the studies are used up, and for faults that daemons
    must be started for, which leave none behind."""

    def __init__(self, out: pathlib.Path, name: str):
        self.base = out / "base"
        self.work = out / name
        self.live = self.work / "live"
        self.work.mkdir(parents=True, exist_ok=True)
        made = library(self.work)
        self.steps = {name: Steps(made, self.work / f"steps-{name}") for name in (HUB, *SITES)}
        self.ports = Ports()
        self.verbs = Verbs(self.work / "verbs.err")
        self.recorded: dict[str, dict[int, str]] = {}
        self.round: dict[str, list[int]] = {}
        self.runs = {"cold": 4.0, "warm": 2.0}
        self.load = load()
        self.federation: Federation | None = None
        self.unused: dict[str, list[str]] = {}
        self.warm = False
        self.recoveries: list[tuple[str, float]] = []

    def found(self) -> None:
        """Founds the federation that trials begin with a copy of."""
        shutil.rmtree(self.base, ignore_errors=True)
        found(self.live, self.verbs, self.ports)
        self.live.rename(self.base)

    def archive(self) -> None:
        """Class-data archives of a hub and a hospital, taken when they end after a run: what is started with them is ready
        sooner and has less to do in its first run. Where none comes of it, everything goes without. They are made once
        for the programs as they are."""
        of = self.base / "archives"
        if of.is_file() and of.read_text() == programs():
            return
        for file in self.base.glob("*.jsa"):
            file.unlink()
        daemons = self._anew()
        for name in (HUB, SITES[0]):
            # JDK 17 dies in writing an archive when native code for signatures was loaded.
            daemons[name].options = (f"-XX:SharedArchiveFile={base_archive()}", "-Dosteon.signatures=jdk",
                                     f"-XX:ArchiveClassesAtExit={self.base / daemons[name].kind}.jsa")
            daemons[name].environment = {}
        self.play(Fault, "fedavg", random.Random(0))
        for daemon in daemons.values():
            daemon.stop()
        self.leave()
        of.write_text(programs())

    @property
    def seconds(self) -> float:
        """How long the run of the trial at hand would take without a fault."""
        return self.runs["warm" if self.warm else "cold"]

    def patience(self) -> float:
        """Seconds that a run may take: eight times those of a run without a fault on daemons that have just started, more when the machine
        has become busier."""
        return max(LIMIT, 8 * self.runs["cold"] * max(1.0, load() / self.load))

    def steps_of(self, daemon: str) -> int:
        """Durable steps of a daemon in the recorded run."""
        return len(self.recorded[daemon])

    def what(self, text: str) -> str:
        """A step without what differs from trial to trial."""
        return re.sub(r"[0-9a-f]{64}", "<digest>", text.replace(str(self.live) + "/", ""))

    def record(self) -> None:
        """Two runs without a fault, to learn the durable steps and how long one takes."""
        marks: dict[int, dict[str, int]] = {}

        class Watching(Fault):
            def arm(self) -> None:
                for one in self.field.steps.values():
                    one.record()

            def strike(self) -> None:
                # The second round is the recorded one: what begins a run and what ends it are not in it.
                seen = 0
                with closing(rows(self.field.live / HUB / "hub.db")) as hub:
                    while seen < 3 and not self.field.ended.is_set():
                        for row in hub.execute("SELECT MAX(round) AS round FROM run"):
                            if (row["round"] or 0) > seen:
                                seen = row["round"]
                                marks[seen] = {name: one.count() for name, one in self.field.steps.items()}
                        time.sleep(0.01)

        self.plain(Watching)
        for name, one in self.steps.items():
            self.recorded[name] = one.made()
            self.round[name] = [number for number, kind in sorted(self.recorded[name].items())
                                if kind != "send" and marks[2][name] < number <= marks[3][name]]

    def plain(self, make=Fault) -> None:
        """Two runs without a fault, which must hold, one on daemons that have just started and one more on them; how long they
        take is what all times and deadlines go by."""
        self.leave()
        for which, kind in (("cold", make), ("warm", Fault)):
            trial, _ = self.play(kind, "fedavg", random.Random(0))
            if trial.faults:
                raise Broken(f"a run without a fault does not hold: {trial.faults}")
            self.runs[which] = max(1.0, self.ran)
            if which == "cold":
                for one in self.steps.values():
                    one.rest()
        self.load = load()

    def written(self) -> dict:
        """What was recorded, as `read` takes it."""
        return {"runs": self.runs, "load": self.load, "round": self.round,
                "steps": {name: sorted(steps.items()) for name, steps in self.recorded.items()}}

    def read(self, recorded: dict) -> None:
        """Takes what a field recorded."""
        self.runs, self.load, self.round = recorded["runs"], recorded["load"], recorded["round"]
        self.recorded = {name: dict(map(tuple, steps)) for name, steps in recorded["steps"].items()}

    def _anew(self) -> dict[str, Daemon]:
        """Takes a copy of the founded federation; its daemons do not run yet."""
        self.leave()
        shutil.rmtree(self.live, ignore_errors=True)
        shutil.copytree(self.base, self.live, symlinks=True, ignore=shutil.ignore_patterns("*.jsa"))
        settle(self.live, self.ports)
        self.unused = json.loads((self.live / "studies.json").read_text())
        self.federation = Federation(self.live, self.verbs, self.ports)
        self.tap = Tap(self.federation.hub.folder, self.ports[HUB])
        self.relays = {site: Relay(self.ports[f"{site}-way"], self.tap.port) for site in SITES}
        self.watch = Watch(self)
        self.warm = False
        for name, daemon in self.federation.daemons.items():
            daemon.environment = self.steps[name].environment
            archive = self.base / f"{daemon.kind}.jsa"
            daemon.options = (f"-XX:SharedArchiveFile={archive}",) if archive.is_file() else ()
        return self.federation.daemons

    def leave(self) -> None:
        """Ends the federation at hand, whose folder stays."""
        if self.federation is not None:
            self.federation.kill()
            self.federation = None
            self.tap.close()
            for relay in self.relays.values():
                relay.close()

    def play(self, make, study: str, draw: random.Random, anew: bool = False):
        """One trial: what it left behind, judged, and the fault. Its federation runs on when it held and may be gone on with.

        anew: with a copy of the founded federation, also when there is one to go on with"""
        if anew or self.federation is None or not self.unused[study]:
            self._anew()
        federation, tap = self.federation, self.tap
        digest = self.unused[study].pop()
        self.ended = threading.Event()
        self.views = views = []
        self.remarks: list[tuple[str, str]] = []
        spoken: dict = {}
        run = self.run = ""
        broken = ""
        held = False
        fault = make(self, draw)
        striking = threading.Thread(target=self._strike, args=(fault,), daemon=True)
        try:
            try:
                fault.prepare()
                federation.start(*(name for name, daemon in federation.daemons.items() if not daemon.alive()))
                fault.arm()
                started = time.monotonic()
                self.run = run = self._run(digest)
                striking.start()
                self._follow(run, fault, views, draw)
                self.ran = time.monotonic() - started
                self.ended.set()
                striking.join(30)
                tap.calls, tap.keep, tap.kept = Calls(), (), []
                for relay in self.relays.values():
                    relay.open_up()
                spoken = self._ask(run)
            except Broken as error:
                broken = str(error)
            with federation.frozen():
                updates = tap.record.updates()
                if broken or fault.alone:
                    self.leave()
                    fault.end()
                trial = Trial(self.live, study, run, updates, views, spoken)
                if broken:
                    trial.fault("END", broken)
                if tap.troubles:
                    raise RuntimeError(tap.troubles[0])
                for text in spoken.pop("faults", []) + self.remarks:
                    trial.fault(*text)
                if run:
                    judge.judge(trial)
            held = not trial.faults and not striking.is_alive()
            return trial, fault
        finally:
            self.ended.set()
            self.warm = True
            if not held:
                self.leave()
                fault.end()

    def remark(self, invariant: str, text: str) -> None:
        """Something that a fault saw itself."""
        self.remarks.append((invariant, text))

    def signed(self, headers: list) -> list:
        """A call's headers under a fresh signature of the same hospital's key, made by Flower's own code."""
        pem = dict(headers)["flwr-public-key-bin"].decode().strip()
        site = self.watch.sites[pem]
        text = (self.base / site / "node.key").read_bytes()
        key = serialization.load_pem_private_key(text[text.index(b"-----BEGIN PRIVATE"):], None)
        when = datetime.now(timezone.utc).isoformat()
        fresh = {"flwr-timestamp": when, "flwr-signature-bin": sign_message(key, when.encode())}
        return [(name, fresh.get(name, value)) for name, value in headers]

    def _run(self, digest: str) -> str:
        """Starts the run; a hub that dies meanwhile, and may be dying still, has started it or not."""
        code, answer, error = self.verbs.call("run", "start", digest, "--hub", self.federation.hub.folder)
        if code == 0:
            return answer["run"]

        def there() -> str:
            self._revive(0)
            with closing(rows(self.federation.hub.folder / "hub.db")) as database:
                row = database.execute("SELECT id FROM run WHERE study = ?", (digest,)).fetchone()
            if row:
                return row["id"]
            if self.federation.hub.alive() and self.federation.hub.line:
                again = self.verbs.call("run", "start", digest, "--hub", self.federation.hub.folder)
                return again[1].get("run", "") if again[0] == 0 else ""
            return ""

        if code != 4:
            raise Broken(f"the run does not start: {error[:400]}")
        return until("the run's start", there, self.patience())

    def _strike(self, fault) -> None:
        try:
            fault.strike()
        finally:
            fault.over = True

    def _revive(self, after: float, without: set[str] = frozenset()) -> None:
        """Starts again what died."""
        for name, daemon in self.federation.daemons.items():
            if name not in without and not daemon.alive():
                if daemon.process is not None and after:
                    time.sleep(after)
                daemon.start()
                self.watch.restarted(name)

    def _follow(self, run: str, fault, views: list[dict], draw: random.Random) -> None:
        federation = self.federation
        begin = time.monotonic()
        while time.monotonic() < begin + self.patience():
            self._revive(draw.uniform(0, 1), fault.down)
            view = federation.show(run)
            if view:
                settled = fault.over and all(one.alive() and one.line for one in federation.daemons.values())
                views.append({**view, "at": time.monotonic(), "quiet": settled})
                if view["state"] == "completed" and fault.over:
                    return
                if view["state"] == "completed":
                    self.ended.set()
                if view["state"] in ("stalled", "stopped", "paused") and settled:
                    self.verbs.call("run", "resume", run, "--hub", federation.hub.folder)
            # On a busy machine a run takes longer, and is looked at as often.
            time.sleep(max(LOOK, self.seconds / LOOKS))

    def _ask(self, run: str) -> dict:
        """What the daemons say at the end, when what is on its way has arrived."""
        federation = self.federation
        self._revive(0)
        for daemon in federation.daemons.values():
            daemon.ready()
        said: dict = {"faults": []}
        try:
            until("receipts and logs on both sides", self._arrived(), max(QUIET, self.patience() / 5))
        except Broken as error:
            said["faults"].append(("LOG", f"{error}: {self.lacking}"))
        for daemon in federation.daemons.values():
            daemon.ready()
        for site in SITES:
            sets = self.verbs.done("data", "budget", self.live / site)["sets"]
            said[f"budget {site}"] = sets[0] if sets else {"releases": 0, "reservedWithoutRelease": 0, "epsilon": 0}
            code, answer, error = self.verbs.call("site", "journal", self.live / site, "--verify")
            said[f"journal {site}"] = True if code == 0 else f"{answer or error[:300]}"
        view = federation.show(run)
        for one in view.get("rounds", []):
            if one["closed"]:
                code, answer, error = self.verbs.call("round", "replay", run, one["number"], "--hub", federation.hub.folder)
                if code != 0:
                    said["faults"].append(("MODEL", f"osteon round replay of round {one['number']}: {answer or error[:300]}"))
        return said

    def _arrived(self):
        """Whether receipts lie at the sites, all events in the logs, and the sites' logs at the hub."""
        def look() -> bool:
            # One that was being killed when the run ended seemed to be alive; no other has a reason to be gone now.
            for name, daemon in self.federation.daemons.items():
                if not daemon.alive() and daemon.process.returncode != -signal.SIGKILL:
                    self.remark("END", f"{name} ended by itself with {daemon.process.returncode} when the run was over")
            self._revive(0)
            lacking = []
            with closing(rows(self.live / HUB / "hub.db")) as hub:
                for name in (HUB, *SITES):
                    with closing(rows(self.live / name / ("hub.db" if name == HUB else "site.db"))) as own:
                        events = own.execute("SELECT COUNT(*) FROM event").fetchone()[0]
                        size = int((self.live / name / "log" / "checkpoint").read_text().splitlines()[1])
                        if size < events:
                            lacking.append(f"{name} has {events} events and {size} in its log")
                        if name != HUB:
                            had = hub.execute("SELECT COUNT(*) FROM site_entry WHERE site = ?", (name,)).fetchone()[0]
                            if had < events:
                                lacking.append(f"the hub has {had} of {events} entries of {name}")
                            given = hub.execute("SELECT COUNT(*) FROM receipt WHERE site = ?", (name,)).fetchone()[0]
                            got = own.execute("SELECT COUNT(*) FROM receipt").fetchone()[0]
                            if got < given:
                                lacking.append(f"{name} has {got} of {given} receipts")
            self.lacking = lacking
            return not lacking
        return look

    def close(self) -> None:
        """Ends the command, and the federation at hand."""
        self.leave()
        self.verbs.close()
        self.ports.close()


class Watch:
    """How long after a restart each hospital is active at the hub again."""

    def __init__(self, field: Field):
        self.field = field
        self.lock = threading.Lock()
        self.since: dict[str, tuple[float, str]] = {}
        self.sites = {}
        for site in SITES:
            text = (field.base / site / "node.key").read_text()
            self.sites[text[: text.index("-----BEGIN PRIVATE")].strip()] = site
        field.tap.heard = self.heard

    def restarted(self, name: str) -> None:
        """A daemon was started again."""
        with self.lock:
            for site in SITES if name == HUB else (name,):
                self.since[site] = (time.monotonic(), name)

    def heard(self, method: str, request: bytes) -> None:
        """The hub has answered a call."""
        if method != FLEET + "ActivateNode":
            return
        key = fleet_pb2.ActivateNodeRequest.FromString(request).public_key.decode().strip()
        with self.lock:
            begun = self.since.pop(self.sites.get(key, ""), None)
            if begun:
                self.field.recoveries.append((begun[1], time.monotonic() - begun[0]))


def load() -> float:
    """How many times more processes want to run than there are processors, over the last minute; at least 1."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
