#!/usr/bin/env python3
"""Our agent hosts an unmodified ClientApp for an approved study, and nothing but declared, charged updates leaves.

The app is run by ``flwr-clientapp`` of the ``flwr`` that this Python has (1.26 to 1.29), in a sandbox that the agent saw to hold; a
site whose apps cannot be shut in does not start. The app tries DNS, TCP, UDP, sockets, files, processes and its output to get rows
out, and in a second study puts rows into its reply. Needs root or subordinate user ids, bubblewrap, and control groups that may be
made. Everything is written below target/interop/hosted. Exit code 0 when all holds.
"""

import datetime
import hashlib
import json
import os
import pathlib
import secrets
import shutil
import socket
import subprocess
import time
import uuid
from contextlib import ExitStack

import numpy as np

from parties import BIN, HOME, Daemon, Hub, check, flower

FOLDER = HOME / "target" / "interop" / "hosted"
CGROUPS = pathlib.Path("/sys/fs/cgroup")
ROUNDS = 2
MEMORY_MIB = 1024
TRIED = ["dns", "tcp", "udp", "unix", "files", "processes"]


def groups(running: ExitStack) -> list[str]:
    """Control groups that the agent may make groups in; whoever is not root names some of its own."""
    if os.environ.get("OSTEON_HOSTED_CGROUPS"):
        return os.environ["OSTEON_HOSTED_CGROUPS"].split(",")
    second = (CGROUPS / "cgroup.controllers").exists()
    made = []
    for controller in [""] if second else ["memory", "pids", "cpu"]:
        folder = CGROUPS / controller / f"osteon-interop-{uuid.uuid4()}"
        folder.mkdir()
        running.callback(folder.rmdir)
        made.append(str(folder))
    return made


def bundle() -> tuple[bytes, str]:
    """The app as ``flwr build`` bundles it, and its digest."""
    copy = FOLDER / "app"
    shutil.copytree(HOME / "interop" / "hosted-app", copy, ignore=shutil.ignore_patterns("__pycache__"))
    subprocess.run(
        [BIN / "flwr", "build", "--app", "."], cwd=copy, env=flower(FOLDER / "flwr"), check=True, stdout=subprocess.DEVNULL
    )
    content = next(copy.glob("*.fab")).read_bytes()
    return content, hashlib.sha256(content).hexdigest()


def settings_of(way: str, target: dict) -> list[dict]:
    """The app's run configuration."""
    return [
        {"name": "try", "kind": "text", "value": way},
        {"name": "target", "kind": "text", "value": json.dumps(target)},
    ]


def study_of(name: str, fab: str, settings: list[dict]) -> dict:
    """The sample study's cohort; the training is the app's, un-noised."""
    study = json.loads((HOME / "sample-data" / "studies" / "fracture-risk.json").read_text())
    width = len(study["cohort"]["features"])
    study["name"] = name
    study["participation"] = {"sites": ["hospital-a"], "quorum": 1, "roundSeconds": 300}
    study["model"] = {
        "template": "hosted", "hidden": [], "seed": 1,
        "arrays": [{"name": "weight", "dtype": "float32", "shape": [width], "scope": "shared"}],
    }
    study["plan"] = {
        "kind": "hosted", "rounds": ROUNDS, "weight": 1, "settings": settings, "metrics": ["num-examples", "launches"],
        "app": {"fab": fab, "id": "osteon/hosted", "version": "1.0.0"},
    }
    study["privacy"] = {
        "guarantee": "exact", "unit": "patient", "neighbours": "add-or-remove-one-patient", "accountant": "none", "sampling": "none",
        "epsilon": 0, "delta": 0,
    }
    study["evaluation"] = {"heldOutFraction": 0, "bins": 32, "noiseSigma": 0}
    study["releases"] = [
        {"name": "update", "kind": "exact", "when": "train", "meaning": "What the app changed the model by, without noise"},
        {"name": "num-examples", "kind": "constant", "when": "any", "meaning": "The study's constant weight"},
    ]
    study["conformance"] = []
    study.pop("aggregation", None)
    return study


