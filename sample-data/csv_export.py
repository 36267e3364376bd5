#!/usr/bin/env python3
"""Writes the three hospitals' CSV exports in the manner of a Chinese hospital system, and what is known of the generator.

Every person is invented. Resident ids start with the unassigned region code 990000 and phone numbers with the
unassigned prefix 100. The outcome is drawn from a logistic model of the columns, so its Bayes AUC is known:
it is computed here from 400,000 fresh draws and written to generator.json with its standard error.
"""
import json
import math
import random
import sys
from pathlib import Path

SEED = 20261123
SIZES = {"hospital-a": 3150, "hospital-b": 2250, "hospital-c": 1380}
# Differences between hospitals that a real federation has: age, sex ratio and bone density.
SHIFT = {"hospital-a": (70.0, 0.66, -1.9), "hospital-b": (67.0, 0.58, -1.6), "hospital-c": (72.5, 0.72, -2.2)}
COLUMNS = ["住院号", "姓名", "身份证号", "联系电话", "出生日期", "入院日期", "性别", "年龄", "身高cm", "体重kg", "骨密度T值",
           "既往脆性骨折", "父母髋部骨折", "吸烟", "饮酒", "糖皮质激素", "类风湿关节炎", "跌倒次数", "主诉", "随访骨折"]
INTERCEPT = -1.35
COEFFICIENTS = {"age": 0.055, "female": 0.45, "bmi": -0.04, "t_score": -0.75, "prior_fracture": 0.95,
                "parent_hip_fracture": 0.55, "smoking": 0.30, "alcohol": 0.25, "glucocorticoid": 0.65,
                "rheumatoid_arthritis": 0.35, "falls": 0.30}
CENTERS = {"age": 70.0, "bmi": 24.0, "t_score": -1.9}
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
GIVEN = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂兰玉梅志国建红玲"
COMPLAINTS = ["腰背部疼痛{}个月", "髋部疼痛{}天", "跌倒后活动受限{}天", "膝关节疼痛{}个月"]


def gauss(rng, mean, sd, low, high):
    return min(max(rng.gauss(mean, sd), low), high)


def draw(rng, hospital):
    age_mean, female_share, t_mean = SHIFT[hospital]
    age = int(gauss(rng, age_mean, 8.5, 50, 95))
    female = int(rng.random() < female_share)
    height = gauss(rng, 158 if female else 169, 6, 140, 190)
    bmi = gauss(rng, 24, 3.2, 15, 40)
    t_score = gauss(rng, t_mean - 0.02 * (age - 70), 1.1, -5.5, 2.5)
    return {
        "age": age, "female": female, "height": round(height, 1),
        "weight": round(bmi * (height / 100) ** 2, 1), "bmi": None, "t_score": round(t_score, 1),
        "prior_fracture": int(rng.random() < 0.22), "parent_hip_fracture": int(rng.random() < 0.12),
        "smoking": int(rng.random() < (0.06 if female else 0.38)), "alcohol": int(rng.random() < (0.03 if female else 0.22)),
        "glucocorticoid": int(rng.random() < 0.07), "rheumatoid_arthritis": int(rng.random() < 0.05),
        "falls": min(int(rng.expovariate(1.1)), 6),
    }


def probability(person):
    """The true probability, from the values as they are written (rounded), so that the table holds all there is to know."""
    bmi = person["weight"] / (person["height"] / 100) ** 2
    x = dict(person, bmi=bmi)
    z = INTERCEPT + sum(c * (x[name] - CENTERS.get(name, 0.0)) for name, c in COEFFICIENTS.items())
    return 1 / (1 + math.exp(-z))


def auc(pairs):
    """Mann-Whitney with ties."""
    pairs = sorted(pairs)
    positives = sum(y for _, y in pairs)
    negatives = len(pairs) - positives
    rank_sum, i = 0.0, 0
    while i < len(pairs):
        j = i
        while j < len(pairs) and pairs[j][0] == pairs[i][0]:
            j += 1
        rank_sum += (i + 1 + j) / 2 * sum(y for _, y in pairs[i:j])
        i = j
    return (rank_sum - positives * (positives + 1) / 2) / (positives * negatives)


