"""The durable steps of a daemon, numbered as it makes them, and its death by SIGKILL right before or after one of them.

benchmarks/src/test/c/durable_steps.c, loaded before the C library, kills the process in the thread that makes the step:
a sync, a rename, the first write of a transaction, its commit, or bytes to a peer.
"""

import mmap
import pathlib
import struct
import subprocess

from federation import HOME

BYTES = 4096
RECORDING, TARGET, AFTER, COUNT, OF_KIND, KIND, PLACE = 0, 8, 16, 24, 32, 40, 104
KINDS = ("sync", "rename", "frames", "commit", "send")


def library(folder: pathlib.Path) -> pathlib.Path:
    """The compiled library."""
    file = folder / "durable_steps.so"
    source = HOME / "benchmarks" / "src" / "test" / "c" / "durable_steps.c"
    subprocess.run(["gcc", "-shared", "-fPIC", "-O2", "-o", str(file), str(source), "-ldl"], check=True)
    return file


class Steps:
    """Steps of one daemon that is started with `environment`."""

    def __init__(self, library: pathlib.Path, file: pathlib.Path):
        self.log = pathlib.Path(f"{file}.log")
        file.write_bytes(bytes(BYTES))
        self.log.write_bytes(b"")
        with open(file, "r+b") as control:
            self.control = mmap.mmap(control.fileno(), BYTES)
        self.environment = {"LD_PRELOAD": str(library), "OSTEON_STEPS": str(file)}

    def _put(self, at: int, value: int) -> None:
        self.control[at:at + 8] = struct.pack("=Q", value)

    def record(self) -> None:
        """Numbers steps from 1 on."""
        self.kill_at(0, False)

    def kill_at(self, number: int, after: bool, kind: str = "") -> None:
        """Numbers steps from 1 on; the daemon dies before or after that one, of the kind where one is named."""
        self.rest()
        self.log.write_bytes(b"")
        self.control[KIND:PLACE + 64] = bytes(PLACE + 64 - KIND)
        self.control[KIND:KIND + len(kind)] = kind.encode()
        for at, value in ((COUNT, 0), (OF_KIND, 0), (AFTER, int(after)), (TARGET, number), (RECORDING, 1)):
            self._put(at, value)

    def rest(self) -> None:
        """Numbers and kills no more."""
        self._put(RECORDING, 0)
        self._put(TARGET, 0)

    def count(self) -> int:
        """Steps begun since recording began."""
        return struct.unpack("=Q", self.control[COUNT:COUNT + 8])[0]

    def made(self) -> dict[int, str]:
        """The kind of each step that ended, by its number."""
        lines = [line.split(" ", 3) for line in self.log.read_text(errors="replace").splitlines()]
        return {int(line[1]): line[2] for line in lines if line[0] == "done"}

    def death(self) -> str:
        """The step it died at, in words; empty when it lives."""
        for line in self.log.read_text(errors="replace").splitlines():
            if not line.startswith("done"):
                return line
        return ""
