#!/usr/bin/env python3
"""Our agents complete rounds on an unmodified flower-superlink, under their own approval and budget; what was not approved is refused.

The hub keeps its part: it enrols the sites, publishes the study and gets the officers' decisions. Flower carries the rounds: the
SuperLink, the ServerApp started by ``flwr run``, TLS. hospital-a's key is registered by ``flwr supernode register``; hospital-b
registers its own at a SuperLink that takes any and keeps a database. The line of each is cut and its agent killed in mid-round; at
last the SuperLink with the database is killed, with the ServerApp and all that it started, and started again. The agents follow
nothing but instructions signed by the hub's key. Everything is written below target/interop/superlink-RELEASE. Exit code 0 when all
holds.
"""

import datetime
import hashlib
import importlib.metadata
import ipaddress
import json
import os
import pathlib
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import numpy as np
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from parties import BIN, HOME, Daemon, Hub, check, flower, free_port, stop
from relay import Relay

FOLDER = HOME / "target" / "interop" / f"superlink-{importlib.metadata.version('flwr')}"
APPROVED = 3
BIG = 12 * 1024 * 1024
REGISTERED, SELF = "pre-registered+TLS", "self-registered"


def tls(folder: pathlib.Path) -> str:
    """A self-signed certificate for this machine; returns the SHA-256 of its public key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.timezone.utc)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1)).add_extension(names, False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True).sign(key, hashes.SHA256())
    )
    (folder / "tls.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "tls.key").touch(mode=0o600)
    (folder / "tls.key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    spki = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(spki).hexdigest()


def reported(folder: pathlib.Path, program: str) -> str:
    """The release that a program says it is; empty where, as the SuperLink of old releases, it does not say."""
    said = subprocess.run([BIN / program, "--version"], capture_output=True, text=True, env=flower(folder / "superlink-home"))
    found = re.search(r"version: (\d+\.\d+\.\d+)", said.stdout)
    return found.group(1) if found else ""


class SuperLink:
    """An unmodified flower-superlink of whatever release this Python has, started as the manual of that release says."""

    def __init__(self, folder: pathlib.Path, *, registered: bool):
        folder.mkdir()
        self.version = reported(folder, "flower-superlink") or reported(folder, "flwr")
        self.release = tuple(int(n) for n in self.version.split(".")[:2])
        self.folder = folder
        self.registered = registered
        self.carrier = "http" if self.release >= (1, 40) else "grpc"
        self.control = f"127.0.0.1:{free_port()}"
        self.fleet = self.control if self.carrier == "http" else f"127.0.0.1:{free_port()}"
        self.runtime = f"127.0.0.1:{free_port()}"
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        """Starts it; the addresses stay the same."""
        host, port = (self.control if self.release >= (1, 37) else self.runtime).split(":")
        options = ["--host", host, "--port", port] if self.release >= (1, 36) else ["--serverappio-api-address", self.runtime]
        if self.release < (1, 37):
            options += ["--control-api-address", self.control]
        if self.carrier == "grpc":
            options += ["--fleet-api-address", self.fleet]
        if self.release >= (1, 31):
            options += ["--disable-runtime-dependency-installation"]
        if self.registered:
            options += ["--enable-supernode-auth"]
        else:
            options += ["--database", self.folder / "superlink.db"]
        certificate, key = FOLDER / "tls.crt", FOLDER / "tls.key"
        self.process = subprocess.Popen(
            [
                BIN / "flower-superlink", *options,
                "--ssl-ca-certfile", certificate, "--ssl-certfile", certificate, "--ssl-keyfile", key,
            ],
            stdout=open(self.folder / "superlink.log", "ab"), stderr=subprocess.STDOUT, env=flower(self.folder / "superlink-home"),
            start_new_session=True,
        )

    def stop(self) -> None:
        if self.process is not None:
            stop(self.process)

    def kill(self) -> None:
        """Ends it and all that it started, as a power failure does."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def engineer(self) -> None:
        """Tells the flwr command of this release where the SuperLink is: in the app up to 1.25, in its home since."""
        link = f'address = "{self.control}"\nroot-certificates = "{FOLDER / "tls.crt"}"\n'
        home = self.folder / "engineer-home"
        home.mkdir()
        app = self.folder / "governed-app"
        shutil.copytree(HOME / "interop" / "governed-app", app, ignore=shutil.ignore_patterns("__pycache__"))
        if self.release < (1, 26):
            with open(app / "pyproject.toml", "a") as project:
                project.write(f'\n[tool.flwr.federations]\ndefault = "lab"\n\n[tool.flwr.federations.lab]\n{link}')
        else:
            (home / "config.toml").write_text(f'[superlink]\ndefault = "lab"\n[superlink.lab]\n{link}')

    def register(self, public: pathlib.Path) -> None:
        """Makes a node's key known."""
        flwr(self.folder, "supernode", "register", str(public), *self.app(), "lab", says="registered successfully")

    def over(self) -> bool:
        """Whether every ServerApp ended."""
        said = flwr(self.folder, "ls", *self.app(), "lab", "--format", "json")
        statuses = [run["status"] for run in json.loads(said[said.index("{"):])["runs"]]
        return bool(statuses) and all(status.startswith("finished:") for status in statuses)

    def app(self) -> list[str]:
        """The argument that names the app, where the flwr command reads the SuperLink's address there."""
        return [str(self.folder / "governed-app")] if self.release < (1, 26) else []

    def run(self, plan: pathlib.Path) -> None:
        """Starts the governed app with this plan."""
        flwr(self.folder, "run", str(self.folder / "governed-app"), "lab", "--run-config", f'plan="{plan}"', says="uccessfully started run")


