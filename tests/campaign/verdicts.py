#!/usr/bin/env python3
"""Campaign of wrong verdicts: no run that says "converged" lies above the optimum.

Trains random convex problems in awkward units (verdict_problems.py) by each full-batch optimizer, recomputes F at the
parameters of model.h5 in extended precision, and compares with a reference in extended precision
(verdict_reference.py). A verdict is wrong when a run says "converged" and

  - F - F* is above 1e-8 of the size of F's terms, or
  - there is no finite optimum (separated classes, a group without counts; exit code 69 is right).

Prints each wrong verdict with the command that repeats it, then a table.

    tests/campaign/verdicts.py                                             # 8 models x 5 optimizers x 50 problems
    tests/campaign/verdicts.py --models huber --optimizers lbfgs,gd --only 17 --keep build/verdicts

Exit code: 0 no verdict is wrong, 1 one is, or a run ended in an unforeseen way, 2 a reference failed.
"""
import argparse
import collections
import json
import multiprocessing
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile
import time

import h5py
import numpy as np

import verdict_problems
from verdict_problems import MODELS, make_problem
from verdict_reference import NoFiniteOptimum, reference

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
# name -> options of the trainer; the problem's L1 penalty is that of the last one alone
OPTIMIZERS = {name: ["--optimizer", name] for name in ("lbfgs", "gd", "newton", "newton-cg")}
OPTIMIZERS["lbfgs-l1"] = ["--optimizer", "lbfgs"]
WORST_EXCESS = 1e-8
REFERENCE_EXCESS = -1e-10  # a run that lies further below the reference shows that the reference failed


Outcome = collections.namedtuple("Outcome", "model optimizer number seconds verdict excess note")


def command_of(options, problem, data, columns, optimizer, run):
    words = [options.trainer, "train", "--data", data, "--format", "csv", *columns, "--label-column", "target",
             "--model", problem.model, *OPTIMIZERS[optimizer], "--l2", repr(problem.l2), "--l1", repr(problem.l1),
             "--max-iterations", options.max_iterations, "--resume", "never", "--progress", "none", "--threads", 1,
             "--run", run, *([] if problem.intercept else ["--no-intercept"]),
             *(["--delta", repr(problem.delta)] if problem.model == "huber" else [])]
    return list(map(str, words))


def least_value(problem):
    """The reference, or None where F has no finite optimum."""
    try:
        return reference(problem)
    except NoFiniteOptimum:
        return None


def judge(problem, least, done, run):
    """Verdict, excess over the reference and what to say of it."""
    if done.returncode == 69:
        return "failed", None, done.stderr.strip()
    if done.returncode != 0:
        return "other", None, f"exit code {done.returncode}: {done.stderr.strip()[-300:]}"
    summary = json.loads((run / "summary.json").read_text())
    if summary["status"] != "converged":
        return "not converged", None, summary["reason"]
    if least is None:
        return "wrong", np.inf, f"there is no finite optimum; {summary['reason']}"
    with h5py.File(run / "model.h5") as model:
        value, size = verdict_problems.objective(problem, model["coef"][()], model["intercept"][()])
    excess = float((value - least.value) / size)
    if not least.is_good or excess < REFERENCE_EXCESS:
        return "no reference", excess, f"promise {least.promise:.1e}"
    is_right = excess <= WORST_EXCESS  # a NaN is wrong
    return "right" if is_right else "wrong", excess, summary["reason"]


