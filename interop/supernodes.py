#!/usr/bin/env python3
"""Two unmodified flower-supernode processes work for our coordinator; NumPy recomputes what comes of it.

Run it with the Python of an environment that has flwr (1.23 to 1.42; over gRPC up to 1.39, over HTTP from 1.40 on) and numpy:

    python3 -m venv .venv-flwr && .venv-flwr/bin/pip install flwr==1.39.0 numpy
    .venv-flwr/bin/python interop/supernodes.py

TLS; the key of one node is registered beforehand, the other registered itself while the operator let nodes do so; both call over
lines that are cut and that lose answers. A third node registers itself and waits. Everything is written below target/interop/supernodes-RELEASE, and what was checked to target/interop/cells. Exit code 0 when all holds.
Named parts (train action metrics error restart killed guest torch sklearn) are played alone, and write no cells. torch and sklearn
need these two libraries beside flwr, and are played with the others when --frameworks is said.
"""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from datetime import datetime, timedelta, timezone

import numpy as np

from parties import BIN, HOME, Hub, Link, check, flower, free_port, node_key, stop

ROUNDS = 3
RELEASE = re.search(r"\d+\.\d+\.\d+", subprocess.run([BIN / "flwr", "--version"], capture_output=True, text=True).stdout)[0]
MINOR = tuple(int(part) for part in RELEASE.split(".")[:2])
HTTP = MINOR >= (1, 40)
FOLDER = HOME / "target" / "interop" / f"supernodes-{RELEASE}"

sys.path.insert(0, str(HOME / "interop" / "flower-app"))
from calibration.steps import FEATURES, facts, loss, rows, shift, train  # noqa: E402

CELLS: list[dict] = []


BEFOREHAND, ITSELF = "pre-registered+TLS", "self-registered+TLS"


def holds(case: str, *registrations: str) -> None:
    """Cells of the table; of both kinds of nodes when none is named, for each took part."""
    for registration in registrations or (BEFOREHAND, ITSELF):
        CELLS.append({"registration": registration, "case": case, "result": "ok"})


def build_app(name: str) -> pathlib.Path:
    """An app's bundle, written by Flower's own tool."""
    folder = FOLDER / name
    folder.mkdir()
    subprocess.run(
        [BIN / "flwr", "build", "--app", HOME / "interop" / name],
        cwd=folder, check=True, stdout=subprocess.DEVNULL, env=flower(FOLDER / "flwr-home"),
    )
    return next(folder.glob("*.fab"))


def supernode(hub: Hub, folder: pathlib.Path, key: pathlib.Path | str, partition: int, address: str = "") -> subprocess.Popen:
    """Starts a SuperNode as its manual says, in a process group of its own; without a key file it registers itself."""
    name = key if isinstance(key, str) else key.name
    return subprocess.Popen(
        [
            BIN / "flower-supernode",
            "--superlink", address or (hub.fleet_http if HTTP else hub.address),
            "--root-certificates", hub.folder / "tls.crt",
            *([] if isinstance(key, str) else ["--auth-supernode-private-key", key]),
            "--node-config", f'partition={partition} gate="{folder / "gate"}" answers="{folder / "answers"}"',
            *(["--port", str(free_port())] if MINOR >= (1, 35) else ["--clientappio-api-address", f"127.0.0.1:{free_port()}"]),
        ],
        stdout=open(folder / f"supernode-{name}.log", "ab"), stderr=subprocess.STDOUT,
        env=flower(folder / f"home-{name}"), start_new_session=True,
    )


