#!/usr/bin/env python3
"""The same rows in six formats, in memory and streamed, on 1, 3 and 8 ranks, killed and resumed: one hash.

    tests/campaign/one_hash.py [--megabytes 400] [--folder DIR] [--trainer build/release/bin/trainer]

`megabytes`: of the features as doubles; texts take about twice that, all files ten times. Streamed runs are given a
tenth of it as memory for all ranks (0.3 on 8 ranks, whose programs take that). Ends with 1 where a hash differs.
"""

import argparse
import gzip
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
FEATURES = 50
OPTIMIZERS = {
    "lbfgs": ("--optimizer", "lbfgs", "--max-iterations", "12"),
    "sgd": ("--optimizer", "sgd", "--epochs", "2", "--batch-size", "1024", "--learning-rate", "0.01"),
}


class Rows:
    def __init__(self, arguments, folder):
        self.folder, self.trainer = folder, str(arguments.trainer.resolve())
        self.bytes = int(arguments.megabytes * 1e6)
        self.runs = 0
        self.env = os.environ | {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
                                 "OMP_WAIT_POLICY": "passive", "OMPI_MCA_mpi_yield_when_idle": "1"}

    def call(self, *options, ranks=1):
        line = ["mpirun", "--oversubscribe", "--bind-to", "none", "-n", str(ranks), self.trainer, *map(str, options)]
        done = subprocess.run(line, env=self.env | {"OMP_NUM_THREADS": "2" if ranks == 1 else "1"},
                              capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"{' '.join(line)}\nexit code {done.returncode}\n{done.stderr}")
        return done.stderr

    def make(self):
        """Every file from the LIBSVM text that generate writes."""
        import h5py
        import numpy
        svm, csv, h5 = (self.folder / f"rows.{end}" for end in ("svm", "csv", "h5"))
        rows = self.bytes // 8 // FEATURES
        self.call("generate", "--kind", "logistic", "--rows", rows, "--features", FEATURES, "--output", svm)
        with open(csv, "wb") as out:
            out.write(("y," + ",".join(f"x{j}" for j in range(FEATURES)) + "\n").encode())
            out.flush()
            subprocess.run(["sed", "-E", r"s/ [0-9]+:/,/g", svm], stdout=out, check=True)
        self.call("convert", "--data", csv, "--output", h5, "--label-column", "y")
        with h5py.File(h5) as file:
            numpy.save(self.folder / "rows.npy", file["X"][:])
            numpy.save(self.folder / "rows-y.npy", file["y"][:])
        with open(csv, "rb") as text, gzip.open(self.folder / "rows.csv.gz", "wb", 1) as packed:
            shutil.copyfileobj(text, packed)
        parts = self.folder / "parts"
        parts.mkdir()
        with open(csv, "rb") as text:
            header = text.readline()
            for part in range(3):
                with open(parts / f"part-{part}.csv", "wb") as out:
                    out.write(header)
                    for _ in range(rows * part // 3, rows * (part + 1) // 3):
                        out.write(text.readline())
        named = ("--label-column", "y")
        return {"CSV": (csv, *named), "LIBSVM": (svm,), "HDF5": (h5,), "gzip": (self.folder / "rows.csv.gz", *named),
                "three files": (parts / "part-*.csv", *named),
                ".npy": (self.folder / "rows.npy", "--labels", self.folder / "rows-y.npy")}

    def command(self, optimizer, run, source):
        return ["train", "--model", "logistic", "--l2", "1e-4", "--progress", "none", *OPTIMIZERS[optimizer], "--run",
                run, "--data", *source]

    def train(self, optimizer, source, ranks, memory=None):
        self.runs += 1
        run = self.folder / f"run{self.runs}"
        start = time.time()
        said = self.call(*self.command(optimizer, run, source), *(("--memory", memory) if memory else ()), ranks=ranks)
        if ("streamed" in said) != (memory is not None):
            sys.exit(f"{run}: streamed or not, against what was asked for\n{said}")
        return json.loads((run / "summary.json").read_text())["parameters_sha256"], time.time() - start

    def memory(self, ranks):
        return self.bytes * 3 // 10 if ranks == 8 else self.bytes // 10

    def kill_and_resume(self, optimizer, source):
        """A streamed run of 2 ranks, killed as soon as it has a checkpoint, resumed on 3 and streamed again."""
        run = self.folder / "killed"
        shutil.rmtree(run, ignore_errors=True)
        every = ["--checkpoint-every", "1i" if optimizer == "lbfgs" else "1e", "--memory", str(self.memory(2))]
        line = ["mpirun", "--oversubscribe", "--bind-to", "none", "-n", "2", self.trainer,
                *map(str, self.command(optimizer, run, source)), *every]
        job = subprocess.Popen(line, env=self.env | {"OMP_NUM_THREADS": "1"}, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, start_new_session=True)
        while not list(run.glob("checkpoint-*.h5")) and job.poll() is None:
            time.sleep(0.05)
        was_running = job.poll() is None
        if was_running:
            os.killpg(job.pid, signal.SIGKILL)
        job.wait()
        self.call(*self.command(optimizer, run, source), "--memory", self.memory(3), ranks=3)
        return json.loads((run / "summary.json").read_text())["parameters_sha256"], was_running


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=float, default=400)
    parser.add_argument("--folder", type=pathlib.Path)
    parser.add_argument("--trainer", type=pathlib.Path, default=ROOT / "build/release/bin/trainer")
    arguments = parser.parse_args()
    differ = 0
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        rows = Rows(arguments, pathlib.Path(folder))
        files = rows.make()
        for optimizer in OPTIMIZERS:
            expected, _ = rows.train(optimizer, files["HDF5"], 1)
            print(f"{optimizer}: {expected}", flush=True)

            def tell(what, sha, more):
                nonlocal differ
                differ += sha != expected
                print(f"  {'same   ' if sha == expected else 'DIFFERS'} {what}: {more}", flush=True)

            for name, source in files.items():
                for ranks in (1, 3, 8):
                    sha, seconds = rows.train(optimizer, source, ranks)
                    tell(f"{name}, {ranks} ranks", sha, f"{seconds:.1f} s")
            for ranks in (1, 3, 8):
                sha, seconds = rows.train(optimizer, files["HDF5"], ranks, rows.memory(ranks))
                tell(f"streamed, {ranks} ranks", sha, f"{seconds:.1f} s")
            sha, was_running = rows.kill_and_resume(optimizer, files["HDF5"])
            tell("streamed, killed on 2 ranks and resumed on 3", sha, "" if was_running else "ended before the kill")
    sys.exit(differ > 0)


if __name__ == "__main__":
    main()