class Hospital:
    """The site and its officer."""

    def __init__(self, hub: Hub):
        self.hub = hub
        self.folder = FOLDER / "hospital-a"
        self.passphrase, self.key = FOLDER / "passphrase", FOLDER / "officer"
        self.passphrase.write_text(secrets.token_hex(16) + "\n")
        Daemon("", self.folder, "").verb("officer", "key", "new", str(self.key), "--passphrase-file", str(self.passphrase))
        self.site, _ = hub.site(
            self.folder, "--officer", f"{self.key}.pub", "--k", "2", "--allow-exact", *(["--allow-root"] if os.getuid() == 0 else [])
        )

    def host(self, cgroups: list[str]) -> None:
        """Asks for hosting, first without limits, which must be refused."""
        data = FOLDER / "data"
        data.mkdir()
        settings = self.folder / "osteon.toml"
        before = settings.read_text()
        lines = f'hostedFlower = "{BIN.parent}"\nhostedData = "{data}"\nhostedMemoryMiB = {MEMORY_MIB}\nhostedProcesses = 64\n'
        settings.write_text(before + lines)
        done = subprocess.run([HOME / "osteon", "site", "start", self.folder], capture_output=True, text=True, timeout=300)
        check(
            "a site that cannot limit its apps does not start",
            done.returncode != 0 and "HOSTING_WITHOUT_LIMITS" in done.stdout + done.stderr,
            (done.returncode, done.stdout[-500:], done.stderr[-500:]),
        )
        settings.write_text(before + lines + f'hostedCgroups = {json.dumps(cgroups)}\nhostedNodeConfig = ["data=/run/agent"]\n')

    def add_data(self) -> None:
        snapshot = FOLDER / "snapshot"
        export = HOME / "sample-data" / "hospital-a" / "export.csv"
        self.site.verb("data", "map", "--input", str(export), "--out", str(snapshot), "--site", str(self.folder))
        self.site.verb("site", "data", "add", str(self.folder), str(snapshot))

    def approve(self, study: dict) -> str:
        """Publishes a study; the officer approves all of it."""
        file = FOLDER / f"{study['name']}.json"
        file.write_text(json.dumps(study))
        digest = self.hub.verb("study", "publish", str(file), "--hub", str(self.hub.folder))["digest"]
        deadline = time.monotonic() + 60
        while self.site.call("officer", "review", str(self.folder), digest)[0] != 0:
            check("the study reached the site", time.monotonic() < deadline, digest)
        until = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.site.verb(
            "officer", "approve", str(self.folder), digest, "--key", str(self.key), "--passphrase-file", str(self.passphrase),
            "--epsilon", "0", "--rounds", str(ROUNDS), "--until", until, "--waive", "SMALL_CELL",
        )
        return digest

    def run(self, study: dict) -> tuple[str, dict]:
        """Approves a study and runs it at the hub to its end."""
        digest = self.approve(study)
        deadline = time.monotonic() + 60
        while True:
            code, said = self.hub.call("run", "start", digest, "--hub", str(self.hub.folder))
            if code == 0:
                break
            check("the hub starts the run", time.monotonic() < deadline, said[-500:])
            time.sleep(0.5)
        run = json.loads(said.strip().splitlines()[-1])["run"]
        return digest, self.hub.finished(run, 600)

    def outputs(self) -> list[str]:
        """What the apps printed, which lies at the site."""
        return [file.read_text(errors="replace") for file in sorted((self.folder / "hosted" / "output").iterdir())]


