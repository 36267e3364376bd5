"""Trials side by side: a job is a process of its own that plays what it is told in its own folder and on its own ports.

A line of its standard input is an order, an answer a line of its standard output that begins with a brace; other lines are
for whoever looks on. A job ends what it started when it is told to end, when its driver is gone, and at SIGTERM; what a job
leaves nevertheless, its driver ends."""

import functools
import json
import os
import pathlib
import queue
import random
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
import traceback

import planted
from faults import KINDS
from federation import Broken
from field import Field

ENDS = 30.0


class Gone(Broken):
    """The job's process has ended."""


class Job:
    """The driver's end of one."""

    def __init__(self, out: pathlib.Path, name: str):
        self.name = name
        self.work = out / name
        self.work.mkdir(parents=True, exist_ok=True)
        self.said = self.work / "job.err"
        self.process = subprocess.Popen(
            [sys.executable, pathlib.Path(__file__).resolve(), out, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=open(self.said, "wb"), text=True, start_new_session=True,
        )

    def ask(self, do: str, **more: object) -> dict:
        """Has it do something and returns what came of it."""
        try:
            print(json.dumps({"do": do, **more}), file=self.process.stdin, flush=True)
        except BrokenPipeError:
            pass
        for line in self.process.stdout:
            if line.startswith("{"):
                answer = json.loads(line)
                if "broken" in answer:
                    raise Broken(answer["broken"])
                return answer
            print(line, end="", flush=True)
        raise Gone(f"{self.name} has ended: {self.said.read_text(errors='replace')[-2000:]}")

    def end(self, at_once: bool) -> None:
        """Ends it, and whatever it has left."""
        if at_once:
            self.process.send_signal(signal.SIGTERM)
        else:
            self.process.stdin.close()
        until = time.monotonic() + ENDS
        # Its number stays its own until it is waited for, and that of its group with it.
        while time.monotonic() < until and not os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            time.sleep(0.05)
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        for place in self.mounts():
            subprocess.run(["umount", "-l", place], check=False)

    def mounts(self) -> list[str]:
        """Disks that are mounted in its folder."""
        places = [line.split()[1].encode().decode("unicode_escape")
                  for line in pathlib.Path("/proc/self/mounts").read_text().splitlines()]
        return [place for place in places if pathlib.Path(place).is_relative_to(self.work)]

    def processes(self) -> int:
        """How many processes of it live, itself among them."""
        groups = []
        for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
            try:
                state, _, group = stat.read_text().rsplit(")", 1)[1].split()[:3]
            except (OSError, IndexError):
                continue
            groups += [int(group)] if state != "Z" else []
        return groups.count(self.process.pid)


def cpu(field: Field) -> float:
    """CPU seconds of this process, of those of its children that ended, and of those that run: the command and the daemons."""
    running = [field.verbs.process.pid]
    if field.federation is not None:
        running += [daemon.process.pid for daemon in field.federation.daemons.values() if daemon.alive()]
    seconds = sum(one.ru_utime + one.ru_stime for one in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))
    ticks = [pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13] for pid in running]
    return seconds + sum(int(one) for two in ticks for one in two) / os.sysconf("SC_CLK_TCK")


def trial(field: Field, out: pathlib.Path, number: int, seed: int, kind: str, study: str, fixed: list) -> dict:
    """Plays a trial, whose faults are drawn by the seed and its number alone; what fails keeps its folder."""
    begin, before = time.monotonic(), cpu(field)
    field.recoveries = []
    played, fault = field.play(functools.partial(_made, kind, fixed), study, random.Random(f"{seed}/{number}"), KINDS[kind].alone)
    kept = ""
    if played.faults:
        folder = out / f"failed-{seed}-{number}"
        shutil.rmtree(folder, ignore_errors=True)
        field.live.rename(folder)
        (folder / "faults.json").write_text(json.dumps(
            {"fault": fault.words, "faults": played.faults, "views": played.views, "spoken": played.spoken,
             "updates": [{k: v for k, v in u.__dict__.items() if k != "payload"} for u in played.updates]}, indent=1))
        kept = str(folder)
    at = ""
    if kind == "step":
        at = ":".join([fault.daemon, str(fault.number), "after" if fault.after else "before", *filter(None, [fault.kind])])
    return {"words": fault.words, "faults": played.faults, "kept": kept, "at": at, "missed": fault.missed, "recoveries": field.recoveries,
            "seconds": time.monotonic() - begin, "cpu": cpu(field) - before}


def _made(kind: str, fixed: list, field: Field, draw: random.Random):
    return KINDS[kind](field, draw, *fixed)


def _orders(orders: queue.Queue) -> None:
    """Reads orders; when the driver closes the line, or is gone, the job ends."""
    for line in sys.stdin:
        orders.put(json.loads(line))
    os.kill(os.getpid(), signal.SIGTERM)


def _end(number: int, frame: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise SystemExit(0)


def main() -> None:
    """The job's end."""
    out, name = pathlib.Path(sys.argv[1]), sys.argv[2]
    signal.signal(signal.SIGTERM, _end)
    orders: queue.Queue = queue.Queue()
    threading.Thread(target=_orders, args=(orders,), daemon=True).start()
    field = Field(out, name)
    try:
        while True:
            order = orders.get()
            do = order.pop("do")
            try:
                answer = _done(field, out, do, order)
            except Broken as error:
                answer = {"broken": str(error)}
            except Exception:  # A trial that the driver cannot play is told as such, and the others go on.
                answer = {"broken": traceback.format_exc()[-2000:]}
            print(json.dumps(answer), flush=True)
    finally:
        field.close()


def _done(field: Field, out: pathlib.Path, do: str, order: dict) -> dict:
    if do == "found":
        field.found()
        return {}
    if do == "archive":
        field.archive()
        return {}
    if do == "record":
        field.record()
        return field.written()
    if do == "plain":
        field.plain()
        return {"runs": field.runs}
    if do == "read":
        field.read(order["recorded"])
        return {}
    if do == "check":
        return {"found": planted.check(field)}
    return trial(field, out, **order)


if __name__ == "__main__":
    main()
