#!/usr/bin/env python3
"""Makes basic-profile.tsv: tag, action and name of each attribute in DICOM PS3.15 Table E.1-1, column "Basic Prof.".

Source of the facts: PS3.15, as extracted to JSON by the innolitics dicom-standard project (MIT), extraction of 2025-01-28.
Private attributes have no tag in the table; the check treats them by their odd group.

usage: basic_profile.py confidentiality_profile_attributes.json > basic-profile.tsv
"""
import json
import re
import sys

rows = {}
for rule in json.load(open(sys.argv[1], encoding="utf-8")):
    digits = re.fullmatch(r"\(([0-9A-Fa-fXx]{4}),([0-9A-Fa-fXx]{4})\)", rule["tag"])
    if digits:
        tag = (digits.group(1) + digits.group(2)).upper().replace("X", "x")
        rows[tag] = (rule["basicProfile"].replace("*", ""), re.sub(r"\s*\(see Note \d+\)", "", " ".join(rule["name"].split())))
print("# DICOM PS3.15 Table E.1-1, Basic Profile: tag, action, name. Made by src/main/scripts/basic_profile.py.")
for tag, (action, name) in sorted(rows.items()):
    print(tag, action, name, sep="\t")
