"""What campaigns on verdicts share: options, runs of the trainer on random problems, the table and the exit code.

A campaign makes problems (verdict_problems.Problem), knows the truth of each, and judges what the trainer says of it.
It prints each wrong verdict with the command that repeats it, then a table.

Exit code: 0 no verdict is wrong, 1 one is, or a run ended in an unforeseen way, 2 the truth of a problem is not known.
"""
import argparse
import collections
import dataclasses
import json
import multiprocessing
import os
import pathlib
import shlex
import shutil
import subprocess
import tempfile
import time
import typing

from verdict_problems import write_csv

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
# name -> options of the trainer; the problem's L1 penalty is that of the last one alone
OPTIMIZERS = {name: ["--optimizer", name] for name in ("lbfgs", "gd", "newton", "newton-cg")}
OPTIMIZERS["lbfgs-l1"] = ["--optimizer", "lbfgs"]
NUMERICAL_STOP = 69  # exit code
DENIALS = ("no finite optimum", "separated")  # a numerical stop that says so denies that there is an optimum

Verdict = collections.namedtuple("Verdict", "name excess note", defaults=(None, ""))
Outcome = collections.namedtuple("Outcome", "model optimizer number seconds verdict")


@dataclasses.dataclass(frozen=True)
class Run:
    """A finished run of the trainer."""
    folder: pathlib.Path
    exit_code: int
    message: str  # standard error

    @property
    def denies_optimum(self):
        return self.exit_code == NUMERICAL_STOP and any(text in self.message for text in DENIALS)

    def summary(self):
        return json.loads((self.folder / "summary.json").read_text())

    def verdict_without_result(self):
        """Of a run that says nothing of an optimum; None where it says that it converged."""
        if self.exit_code == NUMERICAL_STOP:
            return Verdict("failed", note=self.message)
        if self.exit_code != 0:
            return Verdict("other", note=f"exit code {self.exit_code}: {self.message[-300:]}")
        summary = self.summary()
        return None if summary["status"] == "converged" else Verdict("not converged", note=summary["reason"])


@dataclasses.dataclass(frozen=True)
class Campaign:
    script: str
    about: str
    models: tuple
    optimizers: tuple
    make_problem: typing.Callable  # model, seed, number -> Problem
    truth: typing.Callable         # Problem -> what is known of its optimum
    judge: typing.Callable         # Problem, truth, Run -> Verdict
    columns: tuple                 # of the table: names of verdicts


def command_of(options, problem, data, columns, optimizer, folder):
    words = [options.trainer, "train", "--data", data, "--format", "csv", *columns, "--label-column", "target",
             "--model", problem.model, *OPTIMIZERS[optimizer], "--l2", repr(problem.l2), "--l1", repr(problem.l1),
             "--max-iterations", options.max_iterations, "--resume", "never", "--progress", "none", "--threads", 1,
             "--run", folder, *([] if problem.intercept else ["--no-intercept"]),
             *(["--delta", repr(problem.delta)] if problem.model == "huber" else [])]
    return list(map(str, words))


def run_trainer(command, folder):
    environment = dict(os.environ, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
                          env=environment)
    return Run(folder, done.returncode, done.stderr.strip())


def run_problem(task):
    """The outcomes of one problem, an optimizer each."""
    campaign, options, model, number = task
    problem = campaign.make_problem(model, options.seed, number)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="campaign-"))
    if options.keep:
        shutil.rmtree(folder)
        folder = options.keep / f"{model}-{options.seed}-{number}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    outcomes, truths = [], {}
    try:
        columns = write_csv(folder / "data.csv", problem)
        for optimizer in options.optimizers:
            solved = problem if optimizer == "lbfgs-l1" else problem.without_l1()
            if solved.l1 not in truths:
                truths[solved.l1] = campaign.truth(solved)
            command = command_of(options, solved, folder / "data.csv", columns, optimizer, folder / optimizer)
            if options.keep:
                (folder / f"{optimizer}.sh").write_text(shlex.join(command) + " --overwrite\n")
            start = time.monotonic()
            run = run_trainer(command, folder / optimizer)
            seconds = time.monotonic() - start
            outcomes.append(Outcome(model, optimizer, number, seconds, campaign.judge(solved, truths[solved.l1], run)))
    finally:
        if not options.keep:
            shutil.rmtree(folder)
    return outcomes


