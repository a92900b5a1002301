#!/usr/bin/env python3
"""Is the plan's memory right? Bytes a rank as planned against the largest peak of resident memory of the ranks.

Makes dense data sets by h5py, trains by each optimizer on 1 and 2 ranks with 1 and 2 threads, and prints a line a run.
Exit code 1 where planned / measured, both less the program's own bytes, is not in [0.8, 1.5], or not in [0.8, 1.5]
with them where a run takes less than twice the program.

    python3 tests/campaign/memory.py [--data DIR]      DIR: folders a9a, mnist of the reference data; else without them
"""
import argparse
import itertools
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import h5py
import numpy

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
UNITS = {"B": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12}
# A rank behind this appends its peaks of resident memory and address space to the file named first.
WATCH = """
import os, sys, time
child = os.spawnv(os.P_NOWAIT, sys.argv[2], sys.argv[2:])
address = 0
while True:
    try:
        for line in open(f"/proc/{child}/status"):
            if line.startswith("VmPeak"):
                address = int(line.split()[1])
    except OSError:
        pass
    ended, status, usage = os.wait4(child, os.WNOHANG)
    if ended:
        break
    time.sleep(0.005)
with open(sys.argv[1], "a") as out:
    out.write(f"{usage.ru_maxrss * 1024} {address * 1024}\\n")
sys.exit(os.waitstatus_to_exitcode(status))
"""


def make_dense(path, rows, features, classes, chunks=None):
    random = numpy.random.default_rng(1)
    with h5py.File(path, "w") as file:
        x = file.create_dataset("X", (rows, features), "f8", chunks=chunks)
        y = file.create_dataset("y", (rows,), "f8")
        for begin in range(0, rows, 10000):
            end = min(begin + 10000, rows)
            block = random.standard_normal((end - begin, features))
            x[begin:end] = block
            score = block[:, :classes] + 2 * random.standard_normal((end - begin, classes))
            y[begin:end] = score.argmax(axis=1) if classes > 2 else score[:, 0] > 0
    return path


def make_csv(path, rows, features):
    random = numpy.random.default_rng(1)
    with open(path, "w") as file:
        file.write(",".join(f"x{j}" for j in range(features)) + ",y\n")
        for _ in range(rows):
            x = random.standard_normal(features).round(6)
            file.write(",".join(map(str, x)) + f",{int(x[0] + random.standard_normal() > 0)}\n")
    return path


def cases(folder, data):
    dense = make_dense(folder / "dense.h5", 200000, 100, 2)
    many = make_dense(folder / "many.h5", 60000, 80, 10)
    wide = make_dense(folder / "wide.h5", 2000, 20000, 2)
    narrow = make_dense(folder / "narrow.h5", 2000000, 3, 2, (20000, 3))
    text = make_csv(folder / "text.csv", 60000, 40)
    few = ("--max-iterations", "4")
    yield "newton dense 200k x 100", dense, ("--optimizer", "newton", *few)
    yield "newton, 30 % held out", dense, ("--optimizer", "newton", "--validation", "0.3", *few)
    yield "newton-cg", dense, ("--optimizer", "newton-cg", *few)
    yield "lbfgs dense", dense, ("--optimizer", "lbfgs", *few)
    yield "sgd dense", dense, ("--optimizer", "sgd", "--epochs", "1")
    yield "adam dense, held-out file", dense, ("--optimizer", "adam", "--epochs", "1", "--validation", str(dense))
    yield "newton softmax 60k x 80 x 10", many, ("--model", "softmax", "--optimizer", "newton", "--max-iterations", "2")
    yield "newton linear 4k x 2k", make_dense(folder / "square.h5", 4000, 2000, 2), (
        "--model", "linear", "--optimizer", "newton", "--l2", "1", "--max-iterations", "2")
    judged = make_dense(folder / "judged.h5", 4000, 900, 2)
    for optimizer in ("lbfgs", "gd", "newton-cg"):
        yield f"{optimizer} 4k x 900, judged", judged, (
            "--model", "linear", "--optimizer", optimizer, "--l2", "1", "--max-iterations", "200")
    yield "lbfgs 2k x 20k", wide, ("--optimizer", "lbfgs", "--l2", "1e-3", *few)
    yield "lbfgs 2M x 3, chunked", narrow, ("--optimizer", "lbfgs", *few)
    yield "csv 60k x 40", text, ("--optimizer", "newton", *few)
    yield "mlp 4096, wide", dense, ("--model", "mlp", "--hidden", "4096", "--epochs", "1", "--batch-size", "16384")
    if data is None:
        return
    a9a = next(path for path in (data / "a9a").iterdir() if path.is_file() and "t" not in path.suffix)
    mnist = data / "mnist" / "train-images-idx3-ubyte.gz"
    network = ("--model", "mlp", "--hidden", "256,128")
    yield "sgd sparse a9a", a9a, ("--optimizer", "sgd", "--epochs", "2")
    yield "lbfgs sparse a9a", a9a, ("--optimizer", "lbfgs", *few)
    yield "mlp adam mnist", mnist, (*network, "--optimizer", "adam", "--epochs", "1")
    yield "mlp mnist, held out", mnist, (*network, "--optimizer", "adam", "--epochs", "1", "--validation", "0.2",
                                         "--patience", "3")
    yield "mlp newton-cg mnist", mnist, (*network, "--optimizer", "newton-cg", "--max-iterations", "1")
    yield "softmax lbfgs mnist", mnist, ("--model", "softmax", "--optimizer", "lbfgs", *few)


