"""A hub and two hospitals as processes of their own in one folder, with the osteon command to speak to them."""

import hashlib
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager

HOME = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HOME / "interop"))
from verbs import Broken, Verbs  # noqa: E402

OSTEON = HOME / "osteon"
HUB = "hub"
SITES = ("north", "south")
SIGMA = 30.0
DELTA = 1e-5
EPSILON = 1.0
ROUNDS = 3
PASSPHRASE = "only for these trials"
READY = 120.0
ROUND_SECONDS = 15
STUDIES = {
    "fedavg": None,
    "deadline": None,
    "fedyogi": {"strategy": "fedyogi", "serverLearningRate": 0.1, "beta1": 0.9, "beta2": 0.99, "tau": 0.001},
}
# As many trials as can be played on one federation: a study can be run once, its capsules name its rounds.
COPIES = {"fedavg": 6, "deadline": 2, "fedyogi": 6}
OPTIONS = ("-XX:TieredStopAtLevel=1", "-Xss512k")


class Ports(dict):
    """A port of its own for each daemon and each hospital's line to the hub, below those that the system gives away. The first
    of the block is held as long as this lives, so that no other driver takes the block."""

    NAMES = (HUB, *SITES, *(f"{site}-way" for site in SITES))
    FROM = 10_240
    BLOCK = 8

    def __init__(self):
        given = pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range")
        to = int(given.read_text().split()[0]) if given.is_file() else 32_768
        blocks = list(range(self.FROM, to - self.BLOCK, self.BLOCK))
        random.SystemRandom().shuffle(blocks)
        for first in blocks:
            self.held = socket.socket()
            if _free(self.held, first) and all(_free(None, first + 1 + i) for i in range(len(self.NAMES))):
                super().__init__({name: first + 1 + i for i, name in enumerate(self.NAMES)})
                return
            self.held.close()
        raise Broken(f"no {self.BLOCK} free ports in a row between {self.FROM} and {to}")

    def close(self) -> None:
        """Lets the block go."""
        self.held.close()


def _free(held: socket.socket | None, port: int) -> bool:
    probe = held or socket.socket()
    try:
        if held is None:
            # As a daemon binds: connections of one that has ended do not count.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
        return True
    except OSError:
        return False
    finally:
        if held is None:
            probe.close()


def settle(folder: pathlib.Path, ports: dict[str, int]) -> None:
    """Gives a copy of the federation these ports."""
    was = json.loads((folder / "ports.json").read_text())
    for name in (HUB, *SITES):
        settings = folder / name / "osteon.toml"
        text = settings.read_text()
        for one, port in was.items():
            text = text.replace(f'"127.0.0.1:{port}"', f'"<{one}>"')
        for one, port in ports.items():
            text = text.replace(f'"<{one}>"', f'"127.0.0.1:{port}"')
        settings.write_text(text)


def until(what: str, holds, seconds: float = READY):
    """Waits for a condition, which is returned when it is true."""
    end = time.monotonic() + seconds
    while True:
        value = holds()
        if value:
            return value
        if time.monotonic() > end:
            raise Broken(f"does not come: {what}")
        time.sleep(0.1)


