#!/usr/bin/env python3
"""Kill/resume campaign: kill -9 anywhere, resume on other ranks and threads, get the same bits.

A trial trains by one optimizer (trial number t takes the t-th, in turn; see kill_workloads.py). It starts the job on a
random shape (1-8 ranks x 1-3 threads), kills a random process of it (a rank, or mpirun) at a random moment, three
times in four after its first checkpoint, starts it again on another shape, and so on, until the job ends by itself;
after --kills kills it is left alone. In one trial of --aim they are of rank 0 in the middle of writing a checkpoint,
until one was. In the end parameters_sha256 must equal that of an undisturbed run, and metrics.jsonl have its steps and
hashes. After each kill

  - every rank must be gone within 10 s (one that is not is ended, and the trial fails; mpirun alone may stay:
    Open MPI 4.1 sometimes hangs in its own clean-up when a rank dies within MPI_Init. It is ended and counted),
  - the job must resume: a start that ends by itself with another exit code than 0 fails the trial,
  - the newest checkpoint must not be older than it was,
  - at most one interval plus one write plus one step may be lost: metrics.jsonl tells how far the job was, and since
    when a checkpoint was due that is not there: for at most --longest-write seconds.

Trial t is a pure function of (--seed, t) up to the timing of the machine. Each trial appends one JSON line to
--results; started again with the same options, the campaign goes on after the last line. The first line names the
trainings and their hashes: it belongs to one build.

    tests/campaign/kill_resume.py --trials 2000 --results build/kill_resume.jsonl

What follows "--" goes to `trainer train` as it is. Exit code: 0 all trials agree, 1 a trial failed, 2 the campaign
itself could not run. --summary only tells what is in --results.
"""
import argparse
import collections
import hashlib
import json
import os
import pathlib
import random
import re
import shlex
import shutil
import sys
import time

from kill_workloads import DATA, WORKLOADS, train_options
from killable_job import ORPHAN_SECONDS, Job, rank_of

SHAPES = [(ranks, threads) for ranks in range(1, 9) for threads in (1, 2, 3)]
STARTUP_SECONDS = 0.1  # a rank, about
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


class CampaignError(Exception):
    """The campaign cannot go on; says nothing about the trainer's promise."""


def newest_step(folder):
    """Step of the newest checkpoint, -1 where there is none."""
    names = os.listdir(folder) if folder.is_dir() else []
    return max((int(m[1]) for m in map(re.compile(r"checkpoint-(\d+)\.h5").fullmatch, names) if m), default=-1)


def unfinished_writes(folder):
    """Names of checkpoints that are being written, or were when their writer died."""
    try:
        return {name for name in os.listdir(folder) if name.startswith(".tmp-checkpoint-")}
    except FileNotFoundError:
        return set()


def metrics_of(folder):
    """The whole lines of metrics.jsonl."""
    path = folder / "metrics.jsonl"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return [json.loads(line) for line in text[:text.rfind("\n") + 1].splitlines()]


def result_of(folder):
    """(parameters_sha256, trajectory) of a finished run: what must be the same."""
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    steps = json.dumps([(line["step"], line["parameters_hash"]) for line in metrics_of(folder)])
    return summary["parameters_sha256"], hashlib.sha256(steps.encode()).hexdigest()