def bytes_of(text):
    number, unit = text.split()
    return float(number) * UNITS[unit]


def measure(options, path, train_options, ranks, threads):
    """Planned and program bytes, and the largest resident memory and address space of the ranks."""
    with tempfile.TemporaryDirectory() as folder:
        peaks = pathlib.Path(folder) / "peaks"
        launcher = ["mpirun", "--oversubscribe", "-n", ranks] if ranks > 1 else []
        command = [*launcher, sys.executable, "-c", WATCH, peaks, options.trainer, "train", "--data", path,
                   "--run", f"{folder}/run", "--progress", "none", "--threads", threads, *train_options]
        environment = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1",
                           OMPI_MCA_hwloc_base_binding_policy="none", OMP_WAIT_POLICY="passive")
        done = subprocess.run(list(map(str, command)), env=environment, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, check=False)
        plan = re.search(r"plan: (\S+ \S+) a rank \(.*program (\S+ [kMG]?B)\)", done.stdout)
        if done.returncode not in (0, 69) or plan is None:
            sys.exit(f"{' '.join(map(str, command))}\nended with {done.returncode}:\n{done.stdout}{done.stderr}")
        measured = [tuple(map(float, line.split())) for line in peaks.read_text().splitlines()]
        return bytes_of(plan[1]), bytes_of(plan[2]), max(m[0] for m in measured), max(m[1] for m in measured)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path)
    parser.add_argument("--trainer", default=str(ROOT / "build/release/bin/trainer"))
    parser.add_argument("--only", default="", help="cases whose name holds this")
    options = parser.parse_args()
    print(f"{'run':30} {'ranks':>5} {'threads':>7} {'planned MB':>10} {'measured MB':>11} {'ratio':>6} {'address MB':>10}")
    all_hold = True
    with tempfile.TemporaryDirectory() as folder:
        for name, path, train_options in cases(pathlib.Path(folder), options.data):
            if options.only not in name:
                continue
            for ranks, threads in itertools.product((1, 2), (1, 2)):
                planned, program, measured, address = measure(options, path, train_options, ranks, threads)
                is_small = measured < 2 * program
                ratio = planned / measured if is_small else (planned - program) / (measured - program)
                holds = 0.8 <= ratio <= 1.5
                all_hold = all_hold and holds
                print(f"{name:30} {ranks:5} {threads:7} {planned / 1e6:10.1f} {measured / 1e6:11.1f} {ratio:6.2f} "
                      f"{address / 1e6:10.0f}{'' if holds else '  MISSED'}", flush=True)
    return 0 if all_hold else 1


if __name__ == "__main__":
    sys.exit(main())
