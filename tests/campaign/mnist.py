#!/usr/bin/env python3
"""MNIST: multinomial logistic regression to its optimum, and a multi-layer perceptron by Adam and by Gauss-Newton.

    softmax        l2 1e-4, L-BFGS and Newton-CG: F <= 0.25924832 (what scikit-learn's lbfgs ends at, its default
                   tolerance), test accuracy >= 92.6 %
    mlp adam       784-256-128-10, relu, 15 epochs: test accuracy >= 98.0 %
    mlp newton-cg  the same network by full-batch Gauss-Newton-CG: test accuracy >= 97.0 %, and a training loss below
                   that of softmax

Prints a line for each run; exit code 1 when one misses. Pixels are the bytes over 255.

    python3 tests/campaign/mnist.py --data DIR      DIR holds MNIST's four IDX files, plain or gzip
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SOFTMAX = ("--model", "softmax", "--l2", "1e-4", "--tolerance", "1e-6", "--max-iterations", "1000")
NETWORK = ("--model", "mlp", "--hidden", "256,128", "--activation", "relu")
SOFTMAX_OPTIMUM = 0.25924832

# name, options, largest F, smallest test accuracy
RUNS = (
    ("softmax lbfgs", (*SOFTMAX, "--optimizer", "lbfgs"), SOFTMAX_OPTIMUM, 0.926),
    ("softmax newton-cg", (*SOFTMAX, "--optimizer", "newton-cg"), SOFTMAX_OPTIMUM, 0.926),
    ("mlp adam", (*NETWORK, "--optimizer", "adam", "--epochs", "15", "--batch-size", "128", "--schedule", "cosine"),
     None, 0.980),
    ("mlp newton-cg", (*NETWORK, "--optimizer", "newton-cg", "--max-iterations", "15", "--l2", "1e-5"),
     SOFTMAX_OPTIMUM, 0.970),
)


def idx_file(folder, name):
    found = next((path for path in (folder / name, folder / f"{name}.gz") if path.is_file()), None)
    if found is None:
        sys.exit(f"mnist: {folder} holds no {name}, plain or .gz")
    return str(found)


def output_of(command):
    environment = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
    done = subprocess.run(list(map(str, command)), env=environment, stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\nended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def run(options, name, train_options, largest_objective, smallest_accuracy):
    """Trains and evaluates; True when both bounds hold."""
    with tempfile.TemporaryDirectory() as folder:
        output_of([*options.launcher, options.trainer, "train", "--run", folder, "--progress", "none", "--threads",
                   options.threads, "--data", idx_file(options.data, "train-images-idx3-ubyte"), *train_options])
        summary = json.loads((pathlib.Path(folder) / "summary.json").read_text())
        tested = json.loads(output_of(
            [*options.launcher, options.trainer, "evaluate", "--json", "--model-file", pathlib.Path(folder) / "model.h5",
             "--data", idx_file(options.data, "t10k-images-idx3-ubyte")]))
    well = tested["accuracy"] >= smallest_accuracy
    well &= largest_objective is None or summary["objective"] <= largest_objective
    length = f"{summary['epochs']} epochs" if summary["epochs"] else f"{summary['iterations']} iterations"
    print(f"{name:<18} {length:<15} passes {summary['passes']:6.0f}  {summary['seconds']['train']:7.1f} s  "
          f"F {summary['objective']:.10f}  |grad F| {summary['gradient_norm']:.1e}  "
          f"accuracy train {100 * summary['metrics']['accuracy']:.2f} % test {100 * tested['accuracy']:.2f} %"
          f"{'' if well else '  MISSED'}", flush=True)
    return well


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trainer", type=pathlib.Path, default=ROOT / "build/release/bin/trainer")
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--ranks", type=int, default=0, help="0: without mpirun")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--only", default="", help="runs whose name contains this")
    options = parser.parse_args()
    options.trainer = options.trainer.resolve()
    if not options.trainer.is_file():
        parser.error(f"{options.trainer} does not exist")
    options.launcher = ["mpirun", "--oversubscribe", "--bind-to", "none", "-n", options.ranks]
    options.launcher = options.launcher if options.ranks > 0 else []
    wells = [run(options, *settings) for settings in RUNS if options.only in settings[0]]
    return 0 if all(wells) else 1


if __name__ == "__main__":
    sys.exit(main())
