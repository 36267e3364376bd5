#!/usr/bin/env python3
"""Every case against every Flower release of a set, in both directions; writes the table of docs/interop.md.

    python3 interop/matrix.py                 # the set of every change
    python3 interop/matrix.py --set second    # the other releases, the newest that installs among them
    python3 interop/matrix.py 1.39.0          # some releases, in the directions that have them
    python3 interop/matrix.py --jobs 1        # one column after the other; three side by side when nothing is said
    python3 interop/matrix.py --self-check    # no case: whether a missing cell is missed

Each release gets an environment of its own, .venv-flwr-VERSION beside this folder; where ClientApps of frameworks are played too, one
with scikit-learn and Debian's PyTorch (python3-torch), which only the second set needs. The scripts that play the cases are told
nothing of this file: they write what they checked below target/interop/cells. A case that a release cannot express, or that
nothing checks yet, is named with its reason in cases.json; any other cell that is missing makes this script fail.
With --write each column that was played replaces its older self in played.json, and docs/interop.md shows all of them.
"""

import argparse
import io
import itertools
import json
import os
import pathlib
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stdout

HOME = pathlib.Path(__file__).resolve().parent.parent
CELLS = HOME / "target" / "interop" / "cells"
TABLE = HOME / "docs" / "interop.md"
PLAYED = HOME / "interop" / "played.json"
CASES = json.loads((HOME / "interop" / "cases.json").read_text())
LIMIT = 1800
# Half of a column is waiting for a peer, half is work for a core.
JOBS = 3
# Each column gets ports of its own, below those that the kernel gives to callers.
FIRST_PORT, PORTS = 12000, 300
COLUMN = itertools.count()
LATEST: list[str] = []
MAKING: dict[tuple, threading.Lock] = {}
LONGEST_FIRST = ("superlink", "supernode", "command")