def flwr(folder: pathlib.Path, *arguments: str, says: str = "") -> str:
    """A verb of Flower's own command, which old releases end with 0 also where the SuperLink is not up yet: what counts is what it says."""
    deadline = time.monotonic() + (60 if says else 0)
    while True:
        done = subprocess.run([BIN / "flwr", *arguments], capture_output=True, text=True, env=flower(folder / "engineer-home"), cwd=folder)
        if done.returncode == 0 and says in done.stdout:
            return done.stdout
        if time.monotonic() > deadline:
            sys.exit(f"flwr {' '.join(arguments)} ended with {done.returncode}: {done.stdout}{done.stderr}")
        time.sleep(0.5)


def publish(hub: Hub) -> tuple[str, dict]:
    """The sample study, for two sites."""
    study = json.loads((HOME / "sample-data" / "studies" / "fracture-risk.json").read_text())
    study["participation"] = {"sites": ["hospital-a", "hospital-b"], "quorum": 1, "roundSeconds": 120}
    file = FOLDER / "study.json"
    file.write_text(json.dumps(study))
    return hub.verb("study", "publish", str(file), "--hub", str(hub.folder))["digest"], study


class Hospital:
    """A site of ours with its officer, its data, and the SuperLink that carries its rounds."""

    def __init__(self, hub: Hub, name: str, link: SuperLink):
        self.hub = hub
        self.name = name
        self.folder = FOLDER / name
        self.link = link
        self.passphrase, self.key = FOLDER / f"{name}.passphrase", FOLDER / f"{name}.officer"
        self.passphrase.write_text(secrets.token_hex(16) + "\n")
        Daemon("", self.folder, "").verb("officer", "key", "new", str(self.key), "--passphrase-file", str(self.passphrase))
        options = [*(["--allow-exact"] if not link.registered else []), "--officer", f"{self.key}.pub", "--epsilon-ceiling", "5", "--epsilon-total", "10", "--delta-ceiling", "1e-5"]
        self.site, self.known = hub.site(self.folder, *options, *(["--allow-root"] if os.getuid() == 0 else []))
        pem = (self.folder / "node.key").read_bytes().split(b"-----BEGIN PRIVATE")[0]
        self.node = serialization.load_pem_public_key(pem)

    def public(self) -> pathlib.Path:
        """Its node key as ``flwr supernode register`` wants it."""
        file = FOLDER / f"{self.name}.node.pub"
        file.write_bytes(self.node.public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH))
        return file

    def start(self, fleet: str, pin: str) -> None:
        """Starts it; its Flower calls go to this address."""
        self.fleet = fleet
        with open(self.folder / "osteon.toml", "a") as settings:
            settings.write(f'fleet = "{fleet}"\nfleetPin = "{pin}"\nfleetCarrier = "{self.link.carrier}"\n')
            if not self.link.registered:
                settings.write("fleetRegisters = true\n")
        self.site.start()
        snapshot = FOLDER / f"{self.name}.snapshot"
        export = HOME / "sample-data" / self.name / "export.csv"
        self.site.verb("data", "map", "--input", str(export), "--out", str(snapshot), "--site", str(self.folder))
        self.site.verb("site", "data", "add", str(self.folder), str(snapshot))

    def approve(self, digest: str, study: dict, rounds: int = APPROVED) -> None:
        """The officer approves so many rounds of the study, over all runs."""
        deadline = time.monotonic() + 60
        while self.site.call("officer", "review", str(self.folder), digest)[0] != 0:
            check(f"the study reached {self.name}", time.monotonic() < deadline, digest)
        until = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.capsule = self.site.verb(
            "officer", "approve", str(self.folder), digest, "--key", str(self.key), "--passphrase-file", str(self.passphrase),
            "--epsilon", str(study["privacy"]["epsilon"]), "--rounds", str(rounds), "--until", until,
        )["digest"]
        print(f"  {self.name}'s officer approved {rounds} of the study's {study['plan']['rounds']} rounds")

    def plan(self, digest: str, study: dict, run: str = "", rounds: int = APPROVED) -> None:
        """Starts the governed app at its SuperLink; a run with a name of its own trains and does nothing else."""
        self.out = FOLDER / f"{self.name}{run}.rounds"
        self.out.mkdir()
        plan = FOLDER / f"{self.name}{run}.plan.json"
        pem = self.node.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
        plan.write_text(json.dumps({
            "federation": study["federation"], "study": digest, "run": f"r-{self.name}{run}", "rounds": rounds, "big": BIG, "only": run != "",
            "arrays": study["model"]["arrays"], "hubKey": str(self.hub.folder / "hub.key"), "out": str(self.out),
            "site": {"site": self.name, "node": self.known["nodeId"], "nodeKey": pem, "capsule": self.capsule},
        }))
        self.link.run(plan)

    def step(self, name: str, patience: float = 300) -> dict:
        """What the ServerApp wrote of a step, when it has."""
        file = self.out / f"{name}.json"
        begin = asked = time.monotonic()
        while not file.exists() and time.monotonic() < begin + patience and self.link.process.poll() is None:
            if time.monotonic() > asked + 20:
                asked = time.monotonic()
                if self.link.over():
                    break
            time.sleep(0.1)
        check(f"{self.name}: {name} is over, after {time.monotonic() - begin:.1f} s", file.exists(), self.link.folder / "superlink.log")
        return json.loads(file.read_text())

    def taken(self, round_number: int, patience: float = 120) -> pathlib.Path:
        """The folder in the site's inbox of a message that it took and did not answer yet."""
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline and not (self.out / f"round-{round_number}.json").exists():
            for announced in (self.folder / "inbox").glob("*/announced"):
                return announced.parent
            time.sleep(0.002)
        check(f"{self.name} takes the message of round {round_number}", False)
        raise AssertionError


