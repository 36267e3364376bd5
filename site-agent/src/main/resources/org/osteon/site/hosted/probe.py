"""Runs inside the sandbox before any app does, and tries what an app must not be able to do. A line for each way: name, shut or open, what."""

import json
import os
import signal
import socket
import sys
from importlib import metadata

asked = json.loads(sys.argv[1])


def say(name: str, shut: bool, what: object) -> None:
    print(name, "shut" if shut else "open", str(what).replace("\n", " ").replace("\t", " ")[:200], sep="\t", flush=True)


def tried(name: str, way) -> None:
    """The way is shut when it raises."""
    try:
        say(name, False, way())
    except OSError as refused:
        say(name, True, refused)


def tcp(host: str, port: int) -> str:
    with socket.create_connection((host, port), timeout=3):
        return f"connected to {host}:{port}"


def udp(port: int) -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.connect(("127.0.0.1", port))
        out.send(b"x")
        out.settimeout(1)
        return str(out.recv(1))


def vsock() -> str:
    with socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM):
        return "a socket to the machine's host was made"


def write(path: str) -> str:
    with open(path, "w") as out:
        out.write("x")
    return path


def others() -> list[str]:
    """Processes besides this one and those that the sandbox itself is made of."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit() and int(name) not in (1, os.getpid(), os.getppid()):
            found.append(name)
    return found


def fork_until_refused(most: int) -> str:
    children = []
    try:
        for _ in range(most + 1):
            child = os.fork()
            if child == 0:
                signal.pause()
            children.append(child)
        return f"{most + 1} processes"
    finally:
        for child in children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


if "bomb" in asked:
    held = bytearray()
    while len(held) < asked["bomb"]:
        held += b"\1" * (1 << 20)
    sys.exit(0)

status = dict(line.split(":\t", 1) for line in open("/proc/self/status").read().splitlines() if ":\t" in line)
ids = [os.getuid(), os.geteuid(), os.getgid(), os.getegid()]
say("user", set(ids) == {asked["user"]} and not set(os.getgroups()) - {asked["user"]}, [ids, os.getgroups()])
capabilities = {status[name].strip() for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")}
say("privileges", capabilities == {"0" * 16} and status["NoNewPrivs"].strip() == "1", capabilities)
names = [name for _, name in socket.if_nameindex()]
say("interfaces", names in ([], ["lo"]), names)
tried("tcp-agent", lambda: tcp("127.0.0.1", asked["tcp"]))
tried("udp-agent", lambda: udp(asked["udp"]))
host, port = asked["hub"].rsplit(":", 1)
tried("tcp-hub", lambda: tcp(host, int(port)))
tried("vsock", vsock)
tried("site-folder", lambda: os.listdir(asked["site"]))
say("other-processes", not others(), others())
tried("write-data", lambda: write(os.path.join(asked["data"], ".osteon-probe")))
tried("write-programs", lambda: write(os.path.join(asked["flower"], ".osteon-probe")))
try:
    say("read-data", True, len(os.listdir(asked["data"])))
except OSError as refused:
    say("read-data", False, f"the app's user cannot read hostedData: {refused}")
tried("processes", lambda: fork_until_refused(asked["processes"]))
try:
    say("release", True, metadata.version("flwr"))
except metadata.PackageNotFoundError:
    say("release", False, "none")
