#!/usr/bin/env python3
"""Makes dicom-attributes.tsv: one line per DICOM attribute with its tag, VR, keyword and Basic Profile action.

Sources of the facts: DICOM PS3.6 (data dictionary: tag, VR, keyword) and DICOM PS3.15 Table E.1-1 (column "Basic Prof."),
as extracted to JSON by the innolitics dicom-standard project (MIT), extraction of 2025-01-28.

usage: dicom_table.py attributes.json confidentiality_profile_attributes.json > dicom-attributes.tsv
"""
import json
import re
import sys

CHOSEN_VR = {"US or SS": "US", "OB or OW": "OW", "US or SS or OW": "OW", "US or OW": "OW"}


def pattern(tag):
    """'(50XX,3000)' to '50xx3000'; the rule for private attributes has no pattern and is written in code."""
    digits = re.fullmatch(r"\(([0-9A-FX]{4}),([0-9A-FX]{4})\)", tag)
    return (digits.group(1) + digits.group(2)).replace("X", "x").upper().replace("X", "x") if digits else None


def main(attributes, profile):
    rows = {}
    for attribute in json.load(open(attributes, encoding="utf-8")):
        vr = attribute["valueRepresentation"]
        vr = CHOSEN_VR.get(vr, vr)
        if re.fullmatch("[A-Z]{2}", vr):
            rows[pattern(attribute["tag"])] = [vr, attribute["keyword"] or "-", "-"]
    listed = 0
    for rule in json.load(open(profile, encoding="utf-8")):
        key = pattern(rule["tag"])
        if key is None:
            continue
        listed += 1
        row = rows.setdefault(key, ["UI" if key.startswith("0000") else "UN", "-", "-"])
        row[2] = rule["basicProfile"]
    print("# DICOM attributes: tag pattern, VR (PS3.6), keyword (PS3.6), action (PS3.15 Table E.1-1, Basic Prof.; - is unlisted).")
    print(f"# Edition of January 2025. {len(rows)} attributes, {listed} listed actions. Made by src/main/scripts/dicom_table.py.")
    for key in sorted(rows):
        print("\t".join([key] + rows[key]))


if __name__ == "__main__":
    main(*sys.argv[1:])
