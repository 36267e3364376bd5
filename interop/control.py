#!/usr/bin/env python3
"""The unmodified flwr command signs in at a real Keycloak and drives our coordinator: nodes, runs, logs, roles.

Run it with the Python of an environment that has flwr (1.36.0, the last that speaks gRPC here, or 1.37 to 1.42.0 over
HTTP) and numpy:

    python3 -m venv .venv-flwr && .venv-flwr/bin/pip install flwr==1.36.0 numpy
    .venv-flwr/bin/python interop/control.py

Keycloak lies unpacked below target/keycloak, or where OSTEON_KEYCLOAK says; docs/sign-in.md says how to get it.
Everything is written below target/interop/control-RELEASE. Exit code 0 when all holds.
"""

import datetime
import fcntl
import html
import http.cookiejar
import importlib.metadata
import ipaddress
import json
import os
import pathlib
import re
import secrets
import shutil
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from contextlib import ExitStack

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from parties import BIN, HOME, Hub, check, flower, free_port, node_key, stop

FOLDER = HOME / "target" / "interop" / f"control-{importlib.metadata.version('flwr')}"
KEYCLOAK = pathlib.Path(os.environ.get("OSTEON_KEYCLOAK", HOME / "target" / "keycloak" / "keycloak-26.7.3"))
REALM = HOME / "benchmarks" / "src" / "test" / "resources" / "keycloak" / "osteon-realm.json"
RELEASE = tuple(int(part) for part in importlib.metadata.version("flwr").split(".")[:2])
TOKEN_SECONDS = 20

# What holds when the last check of main() is reached: each of these has checks of its own there.
CASES = ["login", "renewal", "roles", "supernode", "federation", "run", "refused", "ls", "log", "stop"]

sys.path.insert(0, str(HOME / "interop" / "flower-app"))
from calibration.steps import FEATURES  # noqa: E402