def kill(process: subprocess.Popen) -> None:
    """Ends a SuperNode and all that it started, as a power failure does."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def mean(parts: list[np.ndarray], weights: list[int]) -> np.ndarray:
    """Sum and quotient in float64, nodes in the hub's order, one rounding to the array's own type."""
    value = sum(np.float64(weight) * part.astype(np.float64) for weight, part in zip(weights, parts)) / float(sum(weights))
    return np.asarray(np.rint(value) if parts[0].dtype.kind == "i" else value).astype(parts[0].dtype)


def recompute(order: list[int]) -> list[tuple[np.ndarray, np.ndarray]]:
    """Three rounds of training by NumPy alone."""
    weight, bias = np.zeros(FEATURES, np.float32), np.zeros(1, np.float32)
    versions = []
    for _ in range(ROUNDS):
        answers = [train(partition, weight, bias) for partition in order]
        counts = [count for _, _, count in answers]
        weight, bias = (mean([answer[i] for answer in answers], counts) for i in range(2))
        versions.append((weight, bias))
    return versions


def every_kind() -> dict[str, np.ndarray]:
    """Arrays that meet every case of the table; one of 6 MB, which travels in two chunks."""
    twin = np.linspace(-1, 1, 7, dtype=np.float32)
    return {
        "large": np.arange(1_500_000, dtype=np.float32) / np.float32(1000),
        "empty": np.zeros((0, 3), np.float32),
        "scalar": np.asarray(2.5, np.float32),
        "whole": np.array([[1, -2], [2**40, 7]], np.int64),
        "wide": np.array([1e-300, 0.1, -1e300]),
        "größe.骨密度": np.array([0.25, 0.5], np.float32),
        "twin-a": twin,
        "twin-b": twin.copy(),
    }


class Scene:
    """The hub, its two nodes, and their lines."""

    def __init__(self, hub: Hub, partitions: dict[str, int], links: list[Link], app: pathlib.Path):
        self.hub = hub
        self.links = links
        self.partitions = partitions
        self.order = [partitions[site] for site in sorted(partitions)]
        self.app = app

    def start(self, arrays: pathlib.Path, rounds: int, message_type: str, app: pathlib.Path | None = None) -> str:
        """Starts a run, of the scene's own app when none is named."""
        run = self.hub.verb(
            "run", "start-flower", "--fab", str(app or self.app), "--arrays", str(arrays), "--rounds", str(rounds),
            "--nodes", "2", "--message-type", message_type, "--hub", str(self.hub.folder),
        )
        check(f"{message_type}: the run is marked ungoverned", run["governed"] is False)
        return run["run"]

    def completed(self, run: str, what: str, seconds: float = 240) -> dict:
        """Waits for a run that completes, and has both nodes in each round."""
        begin = time.monotonic()
        view = self.hub.finished(run, seconds)
        check(
            f"{what}: completed with both nodes in each round, in {time.monotonic() - begin:.1f} s",
            view["state"] == "completed"
            and all(sorted(one["counted"]) == sorted(self.partitions) and not one["rejected"] for one in view["rounds"]),
            view,
        )
        return view

    def models(self, run: str) -> dict[int, str]:
        """A run's model versions by round."""
        return {m["round"]: m["model"] for m in self.hub.verb("model", "list", "--hub", str(self.hub.folder))["models"] if m["run"] == run}

    def stored(self, model: str) -> dict[str, np.ndarray]:
        """A stored model's arrays."""
        out = FOLDER / "stored.npz"
        out.unlink(missing_ok=True)
        self.hub.verb("model", "export", model, "--out", str(out), "--hub", str(self.hub.folder))
        with np.load(out) as arrays:
            return {name: arrays[name] for name in arrays.files}

    def answers(self, view: dict, record: str) -> dict[int, dict]:
        """What the nodes answered in the first round, by partition."""
        return {self.partitions[site]: records[record] for site, records in view["rounds"][0]["answers"].items()}


def same(got: np.ndarray, expected: np.ndarray) -> bool:
    """Type, shape and every bit."""
    return got.dtype == expected.dtype and got.shape == expected.shape and got.tobytes() == expected.tobytes()


def metric(value: int | float | list) -> dict:
    """A value as the hub tells it: under its type, as text."""
    def text(one: int | float) -> str:
        return str(one) if isinstance(one, int) else repr(float(one))

    values = value if isinstance(value, list) else [value]
    kind = "double" if isinstance(values[0], float) else "uint64" if max(values) > 2**63 - 1 else "sint64"
    kinds = {"double": "doubles", "uint64": "uints", "sint64": "sints"}
    return {kinds[kind]: [text(one) for one in value]} if isinstance(value, list) else {kind: text(value)}


