"""The faults that a trial strikes with: each is drawn from a seeded generator and says in words what it does."""

import pathlib
import random
import shutil
import subprocess
import tempfile
import threading
import time

from federation import HUB, ROUND_SECONDS, SITES, Broken
from tap import FLEET, Calls, Lost

CLOCK = [pathlib.Path(folder) / "faketime" / "libfaketimeMT.so.1"
         for folder in ("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib", "/usr/lib64", "/usr/local/lib")]
# Native libraries are unpacked into the temporary folder as a daemon starts, the largest of them 60 MB.
SPARE = 128 << 20


class Fault:
    """Nothing happens; the others change some of this."""

    # Whether daemons must be started for it, so that no other trial goes on with them.
    alone = False

    def __init__(self, field, draw: random.Random):
        self.field = field
        self.draw = draw
        self.over = False
        self.down: set[str] = set()
        self.missed = False
        self.words = "nothing"

    @staticmethod
    def lacks() -> str:
        """What this machine lacks for it, in words."""
        return ""

    def prepare(self) -> None:
        """Before the daemons start."""

    def arm(self) -> None:
        """Right before the run starts."""

    def strike(self) -> None:
        """Beside the run, from its start on; the fault is over when this returns."""

    def end(self) -> None:
        """After the trial, whatever happened."""

    def pause(self, seconds: float) -> None:
        """Waits, unless the run ends."""
        self.field.ended.wait(seconds)


class Step(Fault):
    """SIGKILL before or after a durable step."""

    def __init__(self, field, draw, daemon: str = "", number: int = 0, after: bool | None = None, kind: str = ""):
        super().__init__(field, draw)
        self.daemon = daemon or draw.choice([HUB, *SITES])
        self.number = number or 1 + int(draw.random() * field.steps_of(self.daemon))
        self.after = draw.random() < 0.5 if after is None else after
        self.kind = kind
        self.words = f"kill -9 of {self.daemon} {'after' if self.after else 'before'} {kind or 'durable step'} {self.number}"

    def arm(self) -> None:
        self.steps = self.field.steps[self.daemon]
        self.steps.kill_at(self.number, self.after, self.kind)

    def strike(self) -> None:
        while not self.field.ended.is_set() and not self.steps.death():
            self.pause(0.05)
        self.steps.rest()
        self.missed = not self.steps.death()
        self.words += f" ({self.field.what(self.steps.death()) or 'not reached'})"


class AtTime(Fault):
    """SIGKILL of one daemon, two, or all, once or more, at random times."""

    def __init__(self, field, draw):
        super().__init__(field, draw)
        everybody = [HUB, *SITES]
        self.kills = [(draw.uniform(0, field.seconds), draw.sample(everybody, draw.choice([1, 1, 1, 2, 3])))
                      for _ in range(draw.choice([1, 1, 2, 3]))]
        self.kills.sort()
        self.words = "kill -9 of " + ", ".join(f"{'+'.join(sorted(who))} at {at:.2f} s" for at, who in self.kills)

    def strike(self) -> None:
        begin = time.monotonic()
        for at, who in self.kills:
            self.pause(max(0.0, begin + at - time.monotonic()))
            self.missed |= at == self.kills[0][0] and self.field.ended.is_set()
            for name in who:
                self.field.federation.daemons[name].kill()


class AtCall(Fault, Calls):
    """SIGKILL of hub or hospital when a certain call of a reply is on its way to the hub, or its answer back."""

    def __init__(self, field, draw):
        super().__init__(field, draw)
        self.victim = draw.choice([HUB, *SITES])
        self.method = draw.choice(["PushObject", "PushObject", "PushMessages", "PullObject", "ConfirmMessageReceived"])
        self.number = draw.randint(1, {"PushObject": 40, "PullObject": 40}.get(self.method, 5))
        self.late = draw.random() < 0.5
        self.count = 0
        self.lock = threading.Lock()
        self.words = (f"kill -9 of {self.victim} when call {self.number} of {self.method} was "
                      f"{'answered by' if self.late else 'about to reach'} the hub")

    def prepare(self) -> None:
        self.field.tap.calls = self

    def before(self, method: str, request: bytes) -> None:
        if method == FLEET + self.method and not self.late:
            self._hit()

    def after(self, method: str, request: bytes) -> None:
        if method == FLEET + self.method and self.late:
            self._hit()

    def _hit(self) -> None:
        with self.lock:
            self.count += 1
            if self.count != self.number:
                return
        self.field.federation.daemons[self.victim].kill()
        if self.victim == HUB and self.late:
            raise Lost

    def strike(self) -> None:
        while not self.field.ended.is_set() and self.count < self.number:
            self.pause(0.05)
        self.missed = self.count < self.number
        if self.missed:
            self.words += " (not reached)"


