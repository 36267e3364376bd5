"""What the interop scripts share: a hub of ours, Flower's environment, node keys, and checks that end the script."""

import atexit
import functools
import itertools
import json
import os
import pathlib
import random
import signal
import socket
import subprocess
import sys
import threading
import time

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from verbs import Verbs

HOME = pathlib.Path(__file__).resolve().parent.parent
BIN = pathlib.Path(sys.executable).parent
OSTEON = HOME / "osteon"
BEGIN = time.monotonic()

# A script takes its ports from a range of its own, below those that the kernel gives to callers: scripts side by side do not
# meet. Who starts several says which range; one by itself begins anywhere.
PORTS = 300
FIRST = int(os.environ.get("OSTEON_INTEROP_PORTS") or random.randrange(20000, 32000, PORTS))
NEXT = itertools.count()

# Whoever ends a script ends what it started, too: it goes the way of a check that does not hold.
signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended from outside"))

# The daemons of a script live for minutes: the second compiler costs more than it brings.
SHORT_LIVED = {**os.environ, "OSTEON_JAVA_OPTS": os.environ.get("OSTEON_JAVA_OPTS", "-XX:TieredStopAtLevel=1")}


def check(what: str, holds: bool, seen: object = "") -> None:
    """Says what was checked, and when; ends the script when it does not hold."""
    print(f"{'ok  ' if holds else 'FAIL'} {time.monotonic() - BEGIN:6.1f} s  {what}", flush=True)
    if not holds:
        sys.exit(f"does not hold: {what}; seen: {seen}")


def free_port() -> int:
    """A port that is free now, and that this script did not get before."""
    while True:
        port = FIRST + next(NEXT) % PORTS
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


@functools.cache
def command() -> Verbs:
    """The osteon command of this script, in one process for all verbs but those that a daemon's own program does."""
    log = HOME / "target" / "interop" / f"verbs-{os.getpid()}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    # Builds when it must.
    subprocess.run([OSTEON, "--version"], check=True, stdout=subprocess.DEVNULL)
    verbs = Verbs(log)

    def ends() -> None:
        verbs.close()
        if log.stat().st_size == 0:
            log.unlink()

    atexit.register(ends)
    return verbs


def flower(home: pathlib.Path) -> dict[str, str]:
    """The environment of a Flower process: its own home, its own programs, no calls to others."""
    home.mkdir(exist_ok=True)
    return {
        **os.environ,
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "FLWR_HOME": str(home),
        "FLWR_TELEMETRY_ENABLED": "0",
        "FLWR_DISABLE_UPDATE_CHECK": "1",
    }


