"""The faults that a trial strikes with: each is drawn from a seeded generator and says in words what it does."""

import random
import threading
import time

from federation import HUB, SITES
from steps import Steps
from tap import FLEET, Calls, Lost


class Fault:
    """Nothing happens; the others change some of this."""

    def __init__(self, field, draw: random.Random):
        self.field = field
        self.draw = draw
        self.over = False
        self.down: set[str] = set()
        self.words = "nothing"

    def prepare(self) -> None:
        """Before the daemons start."""

    def strike(self) -> None:
        """Beside the run, from its start on; the fault is over when this returns."""

    def end(self) -> None:
        """After the trial, whatever happened."""

    def pause(self, seconds: float) -> None:
        """Waits, unless the run ends."""
        self.field.ended.wait(seconds)


class Step(Fault):
    """SIGKILL before or after a durable step."""

    def __init__(self, field, draw, daemon: str = "", number: int = 0, after: bool | None = None):
        super().__init__(field, draw)
        self.daemon = daemon or draw.choice([HUB, *SITES])
        self.number = number or draw.randint(1, field.steps_of(self.daemon))
        self.after = draw.random() < 0.5 if after is None else after
        self.words = f"kill -9 of {self.daemon} {'after' if self.after else 'before'} durable step {self.number}"

    def prepare(self) -> None:
        self.steps = Steps(self.field.library, self.field.work / f"steps-{self.daemon}")
        self.field.federation.daemons[self.daemon].environment = self.steps.environment

    def arm(self) -> None:
        """At the run's start."""
        self.steps.kill_at(self.number, self.after)

    def strike(self) -> None:
        while not self.field.ended.is_set() and not self.steps.death():
            self.pause(0.05)
        self.steps.rest()
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
        if self.count < self.number:
            self.words += " (not reached)"


KINDS = {"step": Step, "time": AtTime, "call": AtCall}