def print_wrong(campaign, options, outcome):
    excess = "" if outcome.verdict.excess is None else f", excess {outcome.verdict.excess:.1e}"
    repeat = ["tests/campaign/" + campaign.script, "--seed", options.seed, "--models", outcome.model, "--optimizers",
              outcome.optimizer, "--only", outcome.number, "--max-iterations", options.max_iterations,
              "--keep", "build/campaign"]
    print(f"{outcome.verdict.name}: {outcome.model} by {outcome.optimizer}, problem {outcome.number}{excess}: "
          f"{outcome.verdict.note}\n    {shlex.join(map(str, repeat))}", flush=True)


def print_table(campaign, options, outcomes):
    """Runs of each model and optimizer, counted by their verdicts; the worst excess where a campaign knows it."""
    has_excess = any(o.verdict.excess is not None for o in outcomes)
    headings = ["runs", *campaign.columns, *(["worst excess"] if has_excess else []), "seconds"]
    print(f"\n{'model':14} {'optimizer':10} " + " ".join(f"{heading:>7}" for heading in headings))
    groups = [(model, optimizer) for model in options.models for optimizer in options.optimizers]
    for model, optimizer in groups + [("all", optimizer) for optimizer in options.optimizers]:
        here = [o for o in outcomes if model in (o.model, "all") and o.optimizer == optimizer]
        count = collections.Counter(o.verdict.name for o in here)
        judged = [o.verdict.excess for o in here if o.verdict.excess is not None and o.verdict.name != "no reference"]
        cells = [str(len(here)), *(str(count[name]) for name in campaign.columns),
                 *([f"{max(judged, default=0.0):.1e}"] if has_excess else []), f"{sum(o.seconds for o in here):.1f}"]
        print(f"{model:14} {optimizer:10} "
              + " ".join(f"{cell:>{max(7, len(heading))}}" for heading, cell in zip(headings, cells, strict=True)))


def chosen(names, text, parser, option):
    found = names if text == "all" else text.split(",")
    if unknown := sorted(set(found) - set(names)):
        parser.error(f"{option}: {', '.join(unknown)} not among {', '.join(names)}")
    return list(found)


def parse_options(campaign):
    parser = argparse.ArgumentParser(description=campaign.about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trainer", type=pathlib.Path, default=ROOT / "build/release/bin/trainer")
    parser.add_argument("--problems", type=int, default=50, help="of each model")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--models", default="all", help=", ".join(campaign.models))
    parser.add_argument("--optimizers", default="all", help=", ".join(campaign.optimizers))
    parser.add_argument("--only", type=int, help="this problem of each model alone")
    parser.add_argument("--max-iterations", type=int, default=2000)
    parser.add_argument("--jobs", type=int, default=2, help="trainers at a time")
    parser.add_argument("--keep", type=pathlib.Path, help="folder for inputs, commands and run folders; default: none")
    options = parser.parse_args()
    options.models = chosen(campaign.models, options.models, parser, "--models")
    options.optimizers = chosen(campaign.optimizers, options.optimizers, parser, "--optimizers")
    options.trainer, options.keep = options.trainer.resolve(), options.keep and options.keep.resolve()
    if not options.trainer.is_file():
        parser.error(f"{options.trainer} does not exist")
    return options


def main(campaign):
    """The exit code."""
    options = parse_options(campaign)
    numbers = range(options.problems) if options.only is None else [options.only]
    tasks = [(campaign, options, model, number) for model in options.models for number in numbers]
    outcomes = []
    with multiprocessing.Pool(options.jobs) as pool:
        for batch in pool.imap(run_problem, tasks):
            outcomes += batch
            for outcome in batch:
                if outcome.verdict.name in ("wrong", "other", "no reference"):
                    print_wrong(campaign, options, outcome)
    print_table(campaign, options, outcomes)
    verdicts = {o.verdict.name for o in outcomes}
    return 1 if verdicts & {"wrong", "other"} else 2 if "no reference" in verdicts else 0
