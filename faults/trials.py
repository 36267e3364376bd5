#!/usr/bin/env python3
"""Trials of a whole federation under faults, driven and judged from outside. See README.md."""

import argparse
import fcntl
import json
import pathlib
import queue
import random
import signal
import statistics
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone

import steps
from faults import KINDS, Absent, Disk
from federation import HOME, HUB, SITES, STUDIES, Broken, until
from jobs import Gone, Job
from judge import INVARIANTS, upper95

DRIVER = "DRIVER"
# How many of each kind are tried on every change, long ones first. A kill before and one after each kind of durable step. What is left
# out of --kinds is made up for by kills at random times.
ON_EVERY_CHANGE = {"clock": 2, "disk": 2, "absent": 1, "slow": 1, "mix": 1, "person": 1, "unheard": 2, "cut": 2, "again": 2,
                   "call": 3, "time": 3, "step": 2 * len(steps.KINDS)}
# So many rounds of all kinds are put in order together, those first that begin with a federation of their own: then the others go on
# with one another's.
TOGETHER = 3


def plans(options, seed: int, recorded: dict) -> list[tuple[str, str, tuple]]:
    """Kind, study and what else is fixed of each trial: one step, the set for every change, every step of a round of the hub
    and of a hospital before and after, then the kinds in turn."""
    kinds = options.kinds.split(",")
    studies = [name for name in STUDIES if name != Absent.study]
    if options.at:
        daemon, number, when, *kind = options.at.split(":")
        return [("step", studies[0], (daemon, int(number), when == "after", *kind))] * options.trials
    if options.on_every_change:
        spread = iter(kills(seed, recorded))
        chosen = [kind for kind, count in ON_EVERY_CHANGE.items() for _ in range(count) if kind in kinds]
        if "time" in kinds:
            chosen[0:0] = ["time"] * (sum(ON_EVERY_CHANGE.values()) - len(chosen))
        return [(kind, Absent.study if kind == "absent" else studies[i % len(studies)], next(spread) if kind == "step" else ())
                for i, kind in enumerate(chosen)]
    planned: list[tuple[str, str, tuple]] = []
    if options.every_step:
        for name in (HUB, SITES[0]):
            for number in recorded["round"][name]:
                for after in (False, True):
                    planned.append(("step", studies[number % len(studies)], (name, number, after)))
        # What is broken off has tried steps all over the round.
        random.Random(f"{seed}/steps").shuffle(planned)
    drawn = [kinds[i % len(kinds)] for i in range(max(0, options.trials - len(planned)))]
    for first in range(0, len(drawn), TOGETHER * len(kinds)):
        several = sorted(drawn[first:first + TOGETHER * len(kinds)], key=lambda kind: not KINDS[kind].alone)
        planned += [(kind, Absent.study if kind == "absent" else studies[(i + i // len(kinds)) % len(studies)], ())
                    for i, kind in enumerate(several)]
    return planned


def kills(seed: int, recorded: dict) -> list[tuple[str, int, bool, str]]:
    """A kill before and after each kind of durable step, hub and hospitals in turn, each in another part of the run. A run may take fewer
    steps than the recorded one, whose last quarter is left out so that each is reached."""
    draw = random.Random(f"{seed}/kills")
    count = ON_EVERY_CHANGE["step"]
    parts = draw.sample(range(count), count)
    chosen = []
    for i, part in enumerate(parts):
        kind, after = steps.KINDS[i // 2], i % 2 == 1
        daemon = HUB if (i + i // 2) % 2 == 0 else SITES[i // 2 % len(SITES)]
        made = sum(one == kind for _, one in recorded["steps"][daemon])
        chosen.append((daemon, 1 + int((part + draw.random()) / count * 0.75 * made), after, kind))
    return chosen


class Tally:
    """What came of the trials, told as it comes."""

    def __init__(self, options, seed: int, planned: int):
        self.options = options
        self.seed = seed
        self.planned = planned
        self.begin = time.monotonic()
        self.failed: dict[str, int] = {}
        self.played = self.lost = self.missed = 0
        self.cpu: list[float] = []
        self.recoveries: list[float] = []

    def count(self, came: dict) -> list[str]:
        """One trial; the names of what it broke."""
        self.played += 1
        self.cpu.append(came["cpu"])
        self.missed += came["missed"]
        self.recoveries += [seconds for _, seconds in came["recoveries"]]
        broken = sorted({name for name, _ in came["faults"]})
        self.lost += bool(broken)
        for name in broken:
            self.failed[name] = self.failed.get(name, 0) + 1
        return broken

    def tell(self, number: int, kind: str, study: str, came: dict) -> None:
        """One trial, told."""
        broken = self.count(came)
        lines = [f"{self.played} of {self.planned}: trial {number}: {study}: {came['words']}: {', '.join(broken) or 'holds'}, "
                 f"{came['seconds']:.1f} s, {came['cpu']:.1f} s CPU"]
        if broken:
            lines += [f"  {name}: {text[:400]}" for name, text in came["faults"][:6]]
            lines.append(f"  kept in {came['kept'] or 'no folder'}; again: python3 faults/trials.py {self._again(number, came)} --reuse")
        print("\n".join(f"faults: {line}" for line in lines), flush=True)

    def _again(self, number: int, came: dict) -> str:
        if came["at"]:
            return f"--at {came['at']} --trials 1"
        options = self.options
        which = "--on-every-change" if options.on_every_change else f"--trials {options.trials}"
        which += f" --kinds {options.kinds}" + (" --every-step" if options.every_step else "")
        return f"--seed {self.seed} {which} --only {number}"

    def close(self) -> None:
        """All of them."""
        for name, text in {**INVARIANTS, **({DRIVER: "the driver could play it"} if DRIVER in self.failed else {})}.items():
            print(f"faults: {self.failed.get(name, 0):4d} of {self.played} broke {name}: {text}")
        if self.recoveries:
            times = sorted(self.recoveries)
            print(f"faults: {len(times)} recoveries, from a daemon's start to the hospital active again: median "
                  f"{statistics.median(times):.1f} s, longest {times[-1]:.1f} s, within 10 s {sum(t <= 10 for t in times)}")
        if self.missed:
            print(f"faults: in {self.missed} of {self.played} the run was over before the fault struck")
        if self.cpu:
            print(f"faults: a trial took {statistics.mean(self.cpu):.1f} s CPU on average")
        print(f"faults: {self.played} trials, {self.lost} failures; upper 95 % bound of the failure rate "
              f"{upper95(self.lost, self.played) if self.played else 1:.4f}; seed {self.seed}; "
              f"{time.monotonic() - self.begin:.0f} s", flush=True)


class Book:
    """Which trials of a plan were played and what came of each, so that a call that was broken off can be gone on with."""

    def __init__(self, file: pathlib.Path, options, go_on: bool):
        self.file = file
        plan = {name: getattr(options, name) for name in ("trials", "kinds", "every_step", "on_every_change", "at")}
        self.played: dict[int, dict] = {}
        self.seed = options.seed
        if go_on:
            begun, *lines = file.read_text().splitlines(keepends=True) if file.is_file() else ("{}",)
            known = json.loads(begun)
            if self.seed is None:
                self.seed = known.get("seed")
            if known != {"seed": self.seed, **plan}:
                raise Broken(f"{file} has not begun with these trials: {known}")
            # Whoever broke the call off may have cut the last line.
            whole = [line for line in lines if line.endswith("\n")]
            self.played = {one["number"]: one["came"] for one in map(json.loads, whole)}
            file.write_text("".join([begun, *whole]))
            return
        if self.seed is None:
            today = int(datetime.now(timezone.utc).strftime("%Y%m%d"))
            self.seed = today if options.on_every_change else random.SystemRandom().randrange(1_000_000)
        if not options.only and not options.self_check:
            file.write_text(json.dumps({"seed": self.seed, **plan}) + "\n")

    def enter(self, number: int, came: dict) -> None:
        """A trial that was played."""
        with open(self.file, "a") as file:
            file.write(json.dumps({"number": number, "came": came}) + "\n")


def ready(jobs: list[Job], out: pathlib.Path, reuse: bool) -> dict:
    """The founded federation, and the recorded run, which each job knows afterwards. Jobs play a run without a fault side by
    side, so that times and deadlines are those of a machine with as much to do as in the trials."""
    begin = time.monotonic()
    kept = out / "base" / "recorded.json"
    again = reuse and kept.is_file()
    if not again:
        jobs[0].ask("found")
    jobs[0].ask("archive")
    if not again:
        print(f"faults: founded in {time.monotonic() - begin:.0f} s", flush=True)
        with ThreadPoolExecutor(len(jobs)) as side:
            recorded, *others = side.map(lambda job: job.ask("record" if job is jobs[0] else "plain"), jobs)
        recorded["runs"] = {which: max(one["runs"][which] for one in (recorded, *others)) for which in recorded["runs"]}
        kept.write_text(json.dumps(recorded))
    recorded = json.loads(kept.read_text())
    for job in jobs:
        job.ask("read", recorded=recorded)
    print(f"faults: a run takes {recorded['runs']['cold']:.1f} s on daemons that have just started, {recorded['runs']['warm']:.1f} s on "
          "them after that; durable steps in it: "
          + ", ".join(f"{name} {len(steps)}, {len(recorded['round'][name])} of them kept on disk in a round"
                      for name, steps in recorded["steps"].items()), flush=True)
    return recorded


def play(jobs: list[Job], planned: list[tuple[int, tuple[str, str, tuple]]], tally: Tally, book: Book | None) -> None:
    """Hands the trials to the jobs, each the next one when it is done with one."""
    waiting: queue.Queue = queue.Queue()
    came: queue.Queue = queue.Queue()
    for one in planned:
        waiting.put(one)

    def hand(job: Job) -> None:
        while True:
            try:
                number, (kind, study, fixed) = waiting.get_nowait()
            except queue.Empty:
                return
            begin, gone = time.monotonic(), False
            try:
                what = job.ask("trial", number=number, seed=tally.seed, kind=kind, study=study, fixed=fixed)
            except Broken as error:
                gone = isinstance(error, Gone)
                what = {"words": kind, "faults": [(DRIVER, str(error))], "kept": "", "at": "", "missed": False, "recoveries": [],
                        "seconds": time.monotonic() - begin, "cpu": 0.0}
            came.put((number, kind, study, what))
            if gone:
                return

    threads = [threading.Thread(target=hand, args=(job,), daemon=True) for job in jobs]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads) or not came.empty():
        try:
            number, kind, study, what = came.get(timeout=0.5)
        except queue.Empty:
            continue
        if book:
            book.enter(number, what)
        tally.tell(number, kind, study, what)


def broken_off(out: pathlib.Path, recorded: dict) -> bool:
    """Breaks a job off in the middle of a trial; whether nothing of it is left."""
    kind = "cut" if Disk.lacks() else "disk"
    job = Job(out, "job-broken-off")
    try:
        job.ask("read", recorded=recorded)
        threading.Thread(target=_unheard, args=(job, kind), daemon=True).start()
        # Itself, the command, and three daemons.
        until("the daemons of a job", lambda: job.processes() >= 5 and (kind == "cut" or job.mounts()))
        was = f"{job.processes()} processes and {len(job.mounts())} small disks"
    finally:
        job.end(at_once=True)
    left = job.processes() + len(job.mounts())
    print(f"faults: broken off with {was}: {left or 'nothing'} left", flush=True)
    return not left


def _unheard(job: Job, kind: str) -> None:
    try:
        job.ask("trial", number=1, seed=0, kind=kind, study="fedavg", fixed=())
    except (Broken, ValueError):
        pass


def _ended(number: int, frame: object) -> None:
    signal.signal(number, signal.SIG_IGN)
    raise SystemExit(128 + number)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=30)
    parser.add_argument("--seed", type=int, default=None, help="repeats the same faults; a new one otherwise")
    parser.add_argument("--on-every-change", action="store_true",
                        help="the 30 of CI: each kind, kills before and after each kind of step; the seed is the day in UTC")
    parser.add_argument("--every-step", action="store_true",
                        help="first a kill before and after each durable step of a round, however many trials that takes")
    parser.add_argument("--at", default="", metavar="DAEMON:NUMBER:before|after[:KIND]",
                        help="only kills at this durable step, or at the one with this number among those of its kind")
    parser.add_argument("--only", type=int, default=0, metavar="N", help="only trial N of the seed")
    parser.add_argument("--kinds", default=",".join(KINDS), help="some of " + ", ".join(KINDS))
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="N trials at once")
    parser.add_argument("--self-check", action="store_true",
                        help="plants faults in what a trial left behind, and ends with 0 when each is found")
    parser.add_argument("--go-on", action="store_true",
                        help="goes on with the trials that the last call in --out was to play, and counts those that it did")
    parser.add_argument("--reuse", action="store_true", help="with the federation that an earlier call founded in --out")
    parser.add_argument("--out", type=pathlib.Path, default=HOME / "target" / "faults")
    options = parser.parse_args()
    for kind in options.kinds.split(","):
        lacking = KINDS[kind].lacks() if kind in KINDS else "there is no such kind"
        if lacking:
            parser.error(f"{kind}: {lacking}; leave it out of --kinds")
    for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(one, _ended)
    out = options.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    alone = open(out / "lock", "w")  # held to the end
    try:
        fcntl.flock(alone, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        parser.error(f"other trials run in {out}; name another folder with --out")
    jobs: list[Job] = []
    over = False
    try:
        book = Book(out / "played.jsonl", options, options.go_on)
        seed = book.seed
        for number in range(1 if options.self_check or options.only else max(1, options.jobs)):
            jobs.append(Job(out, f"job-{number + 1}"))
        recorded = ready(jobs, out, options.reuse or options.go_on)
        if options.self_check:
            found = jobs[0].ask("check")["found"] and broken_off(out, recorded)
            over = True
            return 0 if found else 1
        planned = [one for one in enumerate(plans(options, seed, recorded), 1) if options.only in (0, one[0])]
        print(f"faults: {len(planned)} trials, {len(jobs)} at a time, seed {seed}"
              + (f"; {len(book.played)} of them were played before" if book.played else ""), flush=True)
        tally = Tally(options, seed, len(planned))
        for came in book.played.values():
            tally.count(came)
        try:
            play(jobs, [one for one in planned if one[0] not in book.played], tally, None if options.only else book)
            over = True
        finally:
            tally.close()
        return 0 if tally.played == len(planned) > 0 and not tally.lost else 1
    except Broken as error:
        print(f"faults: {error}", file=sys.stderr)
        return 1
    finally:
        for job in jobs:
            job.end(at_once=not over)


if __name__ == "__main__":
    sys.exit(main())