def built() -> pathlib.Path:
    """Keycloak as it was unpacked, built once for all that use it."""
    with open(KEYCLOAK / "trials.lock", "wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (KEYCLOAK / "built-for-trials").exists():
            subprocess.run([KEYCLOAK / "bin" / "kc.sh", "build", "--db=dev-mem"], check=True, stdout=subprocess.DEVNULL)
            (KEYCLOAK / "built-for-trials").touch()
    return KEYCLOAK


class Keycloak:
    """A real Keycloak with a realm of ours, on loopback and TLS."""

    def __init__(self, folder: pathlib.Path):
        if not os.access(KEYCLOAK / "bin" / "kc.sh", os.X_OK):
            sys.exit(f"no Keycloak in {KEYCLOAK}; docs/sign-in.md says how to get it")
        # A copy with data of its own: two of them side by side would take each other's realm away.
        shutil.copytree(built(), folder, ignore=shutil.ignore_patterns("data", "trials.lock"))
        self.folder = folder
        self.url = f"https://127.0.0.1:{free_port()}"
        self.issuer = f"{self.url}/realms/osteon"
        self.password = secrets.token_hex(16)
        self.secret = secrets.token_hex(16)
        self.certificate, self.key = self._certificate()
        self.tls = ssl.create_default_context(cafile=self.certificate)
        self.process: subprocess.Popen | None = None

    def _certificate(self) -> tuple[pathlib.Path, pathlib.Path]:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
        now = datetime.datetime.now(datetime.timezone.utc)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name).issuer_name(name).public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(hours=1)).not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(
                x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
            )
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        files = self.folder / "tls.crt", self.folder / "tls.key"
        files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        files[1].touch(mode=0o600)
        files[1].write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return files

    def start(self, hub_console: str) -> None:
        """Starts it with people whose access tokens end soon, so that the command has to renew them."""
        values = {"password": self.password, "hub-secret": self.secret, "hub": hub_console, "site-secret": "unused"}
        realm = REALM.read_text()
        for name in set(re.findall(r"@([a-z-]+)@", realm)):
            realm = realm.replace(f"@{name}@", values.get(name, "https://127.0.0.1:1"))
        tree = json.loads(realm)
        tree["accessTokenLifespan"] = TOKEN_SECONDS
        (self.folder / "data" / "import").mkdir(parents=True)
        (self.folder / "data" / "import" / "osteon-realm.json").write_text(json.dumps(tree))
        environment = {**os.environ, "JAVA_OPTS_KC_HEAP": "-Xms64m -Xmx384m", "JAVA_OPTS_APPEND": "-XX:TieredStopAtLevel=1"}
        log = open(self.folder / "keycloak.log", "wb")
        port = self.url.rsplit(":", 1)[1]
        self.process = subprocess.Popen(
            [
                self.folder / "bin" / "kc.sh", "start", "--optimized", "--import-realm", "--cache=local",
                f"--hostname={self.url}", "--http-host=127.0.0.1", "--http-enabled=false", f"--https-port={port}",
                f"--http-management-port={free_port()}",
                f"--https-certificate-file={self.certificate}", f"--https-certificate-key-file={self.key}",
            ],
            stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, env=environment,
        )
        deadline = time.monotonic() + 300
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                urllib.request.urlopen(f"{self.issuer}/.well-known/openid-configuration", context=self.tls, timeout=5)
                return
            except OSError:
                time.sleep(1)
        sys.exit(f"Keycloak did not start: {self.folder / 'keycloak.log'}")

    def stop(self) -> None:
        """Ends it, and removes what was copied."""
        if self.process is not None:
            stop(self.process)
        for part in ("lib", "providers", "themes", "data"):
            shutil.rmtree(self.folder / part, ignore_errors=True)

    def sign_in(self, page: str, person: str) -> None:
        """What a person does in a browser: name, passphrase, and a yes to the device."""
        browser = urllib.request.build_opener(
            urllib.request.HTTPSHandler(context=self.tls), urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        )
        form = browser.open(page, timeout=30)
        for fields in ({"username": person, "password": self.password}, {"accept": "Yes"}):
            text = form.read().decode()
            action = re.search(r'<form[^>]*action="([^"]+)"', text)
            check(f"the login service asks {person}", action is not None, text[:300])
            hidden = {}
            for tag in re.findall(r'<input[^>]*type="hidden"[^>]*>', text):
                name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
                if name:
                    hidden[name.group(1)] = html.unescape(value.group(1)) if value else ""
            form = browser.open(
                urllib.parse.urljoin(form.url, html.unescape(action.group(1))),
                urllib.parse.urlencode({**hidden, **fields}).encode(), timeout=30,
            )
        form.read()


class Command:
    """The flwr command of one person, with a home of their own."""

    def __init__(self, person: str, address: str, hub: Hub):
        self.person = person
        self.environment = {**flower(FOLDER / f"flwr-{person}"), "BROWSER": "true", "PYTHONUNBUFFERED": "1"}
        (FOLDER / f"flwr-{person}" / "config.toml").write_text(
            f'[superlink]\ndefault = "hub"\n[superlink.hub]\naddress = "{address}"\n'
            f'root-certificates = "{hub.folder / "tls.crt"}"\n'
        )

    def start(self, *words: str) -> subprocess.Popen:
        """Starts it."""
        return subprocess.Popen(
            [BIN / "flwr", *words], cwd=FOLDER, env=self.environment, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )

    def __call__(self, *words: str) -> tuple[int, str]:
        """Its exit code and all that it said."""
        process = self.start(*words)
        text = process.communicate(timeout=120)[0]
        return process.returncode, text

    def good(self, *words: str) -> str:
        """What it said, when it must succeed."""
        code, text = self(*words)
        check(f"flwr {' '.join(words[:2])} by {self.person}", code == 0, text[-2000:])
        return text

    def json(self, *words: str) -> dict:
        """Its answer as JSON."""
        text = self.good(*words, "--format", "json")
        return json.loads(text[text.index("{"):])

    def login(self, keycloak: Keycloak) -> None:
        """Signs in as the command's manual says, the browser's part by hand."""
        process = self.start("login", "hub")
        page = None
        for line in process.stdout:
            found = re.search(r"https://\S+user_code=\S+", line)
            if found:
                page = found.group(0)
                break
        check(f"flwr login shows {self.person} a page", page is not None, "")
        keycloak.sign_in(page, self.person)
        rest = process.communicate(timeout=120)[0]
        check(f"flwr login of {self.person} succeeds", process.returncode == 0, rest)


