#!/usr/bin/env python3
"""A tester that knows nothing of our code asks a running hub whatever its OpenAPI document allows, and what it forbids.

Run it with the Python of an environment that has schemathesis and cryptography:

    python3 -m venv .venv-rest && .venv-rest/bin/pip install schemathesis==4.32.5 cryptography
    .venv-rest/bin/python interop/rest.py

The demo gives the hub a study, runs that agents finished, a release and its bundle. A token is made on the page for it.
Everything is written below target/interop/rest, schemathesis' own report too. Exit code 0 when all holds.
"""

import html
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time
import uuid
from contextlib import ExitStack

import requests

from parties import BIN, HOME, OSTEON, check, stop

FOLDER = HOME / "target" / "interop" / "rest"
DEMO = FOLDER / "demo"
HUB = DEMO / "hub"
SEED = "20261128"
PASSPHRASE = "three owls under the bridge"
TOKEN = re.compile(r"osteon_[0-9a-f]{16}_[A-Za-z0-9_-]{43}")
DEMO_PATIENCE = 600.0


def demo() -> tuple[subprocess.Popen, dict]:
    """The demo, left running; what it answered."""
    out = open(FOLDER / "demo.out", "wb")
    process = subprocess.Popen([OSTEON, "demo", "--out", DEMO, "--json"], stdout=out, stderr=subprocess.STDOUT)
    deadline = time.monotonic() + DEMO_PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        last = (FOLDER / "demo.out").read_text(errors="replace").strip().splitlines()[-1:]
        if last and last[0].startswith('{"') and last[0].endswith("}"):
            return process, json.loads(last[0])
        time.sleep(0.5)
    stop(process)
    check("the demo came to its end", False, FOLDER / "demo.out")
    raise AssertionError


class Person:
    """Somebody at the hub's pages who makes a token and then speaks as a program."""

    def __init__(self, role: str):
        link = verb("coordinator", "link", str(HUB), "--person", f"Tester {role}", "--role", role)["link"]
        self.role = role
        self.base = re.match(r"https://[^/]+", link)[0]
        self.pages = session()
        form = self.csrf(self.pages.get(link))
        self.pages.post(link, data={"passphrase": PASSPHRASE, "again": PASSPHRASE, **form})
        made = self.pages.post(
            f"{self.base}/access/token", data={"label": "tester", "days": "1", **self.csrf(self.pages.get(f"{self.base}/access"))}
        )
        found = TOKEN.search(made.text)
        check(f"the page gives {role} a token once", found is not None and not TOKEN.search(self.pages.get(f"{self.base}/access").text))
        self.token = found[0]
        self.program = session()
        self.program.headers["Authorization"] = f"Bearer {self.token}"

    @staticmethod
    def csrf(page: requests.Response) -> dict[str, str]:
        return {"_csrf": html.unescape(re.search(r'name="_csrf" value="([^"]+)"', page.text)[1])}

    def get(self, path: str, **query: object) -> requests.Response:
        return self.program.get(f"{self.base}/api/v1{path}", params=query, timeout=60)

    def post(self, path: str, key: str | None = None, body: object = None) -> requests.Response:
        headers = {"Idempotency-Key": key or str(uuid.uuid4())}
        return self.program.post(f"{self.base}/api/v1{path}", headers=headers, json=body, timeout=60)


def session() -> requests.Session:
    """Trusts the hub's own certificate and nothing else."""
    one = requests.Session()
    one.trust_env = False
    one.verify = str(HUB / "tls.crt")
    return one