class Campaign:
    def __init__(self, options, more_options):
        self.options = options
        self.work = options.work
        self.more_options = more_options
        self.expected = {}       # optimizer -> result of the undisturbed run
        self.seconds = {}        # optimizer -> of training and checkpoints

    def start(self, optimizer, folder, shape):
        words = train_options(optimizer)
        command = [self.options.trainer, "train", *words, *self.more_options, "--threads", shape[1], "--run", folder]
        command[command.index("--data") + 1] = DATA / WORKLOADS[optimizer].data
        return Job(list(map(str, command)), shape[0], self.work / "last_start.log")

    def new_folder(self, name):
        folder = self.work / name
        shutil.rmtree(folder, ignore_errors=True)
        return folder

    def train_undisturbed(self, optimizer):
        folder = self.new_folder("undisturbed")
        job = self.start(optimizer, folder, (1, 1))
        try:
            if not job.wait(self.options.timeout) or job.process.returncode != 0:
                raise CampaignError(f"undisturbed run by {optimizer} ended with {job.process.returncode}:\n"
                                    f"{job.last_words()}")
        finally:
            job.close()
        self.expected[optimizer] = result_of(folder)
        seconds = json.loads((folder / "summary.json").read_text(encoding="utf-8"))["seconds"]
        self.seconds[optimizer] = seconds["train"] + seconds["checkpoint"]

    def trial(self, number):
        """Runs one trial; returns its result, a dictionary with `ok`."""
        generator = random.Random(f"{self.options.seed}/{number}")
        optimizer = self.options.optimizers[number % len(self.options.optimizers)]
        is_aimed = self.options.aim > 0 and generator.randrange(self.options.aim) == 0
        folder = self.new_folder("trial")
        starts, shape, problem = [], None, None
        while not problem and not (starts and starts[-1]["exit_code"] == 0):
            shape = generator.choice([other for other in SHAPES if other != shape])
            kill = self.kill_any
            if len(starts) == self.options.kills:
                kill = None
            elif is_aimed and not any(start.get("in_write") for start in starts):
                kill = self.kill_in_write
            start, problem = self.one_start(optimizer, folder, shape, generator, kill)
            starts.append(start)
            if len(starts) == 1 and start["exit_code"] == 0:  # the kill came too late
                folder, starts = self.new_folder("trial"), []
        problem = problem or self.difference(optimizer, folder)
        return {"trial": number, "ok": not problem, **({"problem": problem} if problem else {}),
                "optimizer": optimizer, "aimed": is_aimed, "kills": sum("killed" in start for start in starts),
                "in_writes": sum(start.get("in_write", False) for start in starts), "starts": starts}

    def difference(self, optimizer, folder):
        """What a finished run has other than the undisturbed one, or None."""
        try:
            found = result_of(folder)
        except (OSError, ValueError, KeyError) as error:
            return f"no result: {error!r}"
        if found == self.expected[optimizer]:
            return None
        return f"parameters_sha256 and trajectory are {found}, undisturbed {self.expected[optimizer]}"

    def one_start(self, optimizer, folder, shape, generator, kill):
        """Starts the job and kills one process within its time; returns the record and what was wrong."""
        start = {"ranks": shape[0], "threads": shape[1], "exit_code": None}
        step_before, unfinished_before = newest_step(folder), unfinished_writes(folder)
        begin = time.monotonic()
        job = self.start(optimizer, folder, shape)
        try:
            if kill and not self.wait_for_moment(job, folder, shape[0], self.seconds[optimizer], generator):
                if victim := kill(job, folder, generator):
                    start.update(killed=victim, after_seconds=round(time.monotonic() - begin, 3))
            if "killed" not in start and not job.wait(self.options.timeout):
                return start, f"still running after {self.options.timeout:g} s"
            if alive := job.orphans():
                start["alive"] = alive
                if set(alive) != {"mpirun"}:
                    return start, f"alive {ORPHAN_SECONDS} s after the end: {', '.join(alive)}"
        finally:
            job.close()
            start.update(exit_code=job.process.returncode, newest_step=newest_step(folder))
        if "killed" not in start:
            if start["exit_code"] != 0:
                return start, f"exit code {start['exit_code']} without a kill: {job.last_words()}"
            return start, None
        start["in_write"] = bool(unfinished_writes(folder) - unfinished_before)
        if start["newest_step"] < step_before:
            return start, f"newest checkpoint went back from step {step_before} to {start['newest_step']}"
        return start, self.loss(WORKLOADS[optimizer].interval, folder, start)

    @staticmethod
    def wait_for_moment(job, folder, ranks, seconds, generator):
        """Waits for a random moment of a training of so many seconds; True where the job has ended before."""
        if generator.random() < 0.25:
            return job.wait(generator.uniform(0, seconds + STARTUP_SECONDS * ranks))
        before = newest_step(folder)
        while newest_step(folder) == before and not job.wait(0.005):
            pass
        return job.wait(generator.uniform(0, seconds))

    @staticmethod
    def kill_any(job, _folder, generator):
        """Kills a random process of the job, mpirun as likely as each rank; returns its name, or None."""
        with job.victim(lambda living: generator.choice(living) if living else None) as victim:
            return victim.name if victim and victim.kill() else None

    @staticmethod
    def kill_in_write(job, folder, _generator):
        """Kills rank 0 when it writes a checkpoint; returns its name, or None where it wrote none to the end."""
        rank_zero = None
        while job.process.poll() is None:
            with job.victim(lambda living: next((p for p in living if rank_of(p[0]) == 0), None)) as rank_zero:
                while rank_zero and job.process.poll() is None:
                    if unfinished_writes(folder):
                        return rank_zero.name if rank_zero.kill() else None
                    time.sleep(0.0002)
            time.sleep(0.01)
        return None

    def loss(self, interval, folder, start):
        """Tells the record what a kill has cost; what is wrong with it, or None."""
        lines, kept = metrics_of(folder), max(start["newest_step"], 0)
        due = [line for line in lines if line["step"] >= kept + interval]
        start["lost_steps"] = max(lines[-1]["step"] - kept, 0) if lines else 0
        start["late_seconds"] = round(lines[-1]["seconds"] - due[0]["seconds"], 3) if due else 0
        if start["lost_steps"] > interval + 1 and start["late_seconds"] > self.options.longest_write:
            return f"{start['lost_steps']} steps lost, a checkpoint was due since {start['late_seconds']} s"
        return None

    def keep_failed(self, number):
        """Keeps the run folder of a failed trial for whoever looks into it."""
        if (self.work / "trial").is_dir():
            kept = (self.work / "trial").rename(self.new_folder(f"failed-{number}"))
            shutil.copy(self.work / "last_start.log", kept)

    def head(self):
        trainings = {name: {"train": shlex.join(train_options(name) + self.more_options),
                            "data_sha256": hashlib.sha256((DATA / WORKLOADS[name].data).read_bytes()).hexdigest(),
                            "expected": list(self.expected[name])} for name in self.options.optimizers}
        return {"seed": self.options.seed, "aim": self.options.aim, "kills": self.options.kills,
                "trainings": trainings}

    def results_so_far(self):
        """Trials in the results file, after checking that it belongs to this campaign and build."""
        path = self.options.results
        if not path.exists() or path.stat().st_size == 0:
            path.parent.mkdir(parents=True, exist_ok=True)
            append(path, self.head())
            return []
        text = path.read_text(encoding="utf-8")
        complete = text[:text.rfind("\n") + 1]
        if complete != text:  # the campaign itself was killed within a line
            path.write_text(complete, encoding="utf-8")
        head, *trials = map(json.loads, complete.splitlines())
        if head != self.head():
            raise CampaignError(f"{path} belongs to another campaign or build; choose another --results file")
        return trials

    def run(self):
        self.work.mkdir(parents=True, exist_ok=True)
        for optimizer in self.options.optimizers:
            self.train_undisturbed(optimizer)
        trials = self.results_so_far()
        while len(trials) < self.options.trials:
            outcome = self.trial(len(trials) + 1)
            if not outcome["ok"]:
                self.keep_failed(outcome["trial"])
            append(self.options.results, outcome)
            trials.append(outcome)
            print(f"trial {outcome['trial']}, {outcome['optimizer']}: "
                  f"{'ok' if outcome['ok'] else 'FAILED: ' + outcome['problem']} ({outcome['kills']} kills, "
                  f"{outcome['in_writes']} in writes, in {len(outcome['starts'])} starts)", flush=True)
        return summarize(trials)