def main() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    with ExitStack() as running:
        content, fab = bundle()
        hub = Hub.make(FOLDER / "hub")
        hub.start()
        running.callback(hub.stop)
        hospital = Hospital(hub)
        hospital.host(groups(running))
        hospital.site.start()
        running.callback(hospital.site.stop)
        hospital.add_data()

        outside = running.enter_context(socket.create_server(("127.0.0.1", 0)))
        abstract = running.enter_context(socket.socket(socket.AF_UNIX))
        abstract.bind(f"\0osteon-{uuid.uuid4()}")
        abstract.listen()
        host, port = hub.address.rsplit(":", 1)
        target = {
            "tcp": [[host, int(port)], ["127.0.0.1", outside.getsockname()[1]], ["8.8.8.8", 443]],
            "udp": [["127.0.0.1", outside.getsockname()[1]], ["8.8.8.8", 53]],
            "abstract": abstract.getsockname()[1:].decode(),
            "sockets": ["/run/dbus/system_bus_socket"],
            "secrets": [str(hospital.folder / name) for name in ("osteon.toml", "node.key", "site.db")],
            "written": [str(FOLDER / "out.csv")],
            "processes": [hospital.site.process.pid],
            "marker": "org.osteon.site.SiteAgentMain",
            "memoryMiB": MEMORY_MIB,
        }
        study = study_of("hosted-ways", fab, settings_of(",".join(TRIED), target))
        file = FOLDER / "unknown.json"
        file.write_text(json.dumps(study_of("hosted-unknown", fab, settings_of("nothing", {}))))
        unknown = hub.verb("study", "publish", str(file), "--hub", str(hub.folder))["digest"]
        deadline = time.monotonic() + 60
        while True:
            code, said = hospital.site.call("officer", "review", str(hospital.folder), unknown)
            if code == 0 or time.monotonic() > deadline:
                break
        check("a study whose bundle the site does not have would be refused", "HOSTED_APP_UNKNOWN" in said, said[-1500:])
        (hospital.folder / "hosted" / "bundles" / "hosted.fab").write_bytes(content)

        digest, view = hospital.run(study)
        outputs = hospital.outputs()
        check(f"the hub's run over a hosted app is over: {view['state']}", view["state"] == "completed", (json.dumps(view)[:1500], outputs[-1:]))
        check("the run claims no privacy", view["guarantee"] == "exact" and view["epsilon"] == 0, view["guarantee"])
        check("the app was launched once a round", len(outputs) == ROUNDS, len(outputs))
        for way in TRIED:
            seen = [line for line in outputs[0].splitlines() if line.startswith(f"TRIED {way} ")]
            check(f"{way}: {len(seen)} attempts were refused and are seen at the site", len(seen) > 0 and "GotOut" not in outputs[0], outputs[0][-800:])
        outside.settimeout(0.2)
        try:
            outside.accept()
            check("nobody called the port outside", False)
        except TimeoutError:
            check("nobody called the port outside", True)

        entries = hospital.site.verb("site", "journal", str(hospital.folder), "--study", digest)["entries"]
        updates = [e for e in entries if e["type"] == "update"]
        check("one update a round left, and the journal has each", len(updates) == ROUNDS, entries)
        model = np.zeros(len(study["cohort"]["features"]), "<f4")
        for update in updates:
            change = np.frombuffer((hospital.folder / "outbox" / update["digest"]).read_bytes(), "<f4")
            model = (model.astype(np.float64) + change.astype(np.float64)).astype("<f4")
        models = {m["round"]: m["model"] for m in hub.verb("model", "list", "--hub", str(hub.folder))["models"] if m["run"] == view["run"]}
        out = FOLDER / "model.npz"
        hub.verb("model", "export", models[ROUNDS], "--out", str(out), "--hub", str(hub.folder))
        stored = np.load(out)["weight"].reshape(-1)
        check("the hub's model is NumPy's sum of the app's updates, bit for bit", stored.astype("<f4").tobytes() == model.tobytes() and model.any(), (stored, model))
        budget = hospital.site.verb("data", "budget", str(hospital.folder))["sets"][0]
        charges = [c for c in budget["history"] if c["study"] == digest]
        check(
            "the ledger charged each round as an un-noised release",
            [(c["mechanism"], c["state"]) for c in charges] == [("ExactRelease", "committed")] * ROUNDS and budget["exactReleaseMade"],
            budget,
        )

        for way, reason in (("extra-array", "HOSTED_REPLY_NOT_DECLARED"), ("error-reason", "HOSTED_APP_FAILED")):
            digest, view = hospital.run(study_of(f"hosted-{way}", fab, settings_of(way, {})))
            check(f"{way}: the run does not complete", view["state"] != "completed", view["state"])
            entries = hospital.site.verb("site", "journal", str(hospital.folder), "--study", digest)["entries"]
            check(
                f"{way}: nothing but the code {reason} left",
                {e["type"] for e in entries} == {"decision", "refusal"}
                and view["rounds"][0]["refused"] == [{"reason": reason, "site": "hospital-a"}],
                (entries, json.dumps(view)[:1500]),
            )
        check("the journal agrees with log and outbox", hospital.site.verb("site", "journal", str(hospital.folder), "--verify")["ok"])
        print("  apps ran with flwr", subprocess.run([BIN / "flwr", "--version"], capture_output=True, text=True).stdout.strip())


if __name__ == "__main__":
    main()