def verb(*arguments: str) -> dict:
    done = subprocess.run([OSTEON, *arguments, "--json"], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"osteon {' '.join(arguments)} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def items(person: Person, path: str, limit: int = 2, **query: object) -> list[dict]:
    """A list by its pages."""
    found: list[dict] = []
    cursor: dict[str, object] = {}
    while True:
        page = person.get(path, limit=limit, **query, **cursor).json()
        found += page["items"]
        if "next" not in page:
            return found
        cursor = {"cursor": page["next"]}


def walk(engineer: Person, regulator: Person, answer: dict) -> dict[str, str]:
    """The engineer's path by hand; what the tester is then given to read."""
    studies = items(engineer, "/studies")
    check("the pages of the list hold each study once", len({s["study"] for s in studies}) == len(studies) >= 2, studies)
    study = answer["study"]
    runs = items(engineer, "/runs", study=study)
    run = engineer.get(f"/runs/{runs[0]['run']}").json()
    check("the run of the demo is completed and says its ε, δ, unit and accountant",
          run["state"] == "completed" and run["privacy"]["epsilon"] > 0 and run["privacy"]["delta"] > 0
          and run["privacy"]["unit"] == "patient" and run["privacy"]["accountant"] == "rdp", run)
    rejected = [r for one in run["rounds"] for r in one["rejected"]]
    check("its rounds tell who was counted, and who was rejected and why",
          all(one["counted"] for one in run["rounds"]) and rejected and all(r["reason"] for r in rejected), run["rounds"])
    models = items(engineer, "/models", run=run["run"])
    released = next(m for m in models if m["released"])
    view = engineer.get(f"/models/{released['model']}").json()
    check("the lineage of the released version goes back to round 0",
          [a["round"] for a in view["ancestors"]] == list(range(view["round"])), view["ancestors"])
    for form, head in (("safetensors", None), ("npz", b"PK")):
        bytes_ = engineer.get(f"/models/{released['model']}/export", format=form).content
        check(f"the export as {form} has its form", bytes_.startswith(head) if head else b'"dtype"' in bytes_[:4096], bytes_[:80])
    bundle = FOLDER / "evidence.zip"
    bundle.write_bytes(engineer.get(f"/models/{released['model']}/bundle").content)
    done = subprocess.run([OSTEON, "audit", "verify", bundle, "--trust", answer["trust"]], capture_output=True, text=True)
    check("the bundle that was downloaded is verified offline", done.returncode == 0, done.stdout + done.stderr)
    report = engineer.get(f"/models/{released['model']}/report").json()
    check("the conformance report comes with its signature", report["signatures"] and report["document"]["results"], report)
    events = items(engineer, "/events", limit=200, study=study)
    check("the timeline has no number twice and falls", [e["seq"] for e in events] == sorted({e["seq"] for e in events}, reverse=True))
    check("a filter shows its type alone", {e["type"] for e in items(engineer, "/events", study=study, type="round-closed")} == {"round-closed"})
    proof = engineer.get(f"/events/{events[-1]['seq']}").json()
    check("an event comes with its proof", proof["event"] == events[-1] and proof["proof"].startswith("c2sp.org/tlog-proof"), proof)
    check("a regulator without an assignment sees nothing of it",
          regulator.get("/studies").json()["items"] == [] and regulator.get(f"/runs/{run['run']}").status_code == 404
          and regulator.get(f"/models/{released['model']}/bundle").status_code == 404
          and regulator.get(f"/events/{events[-1]['seq']}").status_code == 404)

    asked = engineer.post(f"/studies/{study}/dry-runs")
    check("a dry run is asked", asked.status_code == 202, asked.text)
    table = until(lambda: engineer.program.get(engineer.base + asked.headers["Location"], timeout=60).json(), lambda t: answered(t, "hospital-"))
    check("its table has every hospital's answer", answered(table, "hospital-"), table)
    # The site that lies never reads what it is asked.
    check("and says that the site that lies has not answered", not table["complete"] and not answered(table, "clinic-d"), table)

    key = str(uuid.uuid4())
    first, second = engineer.post(f"/studies/{study}/runs", key), engineer.post(f"/studies/{study}/runs", key)
    check("the same start under the same key starts one run",
          first.status_code == second.status_code == 201 and first.content == second.content
          and second.headers["Idempotent-Replayed"] == "true", (first.text, second.text))
    check("and another request under it none", engineer.post(f"/runs/{run['run']}/stop", key).status_code == 422)
    again = first.json()["run"]
    for act, state in (("pause", "paused"), ("resume", "running"), ("stop", "stopped")):
        done = engineer.post(f"/runs/{again}/{act}")
        check(f"{act} leads to {state}", done.status_code == 200 and done.json()["state"] == state, done.text)
    check("a stopped run is not stopped twice", engineer.post(f"/runs/{again}/stop").status_code == 409)
    return {"study": study, "run": run["run"], "model": released["model"], "seq": str(events[0]["seq"]), "id": table["dryRun"]}


def answered(table: dict, sites: str) -> bool:
    asked = [a for a in table["answers"] if a["site"].startswith(sites)]
    return bool(asked) and all(a["verdict"] != "no-answer" for a in asked)


def until(ask, holds, seconds: float = 60):
    deadline = time.monotonic() + seconds
    while True:
        seen = ask()
        if holds(seen) or time.monotonic() > deadline:
            return seen
        time.sleep(0.3)


def settings(place: pathlib.Path, known: dict[str, str] | None) -> pathlib.Path:
    """The tester's settings: what is there to be read, where it is to read it."""
    lines = []
    if known:
        lines += ["[parameters]", *(f'"path.{name}" = {value if name == "seq" else json.dumps(value)}' for name, value in known.items()),
                  f'"query.study" = {json.dumps(known["study"])}']
    # Three things that JSON Schema cannot say. Two are answered with 422: a study's parts must agree with each other and with the
    # hub's federation, and an Idempotency-Key belongs to one request. One with 413: a body has so many bytes at most.
    lines += [
        "[[operations]]",
        'include-method = "POST"',
        "[operations.checks.positive_data_acceptance]",
        'expected-statuses = ["2xx", "401", "403", "404", "409", "413", "422"]',
    ]
    place.write_text("\n".join(lines) + "\n")
    return place


def tester(name: str, person: Person, seconds: int, examples: int, known: dict[str, str] | None, *options: str) -> None:
    """Schemathesis with every check it has; its summary is shown as it wrote it."""
    out = FOLDER / f"{name}.txt"
    place = settings(FOLDER / f"{name}.toml", known)
    environment = {k: v for k, v in os.environ.items() if k not in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")}
    with open(out, "wb") as log:
        done = subprocess.run(
            [
                BIN / "schemathesis", "--config-file", place, "run", f"{person.base}/api/v1/openapi.json",
                "--header", f"Authorization:Bearer {person.token}", "--tls-verify", HUB / "tls.crt",
                "--checks", "all", "--max-examples", str(examples), "--max-time", str(seconds), "--seed", SEED,
                "--request-timeout", "60", "--max-response-time", "60", "--no-shrink", "--continue-on-failure", "--report", "junit", "--report-junit-path", FOLDER / f"{name}.xml",
                *options,
            ],
            stdout=log, stderr=subprocess.STDOUT, env=environment, cwd=FOLDER, timeout=seconds + 120,
        )
    text = out.read_text(errors="replace")
    summary = text[text.find("= SUMMARY ="):]
    print("  " + summary.replace("\n", "\n  ").rstrip())
    cases = re.search(r"(\d[\d,]*) generated", text)
    check(f"{name}: schemathesis sent requests", cases is not None and int(cases[1].replace(",", "")) > 100, out)
    check(f"{name}: schemathesis found nothing", done.returncode == 0, out)


def main() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    with ExitStack() as running:
        process, answer = demo()
        running.callback(stop, process)
        check("the demo holds", answer["ok"], answer)
        engineer, regulator, operator = (Person(role) for role in ("ml-engineer", "regulator", "operator"))
        known = walk(engineer, regulator, answer)
        reading = ("--include-method", "GET")
        tester("reading-what-is-there", engineer, 60, 15, known, *reading)
        tester("everything-as-engineer", engineer, 80, 8, None)
        tester("everything-as-operator", operator, 25, 3, None, "--phases", "coverage")
        check("the hub still answers", engineer.get("/me").json()["role"] == "ml-engineer")
        log = (HUB / "logs" / "daemon.log").read_text(errors="replace")
        check("no token is in the hub's log", not TOKEN.search(log))
        check("no request made the hub fail", "SERVER_FAILED" not in log, HUB / "logs" / "daemon.log")


if __name__ == "__main__":
    main()