class Cells:
    """The cases that were really checked, for the matrix of releases."""

    def __init__(self, link: SuperLink):
        self.link = link
        self.cells: list[dict[str, str]] = []

    def ok(self, registration: str, case: str) -> None:
        """A case whose checks all held; one that does not hold ends the script."""
        self.cells.append({"registration": registration, "case": case, "result": "ok"})

    def write(self) -> None:
        """Writes them where the matrix is put together."""
        folder = HOME / "target" / "interop" / "cells"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"superlink-{self.link.version}.json").write_text(json.dumps({
            "direction": "superlink", "peer": self.link.version, "carrier": self.link.carrier, "cells": self.cells,
        }, indent=1) + "\n")


def main() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    with ExitStack() as running:
        pin = tls(FOLDER)
        registered, taking = SuperLink(FOLDER / "registered", registered=True), SuperLink(FOLDER / "taking", registered=False)
        print(f"  flower-superlink {registered.version}, Fleet calls over {registered.carrier}")
        for link in (registered, taking):
            link.start()
            running.callback(link.stop)
            link.engineer()
        hub = Hub.make(FOLDER / "hub")
        hub.start()
        running.callback(hub.stop)
        first, second = Hospital(hub, "hospital-a", registered), Hospital(hub, "hospital-b", taking)
        registered.register(first.public())
        relays = [Relay(link.fleet) for link in (registered, taking)]
        for hospital, relay in zip((first, second), relays):
            running.callback(relay.close)
            hospital.start(relay.address, pin)
            running.callback(hospital.site.stop)
        digest, study = publish(hub)
        cells = Cells(registered)
        both = [(first, relays[0], REGISTERED), (second, relays[1], SELF)]
        for hospital in (first, second):
            hospital.approve(digest, study)
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda one: troubled(one[0], one[1], digest, study), both))
        for _, _, registration in both:
            for case in ("cut link", "node SIGKILL"):
                cells.ok(registration, case)
        (first.out / "decided").touch()
        foreign(second)
        for hospital, _, registration in both:
            judge(hospital, registration, digest, study, cells)
        restarted(second, digest, study, cells)
        cells.write()


