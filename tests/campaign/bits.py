#!/usr/bin/env python3
"""Are the bits those of before? Hashes of the parameters of many configurations, against a table.

Trains models x optimizers x formats x weights, offsets, penalties, networks on made-up rows, each on 1 rank and on
3 ranks x 2 threads, resumes one in the middle of an epoch, and compares `parameters_sha256` with the table, which a
build of before has written. The kernels of OpenBLAS are fixed (OPENBLAS_CORETYPE=Haswell), so the table
holds on other processors, too, as far as compiler and libraries are the same.

    tests/campaign/bits.py --write tests/campaign/bits.tsv    # before a change that shall keep the bits
    tests/campaign/bits.py tests/campaign/bits.tsv            # after it

Exit code: 0 all equal, 1 a hash differs from the table or between launches, 2 a run failed.
"""
import argparse
import json
import os
import pathlib
import random
import shutil
import struct
import subprocess
import sys
import tempfile

import h5py
import numpy

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
ROWS, FEATURES = 900, 7
LAUNCHES = ((1, 1), (3, 2))  # ranks, threads
BATCHES = ("--epochs", "3", "--batch-size", "32")


class Rows:
    """Rows that are the same on every machine and by every version of numpy."""

    def __init__(self):
        numbers = random.Random(20)
        normal = lambda: sum(numbers.random() for _ in range(6)) - 3
        self.x = [[normal() * 10.0 ** (j % 4) for j in range(FEATURES)] for _ in range(ROWS)]
        self.sparse = [[(j, normal()) for j in range(40) if numbers.random() < 0.1] for _ in range(ROWS)]
        score = [sum(v / 10.0 ** (j % 4) for j, v in enumerate(row[:4])) + normal() for row in self.x]
        self.number = score
        self.two = [int(s > 0) for s in score]
        self.three = [int(s > -0.8) + int(s > 0.8) for s in score]
        self.count = [int(max(0.0, 2 + s)) for s in score]
        self.positive = [2.0 ** (s / 2) for s in score]
        self.weight = [numbers.randrange(1, 5) / 2 for _ in range(ROWS)]
        self.offset = [normal() / 4 for _ in range(ROWS)]
        self.image = [[numbers.randrange(256) if numbers.random() < 0.5 else 0 for _ in range(36)] for _ in range(ROWS)]


def write_csv(path, rows, labels):
    with open(path, "w", encoding="utf-8") as file:
        file.write(",".join(f"x{j}" for j in range(FEATURES)) + ",w,o,target\n")
        for row, w, o, y in zip(rows.x, rows.weight, rows.offset, labels):
            file.write(",".join(repr(v) for v in [*row, w, o, y]) + "\n")


def write_libsvm(path, rows, labels):
    with open(path, "w", encoding="utf-8") as file:
        for row, y in zip(rows.sparse, labels):
            file.write(" ".join([repr(y), *(f"{j + 1}:{v!r}" for j, v in row)]) + "\n")


def write_hdf5(path, rows, labels):
    with h5py.File(path, "w") as file:
        file["X"] = numpy.array(rows.x)
        file["y"] = numpy.array(labels)
        file["weight"] = numpy.array(rows.weight)


def write_idx(folder, rows, labels):
    images = folder / "images-idx3-ubyte"
    images.write_bytes(struct.pack(">IIII", 0x803, ROWS, 6, 6) + bytes(v for image in rows.image for v in image))
    (folder / "labels-idx1-ubyte").write_bytes(struct.pack(">II", 0x801, ROWS) + bytes(labels))
    return images


def write_data(folder):
    rows = Rows()
    for name in ("number", "two", "three", "count", "positive"):
        labels = getattr(rows, name)
        write_csv(folder / f"{name}.csv", rows, labels)
        write_libsvm(folder / f"{name}.svm", rows, labels)
        write_hdf5(folder / f"{name}.h5", rows, labels)
    return write_idx(folder, rows, rows.three)


