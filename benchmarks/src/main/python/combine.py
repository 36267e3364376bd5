"""Combines stored updates as Flower or numpy does, once for each line of standard input; answers with CPU seconds and a digest."""

import hashlib
import pathlib
import sys
import time

import numpy as np
from flwr.app import Array, ArrayRecord, MetricRecord, RecordDict
from flwr.serverapp.strategy.fedtrimmedavg import trim_mean
from flwr.serverapp.strategy.strategy_utils import aggregate_arrayrecords


def fedavg(files: list[pathlib.Path], elements: int) -> np.ndarray:
    """Flower's own FedAvg on the bytes that a reply holds; its result is an array of bytes again."""
    replies = [
        RecordDict({
            "arrays": ArrayRecord({"w": Array("float32", (elements,), "numpy.ndarray", file.read_bytes())}),
            "metrics": MetricRecord({"num-examples": 1}),
        })
        for file in files
    ]
    return aggregate_arrayrecords(replies, "num-examples")["w"].numpy()


def trimmed(files: list[pathlib.Path], elements: int) -> np.ndarray:
    """Flower's trimmed mean, which is numpy's partition and mean, a fifth cut at either end."""
    return trim_mean(np.stack([np.load(file) for file in files]), 0.2)


def main() -> None:
    what = {"fedavg": fedavg, "trimmed": trimmed}[sys.argv[1]]
    elements = int(sys.argv[2])
    files = []
    for raw in map(pathlib.Path, sys.argv[3:]):
        stored = raw.with_name(raw.name + ".npy")
        np.save(stored, np.fromfile(raw, "<f4"))
        files.append(stored)
    print("ready", flush=True)
    for _ in sys.stdin:
        cpu, wall = time.process_time(), time.perf_counter()
        result = what(files, elements)
        used = time.process_time() - cpu, time.perf_counter() - wall
        print("done", *used, hashlib.sha256(result.astype("<f4").tobytes()).hexdigest(), flush=True)


if __name__ == "__main__":
    main()