class Cut(Fault):
    """The line of a hospital, or of both, is cut in the middle of what it carries, and stays so for a while."""

    def __init__(self, field, draw):
        super().__init__(field, draw)
        self.cuts = sorted((draw.uniform(0, field.seconds), draw.sample(SITES, draw.choice([1, 1, 2])),
                            draw.choice([0.0, 0.0, draw.uniform(0, 4)])) for _ in range(draw.randint(1, 6)))
        self.bytes = draw.choice([0, draw.randint(2_000, 60_000)])
        self.words = "the line is cut: " + ", ".join(
            f"{'+'.join(sorted(who))} at {at:.2f} s for {long:.1f} s" for at, who, long in self.cuts)
        if self.bytes:
            self.words += f", and after {self.bytes} bytes of {SITES[0]}"

    def strike(self) -> None:
        begin = time.monotonic()
        self.field.relays[SITES[0]].cut_after(self.bytes)
        for at, who, long in self.cuts:
            self.pause(max(0.0, begin + at - time.monotonic()))
            self.missed |= at == self.cuts[0][0] and self.field.ended.is_set()
            for site in who:
                self.field.relays[site].refusing = True
                self.field.relays[site].cut()
            self.pause(long)
            for site in who:
                self.field.relays[site].refusing = False


class Slow(Fault):
    """The line of a hospital carries little, late, and is cut once in the middle."""

    def __init__(self, field, draw):
        super().__init__(field, draw)
        self.site = draw.choice(SITES)
        self.rate = draw.uniform(15_000, 60_000)
        self.delay = draw.uniform(0, 0.05)
        self.at = draw.uniform(0, 2 * field.seconds)
        self.words = (f"the line of {self.site} carries {self.rate / 1000:.0f} kB/s {self.delay * 1000:.0f} ms late, "
                      f"and is cut at {self.at:.1f} s")

    def arm(self) -> None:
        self.field.relays[self.site].rate, self.field.relays[self.site].delay = self.rate, self.delay

    def strike(self) -> None:
        self.pause(self.at)
        self.field.relays[self.site].cut()


class Unheard(Fault, Calls):
    """The line is cut between the hub's answer and the hospital, over and over, so that calls come again."""

    METHODS = ("PullMessages", "PullObject", "ConfirmMessageReceived", "PushMessages", "PushObject", "ActivateNode")

    def __init__(self, field, draw):
        super().__init__(field, draw)
        self.share = draw.uniform(0.02, 0.15)
        self.most = draw.randint(1, 8)
        self.lost: list[str] = []
        self.lock = threading.Lock()
        self.words = f"{self.share:.0%} of the hub's answers are not heard, at most {self.most}"

    def prepare(self) -> None:
        self.field.tap.calls = self

    def after(self, method: str, request: bytes) -> None:
        with self.lock:
            if (self.over or len(self.lost) >= self.most or not method.startswith(FLEET)
                    or method[len(FLEET):] not in self.METHODS or self.draw.random() > self.share):
                return
            self.lost.append(method[len(FLEET):])
        raise Lost

    def strike(self) -> None:
        while not self.field.ended.is_set() and len(self.lost) < self.most:
            self.pause(0.1)
        self.missed = not self.lost
        self.words += f" ({', '.join(self.lost) or 'none'})"


class Again(Fault):
    """Calls of a hospital come a second time, soon or a round later, out of order: under a fresh signature of its key, or as
    they were, which the hub must refuse."""

    METHODS = ("PushMessages", "PushObject", "ConfirmMessageReceived", "PullObject", "ActivateNode", "SendNodeHeartbeat")

    def __init__(self, field, draw):
        super().__init__(field, draw)
        self.times = draw.randint(10, 60)
        self.replays = self.taken = 0
        self.words = f"{self.times} calls come again, out of order"

    def strike(self) -> None:
        tap = self.field.tap
        tap.keep = self.METHODS
        for _ in range(self.times):
            self.pause(self.draw.uniform(0.02, 2 * self.field.seconds / self.times))
            if self.field.ended.is_set():
                break
            if not tap.kept:
                continue
            method, request, headers = self.draw.choice(tap.kept[-40:])
            if self.draw.random() < 0.25:
                self.replays += 1
                if tap.again(method, request, headers):
                    self.field.remark("TWICE", f"the hub took a call of {method} again under a signature that was used")
            else:
                self.taken += tap.again(method, request, self.field.signed(headers))
        self.missed = not self.taken + self.replays
        self.words += f" ({self.taken} were answered, {self.replays} had a used signature)"


