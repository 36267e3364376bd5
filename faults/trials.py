#!/usr/bin/env python3
"""Trials of a whole federation under faults, driven and judged from outside. See README.md."""

import argparse
import functools
import json
import pathlib
import random
import re
import resource
import shutil
import statistics
import sys
import threading
import time
from contextlib import closing
from datetime import datetime, timezone

from cryptography.hazmat.primitives import serialization
from flwr.proto import fleet_pb2
from flwr.supercore.primitives.asymmetric import sign_message

import judge
import planted
from faults import KINDS, Absent, Fault
from federation import HOME, HUB, SITES, STUDIES, Broken, Federation, Verbs, found, rows, until
from judge import INVARIANTS, Trial, upper95
from steps import Steps, library
from tap import FLEET, Relay, Tap

LIMIT = 150.0
QUIET = 30.0
LOOK = 0.7


class Field:
    """What stays over all trials: the federation as it was founded, the command, the recorded steps; and the trial on it."""

    def __init__(self, work: pathlib.Path):
        self.work = work
        self.live = work / "live"
        self.base = work / "base"
        self.library = library(work)
        self.verbs = Verbs(work / "verbs.err")
        self.recorded: dict[str, dict[int, str]] = {}
        self.round: dict[str, list[int]] = {}
        self.seconds = 4.0
        self.federation: Federation | None = None
        self.recoveries: list[tuple[str, float]] = []
        self.limit = LIMIT

    def found(self) -> None:
        """Founds the federation that each trial begins with a copy of."""
        shutil.rmtree(self.base, ignore_errors=True)
        founded = found(self.live, self.verbs)
        (self.live / "ports.json").write_text(json.dumps(founded.ports))
        self.live.rename(self.base)

    def steps_of(self, daemon: str) -> int:
        """Durable steps of a daemon in the recorded run."""
        return len(self.recorded[daemon])

    def what(self, text: str) -> str:
        """A step without what differs from trial to trial."""
        return re.sub(r"[0-9a-f]{64}", "<digest>", text.replace(str(self.live) + "/", ""))

    def record(self) -> None:
        """One run without a fault, to learn the durable steps and how long it takes."""
        steps = {}
        marks: dict[int, dict[str, int]] = {}

        def watch(trial_field: "Field") -> None:
            for name in (HUB, *SITES):
                steps[name] = Steps(self.library, self.work / f"steps-{name}")
                trial_field.federation.daemons[name].environment = steps[name].environment

        class Watching(Fault):
            def prepare(self) -> None:
                watch(self.field)

            def arm(self) -> None:
                for one in steps.values():
                    one.record()

            def strike(self) -> None:
                # The second round is the recorded one: what begins a run and what ends it are not in it.
                seen = 0
                with closing(rows(self.field.live / HUB / "hub.db")) as hub:
                    while seen < 3 and not self.field.ended.is_set():
                        for row in hub.execute("SELECT MAX(round) AS round FROM run"):
                            if (row["round"] or 0) > seen:
                                seen = row["round"]
                                marks[seen] = {name: one.count() for name, one in steps.items()}
                        time.sleep(0.01)

        begin, trial, _ = self.play(lambda field, draw: Watching(field, draw), "fedavg", random.Random(0))
        if trial.faults:
            raise Broken(f"a run without a fault does not hold: {trial.faults}")
        self.seconds = max(1.0, self.ran)
        # On a machine that is busy with other things everything takes longer.
        self.limit = max(LIMIT, 8 * self.seconds)
        for name, one in steps.items():
            one.rest()
            self.recorded[name] = one.made()
            self.round[name] = [number for number, kind in sorted(self.recorded[name].items())
                                if kind != "send" and marks[2][name] < number <= marks[3][name]]

    def play(self, make, study: str, draw: random.Random):
        """One trial: its start, what it left behind, judged, and the fault."""
        begin = time.monotonic()
        shutil.rmtree(self.live, ignore_errors=True)
        shutil.copytree(self.base, self.live, symlinks=True)
        self.ended = threading.Event()
        self.federation = federation = Federation(self.live, self.verbs, self.ports)
        self.tap = Tap(federation.hub.folder, self.ports[HUB])
        relays = {site: Relay(self.ports[f"{site}-way"], self.tap.port) for site in SITES}
        self.relays = relays
        self.watch = Watch(self)
        fault = make(self, draw)
        self.views = views = []
        self.remarks: list[tuple[str, str]] = []
        spoken: dict = {}
        run = self.run = ""
        broken = ""
        try:
            fault.prepare()
            federation.start(HUB, *SITES)
            digest = json.loads((self.live / "studies.json").read_text())[study]
            fault.arm()
            started = time.monotonic()
            self.run = run = self._run(digest)
            striking = threading.Thread(target=self._strike, args=(fault,), daemon=True)
            striking.start()
            self._follow(run, fault, views, draw)
            self.ran = time.monotonic() - started
            self.ended.set()
            striking.join(30)
            spoken = self._ask(run)
        except Broken as error:
            broken = str(error)
        finally:
            self.ended.set()
            federation.kill()
            updates = self.tap.record.updates()
            self.tap.close()
            for relay in relays.values():
                relay.close()
            fault.end()
        trial = Trial(self.live, study, run, updates, views, spoken)
        if broken:
            trial.fault("END", broken)
        if self.tap.troubles:
            raise RuntimeError(self.tap.troubles[0])
        for text in spoken.pop("faults", []) + self.remarks:
            trial.fault(*text)
        if run:
            judge.judge(trial)
        return begin, trial, fault

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
        """Starts the run; a hub that dies meanwhile has started it or not."""
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

        if self.federation.hub.alive():
            raise Broken(f"the run does not start: {error[:400]}")
        return until("the run's start", there, self.limit)

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
        end = time.monotonic() + self.limit
        while time.monotonic() < end:
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
            time.sleep(LOOK)

    def _ask(self, run: str) -> dict:
        """What the daemons say at the end, when what is on its way has arrived."""
        federation = self.federation
        self._revive(0)
        for daemon in federation.daemons.values():
            daemon.ready()
        said: dict = {"faults": []}
        try:
            until("receipts and logs on both sides", self._arrived(run), max(QUIET, 2 * self.seconds))
        except Broken as error:
            said["faults"].append(("LOG", f"{error}: {self.lacking}"))
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

    def _arrived(self, run: str):
        """Whether receipts lie at the sites, all events in the logs, and the sites' logs at the hub."""
        def look() -> bool:
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
                            given = hub.execute("SELECT COUNT(*) FROM receipt WHERE site = ? AND run = ?", (name, run)).fetchone()[0]
                            got = own.execute("SELECT COUNT(*) FROM receipt").fetchone()[0]
                            if got < given:
                                lacking.append(f"{name} has {got} of {given} receipts")
            self.lacking = lacking
            return not lacking
        return look

    def close(self) -> None:
        """Ends the command."""
        self.verbs.close()


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