def number(told: dict) -> dict:
    """The same with numbers of floating point read back: Java and Python write them differently."""
    return {kind: ([float(v) for v in value] if kind == "doubles" else float(value)) if kind.startswith("double") else value
            for kind, value in told.items()}


def rounds_of_training(scene: Scene) -> None:
    initial = FOLDER / "initial.npz"
    run = scene.start(initial, ROUNDS, "train")
    scene.completed(run, "train")
    by_round = scene.models(run)
    check("train: there is one model for each round", sorted(by_round) == list(range(ROUNDS + 1)), by_round)
    for done, (weight, bias) in enumerate(recompute(scene.order), 1):
        got = scene.stored(by_round[done])
        check(f"train: round {done}: the stored model is NumPy's, bit for bit", same(got["weight"], weight) and same(got["bias"], bias), got)
    code, answer = scene.hub.call("conformance", "run", by_round[ROUNDS], "--declaration", str(initial), "--hub", str(scene.hub.folder))
    check("train: its model is refused by the checks and so by every release", code == 3 and "MODEL_UNGOVERNED" in answer, answer)
    holds("train")


def action_over_cut_lines(scene: Scene) -> None:
    arrays = every_kind()
    initial = FOLDER / "every-kind.npz"
    np.savez(initial, **arrays)
    for link in scene.links:
        link.cut_after(3_000_000)
    run = scene.start(initial, 2, "train.calibrate")
    scene.completed(run, "train.calibrate")
    cuts = [link.cuts for link in scene.links]
    check("each line was cut while its node sent its arrays", cuts == [1, 1], cuts)
    by_round = scene.models(run)
    counts = [len(rows(partition)[1]) for partition in scene.order]
    for done in (1, 2):
        arrays = {name: mean([shift(partition, array) for partition in scene.order], counts) for name, array in arrays.items()}
        got = scene.stored(by_round[done])
        differ = [name for name in arrays if name not in got or not same(got[name], arrays[name])]
        check(f"train.calibrate: round {done}: every stored array is NumPy's in type, shape and bits", not differ and len(got) == len(arrays), differ)
    for case in ("custom action", "arrays of 5 MiB and more", "empty and scalar arrays", "integer arrays", "repeated arrays", "cut link"):
        holds(case)


def evaluation_and_query(scene: Scene) -> None:
    initial = FOLDER / "initial.npz"
    weight, bias = (np.linspace(0, 1, FEATURES, dtype=np.float32), np.full(1, 0.5, np.float32))
    at = FOLDER / "evaluate.npz"
    np.savez(at, weight=weight, bias=bias)
    view = scene.completed(scene.start(at, 1, "evaluate"), "evaluate")
    for partition, told in scene.answers(view, "metrics").items():
        value, count = loss(partition, weight, bias)
        check(f"evaluate: node {partition} answers NumPy's loss {value}", float(told["loss"]["double"]) == value and told["num-examples"] == {"sint64": str(count)}, told)
    holds("evaluate")
    run = scene.start(initial, 1, "query")
    view = scene.completed(run, "query")
    for partition, told in scene.answers(view, "Größen/骨").items():
        expected = {name: number(metric(value)) for name, value in facts(partition).items()}
        check(f"query: node {partition} answers what the app says, in type and value", {n: number(v) for n, v in told.items()} == expected, told)
    says = {".".join(told["flwr"]["sints"]) for told in scene.answers(view, "peer").values()}
    check(f"query: the nodes themselves say that they are {', '.join(says)}", says == {RELEASE}, says)
    check("query: it made no model", sorted(scene.models(run)) == [0], scene.models(run))
    for case in ("query", "uint64 metrics", "Unicode keys"):
        holds(case)