def run_problem(task):
    """The outcomes of one problem, an optimizer each."""
    options, model, number = task
    problem = make_problem(model, options.seed, number)
    name = f"{model}-{options.seed}-{number}"
    folder = pathlib.Path(tempfile.mkdtemp(prefix="verdicts-"))
    if options.keep:
        folder = options.keep / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    environment = dict(os.environ, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    outcomes, least = [], {}
    try:
        columns = verdict_problems.write_csv(folder / "data.csv", problem)
        for optimizer in options.optimizers:
            solved = problem if optimizer == "lbfgs-l1" else problem.without_l1()
            if solved.l1 not in least:
                least[solved.l1] = least_value(solved)
            run = folder / optimizer
            command = command_of(options, solved, folder / "data.csv", columns, optimizer, run)
            if options.keep:
                (folder / f"{optimizer}.sh").write_text(shlex.join(command) + " --overwrite\n")
            start = time.monotonic()
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
                                  env=environment)
            seconds = time.monotonic() - start
            verdict = judge(solved, least[solved.l1], done, run)
            outcomes.append(Outcome(model, optimizer, number, seconds, *verdict))
    finally:
        if not options.keep:
            shutil.rmtree(folder)
    return outcomes


def repeat_command(options, outcome):
    return shlex.join(["tests/campaign/verdicts.py", "--seed", str(options.seed), "--models", outcome.model,
                       "--optimizers", outcome.optimizer, "--only", str(outcome.number), "--keep", "build/verdicts"])


def print_table(options, outcomes):
    print(f"\n{'model':14} {'optimizer':10} {'runs':>5} {'converged':>9} {'wrong':>6} {'worst excess':>12} "
          f"{'not converged':>13} {'failed':>6} {'other':>5} {'no reference':>12} {'seconds':>7}")
    groups = [(model, optimizer) for model in options.models for optimizer in options.optimizers]
    for model, optimizer in groups + [("all", optimizer) for optimizer in options.optimizers]:
        here = [o for o in outcomes if model in (o.model, "all") and o.optimizer == optimizer]
        count = collections.Counter(o.verdict for o in here)
        excess = max((o.excess for o in here if o.verdict in ("right", "wrong")), default=0.0)
        print(f"{model:14} {optimizer:10} {len(here):5} {count['right'] + count['wrong']:9} {count['wrong']:6} "
              f"{excess:12.1e} {count['not converged']:13} {count['failed']:6} {count['other']:5} "
              f"{count['no reference']:12} {sum(o.seconds for o in here):7.1f}")


def chosen(names, text, parser, option):
    found = names if text == "all" else text.split(",")
    if unknown := sorted(set(found) - set(names)):
        parser.error(f"{option}: {', '.join(unknown)} not among {', '.join(names)}")
    return list(found)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trainer", type=pathlib.Path, default=ROOT / "build/release/bin/trainer")
    parser.add_argument("--problems", type=int, default=50, help="of each model")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--models", default="all", help=", ".join(MODELS))
    parser.add_argument("--optimizers", default="all", help=", ".join(OPTIMIZERS))
    parser.add_argument("--only", type=int, help="this problem of each model alone")
    parser.add_argument("--max-iterations", type=int, default=2000)
    parser.add_argument("--jobs", type=int, default=2, help="trainers at a time")
    parser.add_argument("--keep", type=pathlib.Path, help="folder for inputs, commands and run folders; default: none")
    options = parser.parse_args()
    options.models = chosen(MODELS, options.models, parser, "--models")
    options.optimizers = chosen(list(OPTIMIZERS), options.optimizers, parser, "--optimizers")
    options.trainer, options.keep = options.trainer.resolve(), options.keep and options.keep.resolve()
    if not options.trainer.is_file():
        parser.error(f"{options.trainer} does not exist")
    numbers = range(options.problems) if options.only is None else [options.only]
    outcomes = []
    with multiprocessing.Pool(options.jobs) as pool:
        for batch in pool.imap(run_problem, [(options, model, n) for model in options.models for n in numbers]):
            outcomes += batch
            for o in batch:
                if o.verdict in ("wrong", "other", "no reference"):
                    excess = "" if o.excess is None else f", excess {o.excess:.1e}"
                    print(f"{o.verdict}: {o.model} by {o.optimizer}, problem {o.number}{excess}: {o.note}\n"
                          f"    {repeat_command(options, o)}", flush=True)
    print_table(options, outcomes)
    verdicts = {o.verdict for o in outcomes}
    return 1 if verdicts & {"wrong", "other"} else 2 if "no reference" in verdicts else 0


if __name__ == "__main__":
    sys.exit(main())