def public_key(private: pathlib.Path) -> pathlib.Path:
    """The public half as ssh-keygen writes it, which is what the command takes."""
    key = serialization.load_ssh_private_key(private.read_bytes(), None).public_key()
    file = private.with_suffix(".pub")
    file.write_bytes(key.public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH))
    return file


def supernode(hub: Hub, key: pathlib.Path) -> subprocess.Popen:
    """A node that was registered by the command."""
    return subprocess.Popen(
        [
            BIN / "flower-supernode", "--superlink", hub.address if RELEASE < (1, 40) else hub.fleet_http,
            "--root-certificates", hub.folder / "tls.crt",
            "--auth-supernode-private-key", key, "--node-config", "partition=0", "--port", str(free_port()),
        ],
        stdout=open(FOLDER / "supernode.log", "wb"), stderr=subprocess.STDOUT,
        env=flower(FOLDER / "home-node"),
    )


def write_cells(version: str) -> None:
    """What a whole run has checked, where the matrix of releases is put together."""
    folder = HOME / "target" / "interop" / "cells"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"command-{version}.json").write_text(json.dumps({
        "direction": "command", "peer": version, "carrier": "grpc" if RELEASE < (1, 37) else "http",
        "cells": [{"registration": "login", "case": case, "result": "ok"} for case in CASES],
    }, indent=1) + "\n")


