#!/usr/bin/env python3
"""Our agent completes three rounds on an unmodified flower-superlink, under its own approval and budget; a fourth is refused.

The hub keeps its part: it enrols the site, publishes the study and gets the officer's decision. Flower carries the rounds: the
SuperLink, the ServerApp started by ``flwr run``, TLS, a node key registered by ``flwr supernode register``. The agent follows
nothing but instructions signed by the hub's key. Everything is written below target/interop/superlink. Exit code 0 when all holds.
"""

import datetime
import hashlib
import ipaddress
import json
import os
import pathlib
import re
import secrets
import shutil
import subprocess
import sys
import time
from contextlib import ExitStack

import numpy as np
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from parties import BIN, HOME, Daemon, Hub, check, flower, free_port, stop

FOLDER = HOME / "target" / "interop" / "superlink"
APPROVED = 3


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
        certificate, key = FOLDER / "tls.crt", FOLDER / "tls.key"
        self.process = subprocess.Popen(
            [
                BIN / "flower-superlink", *options,
                "--ssl-ca-certfile", certificate, "--ssl-certfile", certificate, "--ssl-keyfile", key,
            ],
            stdout=open(self.folder / "superlink.log", "ab"), stderr=subprocess.STDOUT, env=flower(self.folder / "superlink-home"),
        )

    def stop(self) -> None:
        if self.process is not None:
            stop(self.process)

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
        """Whether the ServerApp ended."""
        return "finished:" in flwr(self.folder, "ls", *self.app(), "lab", "--format", "json")

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


def officer(site: pathlib.Path) -> tuple[pathlib.Path, pathlib.Path]:
    """An officer's key and the file of its pass-phrase."""
    passphrase, key = FOLDER / "passphrase", FOLDER / "officer.key"
    passphrase.write_text(secrets.token_hex(16) + "\n")
    Daemon("", site, "").verb("officer", "key", "new", str(key), "--passphrase-file", str(passphrase))
    return key, passphrase


def publish(hub: Hub) -> tuple[str, dict]:
    """The sample study, for one site."""
    study = json.loads((HOME / "sample-data" / "studies" / "fracture-risk.json").read_text())
    study["participation"] = {"sites": ["hospital-a"], "quorum": 1, "roundSeconds": 120}
    file = FOLDER / "study.json"
    file.write_text(json.dumps(study))
    return hub.verb("study", "publish", str(file), "--hub", str(hub.folder))["digest"], study


def await_study(site: Daemon, digest: str) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        code, _ = site.call("officer", "review", str(site.folder), digest)
        if code == 0:
            return
        time.sleep(0.3)
    check("the study reached the site", False, digest)


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
        hub = Hub.make(FOLDER / "hub")
        hub.start()
        running.callback(hub.stop)
        folder = FOLDER / "hospital-a"
        key, passphrase = officer(folder)
        options = ["--officer", f"{key}.pub", "--epsilon-ceiling", "5", "--epsilon-total", "10", "--delta-ceiling", "1e-5"]
        site, known = hub.site(folder, *options, *(["--allow-root"] if os.getuid() == 0 else []))

        pin = tls(FOLDER)
        link = SuperLink(FOLDER, registered=True)
        print(f"  flower-superlink {link.version}, Fleet calls over {link.carrier}")
        link.start()
        running.callback(link.stop)
        link.engineer()
        node = serialization.load_pem_public_key((folder / "node.key").read_bytes().split(b"-----BEGIN PRIVATE")[0])
        public = FOLDER / "node.pub"
        public.write_bytes(node.public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH))
        link.register(public)

        # The agent is told which server carries Flower's calls.
        with open(folder / "osteon.toml", "a") as settings:
            settings.write(f'fleet = "{link.fleet}"\nfleetPin = "{pin}"\nfleetCarrier = "{link.carrier}"\n')
        site.start()
        running.callback(site.stop)
        snapshot = FOLDER / "snapshot"
        site.verb("data", "map", "--input", str(HOME / "sample-data" / "hospital-a" / "export.csv"), "--out", str(snapshot), "--site", str(folder))
        site.verb("site", "data", "add", str(folder), str(snapshot))
        digest, study = publish(hub)
        await_study(site, digest)
        until = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        capsule = site.verb(
            "officer", "approve", str(folder), digest, "--key", str(key), "--passphrase-file", str(passphrase),
            "--epsilon", str(study["privacy"]["epsilon"]), "--rounds", str(APPROVED), "--until", until,
        )["digest"]
        print(f"  the officer approved {APPROVED} of the study's {study['plan']['rounds']} rounds")

        out = FOLDER / "rounds"
        out.mkdir()
        plan = FOLDER / "plan.json"
        pem = node.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
        plan.write_text(json.dumps({
            "federation": study["federation"], "study": digest, "run": "r-superlink", "rounds": APPROVED + 1,
            "arrays": study["model"]["arrays"], "hubKey": str(hub.folder / "hub.key"), "out": str(out),
            "site": {"site": "hospital-a", "node": known["nodeId"], "nodeKey": pem, "capsule": capsule},
        }))
        begin = time.monotonic()
        link.run(plan)
        last = out / f"round-{APPROVED + 1}.json"
        while not last.exists() and time.monotonic() < begin + 240 and link.process.poll() is None and not link.over():
            time.sleep(0.5)
        check(f"the ServerApp's rounds are over, in {time.monotonic() - begin:.1f} s", last.exists(), FOLDER / "superlink.log")

        replies = [json.loads((out / f"round-{n}.json").read_text())["replies"][0] for n in range(1, APPROVED + 2)]
        check("three rounds were answered with signed updates", all(r["outcome"] == "update" for r in replies[:APPROVED]), replies)
        check("each update has the study's constant weight", {r["weight"] for r in replies[:APPROVED]} == {study["plan"]["weight"]}, replies)
        check(
            "the fourth round was refused: the officer approved three",
            replies[APPROVED]["outcome"] == "refused" and replies[APPROVED]["reason"] == "CAPSULE_ROUNDS_EXHAUSTED",
            replies[APPROVED],
        )
        recomputed(folder, replies[:APPROVED], out, study)
        cells = Cells(link)
        cells.ok("pre-registered+TLS", "train")
        cells.ok("pre-registered+TLS", "refused")
        entries = site.verb("site", "journal", str(folder), "--study", digest)["entries"]
        sent = [e for e in entries if e["type"] == "update"]
        check(
            "the journal names each update, where it went and under which capsule",
            [(e["digest"], e["to"], e["capsule"]) for e in sent] == [(r["update"], link.fleet, capsule) for r in replies[:APPROVED]],
            entries,
        )
        check("the journal agrees with log and outbox", site.verb("site", "journal", str(folder), "--verify")["ok"])
        budget = site.verb("data", "budget", str(folder))["sets"][0]
        check(
            f"the ledger charged three rounds: ε {budget['epsilon']:.3f} of {study['privacy']['epsilon']}",
            budget["releases"] == APPROVED and 0 < budget["epsilon"] <= study["privacy"]["epsilon"],
            budget,
        )
        cells.write()


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