class Disk(Fault, Calls):
    """A daemon's disk, on which its temporary folder lies too, is full for a while, from a time on or from a call that brings a reply."""

    alone = True

    def __init__(self, field, draw):
        super().__init__(field, draw)
        self.daemon = draw.choice([HUB, HUB, *SITES])
        self.at = draw.uniform(0, field.seconds)
        self.call = draw.choice([0, draw.randint(1, 50)])
        self.left = draw.choice([0, 0, draw.randint(0, 100_000)])
        self.long = draw.uniform(1, 6)
        self.count = 0
        self.full = threading.Event()
        self.lock = threading.Lock()
        when = f"PushObject {self.call} reaches the hub" if self.call else f"{self.at:.2f} s"
        self.words = f"the disk of {self.daemon} is full but for {self.left} bytes from {when} on for {self.long:.1f} s"
        self.place = field.live / self.daemon
        self.temporary = self.place / "temporary"
        self.mounted = False

    @staticmethod
    def lacks() -> str:
        with tempfile.TemporaryDirectory() as place:
            refused = _mount(pathlib.Path(place), 1 << 20)
            if not refused:
                subprocess.run(["umount", place], check=True)
        return f"no small disk can be mounted, which wants root: {refused}" if refused else ""

    def prepare(self) -> None:
        aside = self.field.work / f"aside-{self.daemon}"
        shutil.rmtree(aside, ignore_errors=True)
        self.place.rename(aside)
        self.place.mkdir(mode=aside.stat().st_mode & 0o777)
        size = SPARE + sum(file.stat().st_size for file in aside.rglob("*") if file.is_file())
        refused = _mount(self.place, size)
        if refused:
            self.place.rmdir()
            aside.rename(self.place)
            raise Broken(f"no small disk can be mounted: {refused}")
        self.mounted = True
        shutil.copytree(aside, self.place, symlinks=True, dirs_exist_ok=True)
        shutil.rmtree(aside)
        self.temporary.mkdir()
        self.field.federation.daemons[self.daemon].options += (f"-Djava.io.tmpdir={self.temporary}",)
        self.field.tap.calls = self

    def before(self, method: str, request: bytes) -> None:
        if self.call and method == FLEET + "PushObject":
            with self.lock:
                self.count += 1
                if self.count == self.call:
                    self._fill()

    def _fill(self) -> None:
        with open(self.place / "ballast", "wb", 0) as file:
            for piece in (1 << 20, 4096):
                try:
                    while True:
                        file.write(bytes(piece))
                except OSError:
                    pass
            file.truncate(max(0, file.tell() - self.left))
        self.full.set()

    def strike(self) -> None:
        if not self.call:
            self.pause(self.at)
            self._fill()
        while not self.full.wait(0.1):
            if self.field.ended.is_set():
                self.missed = True
                self.words += " (not reached)"
                return
        time.sleep(self.long)
        (self.place / "ballast").unlink()

    def end(self) -> None:
        if self.mounted:
            aside = self.field.work / f"aside-{self.daemon}"
            shutil.rmtree(aside, ignore_errors=True)
            shutil.copytree(self.place, aside, symlinks=True, ignore=shutil.ignore_patterns(self.temporary.name))
            for option in ([], ["-l"]):
                if subprocess.run(["umount", *option, self.place], capture_output=True).returncode == 0:
                    break
            self.place.rmdir()
            aside.rename(self.place)
            self.mounted = False


def _mount(place: pathlib.Path, size: int) -> str:
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=711", "tmpfs", place], capture_output=True, text=True)
    return "" if done.returncode == 0 else done.stderr.strip() or f"mount ended with {done.returncode}"


class Jump(Fault):
    """The clock of one daemon or of all jumps. Forward jumps are below two minutes: by more a hospital's clock may not be
    behind what it has seen, and by more a daemon refuses people, the driver among them, whose clock did not jump."""

    alone = True

    def __init__(self, field, draw):
        super().__init__(field, draw)
        everybody = [HUB, *SITES]
        self.who, self.jump, self.back = draw.choice([
            ([draw.choice(everybody)], draw.choice([-3600, -600, -90]), True),
            ([draw.choice(everybody)], draw.randint(5, 100), True),
            (everybody, draw.choice([30, 70, 100]), False),
            (everybody, -90, True),
        ])
        self.at = draw.uniform(0, field.seconds)
        self.long = draw.uniform(1, 6)
        self.kill = draw.random() < 0.3
        self.words = (f"the clock of {'+'.join(self.who)} jumps {self.jump:+d} s at {self.at:.2f} s"
                      + (f" for {self.long:.1f} s" if self.back else "") + (", and it is killed" if self.kill else ""))

    @staticmethod
    def lacks() -> str:
        return "" if any(file.is_file() for file in CLOCK) else "libfaketime is not there; the package faketime brings it"

    def prepare(self) -> None:
        found = [file for file in CLOCK if file.is_file()]
        self.file = self.field.work / "clock"
        self.file.write_text("+0")
        for name in self.who:
            self.field.federation.daemons[name].environment = {
                "LD_PRELOAD": str(found[0]), "FAKETIME_TIMESTAMP_FILE": str(self.file), "FAKETIME_CACHE_DURATION": "1",
                # The clock that measures waiting stays; with the library's correction for it, waits would end at once.
                "FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_FORCE_MONOTONIC_FIX": "0",
            }

    def strike(self) -> None:
        self.pause(self.at)
        self.missed = self.field.ended.is_set()
        self.file.write_text(f"{self.jump:+d}")
        if self.kill:
            for name in self.who:
                self.field.federation.daemons[name].kill()
        if self.back:
            time.sleep(self.long)
            self.file.write_text("+0")
            # The library looks at whole seconds: what it keeps for one can be two old.
            time.sleep(2.2)