def _made(kind: str, fixed: tuple, field: Field, draw: random.Random) -> Fault:
    return KINDS[kind](field, draw, *fixed)


def cpu() -> float:
    """CPU seconds of this process and of those of its children that ended."""
    return sum(one.ru_utime + one.ru_stime for one in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


def plans(options, field: Field) -> list[tuple[str, str, tuple]]:
    """Kind, study and what else is fixed of each trial: one step, every step of a round of the hub and of a hospital before
    and after, then the kinds in turn."""
    kinds = options.kinds.split(",")
    studies = [name for name in STUDIES if name != Absent.study]
    if options.at:
        daemon, number, when = options.at.split(":")
        return [("step", studies[0], (daemon, int(number), when == "after"))] * options.trials
    planned: list[tuple[str, str, tuple]] = []
    if options.every_step:
        for name in (HUB, SITES[0]):
            for number in field.round[name]:
                for after in (False, True):
                    planned.append(("step", studies[number % len(studies)], (name, number, after)))
    for i in range(max(0, options.trials - len(planned))):
        kind = kinds[i % len(kinds)]
        planned.append((kind, Absent.study if kind == "absent" else studies[(i + i // len(kinds)) % len(studies)], ()))
    return planned


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=30)
    parser.add_argument("--seed", type=int, default=None, help="repeats the same faults; a new one otherwise")
    parser.add_argument("--every-step", action="store_true",
                        help="first a kill before and after each durable step of a round, however many trials that takes")
    parser.add_argument("--at", default="", metavar="DAEMON:NUMBER:before|after", help="only kills at this durable step")
    parser.add_argument("--only", type=int, default=0, metavar="N", help="only trial N of the seed")
    parser.add_argument("--kinds", default=",".join(KINDS), help="some of " + ", ".join(KINDS))
    parser.add_argument("--self-check", action="store_true",
                        help="plants faults in what a trial left behind, and ends with 0 when each is found")
    parser.add_argument("--reuse", action="store_true", help="with the federation that an earlier call founded in --out")
    parser.add_argument("--out", type=pathlib.Path, default=HOME / "target" / "faults")
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1_000_000)
    out = options.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    begin = time.monotonic()
    field = Field(out)
    failed: dict[str, int] = {}
    lost = played = 0
    try:
        if not (options.reuse and (field.base / "ports.json").is_file()):
            field.found()
        field.ports = json.loads((field.base / "ports.json").read_text())
        print(f"faults: founded in {time.monotonic() - begin:.0f} s", flush=True)
        field.record()
        print(f"faults: a run takes {field.seconds:.1f} s; durable steps in it: "
              + ", ".join(f"{name} {len(steps)}, {len(field.round[name])} of them kept on disk in a round"
                          for name, steps in field.recorded.items()), flush=True)
        if options.self_check:
            return 0 if planted.check(field) else 1
        planned = plans(options, field)
        for number, (kind, study, fixed) in enumerate(planned, 1):
            if options.only and number != options.only:
                continue
            draw = random.Random(f"{seed}/{number}")
            cpu_before = cpu()
            at, trial, fault = field.play(functools.partial(_made, kind, fixed), study, draw)
            played += 1
            broken = sorted({name for name, _ in trial.faults})
            print(f"faults: trial {number}: {study}: {fault.words}: {', '.join(broken) or 'holds'}, "
                  f"{time.monotonic() - at:.1f} s, {cpu() - cpu_before:.1f} s CPU", flush=True)
            if trial.faults:
                lost += 1
                for name in broken:
                    failed[name] = failed.get(name, 0) + 1
                kept = out / f"failed-{seed}-{number}"
                shutil.rmtree(kept, ignore_errors=True)
                field.live.rename(kept)
                (kept / "faults.json").write_text(json.dumps(
                    {"fault": fault.words, "faults": trial.faults, "views": trial.views, "spoken": trial.spoken,
                     "updates": [{k: v for k, v in u.__dict__.items() if k != "payload"} for u in trial.updates]}, indent=1))
                for name, text in trial.faults[:6]:
                    print(f"faults:   {name}: {text[:400]}", flush=True)
                again = (f"--at {fault.daemon}:{fault.number}:{'after' if fault.after else 'before'} --trials 1" if kind == "step"
                         else f"--seed {seed} --trials {options.trials} --kinds {options.kinds} --only {number}"
                         + (" --every-step" if options.every_step else ""))
                print(f"faults:   kept in {kept}; again: python3 faults/trials.py {again} --reuse", flush=True)
    finally:
        field.close()
    for name, text in INVARIANTS.items():
        print(f"faults: {failed.get(name, 0):4d} of {played} broke {name}: {text}")
    if field.recoveries:
        times = sorted(seconds for _, seconds in field.recoveries)
        print(f"faults: {len(times)} recoveries, from a daemon's start to the hospital active again: median "
              f"{statistics.median(times):.1f} s, longest {times[-1]:.1f} s, within 10 s {sum(t <= 10 for t in times)}")
    print(f"faults: {played} trials, {lost} failures; upper 95 % bound of the failure rate "
          f"{upper95(lost, played) if played else 1:.4f}; seed {seed}; {time.monotonic() - begin:.0f} s", flush=True)
    return 1 if lost or not played else 0


if __name__ == "__main__":
    sys.exit(main())
