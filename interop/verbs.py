"""The osteon command, kept running: a process for each verb would take longer than what it asks for."""

import fcntl
import json
import pathlib
import subprocess
import threading

HOME = pathlib.Path(__file__).resolve().parent.parent
SOURCE = HOME / "interop" / "Verbs.java"


class Broken(Exception):
    """It cannot go on; the text says why."""


def compiled(libraries: str) -> pathlib.Path:
    """The folder with Verbs, compiled once for all that use it."""
    folder = HOME / "target" / "interop" / "verbs"
    folder.mkdir(parents=True, exist_ok=True)
    made = folder / "Verbs.class"
    with open(folder / "lock", "wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists() or made.stat().st_mtime < SOURCE.stat().st_mtime:
            subprocess.run(["javac", "-proc:none", "-cp", libraries, "-d", folder, SOURCE], check=True)
    return folder


class Verbs:
    """The osteon command, kept running."""

    def __init__(self, log: pathlib.Path):
        jar = next((HOME / "cli" / "target").glob("cli-*.jar"))
        libraries = f"{jar}:{jar.parent / 'lib'}/*"
        flags = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx512m", "-Xshare:auto"]
        archive = HOME / "target" / "cli.jsa"
        if archive.exists():
            flags += [f"-XX:SharedArchiveFile={archive}", "-Xlog:disable", "-Xlog:all=error:stderr"]
        self.process = subprocess.Popen(
            ["java", *flags, f"-Dosteon.home={HOME}", "-cp", f"{libraries}:{compiled(libraries)}", "Verbs"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=open(log, "ab"), text=True,
        )
        self.turn = threading.Lock()

    def call(self, *arguments: str) -> tuple[int, dict, str]:
        """A verb's exit code, its answer, and what it said to standard error."""
        with self.turn:
            self.process.stdin.write(json.dumps([*map(str, arguments), "--json"]) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        if not line:
            raise Broken("the osteon command has ended")
        answer = json.loads(line)
        lines = [one for one in answer["out"].strip().splitlines() if one.startswith("{")]
        return answer["exit"], json.loads(lines[-1]) if lines else {}, answer["error"]

    def done(self, *arguments: str) -> dict:
        """A verb that must be done."""
        code, answer, error = self.call(*arguments)
        if code != 0:
            raise Broken(f"osteon {' '.join(map(str, arguments))} ended with {code}: {error[:600]}")
        return answer

    def close(self) -> None:
        """Ends it."""
        self.process.stdin.close()
        self.process.wait(20)