class Daemon:
    """A hub or an agent."""

    def __init__(self, name: str, folder: pathlib.Path):
        self.name = name
        self.folder = folder
        self.kind = "coordinator" if name == HUB else "site"
        self.process: subprocess.Popen | None = None
        self.environment: dict[str, str] = {}
        self.options: tuple[str, ...] = ()
        self.slowest = 0.0
        self.starts = 0

    def start(self) -> None:
        """Starts it and returns at once."""
        logs = self.folder.parent / "logs"
        logs.mkdir(exist_ok=True)
        environment = {**os.environ, "OSTEON_NO_BUILD": "1", "OSTEON_JAVA_OPTS": " ".join(OPTIONS + self.options),
                       **self.environment}
        self.process = subprocess.Popen(
            [OSTEON, self.kind, "start", self.folder], env=environment, text=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=open(logs / f"{self.name}.err", "ab"),
        )
        self.begun = time.monotonic()
        self.starts += 1
        self.line = ""
        self.heard = threading.Thread(target=self._listen, args=(self.process,), daemon=True)
        self.heard.start()

    def _listen(self, process: subprocess.Popen) -> None:
        for line in process.stdout:
            if line.startswith("ready ") and process is self.process:
                self.line = line
                self.slowest = max(self.slowest, time.monotonic() - self.begun)

    def ready(self) -> None:
        """Waits until it says that it is ready."""
        def said() -> bool:
            if self.process.poll() is not None and not self.line:
                raise Broken(f"{self.name} ended with {self.process.returncode} before it was ready")
            return bool(self.line)
        until(f"{self.name} is ready", said)

    def alive(self) -> bool:
        """Whether the process runs."""
        return self.process is not None and self.process.poll() is None

    def send(self, number: int) -> None:
        """A signal, if it runs."""
        if self.alive():
            self.process.send_signal(number)

    def kill(self) -> None:
        """SIGKILL."""
        if self.alive():
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def stop(self) -> None:
        """Ends it as an operator would."""
        if self.alive():
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()


class Federation:
    """The daemons in a folder."""

    def __init__(self, folder: pathlib.Path, verbs: Verbs, ports: dict[str, int]):
        self.folder = folder
        self.verbs = verbs
        self.ports = ports
        self.daemons = {name: Daemon(name, folder / name) for name in (HUB, *SITES)}

    @property
    def hub(self) -> Daemon:
        """The hub."""
        return self.daemons[HUB]

    def start(self, *names: str) -> None:
        """Starts daemons side by side and waits until all are ready."""
        for name in names:
            self.daemons[name].start()
        for name in names:
            self.daemons[name].ready()

    @contextmanager
    def frozen(self):
        """Nothing goes on meanwhile: the files are as SIGKILL would leave them."""
        for daemon in self.daemons.values():
            daemon.send(signal.SIGSTOP)
        try:
            yield
        finally:
            for daemon in self.daemons.values():
                daemon.send(signal.SIGCONT)

    def kill(self) -> None:
        """SIGKILL to all that still run."""
        for daemon in self.daemons.values():
            daemon.kill()

    def show(self, run: str, unless: str = "") -> dict:
        """A run as the hub shows it; empty when the hub does not answer."""
        more = ["--unless-state", unless] if unless else []
        code, view, _ = self.verbs.call("run", "show", run, *more, "--hub", self.hub.folder)
        return view if code == 0 else {}