def summarize(trials):
    """Prints what trials have shown; the exit code."""
    starts = [start for trial in trials for start in trial["starts"]]
    failed = [trial for trial in trials if not trial["ok"]]
    by_optimizer = collections.Counter(trial["optimizer"] for trial in trials)
    hung_launchers = sum(start.get("alive") == ["mpirun"] for start in starts)
    print(f"{len(trials)} trials ({', '.join(f'{name} {count}' for name, count in sorted(by_optimizer.items()))})")
    print(f"{sum(t['kills'] for t in trials)} kills in {len(starts)} starts on "
          f"{len({(s['ranks'], s['threads']) for s in starts})} shapes, {sum(t['in_writes'] for t in trials)} inside "
          f"the write of a checkpoint, those of {sum(t['in_writes'] > 0 for t in trials)} trials")
    print(f"lost at most {max((s.get('lost_steps', 0) for s in starts), default=0)} steps; a checkpoint was due for "
          f"at most {max((s.get('late_seconds', 0) for s in starts), default=0)} s; mpirun itself hung "
          f"{hung_launchers} times after its ranks were gone")
    print(f"{len(failed)} failed")
    for trial in failed:
        print(f"trial {trial['trial']}, {trial['optimizer']}: {trial['problem']}")
    return 1 if failed else 0


def append(path, line):
    with open(path, "a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
        file.flush()
        os.fsync(file.fileno())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trainer", type=pathlib.Path, default=ROOT / "build/release/bin/trainer")
    parser.add_argument("--trials", type=int, default=200, help="how many the results file shall hold in the end")
    parser.add_argument("--results", type=pathlib.Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--optimizers", default=",".join(WORKLOADS), help="default: all")
    parser.add_argument("--aim", type=int, default=4, help="one trial of so many kills inside writes; 0: none does")
    parser.add_argument("--kills", type=int, default=4, help="at most so many in a trial")
    parser.add_argument("--longest-write", type=float, default=2, help="seconds that a checkpoint may take")
    parser.add_argument("--work", type=pathlib.Path, help="run folders; default: the results file's name + .work")
    parser.add_argument("--timeout", type=float, default=300, help="seconds one undisturbed start may take")
    parser.add_argument("--fresh", action="store_true", help="begins anew where there are results")
    parser.add_argument("--summary", action="store_true", help="trains nothing")
    arguments = sys.argv[1:]
    split = arguments.index("--") if "--" in arguments else len(arguments)
    options = parser.parse_args(arguments[:split])
    options.work = (options.work or options.results.with_name(options.results.name + ".work")).resolve()
    options.trainer = options.trainer.resolve()
    options.optimizers = options.optimizers.split(",")
    if unknown := set(options.optimizers) - set(WORKLOADS):
        parser.error(f"--optimizers: {', '.join(sorted(unknown))} not among {', '.join(WORKLOADS)}")
    if options.summary:
        return summarize([json.loads(line) for line in options.results.read_text().splitlines()[1:]])
    if not options.trainer.is_file():
        parser.error(f"{options.trainer} does not exist")
    if options.fresh:
        options.results.unlink(missing_ok=True)
    try:
        return Campaign(options, arguments[split + 1:]).run()
    except CampaignError as error:
        print(f"kill_resume: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