def error_reply(scene: Scene) -> None:
    run = scene.start(FOLDER / "initial.npz", 1, "query.fail")
    view = scene.hub.finished(run, 120)
    check(
        "query.fail: the run stalls, and says that both nodes answered with an error",
        view["state"] == "stalled" and [one["reason"] for one in view["rounds"][0]["rejected"]] == ["NODE_ERROR"] * 2, view,
    )
    scene.hub.verb("run", "stop", run, "--hub", str(scene.hub.folder))
    holds("error reply")


def framework(scene: Scene, name: str, title: str, initial: dict[str, np.ndarray]) -> None:
    """Two rounds with a ClientApp that somebody writes with a framework; NumPy computes what comes of what the apps kept."""
    start = FOLDER / f"{name}.npz"
    np.savez(start, **initial)
    run = scene.start(start, 2, "train", build_app(f"{name}-app"))
    scene.completed(run, title)
    by_round = scene.models(run)
    for done in (1, 2):
        kept = [dict(np.load(FOLDER / "answers" / f"{name}-{done}-{partition}.npz")) for partition in scene.order]
        counts = [int(one.pop("num-examples")) for one in kept]
        check(f"{title}: round {done}: the apps answered the arrays of the framework's model", all(set(one) == set(initial) for one in kept))
        as_sent = [array for one in kept for array, before in initial.items() if same(one[array], before)]
        check(f"{title}: round {done}: each array was trained", not as_sent, as_sent)
        expected = {array: mean([one[array] for one in kept], counts) for array in initial}
        got = scene.stored(by_round[done])
        differ = [array for array in expected if array not in got or not same(got[array], expected[array])]
        kinds = ", ".join(sorted({f"{one.dtype}{list(one.shape)}" for one in got.values()}))
        check(f"{title}: round {done}: the stored model ({kinds}) is NumPy's, bit for bit", not differ and len(got) == len(expected), differ)
        initial = got
    holds(title)


def torch_app(scene: Scene) -> None:
    sys.path.insert(0, str(HOME / "interop" / "torch-app"))
    from network.task import Net

    framework(scene, "torch", "PyTorch ClientApp", {name: tensor.numpy() for name, tensor in Net().state_dict().items()})


def sklearn_app(scene: Scene) -> None:
    sys.path.insert(0, str(HOME / "interop" / "sklearn-app"))
    from screening.task import fresh, parameters

    framework(scene, "sklearn", "scikit-learn ClientApp", {str(at): array for at, array in enumerate(parameters(fresh()))})


def begun(gate: pathlib.Path, partition: int, what: str) -> None:
    """Waits until an app says that it is at work."""
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and not (gate / f"begun-{partition}").exists():
        time.sleep(0.1)
    check(what, (gate / f"begun-{partition}").exists())


def fresh(gate: pathlib.Path) -> None:
    """Shuts the gate again."""
    shutil.rmtree(gate, ignore_errors=True)
    gate.mkdir()



def waited(scene: Scene, run: str, what: str) -> None:
    """The waiting run ends with each node's answer once."""
    view = scene.completed(run, what)
    told = {partition: answer["partition"] for partition, answer in scene.answers(view, "metrics").items()}
    check(f"{what}: each node's answer is its own", told == {p: {"sint64": str(p)} for p in told} and len(told) == 2, told)


def hub_restart(scene: Scene, gate: pathlib.Path) -> None:
    fresh(gate)
    run = scene.start(FOLDER / "initial.npz", 1, "query.wait")
    for partition in range(2):
        begun(gate, partition, f"restart: node {partition} is at work")
    for link in scene.links:
        link.shut()
    scene.hub.kill()
    (gate / "go").touch()
    time.sleep(1)
    scene.hub.start()
    for link in scene.links:
        link.open()
    waited(scene, run, "restart: the round that was open when the hub was killed")
    holds("coordinator restart")