def found(folder: pathlib.Path, verbs: Verbs, ports: dict[str, int]) -> None:
    """Makes the federation: enrols both hospitals, maps their data, publishes and approves the studies, and stops it all."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    federation = Federation(folder, verbs, ports)
    try:
        _found(folder, verbs, ports, federation)
    finally:
        federation.kill()
    for site in SITES:
        settings = folder / site / "osteon.toml"
        settings.write_text(settings.read_text().replace(f"127.0.0.1:{ports[HUB]}", f"127.0.0.1:{ports[site + '-way']}"))
    (folder / "ports.json").write_text(json.dumps(ports))


def _found(folder: pathlib.Path, verbs: Verbs, ports: dict[str, int], federation: Federation) -> None:
    secret = folder / "passphrase"
    secret.write_text(PASSPHRASE + "\n")
    where = federation.hub.folder
    _program("coordinator", "init", where, "--address", f"127.0.0.1:{ports[HUB]}", "--console", "off")
    federation.start(HUB)
    pin = verbs.done("coordinator", "status", where)["tlsPin"]
    people = folder / "people"
    people.mkdir()
    for name in SITES:
        verbs.done("officer", "key", "new", people / f"{name}.key", "--passphrase-file", secret)
        token = verbs.done("coordinator", "enrol", where, "--site", name)["token"]
        facts = _program(
            "site", "init", folder / name, "--hub", f"127.0.0.1:{ports[HUB]}", "--hub-pin", pin, "--token", token,
            "--address", f"127.0.0.1:{ports[name]}", "--officer", people / f"{name}.key.pub", "--allow-root",
            "--console", "off", "--epsilon-ceiling", str(EPSILON), "--epsilon-total", "10", "--delta-ceiling", str(DELTA),
        )
        verbs.done("coordinator", "confirm", where, "--site", name, "--fingerprint", facts["nodeKey"])
    federation.start(*SITES)
    for name, data in zip(SITES, ("hospital-c", "hospital-b")):
        snapshot = folder / f"snapshot-{name}"
        verbs.done("data", "map", "--input", HOME / "sample-data" / data / "export.csv", "--out", snapshot,
                   "--site", folder / name)
        verbs.done("site", "data", "add", folder / name, snapshot)
    digests: dict[str, list[str]] = {}
    for name, aggregation in STUDIES.items():
        for number in range(COPIES[name]):
            file = folder / "study.json"
            file.write_text(json.dumps(study(name, number, aggregation)))
            digests.setdefault(name, []).append(verbs.done("study", "publish", file, "--hub", where)["digest"])
    published = [digest for copies in digests.values() for digest in copies]
    for site in SITES:
        until(f"the studies at {site}",
              lambda: verbs.call("officer", "review", folder / site, published[-1])[0] == 0)
        for digest in published:
            verbs.done("officer", "approve", folder / site, digest, "--key", people / f"{site}.key",
                       "--passphrase-file", secret, "--epsilon", EPSILON, "--rounds", ROUNDS, "--until",
                       time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3 * 86400)))
    until("all approvals at the hub", lambda: _decisions(where) == len(SITES) * len(published))
    (folder / "studies.json").write_text(json.dumps(digests))
    for daemon in federation.daemons.values():
        daemon.stop()


def study(name: str, number: int, aggregation: dict | None) -> dict:
    """The sample study with short rounds, whole-data steps and a plain Gaussian mechanism."""
    tree = json.loads((HOME / "sample-data" / "studies" / "fracture-risk.json").read_text())
    tree["name"] = f"faults-{name}-{number}"
    tree["plan"].update(rounds=ROUNDS, steps=1, samplingRate=1, noiseMultiplier=SIGMA)
    tree["privacy"].update(epsilon=EPSILON, delta=DELTA)
    tree["evaluation"]["heldOutFraction"] = 0
    tree["participation"].update(sites=list(SITES), quorum=len(SITES), roundSeconds=ROUND_SECONDS if name == "deadline" else 3600)
    if aggregation:
        tree["aggregation"] = aggregation
    return tree


def _program(*arguments: object) -> dict:
    done = subprocess.run([OSTEON, *map(str, arguments), "--json"], capture_output=True, text=True)
    if done.returncode != 0:
        raise Broken(f"osteon {' '.join(map(str, arguments))} ended with {done.returncode}: {done.stderr[-600:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def _decisions(hub: pathlib.Path) -> int:
    with closing(rows(hub / "hub.db")) as database:
        return database.execute("SELECT COUNT(*) FROM decision WHERE kind = 'capsule'").fetchone()[0]


def base_archive() -> pathlib.Path:
    """The class-data archive of the virtual machine that the osteon command takes."""
    home = os.environ.get("JAVA_HOME", "")
    java = pathlib.Path(home) / "bin" / "java" if home else pathlib.Path(shutil.which("java") or "java")
    return java.resolve().parent.parent / "lib" / "server" / "classes.jsa"


def programs() -> str:
    """What the virtual machine compares of the daemons' files with those that an archive was made of."""
    files = sorted(file for module in ("coordinator", "site-agent") for file in (HOME / module / "target").rglob("*.jar"))
    return sha256(json.dumps([str(base_archive()), *((str(file), file.stat().st_size, int(file.stat().st_mtime)) for file in files)]).encode())


def rows(file: pathlib.Path) -> sqlite3.Connection:
    """A daemon's database, to read."""
    database = sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=10)
    database.row_factory = sqlite3.Row
    return database


def sha256(content: bytes) -> str:
    """Lowercase hex."""
    return hashlib.sha256(content).hexdigest()