def environment(version: str) -> pathlib.Path:
    """The Python of an environment with this release; made when it is not there."""
    folder = HOME / f".venv-flwr-{version}"
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    has = subprocess.run(
        [python, "-c", "import importlib.metadata as m; m.version('numpy'); print(m.version('flwr'))"], capture_output=True, text=True
    ).stdout.strip()
    if has != version:
        subprocess.run(
            [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", f"flwr=={version}", "numpy"], check=True
        )
    return python


def with_frameworks(version: str) -> pathlib.Path:
    """The Python of an environment with this release beside scikit-learn and Debian's PyTorch, which was built for NumPy 1."""
    folder = HOME / f".venv-flwr-{version}-frameworks"
    python = folder / "bin" / "python"
    if not python.exists():
        if subprocess.run(["/usr/bin/python3", "-c", "import ensurepip, torch"], capture_output=True).returncode != 0:
            sys.exit("no PyTorch for /usr/bin/python3; for example: apt-get install python3-torch python3-venv")
        subprocess.run(["/usr/bin/python3", "-m", "venv", "--system-site-packages", folder], check=True)
    has = subprocess.run(
        [python, "-c", "import importlib.metadata as m, torch, sklearn; print(m.version('flwr'))"], capture_output=True, text=True
    ).stdout.strip()
    if has != version:
        subprocess.run(
            [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", f"flwr=={version}", "numpy<2", "scikit-learn>=1.4"],
            check=True,
        )
    return python


def newest() -> list[str]:
    """The newest release that installs plainly here."""
    folder = HOME / ".venv-flwr-newest"
    if not (folder / "bin" / "python").exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--upgrade", "flwr", "numpy"], check=True)
    shown = subprocess.run([python, "-m", "pip", "show", "flwr"], check=True, capture_output=True, text=True).stdout
    found = [line.split(": ")[1] for line in shown.splitlines() if line.startswith("Version: ")]
    LATEST[:] = found
    return found


def frameworks(direction: str, version: str) -> bool:
    """Whether a release is played with ClientApps of frameworks too; the newest is the newest that was ever played when nobody asked."""
    named = CASES[direction].get("frameworks", {"releases": []})["releases"]
    if "newest" in named and not LATEST and PLAYED.exists():
        LATEST.append(max(json.loads(PLAYED.read_text())[direction], key=numbers))
    return version in named or ("newest" in named and version in LATEST)


def numbers(version: str) -> list[int]:
    """A release's place among others."""
    return [int(part) for part in version.split(".")]


def python_for(direction: str, version: str) -> pathlib.Path:
    """The Python that plays a column; an environment is made by the first column that needs it, while others play."""
    make = with_frameworks if frameworks(direction, version) else environment
    with MAKING.setdefault((make, version), threading.Lock()):
        return make(version)


def play(direction: str, version: str) -> dict | None:
    """Runs a direction's script; what it says it checked."""
    try:
        python = python_for(direction, version)
    except subprocess.CalledProcessError as failed:
        print(f"FAIL {direction} {version}: no environment: {failed}", flush=True)
        return None
    cells = CELLS / f"{direction}-{version}.json"
    cells.unlink(missing_ok=True)
    log = CELLS / f"{direction}-{version}.log"
    begin = time.monotonic()
    with open(log, "wb") as out:
        script = subprocess.Popen(
            [python, "-u", HOME / "interop" / CASES[direction]["script"], *(["--frameworks"] if frameworks(direction, version) else [])],
            stdout=out, stderr=subprocess.STDOUT,
            env={
                **os.environ, "FLWR_TELEMETRY_ENABLED": "0", "FLWR_DISABLE_UPDATE_CHECK": "1",
                "OSTEON_INTEROP_PORTS": str(FIRST_PORT + PORTS * (next(COLUMN) % 60)),
            },
        )
        try:
            done = script.wait(LIMIT)
        except subprocess.TimeoutExpired:
            script.terminate()
            try:
                script.wait(60)
            except subprocess.TimeoutExpired:
                script.kill()
            done = -1
    spent = time.monotonic() - begin
    if done != 0 or not cells.exists():
        print(f"FAIL {direction} {version}, {spent:.0f} s: {log.relative_to(HOME)}")
        print("  " + "\n  ".join(log.read_text(errors="replace")[-3000:].splitlines()))
        return None
    found = json.loads(cells.read_text())
    print(f"ok   {direction} {version}, {spent:.0f} s: {len(found['cells'])} cells over {found['carrier']}", flush=True)
    return found


def reason(direction: str, version: str, case: str, registration: str) -> str | None:
    """Why a cell may be empty."""
    for known in CASES[direction]["empty"]:
        if (
            {case, "*"} & set(known.get("cases", [known.get("case")]))
            and known["registration"] in (registration, "*")
            and ("releases" not in known or version in known["releases"])
        ):
            return known["reason"]
    apart = CASES[direction].get("frameworks", {"cases": []})
    return apart["reason"] if case in apart["cases"] and not frameworks(direction, version) else None


def table(direction: str, played: dict[str, dict | None]) -> tuple[list[str], int]:
    """A direction's table, and how many cells are missing in it."""
    versions = list(played)
    missing = 0
    notes: list[str] = []
    lines = [f"## {CASES[direction]['title']}", "", CASES[direction]["text"], ""]
    heads = [
        f"{played[v]['peer']}, {'gRPC' if played[v]['carrier'] == 'grpc' else 'HTTP'}" if played[v] else f"{v}: failed" for v in versions
    ]
    lines += [f"| case | {' | '.join(heads)} |", "|---|" + "---|" * len(versions)]
    for registration in CASES[direction]["registrations"]:
        for case in CASES[direction]["cases"]:
            row = []
            for version in versions:
                cells = (played[version] or {"cells": []})["cells"]
                if any(c["case"] == case and c["registration"] == registration and c["result"] == "ok" for c in cells):
                    row.append("ok")
                    continue
                why = reason(direction, version, case, registration)
                if why is None:
                    missing += 1
                    print(f"FAIL {direction} {version}: no cell for {case}, {registration}")
                    row.append("**missing**")
                    continue
                if why not in notes:
                    notes.append(why)
                row.append(f"— ({notes.index(why) + 1})")
            lines.append(f"| {case}, {registration} | {' | '.join(row)} |")
    lines.append("")
    lines += [f"{number}. {why}" for number, why in enumerate(notes, 1)]
    return [*lines, ""], missing


def self_check() -> None:
    """Holds this file to its own word: a cell that is taken away is missed, unless it has a reason."""
    for direction in CASES["directions"]:
        # What it says of cells that were taken on purpose is not for a reader of this run.
        with redirect_stdout(io.StringIO()):
            checked_alone(direction)
    print("matrix: it misses what is missing")


def checked_alone(direction: str) -> None:
    """One direction of it; ends the script when a cell is not missed."""
    every = [
        {"registration": registration, "case": case, "result": "ok"}
        for registration in CASES[direction]["registrations"] for case in CASES[direction]["cases"]
    ]
    for version in ("0", *CASES[direction].get("frameworks", {"releases": []})["releases"][:1]):
        for taken in every:
            left = {"peer": version, "carrier": "grpc", "cells": [cell for cell in every if cell is not taken]}
            expected = 0 if reason(direction, version, taken["case"], taken["registration"]) else 1
            if table(direction, {version: left})[1] != expected:
                sys.exit(f"a missing cell was not noticed, or one with a reason was: {direction}, {taken}")
        failed = sum(1 for cell in every if not reason(direction, version, cell["case"], cell["registration"]))
        whole = {"peer": version, "carrier": "grpc", "cells": every}
        if table(direction, {version: None})[1] != failed or table(direction, {version: whole})[1]:
            sys.exit(f"a script that fails, or one that holds, is not told as such: {direction}")


def releases(direction: str, options: argparse.Namespace) -> list[str]:
    """The releases that a direction is played with: those of the set, or those that were named and are in any set."""
    named = CASES["sets"][options.set][direction]
    if options.releases:
        known = {release for releases in CASES["sets"].values() for release in releases[direction]}
        named = [release for release in options.releases if release in known]
    return [version for release in named for version in (newest() if release == "newest" else [release])]


def keep(played: dict[str, dict[str, dict | None]]) -> dict[str, dict[str, dict]]:
    """Every column ever written, those that were played now in place of older ones; a script that failed takes its column away."""
    kept = json.loads(PLAYED.read_text()) if PLAYED.exists() else {}
    for direction, columns in played.items():
        all_of_it = {**kept.get(direction, {}), **columns}
        kept[direction] = {
            version: {"peer": found["peer"], "carrier": found["carrier"],
                      "cells": [cell for cell in found["cells"] if cell["result"] == "ok"]}
            for version, found in sorted(all_of_it.items(), key=lambda item: numbers(item[0])) if found
        }
    PLAYED.write_text(json.dumps(kept, ensure_ascii=False, separators=(",", ":")).replace('},"', '},\n"') + "\n")
    return kept


def document(played: dict[str, dict[str, dict | None]]) -> tuple[str, int]:
    """The page of all directions, and how many cells are missing in it."""
    lines = [
        "# Osteon and Flower, as they were run together",
        "",
        "This file is written by `python3 interop/matrix.py --write`: each column is a run of unmodified, released wheels, under the",
        "version that the peer's own process reported. A cell that is empty says why.",
        "",
    ]
    missing = 0
    for direction in CASES["directions"]:
        part, more = table(direction, played.get(direction, {}))
        lines += part
        missing += more
    return "\n".join(lines).rstrip() + "\n", missing


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("releases", nargs="*", help="releases of flwr; none: a set of them")
    parser.add_argument("--set", choices=sorted(CASES["sets"]), default="first")
    parser.add_argument("--jobs", type=int, default=JOBS, help=f"columns side by side, {JOBS} when nothing is said")
    parser.add_argument("--write", action="store_true", help=f"write {TABLE.relative_to(HOME)}")
    parser.add_argument("--self-check", action="store_true", help="run no case; take cells away and see that they are missed")
    options = parser.parse_args()
    if options.self_check:
        self_check()
        return
    CELLS.mkdir(parents=True, exist_ok=True)
    played: dict[str, dict[str, dict | None]] = {direction: {} for direction in CASES["directions"]}
    begin = time.monotonic()
    wanted = {direction: releases(direction, options) for direction in CASES["directions"]}
    # The osteon command builds here, once, when it must.
    subprocess.run([HOME / "osteon", "--version"], check=True, stdout=subprocess.DEVNULL)
    # The longest first, so that none is left alone at the end.
    columns = [(direction, version) for direction in LONGEST_FIRST for version in wanted[direction]]
    for column in columns:
        # What is missing for these is said before anything is played.
        if frameworks(*column):
            python_for(*column)
    writing = threading.Lock()

    def one(column: tuple[str, str]) -> dict | None:
        cells = play(*column)
        if options.write:
            with writing:
                keep({column[0]: {column[1]: cells}})
        return cells

    with ThreadPoolExecutor(options.jobs) as pool:
        found = dict(zip(columns, pool.map(one, columns)))
    for direction, versions in wanted.items():
        played[direction] = {version: found[direction, version] for version in versions}
    text, missing = document(played)
    (HOME / "target" / "interop" / "interop.md").write_text(text)
    if options.write:
        with redirect_stdout(io.StringIO()):
            TABLE.write_text(document(keep({}))[0])
    failed = sum(cells is None for cells in (c for d in played.values() for c in d.values()))
    print(
        f"matrix: {len(columns)} columns, {failed} scripts failed, {missing} cells missing, "
        f"{time.monotonic() - begin:.0f} s, load {os.getloadavg()[0]:.1f}"
    )
    if failed or missing:
        sys.exit(1)


if __name__ == "__main__":
    main()
