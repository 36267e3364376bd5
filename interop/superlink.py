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


def superlink(fleet: str, control: str) -> subprocess.Popen:
    """Starts a SuperLink as its manual says."""
    host, port = control.split(":")
    return subprocess.Popen(
        [
            BIN / "flower-superlink", "--host", host, "--port", port, "--fleet-api-address", fleet,
            "--ssl-ca-certfile", FOLDER / "tls.crt", "--ssl-certfile", FOLDER / "tls.crt", "--ssl-keyfile", FOLDER / "tls.key",
            "--enable-supernode-auth", "--disable-runtime-dependency-installation",
        ],
        stdout=open(FOLDER / "superlink.log", "wb"), stderr=subprocess.STDOUT, env=flower(FOLDER / "superlink-home"),
    )


def flwr(home: pathlib.Path, *arguments: str, patience: float = 0) -> str:
    """A verb of Flower's own command."""
    deadline = time.monotonic() + patience
    while True:
        done = subprocess.run([BIN / "flwr", *arguments], capture_output=True, text=True, env=flower(home), cwd=FOLDER)
        if done.returncode == 0:
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
        fleet, control = f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}"
        link = superlink(fleet, control)
        running.callback(stop, link)
        home = FOLDER / "engineer-home"
        home.mkdir()
        (home / "config.toml").write_text(
            f'[superlink]\ndefault = "lab"\n[superlink.lab]\naddress = "{control}"\nroot-certificates = "{FOLDER / "tls.crt"}"\n'
        )
        node = serialization.load_pem_public_key((folder / "node.key").read_bytes().split(b"-----BEGIN PRIVATE")[0])
        public = FOLDER / "node.pub"
        public.write_bytes(node.public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH))
        flwr(home, "supernode", "register", str(public), "lab", patience=60)

        # The agent is told which server carries Flower's calls.
        with open(folder / "osteon.toml", "a") as settings:
            settings.write(f'fleet = "{fleet}"\nfleetPin = "{pin}"\n')
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
        flwr(home, "run", str(HOME / "interop" / "governed-app"), "lab", "--run-config", f'plan="{plan}"')
        last = out / f"round-{APPROVED + 1}.json"
        while not last.exists() and time.monotonic() < begin + 240 and link.poll() is None:
            time.sleep(0.3)
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
        entries = site.verb("site", "journal", str(folder), "--study", digest)["entries"]
        sent = [e for e in entries if e["type"] == "update"]
        check(
            "the journal names each update, where it went and under which capsule",
            [(e["digest"], e["to"], e["capsule"]) for e in sent] == [(r["update"], fleet, capsule) for r in replies[:APPROVED]],
            entries,
        )
        check("the journal agrees with log and outbox", site.verb("site", "journal", str(folder), "--verify")["ok"])
        budget = site.verb("data", "budget", str(folder))["sets"][0]
        check(
            f"the ledger charged three rounds: ε {budget['epsilon']:.3f} of {study['privacy']['epsilon']}",
            budget["releases"] == APPROVED and 0 < budget["epsilon"] <= study["privacy"]["epsilon"],
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