def configurations(folder, images):
    """Yields name and options."""
    csv = lambda name: ("--data", str(folder / f"{name}.csv"))
    plain = ("--drop", "w,o")
    labels = {"linear": "number", "huber": "number", "poisson": "count", "gamma": "positive", "logistic": "two",
              "adaline": "two", "squared-hinge": "two", "softmax": "three"}
    for model, name in labels.items():
        for optimizer in ("newton", "newton-cg", "lbfgs", "gd", "sgd"):
            steps = (*BATCHES, "--learning-rate", "1e-7") if optimizer == "sgd" else ("--max-iterations", "12")
            yield f"{model} {optimizer}", (*csv(name), *plain, "--model", model, "--optimizer", optimizer,
                                           "--l2", "1e-2", *steps)
        yield f"{model} l1", (*csv(name), *plain, "--model", model, "--l1", "1e-2", "--max-iterations", "12")
        offset = ("--drop", "o") if model == "softmax" else ("--offset-column", "o")
        yield f"{model} weights, offset", (*csv(name), "--weight-column", "w", *offset, "--model", model, "--l2", "1e-2",
                                           "--max-iterations", "6")
        for ending in ("svm", "h5"):
            data = ("--data", str(folder / f"{name}.{ending}"))
            yield f"{model} {ending}", (*data, "--model", model, "--l2", "1e-2", "--max-iterations", "6")
            yield f"{model} adam {ending}", (*data, "--model", model, "--optimizer", "adam", "--l2", "1e-2", *BATCHES)
    yield "softmax no intercept", (*csv("three"), *plain, "--model", "softmax", "--no-intercept", "--max-iterations", "6")
    yield "logistic balanced", (*csv("two"), *plain, "--l2", "1e-2", "--class-weight", "balanced")
    yield "logistic patience", (*csv("two"), *plain, "--l2", "1e-2", "--optimizer", "lbfgs", "--validation", "0.2",
                                "--patience", "3")
    yield "poisson exposure", (*csv("count"), "--exposure-column", "w", "--drop", "o", "--model", "poisson", "--l2", "1")
    yield "perceptron", (*csv("two"), *plain, "--model", "perceptron", "--epochs", "3")
    yield "perceptron sgd", (*csv("two"), *plain, "--model", "perceptron", "--optimizer", "sgd", "--l2", "1e-2", *BATCHES)
    yield "sgd nesterov", (*csv("two"), *plain, "--optimizer", "sgd", "--momentum", "0.9", "--nesterov", "--clip-norm", "1",
                           "--schedule", "warmup:1+cosine", "--learning-rate", "1e-4", *BATCHES)
    yield "gd fixed rate", (*csv("two"), *plain, "--optimizer", "gd", "--learning-rate", "1e-7", "--max-iterations", "20")
    yield "idx softmax lbfgs", ("--data", str(images), "--model", "softmax", "--optimizer", "lbfgs", "--l2", "1e-3",
                                "--max-iterations", "12")
    network = ("--data", str(images), "--model", "mlp", "--hidden", "12,8")
    for precision in ("float32", "float64"):
        for optimizer in ("adam", "adamw", "sgd"):
            yield f"mlp {optimizer} {precision}", (*network, "--optimizer", optimizer, "--precision", precision, *BATCHES)
        yield f"mlp newton-cg {precision}", (*network, "--optimizer", "newton-cg", "--precision", precision,
                                             "--max-iterations", "3")
    for activation in ("tanh", "sigmoid", "gelu"):
        yield f"mlp {activation}", (*network, "--activation", activation, *BATCHES)
    yield "mlp lbfgs", (*network, "--optimizer", "lbfgs", "--max-iterations", "6")
    yield "mlp squared", (*csv("number"), *plain, "--model", "mlp", "--loss", "squared", "--hidden", "6", *BATCHES)
    yield "mlp sparse", ("--data", str(folder / "two.svm"), "--model", "mlp", "--hidden", "6", *BATCHES)


def train(trainer, options, ranks, threads, run):
    shutil.rmtree(run, ignore_errors=True)
    launcher = [] if ranks == 1 else ["mpirun", "--oversubscribe", "-n", str(ranks)]
    command = [*launcher, str(trainer), "train", *options, "--threads", str(threads), "--progress", "none", "--run", str(run)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\nexit code {done.returncode}\n{done.stdout}{done.stderr}")
    return json.loads((run / "summary.json").read_text())["parameters_sha256"]


def resumed(trainer, options, folder):
    """The hash of a run that goes on elsewhere from the middle of an epoch."""
    whole = folder / "whole"
    train(trainer, (*options, "--checkpoint-every", "10i", "--keep", "1000"), 1, 1, whole)
    steps = sorted(int(file.stem.split("-")[1]) for file in whole.glob("checkpoint-*.h5"))
    steps_an_epoch = -(-ROWS // 32)
    middle = next(step for step in steps if step % steps_an_epoch != 0 and step > steps_an_epoch)
    start = folder / "start.h5"
    shutil.copy(whole / f"checkpoint-{middle}.h5", start)
    return train(trainer, (*options, "--resume", str(start)), 3, 2, folder / "resumed")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", nargs="?", type=pathlib.Path, help="hashes to compare with")
    parser.add_argument("--write", type=pathlib.Path, help="write the table here")
    parser.add_argument("--trainer", type=pathlib.Path, default=ROOT / "build/release/bin/trainer")
    options = parser.parse_args()
    os.environ.setdefault("OPENBLAS_CORETYPE", "Haswell")
    os.environ["OMPI_ALLOW_RUN_AS_ROOT"] = os.environ["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1"

    hashes, odd = {}, []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        images = write_data(folder)
        for title, arguments in configurations(folder, images):
            found = {train(options.trainer, arguments, *launch, folder / "run") for launch in LAUNCHES}
            if len(found) > 1:
                odd.append(f"{title}: differs between launches")
            hashes[title] = min(found)
        for title in ("mlp adam float32", "sgd nesterov"):
            arguments = dict(configurations(folder, images))[title]
            if resumed(options.trainer, arguments, folder) != hashes[title]:
                odd.append(f"{title}: differs when resumed")

    if options.write:
        options.write.write_text("".join(f"{title}\t{value}\n" for title, value in hashes.items()))
    if options.table:
        before = dict(line.split("\t") for line in options.table.read_text().splitlines())
        odd += [f"{title}: {hashes.get(title, 'gone')}, before {value}" for title, value in before.items()
                if hashes.get(title) != value]
        odd += [f"{title}: not in the table" for title in hashes.keys() - before.keys()]
    print("\n".join(odd + [f"{len(hashes)} configurations, {len(odd)} differences"]))
    return 1 if odd else 0


if __name__ == "__main__":
    sys.exit(main())