def node_killed_and_answers_lost(scene: Scene, gate: pathlib.Path, nodes: list[subprocess.Popen], again) -> None:
    fresh(gate)
    run = scene.start(FOLDER / "initial.npz", 1, "query.wait")
    for partition in range(2):
        begun(gate, partition, f"kill: node {partition} is at work")
    kill(nodes[0])
    (gate / "begun-0").unlink()
    nodes[0] = again()
    begun(gate, 0, "kill: the same key took over at once, and has the work again")
    for link in scene.links:
        link.deafen()
    (gate / "go").touch()
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and min(link.lost for link in scene.links) < 100:
        time.sleep(0.05)
    time.sleep(0.3)
    lost = [link.lost for link in scene.links]
    for link in scene.links:
        link.cut()
    check(f"duplicate: the nodes' lines lost {lost} bytes of answers", min(lost) >= 100, lost)
    waited(scene, run, "kill and duplicate: the round of the killed node, in which both had to repeat themselves")
    holds("node SIGKILL", BEFOREHAND)
    holds("duplicate delivery")


def introduced(hub: Hub, known: dict[str, int]) -> list[dict]:
    """The SuperNodes that nobody registered; waits for the first."""
    def others() -> list[dict]:
        sites = hub.verb("coordinator", "status", str(hub.folder))["sites"]
        return [site for site in sites if site["kind"] == "flower" and site["site"] not in known]

    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not others():
        time.sleep(0.3)
    return others()


def confirm(hub: Hub, site: dict) -> None:
    """The operator compared the fingerprint."""
    hub.verb("coordinator", "confirm", str(hub.folder), "--site", site["site"], "--fingerprint", site["fingerprint"])


def registers_itself(scene: Scene, guest: subprocess.Popen) -> None:
    """A third node without a key of its own: it waits, gets nothing, is confirmed, works, and goes."""
    found = introduced(scene.hub, scene.partitions)
    check("self-registered: the node waits for somebody to confirm its fingerprint", len(found) == 1 and found[0]["state"] == "pending", found)
    run = scene.hub.verb(
        "run", "start-flower", "--fab", str(scene.app), "--arrays", str(FOLDER / "initial.npz"), "--rounds", "1", "--nodes", "3",
        "--hub", str(scene.hub.folder),
    )["run"]
    view = scene.hub.finished(run, 120)
    log = (FOLDER / "supernode-guest.log").read_text(errors="replace")
    check(
        "self-registered: while it waits a round that needs three nodes asks two and stalls, and it receives nothing",
        view["state"] == "stalled" and sorted(view["rounds"][0]["counted"]) == sorted(scene.partitions)
        and "Receiving" not in log and guest.poll() is None, view,
    )
    code, answer = scene.hub.call("coordinator", "confirm", str(scene.hub.folder), "--site", found[0]["site"], "--fingerprint", "00")
    check("self-registered: another fingerprint confirms nothing", code != 0 and "FINGERPRINT_DIFFERS" in answer, answer)
    confirm(scene.hub, found[0])
    scene.hub.verb("run", "resume", run, "--hub", str(scene.hub.folder))
    view = scene.hub.finished(run, 120)
    everybody = {**scene.partitions, found[0]["site"]: 2}
    check("self-registered: confirmed, it takes part", view["state"] == "completed" and sorted(view["rounds"][0]["counted"]) == sorted(everybody), view)
    answers = [train(everybody[site], np.zeros(FEATURES, np.float32), np.zeros(1, np.float32)) for site in sorted(everybody)]
    expected = [mean([answer[i] for answer in answers], [count for _, _, count in answers]) for i in range(2)]
    got = scene.stored(scene.models(run)[1])
    check("self-registered: the model of the three is NumPy's, bit for bit", same(got["weight"], expected[0]) and same(got["bias"], expected[1]), got)
    guest.terminate()
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and introduced(scene.hub, scene.partitions)[0]["state"] != "revoked":
        time.sleep(0.3)
    gone = introduced(scene.hub, scene.partitions)
    check("self-registered: it says that it goes, and its key counts no more", gone[0]["state"] == "revoked", gone)


def stranger_left(process: subprocess.Popen) -> bool:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.2)
    return process.poll() is not None