def node_key(folder: pathlib.Path, name: str) -> tuple[pathlib.Path, pathlib.Path]:
    """A P-384 node key: the private half as OpenSSH writes it, the public half as PEM."""
    key = ec.generate_private_key(ec.SECP384R1())
    private, public = folder / name, folder / f"{name}.pem"
    private.touch(mode=0o600)
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
        )
    )
    public.write_bytes(
        key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    return private, public


def stop(*processes: subprocess.Popen) -> None:
    """Ends processes, by force when they do not end by themselves."""
    for process in processes:
        if process.poll() is None:
            process.terminate()
    for process in processes:
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Line:
    """One connection over a link: both ends, and how much went each way."""

    # More than a TLS handshake takes each way.
    HANDSHAKE = 1024

    def __init__(self, caller: socket.socket, called: socket.socket):
        self.caller = caller
        self.called = called
        self.up = 0
        self.down = 0

    def speaks(self) -> bool:
        """Whether the handshake is over."""
        return self.up > self.HANDSHAKE and self.down > self.HANDSHAKE

    def end(self) -> None:
        """Breaks it off for both."""
        for end in (self.caller, self.called):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class Link:
    """A line between two parties of this machine that can be cut, and that can lose what comes back.

    What is in a TLS handshake is spared: a SuperNode of 1.40 and newer gives a message up for good when a handshake
    breaks off, whoever is at the other end."""

    def __init__(self, target: str):
        host, port = target.rsplit(":", 1)
        self.target = (host, int(port))
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"
        self.cuts = 0
        self.lost = 0
        self._cut_after: int | None = None
        self._deaf = False
        self._lines: set[Line] = set()
        self._whole = threading.Event()
        self._whole.set()
        self.open()

    def cut_after(self, sent: int) -> None:
        """Cuts the line when the caller has sent so many bytes more."""
        self._cut_after = sent

    def deafen(self) -> None:
        """From now on nothing that is answered arrives, until the line is cut."""
        self._deaf = True

    def cut(self, seconds: float = 1.0) -> None:
        """Ends every connection; new ones have to wait for a while."""
        self.cuts += 1
        self._whole.clear()
        for line in list(self._lines):
            if line.speaks():
                line.end()
        self._deaf = False
        threading.Timer(seconds, self._whole.set).start()

    def shut(self) -> None:
        """Takes no new connection: a caller is refused, as by a host without a listener."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def open(self) -> None:
        """Takes connections again."""
        self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                caller, _ = listener.accept()
            except OSError:
                return
            self._whole.wait()
            try:
                called = socket.create_connection(self.target, 5)
            except OSError:
                caller.close()
                continue
            called.settimeout(None)
            line = Line(caller, called)
            self._lines.add(line)
            for upwards in (True, False):
                threading.Thread(target=self._carry, args=(line, upwards), daemon=True).start()

    def _carry(self, line: Line, upwards: bool) -> None:
        source, sink = (line.caller, line.called) if upwards else (line.called, line.caller)
        try:
            while data := source.recv(65536):
                if upwards:
                    line.up += len(data)
                else:
                    if self._deaf and line.speaks():
                        self.lost += len(data)
                        continue
                    line.down += len(data)
                sink.sendall(data)
                if upwards and self._cut_after is not None:
                    self._cut_after -= len(data)
                    if self._cut_after <= 0:
                        self._cut_after = None
                        self.cut()
        except OSError:
            pass
        self._lines.discard(line)
        line.end()
        source.close()


class Daemon:
    """A daemon of ours, reached by the osteon command alone."""

    def __init__(self, kind: str, folder: pathlib.Path, address: str):
        self.kind = kind
        self.folder = folder
        self.address = address
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        """Starts it and waits until it is ready."""
        log = open(self.folder.with_suffix(".log"), "ab")
        self.process = subprocess.Popen(
            [OSTEON, self.kind, "start", self.folder], stdout=subprocess.PIPE, stderr=log, text=True, env=SHORT_LIVED
        )
        line = self.process.stdout.readline()
        check(f"{self.folder.name} is up at {self.address}", line.startswith("ready "), line or self.folder.with_suffix(".log"))

    def stop(self) -> None:
        """Ends it; the second time does nothing."""
        if self.process is not None:
            stop(self.process)

    def kill(self) -> None:
        """Ends it as a power failure does."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def call(self, *arguments: str) -> tuple[int, str]:
        """A verb's exit code and what it said."""
        code, answer, error = self._said(*arguments)
        return code, json.dumps(answer, ensure_ascii=False) + error

    def verb(self, *arguments: str) -> dict:
        """A verb that must succeed; its answer."""
        code, answer, error = self._said(*arguments)
        if code != 0:
            sys.exit(f"osteon {' '.join(map(str, arguments))} ended with {code}: {answer} {error}")
        return answer

    @staticmethod
    def _said(*arguments: str) -> tuple[int, dict, str]:
        if arguments[1] != "init":
            return command().call(*arguments)
        done = subprocess.run([OSTEON, *arguments, "--json"], capture_output=True, text=True, env=SHORT_LIVED)
        lines = [line for line in done.stdout.strip().splitlines() if line.startswith("{")]
        return done.returncode, json.loads(lines[-1]) if lines else {}, done.stderr


class Hub(Daemon):
    """A hub."""

    fleet_http = ""

    @staticmethod
    def make(folder: pathlib.Path, *options: str) -> "Hub":
        """A new hub in this folder, on a free port of this machine."""
        hub = Hub("coordinator", folder, f"127.0.0.1:{free_port()}")
        hub.fleet_http = f"127.0.0.1:{free_port()}"
        hub.verb(
            "coordinator", "init", str(folder), "--address", hub.address, "--fleet-http", hub.fleet_http, "--console", "off", *options
        )
        return hub

    def site(self, folder: pathlib.Path, *options: str) -> tuple[Daemon, dict]:
        """A site, enrolled and confirmed, with what the hub knows of it; not started."""
        name = folder.name
        pin = self.verb("coordinator", "status", str(self.folder))["tlsPin"]
        token = self.verb("coordinator", "enrol", str(self.folder), "--site", name)["token"]
        site = Daemon("site", folder, f"127.0.0.1:{free_port()}")
        facts = site.verb(
            "site", "init", str(folder), "--hub", self.address, "--hub-pin", pin, "--token", token,
            "--address", site.address, "--console", "off", *options,
        )
        known = self.verb(
            "coordinator", "confirm", str(self.folder), "--site", name, "--fingerprint", facts["nodeKey"]
        )
        return site, known

    def finished(self, run: str, seconds: float) -> dict:
        """Waits until a run runs no more; the hub holds each call until something changes, and changes come in bunches."""
        deadline = time.monotonic() + seconds
        key = ""
        while True:
            view = self.verb("run", "show", run, "--unless-state", key, "--hub", str(self.folder))
            if view["state"] != "running" or time.monotonic() > deadline:
                return view
            key = view["stateKey"]
            time.sleep(0.5)
