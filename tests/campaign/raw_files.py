#!/usr/bin/env python3
"""Public files as they come: one command to train, one to evaluate, nothing prepared by hand.

    tests/campaign/raw_files.py DATA [--trainer build/release/bin/trainer] [--ranks 2] [NAME ...]

DATA is the folder of the reference data sets. Prints what was reached beside what is known, and ends with 1 where a
result is missed or a file that cannot be used as it is is refused without saying how.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIKE = "season,yr,mnth,hr,holiday,weekday,workingday,weathersit,temp,atemp,hum,windspeed"

# name: (options of train, options of evaluate, metric or summary key, least, most)
RUNS = {
    "adult": ("--data adult/adult-train.csv --model logistic --missing indicator --l2 1e-4",
              ["--data", "adult/adult-test.csv", "--label-map", "<=50K.-><=50K,>50K.->>50K"],
              "accuracy", 0.846, 0.854),
    "wdbc": ("--data wdbc/wdbc.csv --model logistic --label-column diagnosis --drop id --l2 1e-3 --standardize",
             ["--data", "wdbc/wdbc.csv"], "accuracy", 0.98, 1),
    "bike": (f"--data bike/hour.csv --model poisson --label-column cnt --only {BIKE}", None,
             "objective", -838.8046782852 - 1e-9, -838.8046782852 + 1e-9),
    "randhie": ("--data randhie/randhie.csv --model poisson --label-column mdvis", None,
                "objective", -0.35518792676, -0.35518792674),
    "mushrooms": ("--data mushrooms/agaricus.txt.train --model perceptron --epochs 100",
                  ["--data", "mushrooms/agaricus.txt.test"], "accuracy", 1, 1),
    "mnist": ("--data mnist/train-images-idx3-ubyte.gz --model softmax --l2 1e-4 --optimizer lbfgs",
              ["--data", "mnist/t10k-images-idx3-ubyte.gz"], "accuracy", 0.925, 0.928),
    "news20-lbfgs": ("--data news20/news20_train.libsvm.gz --model softmax --l2 1e-5 --optimizer lbfgs",
                     ["--data", "news20/news20_test.libsvm.gz"], "accuracy", 0.83, 1),
    "news20-newton-cg": ("--data news20/news20_train.libsvm.gz --model softmax --l2 1e-5 --optimizer newton-cg",
                         ["--data", "news20/news20_test.libsvm.gz"], "accuracy", 0.83, 1),
}

# name: (options of train, what the message has to say)
REFUSED = {
    "bike with its dates": ("--data bike/hour.csv --model poisson --label-column cnt", "--drop dteday"),
    "adult's question marks": ("--data adult/adult-train.csv --model logistic", "--missing"),
}


class Files:
    def __init__(self, arguments, folder):
        self.arguments, self.folder = arguments, folder
        self.env = os.environ | {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
                                 "OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive"}

    def launch(self, command, *options):
        line = ["mpirun", "--oversubscribe", "-n", str(self.arguments.ranks), str(self.arguments.trainer), command,
                *options]
        return subprocess.run(line, env=self.env, cwd=self.arguments.data, capture_output=True, text=True)

    def train(self, name, options):
        run = self.folder / name.replace(" ", "-")
        return run, self.launch("train", *options.split(), "--progress", "none", "--run", str(run))

    def try_run(self, name):
        options, evaluation, key, least, most = RUNS[name]
        start = time.time()
        run, trained = self.train(name, options)
        if trained.returncode != 0:
            return f"exit code {trained.returncode}: {trained.stderr.strip()}", False
        summary = json.loads((run / "summary.json").read_text())
        reached = summary
        if evaluation:
            done = self.launch("evaluate", "--model-file", str(run / "model.h5"), "--json", *evaluation)
            if done.returncode != 0:
                return f"evaluate: exit code {done.returncode}: {done.stderr.strip()}", False
            reached = json.loads(done.stdout)
        text = (f"{key} {reached[key]:.12g}, wanted {least:.12g} to {most:.12g}; {summary['status']} in "
                f"{time.time() - start:.1f} s")
        return text, least <= reached[key] <= most

    def try_refused(self, name):
        options, wanted = REFUSED[name]
        _, refused = self.train(name, options)
        says = wanted in refused.stderr
        return f"exit code {refused.returncode}: {refused.stderr.strip()}", refused.returncode == 65 and says


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("names", nargs="*", help="of the table in this file; default: all")
    parser.add_argument("--trainer", type=pathlib.Path, default=ROOT / "build/release/bin/trainer")
    parser.add_argument("--ranks", type=int, default=2)
    arguments = parser.parse_args()
    arguments.trainer = arguments.trainer.resolve()
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        files = Files(arguments, pathlib.Path(folder))
        for name in arguments.names or [*RUNS, *REFUSED]:
            text, is_good = files.try_run(name) if name in RUNS else files.try_refused(name)
            failed += not is_good
            print(f"{'ok    ' if is_good else 'MISSED'} {name}: {text}", flush=True)
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