def troubled(hospital: Hospital, relay: Relay, digest: str, study: dict) -> None:
    """A site's run, and what befalls the site in its first two rounds."""
    # In the middle of the array of 12 MiB.
    relay.cut_after(BIG // 2)
    hospital.plan(digest, study)
    cut(hospital, relay)
    killed(hospital)


def cut(hospital: Hospital, relay: Relay) -> None:
    """The line breaks in the first round, while the agent fetches the message's arrays; the SuperLink hands it out no second time."""
    check(f"{hospital.name}: the line is cut in the middle of an array", relay.was_cut.wait(180))
    time.sleep(2)
    taken = list((hospital.folder / "inbox").glob("*/announced"))
    check(f"{hospital.name}: the message was taken and not answered", len(taken) == 1 and not (hospital.out / "round-1.json").exists(), taken)
    relay.mend()
    answered = hospital.step("round-1")["replies"]
    check(f"{hospital.name}: what was taken before the line was cut is answered after it", [r.get("outcome") for r in answered] == ["update"], answered)


def killed(hospital: Hospital) -> None:
    """The agent is killed in the second round, as soon as the update's file is there."""
    hospital.taken(2)
    before = set((hospital.folder / "outbox").iterdir())
    deadline = time.monotonic() + 60
    while set((hospital.folder / "outbox").iterdir()) == before and time.monotonic() < deadline:
        time.sleep(0.002)
    hospital.site.process.kill()
    hospital.site.process.wait()
    check(f"{hospital.name}: the agent was killed before its answer was there", not (hospital.out / "round-2.json").exists())
    hospital.site.start()
    answered = hospital.step("round-2")["replies"]
    check(f"{hospital.name}: what was taken before the agent was killed is answered after it", [r.get("outcome") for r in answered] == ["update"], answered)


def restarted(hospital: Hospital, digest: str, study: dict, cells: Cells) -> None:
    """The SuperLink is killed with all that it started, and started again with its database, while the agent runs: the agent comes
    back under the node id it had, and a run that is started then trains."""
    link, before = hospital.link, hospital.step("round-1")["node"]
    link.kill()
    time.sleep(2)
    link.start()
    hospital.approve(digest, study, APPROVED + 1)
    hospital.plan(digest, study, "-again", 1)
    answered = hospital.step("round-1")
    check("after the SuperLink was killed and started again a new run's round is answered", [r.get("outcome") for r in answered["replies"]] == ["update"], answered)
    check(f"and the site is the node that it was, {before}", answered["node"] == before and hospital.site.process.poll() is None, answered)
    recomputed(hospital.folder, answered["replies"], hospital.out, study)
    cells.ok(SELF, "coordinator restart")


def foreign(hospital: Hospital) -> None:
    """The governed app's own bundle as a foreign run: the site derived what it asks; the officer reads and approves it."""
    hospital.step("odd")
    site, folder = hospital.site, str(hospital.folder)
    waiting = site.verb("site", "status", folder)["hosted"]
    check("one foreign run waits for the officer", [w["decision"] for w in waiting] == ["open"], waiting)
    digest = waiting[0]["study"]
    asked = site.verb("officer", "review", folder, digest)
    plan = {"key": "plan", "kind": "text", "value": str(FOLDER / f"{hospital.name}.plan.json")}
    check(
        "the officer reads its app, its whole configuration, what it may be asked and what leaves",
        (asked["app"], asked["config"], asked["messageTypes"], asked["rounds"]) == ("osteon/governed", [plan], ["train", "evaluate"], 3)
        and [a["shape"] for a in asked["arrays"]] == [[1, 11], [1]] and asked["releases"] == ["arrays", "metrics/num-examples"],
        asked,
    )
    until = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    site.verb(
        "officer", "approve", folder, digest, "--key", str(hospital.key), "--passphrase-file", str(hospital.passphrase),
        "--epsilon", "0", "--rounds", "3", "--until", until,
    )
    (hospital.out / "decided").touch()


def judge(hospital: Hospital, registration: str, digest: str, study: dict, cells: Cells) -> None:
    """Everything that came of a hospital's run."""
    name, site = hospital.name, hospital.site
    replies = [hospital.step(f"round-{n}")["replies"][0] for n in range(1, APPROVED + 1)]
    last = {a["label"]: a for a in hospital.step("last")["answers"]}
    odd = {a["label"]: a.get("error") for a in hospital.step("odd")["answers"]}
    check(f"{name}: three rounds were answered with signed updates", all(r.get("outcome") == "update" for r in replies), replies)
    check(f"{name}: each update has the study's constant weight", {r["weight"] for r in replies} == {study["plan"]["weight"]}, replies)
    recomputed(hospital.folder, replies, hospital.out, study)
    cells.ok(registration, "train")
    # They came with every instruction, were pulled piece by piece under their own hashes and taken apart.
    for case in ("5 MiB+ arrays", "empty and scalar arrays", "integer arrays", "uint64 metrics", "Unicode keys", "repeated arrays"):
        cells.ok(registration, case)
    unsigned = ("EXACT_RELEASE_NOT_ALLOWED",) * 2 if hospital.link.registered else ("HOSTED_RUN_NOT_APPROVED", "HOSTING_NOT_SET_UP")
    check(
        f"{name}: a query, a custom action and a message without a signed instruction are answered with the reason",
        odd == {"query": "MESSAGE_TYPE_UNKNOWN", "custom action": "MESSAGE_TYPE_UNKNOWN", "unsigned": unsigned[0]}, odd,
    )
    for case in ("query", "custom action", "error reply"):
        cells.ok(registration, case)
    check(f"{name}: what no instruction asks for is refused to the end: {unsigned[1]}", last["unsigned"].get("error") == unsigned[1], last)
    cells.ok(registration, "foreign run refused")
    beyond = last["beyond"]
    check(
        f"{name}: the fourth round was refused: the officer approved three",
        beyond["outcome"] == "refused" and beyond["reason"] == "CAPSULE_ROUNDS_EXHAUSTED", beyond,
    )
    cells.ok(registration, "refused")
    again = {k: v for k, v in last["again"].items() if k != "label"}
    check(f"{name}: the same instruction got the same reply", again == {k: v for k, v in replies[-1].items() if k != "label"}, last)
    cells.ok(registration, "duplicate delivery")
    evaluated = last["evaluate"]
    check(
        f"{name}: the evaluation was answered with two noised histograms",
        evaluated["outcome"] == "update" and [a["dtype"] for a in evaluated["arrays"]] == ["int64", "int64"], evaluated,
    )
    cells.ok(registration, "evaluate")
    entries = site.verb("site", "journal", str(hospital.folder), "--study", digest)["entries"]
    check(
        f"{name}: the journal names each update, where it went and under which capsule",
        [(e["digest"], e["to"], e["capsule"]) for e in entries if e["type"] == "update"]
        == [(r["update"], hospital.fleet, hospital.capsule) for r in sorted([*replies, evaluated], key=lambda r: r["exchange"] != "train")],
        entries,
    )
    check(f"{name}: the journal agrees with log and outbox", site.verb("site", "journal", str(hospital.folder), "--verify")["ok"])
    budget = site.verb("data", "budget", str(hospital.folder))["sets"][0]
    check(
        f"{name}: the ledger charged three rounds and an evaluation once each: ε {budget['epsilon']:.3f} of {study['privacy']['epsilon']}",
        budget["releases"] == APPROVED + 1 and 0 < budget["epsilon"] <= study["privacy"]["epsilon"],
        budget,
    )


def recomputed(site: pathlib.Path, replies: list[dict], out: pathlib.Path, study: dict) -> None:
    """Adds the updates that lie in the site's outbox and compares with what the ServerApp made of what it received."""
    arrays = study["model"]["arrays"]
    model = np.zeros(sum(int(np.prod(a["shape"])) for a in arrays), "<f4")
    for number, reply in enumerate(replies, 1):
        raw = (site / "outbox" / reply["update"]).read_bytes()
        model = (model.astype(np.float64) + np.frombuffer(raw, "<f4").astype(np.float64)).astype("<f4")
        got = np.load(out / f"round-{number}.npz")
        received = np.concatenate([got[a["name"]].reshape(-1) for a in arrays])
        check(f"round {number}: the model is NumPy's sum of the site's own files, bit for bit", received.astype("<f4").tobytes() == model.tobytes(), reply)


if __name__ == "__main__":
    main()
