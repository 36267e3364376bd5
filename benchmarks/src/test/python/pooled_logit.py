"""Fits fracture ~ age + priorfrac + raterisk on the pooled rows of glow500.csv by iteratively reweighted least squares.

Standard library only; shares no code with Osteon. Prints intercept, age, priorfrac=Yes, raterisk=Same, raterisk=Greater.
"""
import csv
import json
import math
import sys
from fractions import Fraction


def solve(matrix, vector):
    """Gauss elimination in exact rational arithmetic."""
    n = len(vector)
    rows = [[Fraction(x) for x in matrix[i]] + [Fraction(vector[i])] for i in range(n)]
    for i in range(n):
        pivot = max(range(i, n), key=lambda r: abs(rows[r][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for r in range(n):
            if r != i:
                factor = rows[r][i] / rows[i][i]
                rows[r] = [a - factor * b for a, b in zip(rows[r], rows[i])]
    return [float(rows[i][n] / rows[i][i]) for i in range(n)]


def main():
    with open(sys.argv[1], newline="") as file:
        data = [([1.0, float(r["age"]), float(r["priorfrac"] == "Yes"), float(r["raterisk"] == "Same"), float(r["raterisk"] == "Greater")],
                 float(r["fracture"] == "Yes")) for r in csv.DictReader(file)]
    beta = [0.0] * 5
    for _ in range(30):
        probabilities = [1 / (1 + math.exp(-sum(b * x for b, x in zip(beta, row)))) for row, _ in data]
        gradient = [math.fsum((y - p) * row[i] for (row, y), p in zip(data, probabilities)) for i in range(5)]
        hessian = [[math.fsum(p * (1 - p) * row[i] * row[j] for (row, _), p in zip(data, probabilities)) for j in range(5)] for i in range(5)]
        step = solve(hessian, gradient)
        beta = [b + s for b, s in zip(beta, step)]
        if max(abs(s) for s in step) < 1e-12:
            break
    print(json.dumps(beta))


main()