def main() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    version = subprocess.run([BIN / "flwr", "--version"], check=True, capture_output=True, text=True).stdout.split()[-1]
    print(f"flwr {version}")
    with ExitStack() as running:
        keycloak = Keycloak(FOLDER / "keycloak")
        running.callback(keycloak.stop)
        hub = Hub.make(FOLDER / "hub", "--allow-ungoverned")
        console, control = f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}"
        keycloak.start(f"https://{console}")

        # Without a login service nobody gets in.
        settings = hub.folder / "osteon.toml"
        before = settings.read_text()
        settings.write_text(before + extra(control))
        hub.start()
        running.callback(hub.stop)
        address = control
        code, text = Command("nobody", address, hub)("login", "hub")
        check("a hub without a login service says that nobody can sign in", code != 0 and "no login service" in text, text)
        hub.stop()

        secret = hub.folder / "oidc.secret"
        secret.touch(mode=0o600)
        secret.write_text(keycloak.secret)
        settings.write_text(
            before.replace('console = "off"', f'console = "{console}"') + extra(control)
            + f'oidcIssuer = "{keycloak.issuer}"\noidcClient = "osteon-hub"\noidcSecretFile = "oidc.secret"\n'
            f'oidcCaFile = "{keycloak.certificate}"\noidcCommandClient = "osteon-cli"\noidcClockSkewSeconds = 0\n'
        )
        hub.start()
        wait_for(console)

        engineer, operator = Command("wang", address, hub), Command("sun", address, hub)
        code, text = engineer("ls", "hub")
        check("nobody is anonymous", code != 0 and re.search("(?i)login|authenticat", text) is not None, text)
        engineer.login(keycloak)
        operator.login(keycloak)

        # Nodes, by the operator alone.
        private, _ = node_key(FOLDER, "node-0")
        code, text = engineer("supernode", "ls", "hub")
        check("an engineer sees no nodes", code != 0 and "needs the role operator" in text, text)
        registered = operator.good("supernode", "register", str(public_key(private)), "hub")
        node = re.search(r"\d{6,20}", registered).group(0)
        code, text = operator("supernode", "register", str(public_key(private)), "hub")
        check("a key is registered once", code != 0 and "already in use" in text, text)
        check("the node is listed", node in operator.good("supernode", "ls", "hub", "--format", "json"))
        code, text = operator("run", str(HOME / "interop" / "flower-app"), "hub")
        check("an operator starts no run", code != 0 and "needs the role ml-engineer" in text, text)
        check("the federation is the hub's", "@osteon/ortho-net" in engineer.good("federation", "ls", "hub", "--format", "json"))

        # Runs, by the engineer alone.
        app = str(HOME / "interop" / "flower-app")
        code, text = engineer("run", app, "hub")
        check("a run without a strategy of ours is refused", code != 0 and "osteon-strategy is missing" in text, text)
        config = (
            f'osteon-strategy="fedavg" osteon-rounds=2 osteon-nodes=1 '
            f'osteon-arrays="weight:float32[{FEATURES}],bias:float32[1]"'
        )
        code, text = engineer("run", app, "hub", "--run-config", config + " num-server-rounds=9")
        check("a key that reaches no node is refused", code != 0 and "num-server-rounds reaches no node" in text, text)
        text = engineer.good("run", app, "hub", "--run-config", config)
        check("the command prints what the run is not", "ServerApp is not executed" in text, text)
        run = re.search(r"started run (\d+)", text).group(1)
        row = engineer.json("ls", "hub", "--run-id", run)["runs"][0]
        check("the run is pending and names its node", row["status"].startswith("pending"), row)
        shown = engineer.good("log", run, "hub", "--show")
        check("the log says who is awaited and why", re.search(r"waiting for flower-\w+: not connected", shown), shown)
        time.sleep(TOKEN_SECONDS + 5)
        stored = FOLDER / "flwr-wang" / "credentials.yaml"
        old = stored.read_bytes()
        follow = engineer.start("log", run, "hub", "--stream")
        running.callback(stop, follow)
        member = supernode(hub, private)
        running.callback(stop, member)
        told = follow.communicate(timeout=180)[0]
        check("the log is followed to the end", follow.returncode == 0 and "completed" in told, told[-2000:])
        check("an expired access token was renewed meanwhile", stored.read_bytes() != old)
        check("both rounds counted the node", told.count("answered and counts") == 2, told[-2000:])
        row = engineer.json("ls", "hub", "--run-id", run)["runs"][0]
        check("the run is finished", row["status"] == "finished:completed", row)
        code, text = engineer("stop", run, "hub")
        check("a finished run is not stopped", code != 0 and "already finished" in text, text)
        stop(member)

        text = engineer.good("run", app, "hub", "--run-config", config)
        run = re.search(r"started run (\d+)", text).group(1)
        engineer.good("stop", run, "hub")
        row = engineer.json("ls", "hub", "--run-id", run)["runs"][0]
        check("a run is stopped", row["status"] == "finished:stopped", row)
        operator.good("supernode", "unregister", node, "hub")
        check(
            "a revoked node stays listed as such",
            "unregistered" in operator.good("supernode", "ls", "hub", "--verbose", "--format", "json"),
        )
        logs = "".join(file.read_text(errors="replace") for file in (hub.folder / "logs").glob("*"))
        check("the hub has a log", len(logs) > 0)
        logs += hub.folder.with_suffix(".log").read_text(errors="replace")
        check("no token is in it", "eyJ" not in logs)
        write_cells(version)


def extra(control: str) -> str:
    """The hub's setting for the command of this release."""
    return f'{"control" if RELEASE < (1, 37) else "controlHttp"} = "{control}"\n'


def wait_for(console: str) -> None:
    """Waits until the pages are open, which know the login service."""
    deadline = time.monotonic() + 60
    plain = ssl.create_default_context()
    plain.check_hostname, plain.verify_mode = False, ssl.CERT_NONE
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"https://{console}/.well-known/osteon", context=plain, timeout=5)
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.5)


if __name__ == "__main__":
    main()
