#!/usr/bin/env python3
"""Two unmodified flower-supernode processes complete three NumPy rounds on our coordinator; NumPy recomputes the result.

Run it with the Python of an environment that has flwr (1.23 to 1.41; over gRPC up to 1.39, over HTTP from 1.40 on) and numpy:

    python3 -m venv .venv-flwr && .venv-flwr/bin/pip install flwr==1.39.0 numpy
    .venv-flwr/bin/python interop/supernodes.py

TLS, node keys registered beforehand; everything is written below target/interop/supernodes, and what was checked to
target/interop/cells. Exit code 0 when all holds.
"""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import time
from contextlib import ExitStack

import numpy as np

from parties import BIN, HOME, Hub, check, flower, free_port, node_key, stop

ROUNDS = 3
RELEASE = re.search(r"\d+\.\d+\.\d+", subprocess.run([BIN / "flower-supernode", "--version"], capture_output=True, text=True).stdout)[0]
MINOR = tuple(int(part) for part in RELEASE.split(".")[:2])
HTTP = MINOR >= (1, 40)
FOLDER = HOME / "target" / "interop" / "supernodes"

sys.path.insert(0, str(HOME / "interop" / "flower-app"))
from calibration.steps import FEATURES, train  # noqa: E402


def build_app(folder: pathlib.Path) -> pathlib.Path:
    """The app bundle, written by Flower's own tool."""
    subprocess.run(
        [BIN / "flwr", "build", "--app", HOME / "interop" / "flower-app"],
        cwd=folder, check=True, stdout=subprocess.DEVNULL, env=flower(folder / "flwr-home"),
    )
    return next(folder.glob("*.fab"))


def supernode(hub: Hub, folder: pathlib.Path, key: pathlib.Path, partition: int) -> subprocess.Popen:
    """Starts a SuperNode as its manual says."""
    return subprocess.Popen(
        [
            BIN / "flower-supernode",
            "--superlink", hub.fleet_http if HTTP else hub.address,
            "--root-certificates", hub.folder / "tls.crt",
            "--auth-supernode-private-key", key,
            "--node-config", f"partition={partition}",
            *(["--port", str(free_port())] if MINOR >= (1, 35) else ["--clientappio-api-address", f"127.0.0.1:{free_port()}"]),
        ],
        stdout=open(folder / f"supernode-{key.name}.log", "wb"), stderr=subprocess.STDOUT,
        env=flower(folder / f"home-{key.name}"),
    )


def recompute(order: list[int]) -> list[tuple[np.ndarray, np.ndarray]]:
    """Three rounds by NumPy alone: sums and quotient in float64, nodes in the hub's order, one rounding to float32."""
    weight, bias = np.zeros(FEATURES, np.float32), np.zeros(1, np.float32)
    versions = []
    for _ in range(ROUNDS):
        answers = [train(partition, weight, bias) for partition in order]
        total = float(sum(rows for _, _, rows in answers))
        mean = [
            (sum(np.float64(rows) * part[i].astype(np.float64) for *part, rows in answers) / total).astype(np.float32)
            for i in range(2)
        ]
        weight, bias = mean
        versions.append((weight, bias))
    return versions


def main() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    with ExitStack() as running:
        hub = Hub.make(FOLDER / "hub", "--allow-ungoverned")
        print(f"  flower-supernode says that it is {RELEASE}; it calls over {'HTTP' if HTTP else 'gRPC'}")
        hub.start()
        running.callback(hub.stop)
        partitions = {}
        nodes = []
        for partition in range(2):
            private, public = node_key(FOLDER, f"node-{partition}")
            site = hub.verb("coordinator", "add-flower-node", str(hub.folder), "--key", str(public))
            partitions[site["site"]] = partition
            nodes.append(private)
        print(f"  registered {', '.join(partitions)}")

        strict = Hub.make(FOLDER / "strict-hub")
        strict.start()
        running.callback(strict.stop)
        code, answer = strict.call("coordinator", "add-flower-node", str(strict.folder), "--key", str(nodes[0]) + ".pem")
        check("a hub takes no SuperNode unless its operator allows it", code == 3 and "UNGOVERNED_NOT_ALLOWED" in answer, answer)
        strict.stop()

        app = build_app(FOLDER)
        processes = [supernode(hub, FOLDER, key, partition) for partition, key in enumerate(nodes)]
        stranger = supernode(hub, FOLDER, node_key(FOLDER, "stranger")[0], 9)
        running.callback(stop, *processes, stranger)

        initial = FOLDER / "initial.npz"
        np.savez(initial, weight=np.zeros(FEATURES, np.float32), bias=np.zeros(1, np.float32))
        run = hub.verb(
            "run", "start-flower", "--fab", str(app), "--arrays", str(initial),
            "--rounds", str(ROUNDS), "--nodes", "2", "--hub", str(hub.folder),
        )
        check("the run is marked ungoverned", run["governed"] is False)
        begin = time.monotonic()
        view = hub.finished(run["run"], 240)
        check(f"the run is completed, in {time.monotonic() - begin:.1f} s", view["state"] == "completed", view)
        for round_view in view["rounds"]:
            print(f"  round {round_view['number']}: counted {', '.join(round_view['counted'])}")
        check(
            "each of three rounds counted both nodes",
            [sorted(r["counted"]) for r in view["rounds"]] == [sorted(partitions)] * ROUNDS,
            view["rounds"],
        )

        expected = recompute([partitions[site] for site in sorted(partitions)])
        models = hub.verb("model", "list", "--hub", str(hub.folder))["models"]
        by_round = {m["round"]: m["model"] for m in models if m["run"] == run["run"]}
        check("there is one model for each round", sorted(by_round) == list(range(ROUNDS + 1)), models)
        for number in range(1, ROUNDS + 1):
            out = FOLDER / f"round-{number}.npz"
            hub.verb("model", "export", by_round[number], "--out", str(out), "--hub", str(hub.folder))
            got = np.load(out)
            weight, bias = expected[number - 1]
            check(
                f"round {number}: the stored model is NumPy's, bit for bit",
                got["weight"].tobytes() == weight.tobytes() and got["bias"].tobytes() == bias.tobytes(),
                {"stored": {k: got[k].tolist() for k in got.files}, "numpy": [weight.tolist(), bias.tolist()]},
            )
        print(f"  weights after round {ROUNDS}: {expected[-1][0]}, bias {expected[-1][1]}")

        code, answer = hub.call("conformance", "run", by_round[ROUNDS], "--declaration", str(initial), "--hub", str(hub.folder))
        check("its model is refused by the checks and so by every release", code == 3 and "MODEL_UNGOVERNED" in answer, answer)
        check("a SuperNode with an unknown key got nothing", stranger_left(stranger), FOLDER / "supernode-stranger.log")
        check("both SuperNodes are still connected", all(p.poll() is None for p in processes))
        cells = HOME / "target" / "interop" / "cells"
        cells.mkdir(exist_ok=True)
        (cells / f"supernode-{RELEASE}.json").write_text(json.dumps({
            "direction": "supernode", "peer": RELEASE, "carrier": "http" if HTTP else "grpc",
            "cells": [{"registration": "pre-registered+TLS", "case": case, "result": "ok"} for case in ("train", "refused")],
        }))


def stranger_left(process: subprocess.Popen) -> bool:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.2)
    return process.poll() is not None


if __name__ == "__main__":
    main()