def checksum(digits):
    weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    return "10X98765432"[sum(int(d) * w for d, w in zip(digits, weights)) % 11]


def identity(rng, person, serial):
    year = 2025 - person["age"]
    birth = f"{year:04d}{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}"
    order = serial % 1000
    order += (order % 2) ^ (0 if person["female"] else 1)
    body = f"990000{birth}{order % 1000:03d}"
    return body + checksum(body), f"{birth[:4]}-{birth[4:6]}-{birth[6:]}"


def row(rng, hospital, person, serial):
    resident, birth = identity(rng, person, serial)
    name = rng.choice(SURNAMES) + "".join(rng.choice(GIVEN) for _ in range(rng.randint(1, 2)))
    phone = f"100{rng.randint(0, 99999999):08d}"
    admitted = f"2025-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
    complaint = rng.choice(COMPLAINTS).format(rng.randint(1, 12))
    if rng.random() < 0.05:
        complaint += f"，家属{name}电话{phone}"
    outcome = int(rng.random() < probability(person))
    number = f"{hospital[-1].upper()}{25000000 + serial}"
    return [number, name, resident, phone, birth, admitted, "女" if person["female"] else "男", person["age"],
            person["height"], person["weight"], person["t_score"], person["prior_fracture"], person["parent_hip_fracture"],
            person["smoking"], person["alcohol"], person["glucocorticoid"], person["rheumatoid_arthritis"], person["falls"],
            complaint, outcome], outcome


def write(folder, hospital, rng):
    people, size, known = [], SIZES[hospital], []
    for serial in range(size):
        person = draw(rng, hospital)
        values, outcome = row(rng, hospital, person, serial)
        known.append((probability(person), outcome))
        if rng.random() < 0.01:
            values[19] = ""  # lost to follow-up
        if rng.random() < 0.004:
            values[10] = "未查"  # not measured
        people.append(",".join(str(v) for v in values))
    lines = list(people)
    for _ in range(size // 300):
        lines.insert(rng.randrange(len(lines)), rng.choice(people))  # exported twice
    for _ in range(4):
        lines.insert(rng.randrange(len(lines)), "导出中断," + rng.choice(SURNAMES) + rng.choice(GIVEN))  # broken line
    folder.mkdir(parents=True, exist_ok=True)
    text = ",".join(COLUMNS) + "\r\n" + "\r\n".join(lines) + "\r\n"
    (folder / "export.csv").write_bytes(text.encode("gb18030"))
    return {"patients": size, "lines": len(lines), "outcomes": sum(y for _, y in known), "aucOfTrueProbability": round(auc(known), 4)}


def main():
    out = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent)
    rng = random.Random(SEED)
    hospitals = {name: write(out / name, name, rng) for name in SIZES}
    fresh, total = [], sum(SIZES.values())
    for name, size in SIZES.items():
        for _ in range(400_000 * size // total):
            p = probability(draw(rng, name))
            fresh.append((p, int(rng.random() < p)))
    value = auc(fresh)
    positives = sum(y for _, y in fresh)
    q1, q2 = value / (2 - value), 2 * value * value / (1 + value)
    negatives = len(fresh) - positives
    error = math.sqrt((value * (1 - value) + (positives - 1) * (q1 - value**2) + (negatives - 1) * (q2 - value**2))
                      / (positives * negatives))
    facts = {"seed": SEED, "intercept": INTERCEPT, "coefficients": COEFFICIENTS, "centers": CENTERS, "hospitals": hospitals,
             "bayesAuc": round(value, 4), "bayesAucStandardError": round(error, 5), "draws": len(fresh)}
    (out / "generator.json").write_text(json.dumps(facts, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(facts, ensure_ascii=False))


if __name__ == "__main__":
    main()
