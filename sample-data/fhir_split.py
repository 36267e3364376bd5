#!/usr/bin/env python3
"""Splits one Synthea bulk export into the three hospitals, patient by patient, as gzipped NDJSON with fixed bytes.

usage: fhir_split.py SYNTHEA_FHIR_FOLDER [OUT]
"""
import gzip
import io
import re
import sys
from pathlib import Path

SHARES = {"hospital-a": 0.46, "hospital-b": 0.33, "hospital-c": 0.21}
PATIENT = re.compile(rb'"Patient/([0-9a-f-]{36})"')
IDENTITY = re.compile(rb'"id":\s*"([0-9a-f-]{36})"')
MEDICATION = re.compile(rb'"Medication/([0-9a-f-]{36})"')


def assign(folder):
    ids = sorted(IDENTITY.search(line).group(1) for line in (folder / "Patient.ndjson").read_bytes().splitlines())
    homes, start = {}, 0
    for name, share in SHARES.items():
        end = len(ids) if name == "hospital-c" else start + round(share * len(ids))
        homes.update({i: name for i in ids[start:end]})
        start = end
    return homes


def home_of(kind, line, homes, medications):
    if kind == "Patient":
        return homes[IDENTITY.search(line).group(1)]
    if kind == "Medication":
        return medications.get(IDENTITY.search(line).group(1))
    return homes[PATIENT.search(line).group(1)]


def main():
    folder = Path(sys.argv[1])
    out = Path(sys.argv[2] if len(sys.argv) > 2 else Path(__file__).parent)
    homes, medications = assign(folder), {}
    files = sorted(folder.glob("*.ndjson"), key=lambda f: f.name == "Medication.ndjson")
    for file in files:
        kind, parts = file.stem, {name: [] for name in SHARES}
        for line in file.read_bytes().splitlines():
            home = home_of(kind, line, homes, medications)
            if home is None:
                continue
            parts[home].append(line)
            for medication in MEDICATION.findall(line):
                medications.setdefault(medication, home)
        for name, lines in parts.items():
            target = out / name / "fhir" / f"{kind}.ndjson.gz"
            target.parent.mkdir(parents=True, exist_ok=True)
            buffer = io.BytesIO()
            with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=buffer, mtime=0) as packed:
                packed.write(b"\n".join(lines) + (b"\n" if lines else b""))
            target.write_bytes(buffer.getvalue())
        print(kind, {name: len(lines) for name, lines in parts.items()})


if __name__ == "__main__":
    main()
