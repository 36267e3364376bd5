#!/usr/bin/env python3
"""Makes phantom.csv: invented measurements of reference points on a phantom by a navigation system, in millimetres.

Three placements of the phantom in the working volume, 40 points each in a body of 200 x 200 x 120 mm, three readings a point.
A reading is the reference plus a bias of its placement (normal, 0.03 mm an axis), an error of its point (0.12) and a
noise of its own (0.05). The same seed gives the same file. No device was measured.

usage: phantom_table.py > phantom.csv
"""
import random

SEED = 20261127
POINTS, READINGS = 40, 3
PLACEMENTS = ("centre", "far-side", "low")

draw = random.Random(SEED)
print("config,zone,point,rep,ref_x,ref_y,ref_z,meas_x,meas_y,meas_z")
for zone in PLACEMENTS:
    bias = [draw.gauss(0, 0.03) for _ in range(3)]
    for point in range(1, POINTS + 1):
        reference = [round(draw.uniform(0, size), 3) for size in (200, 200, 120)]
        error = [draw.gauss(0, 0.12) for _ in range(3)]
        for rep in range(1, READINGS + 1):
            measured = [r + b + e + draw.gauss(0, 0.05) for r, b, e in zip(reference, bias, error)]
            values = [f"{value:.3f}" for value in reference + measured]
            print(zone, zone, f"{zone}-{point:02d}", rep, *values, sep=",")