def refused(hub: Hub, stranger: subprocess.Popen, uninvited: subprocess.Popen, registered: list[str]) -> None:
    check("a SuperNode with an unknown key got nothing", stranger_left(stranger), FOLDER / "supernode-stranger.log")
    holds("refused", BEFOREHAND)
    known = hub.verb("coordinator", "status", str(hub.folder))["sites"]
    check(
        "no SuperNode registers itself unless the operator lets it",
        stranger_left(uninvited) and [site["site"] for site in known] == registered, known,
    )
    holds("refused", ITSELF)


def let_register(hub: Hub) -> None:
    """The operator lets SuperNodes register themselves for an hour, from the hub's next start on."""
    settings = hub.folder / "osteon.toml"
    until = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(hours=1)
    settings.write_text(settings.read_text() + f'selfRegistrationUntil = "{until.isoformat().replace("+00:00", "Z")}"\n')


def main() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    gate = FOLDER / "gate"
    (FOLDER / "answers").mkdir()
    with ExitStack() as running:
        hub = Hub.make(FOLDER / "hub", "--allow-ungoverned")
        print(f"  flower-supernode is {RELEASE}; it calls over {'HTTP' if HTTP else 'gRPC'}")
        hub.start()
        running.callback(hub.stop)
        key, public = node_key(FOLDER, "node-0")
        partitions = {hub.verb("coordinator", "add-flower-node", str(hub.folder), "--key", str(public))["site"]: 0}
        strangers = [supernode(hub, FOLDER, node_key(FOLDER, "stranger")[0], 9), supernode(hub, FOLDER, "uninvited", 8)]
        running.callback(lambda: stop(*strangers))
        refused(hub, *strangers, list(partitions))
        hub.stop()
        let_register(hub)
        hub.start()
        links = [Link(hub.fleet_http if HTTP else hub.address) for _ in range(2)]

        def again() -> subprocess.Popen:
            return supernode(hub, FOLDER, key, 0, links[0].address)

        nodes = [again(), supernode(hub, FOLDER, "node-1", 1, links[1].address)]
        running.callback(lambda: stop(*nodes))
        found = introduced(hub, partitions)
        check("the second SuperNode registered itself", len(found) == 1 and found[0]["state"] == "pending", found)
        confirm(hub, found[0])
        partitions[found[0]["site"]] = 1
        print(f"  the nodes are {', '.join(partitions)}; the second registered itself")
        scene = Scene(hub, partitions, links, build_app("flower-app"))

        def third() -> None:
            guest = supernode(hub, FOLDER, "guest", 2)
            running.callback(lambda: stop(guest))
            registers_itself(scene, guest)

        np.savez(FOLDER / "initial.npz", weight=np.zeros(FEATURES, np.float32), bias=np.zeros(1, np.float32))
        parts = {
            "train": lambda: rounds_of_training(scene),
            "action": lambda: action_over_cut_lines(scene),
            "metrics": lambda: evaluation_and_query(scene),
            "error": lambda: error_reply(scene),
            "restart": lambda: hub_restart(scene, gate),
            "killed": lambda: node_killed_and_answers_lost(scene, gate, nodes, again),
            "guest": third,
        }
        frameworks = {"torch": lambda: torch_app(scene), "sklearn": lambda: sklearn_app(scene)}
        named = [part for part in sys.argv[1:] if part != "--frameworks"]
        for part in named or [*parts, *(frameworks if "--frameworks" in sys.argv else [])]:
            {**parts, **frameworks}[part]()
        check("both SuperNodes are still connected", all(p.poll() is None for p in nodes))
        if not named:
            cells = HOME / "target" / "interop" / "cells"
            cells.mkdir(exist_ok=True)
            (cells / f"supernode-{RELEASE}.json").write_text(
                json.dumps({"direction": "supernode", "peer": RELEASE, "carrier": "http" if HTTP else "grpc", "cells": CELLS})
            )


if __name__ == "__main__":
    main()