class Absent(Fault):
    """A hospital is killed and stays away until the round's deadline has passed; the run must stall, not complete."""

    study = "deadline"

    def __init__(self, field, draw):
        super().__init__(field, draw)
        self.site = draw.choice(SITES)
        self.at = draw.uniform(0, 0.6 * field.seconds)
        self.kill_hub = draw.random() < 0.4
        self.words = f"{self.site} is away from {self.at:.2f} s until the run has stalled" + (
            ", the hub is killed meanwhile" if self.kill_hub else "")

    def strike(self) -> None:
        self.pause(self.at)
        self.down = {self.site}
        self.field.federation.daemons[self.site].kill()
        if self.kill_hub:
            self.pause(self.draw.uniform(0, ROUND_SECONDS))
            self.field.federation.hub.kill()
        end = time.monotonic() + 6 * ROUND_SECONDS
        while time.monotonic() < end and not self.field.ended.is_set():
            view = self.field.views[-1] if self.field.views else {}
            if view.get("state") == "stalled":
                self.words += " (it stalled)"
                break
            self.pause(0.2)
        else:
            self.missed = True
            self.words += " (it was over before)"
        self.down = set()


class Person(Fault):
    """The engineer stops or pauses the run and resumes it, and a daemon is killed meanwhile or not."""

    def __init__(self, field, draw):
        super().__init__(field, draw)
        self.acts = [(draw.uniform(0, field.seconds), draw.choice(["stop", "pause"]), draw.choice(["", "", HUB, *SITES]),
                      draw.uniform(0, 2)) for _ in range(draw.randint(1, 3))]
        self.acts.sort()
        self.words = ", ".join(f"{what} at {at:.2f} s for {long:.1f} s" + (f" with kill -9 of {who}" if who else "")
                               for at, what, who, long in self.acts)

    def strike(self) -> None:
        field, begin = self.field, time.monotonic()
        for at, what, who, long in self.acts:
            self.pause(max(0.0, begin + at - time.monotonic()))
            self.missed |= at == self.acts[0][0] and field.ended.is_set()
            field.verbs.call("run", what, field.run, "--hub", field.federation.hub.folder)
            if who:
                field.federation.daemons[who].kill()
            self.pause(long)
            while not field.ended.is_set():
                code, _, _ = field.verbs.call("run", "resume", field.run, "--hub", field.federation.hub.folder)
                if code != 4:
                    break
                self.pause(0.3)


class Mix(Fault):
    """Two or three of the others at once."""

    def __init__(self, field, draw):
        super().__init__(field, draw)
        plain = [AtTime, AtTime, Cut, Slow, Unheard, Person]
        self.parts = [kind(field, draw) for kind in draw.sample(plain, draw.choice([2, 2, 3]))]

    @property
    def words(self) -> str:
        """All of them."""
        return "; ".join(part.words for part in self.parts)

    @words.setter
    def words(self, value: str) -> None:
        """The parts have their own."""

    def prepare(self) -> None:
        for part in self.parts:
            part.prepare()

    def arm(self) -> None:
        for part in self.parts:
            part.arm()

    def strike(self) -> None:
        threads = [threading.Thread(target=part.strike, daemon=True) for part in self.parts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for part in self.parts:
            part.over = True
        self.missed = all(part.missed for part in self.parts)

    def end(self) -> None:
        for part in self.parts:
            part.end()


KINDS = {"step": Step, "time": AtTime, "call": AtCall, "cut": Cut, "slow": Slow, "unheard": Unheard, "again": Again,
         "disk": Disk, "clock": Jump, "absent": Absent, "person": Person, "mix": Mix}
