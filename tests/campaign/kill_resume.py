#!/usr/bin/env python3
"""Kill/resume campaign: kill -9 anywhere, resume on other ranks and threads, get the same bits.

A trial starts a training job on a random shape (ranks x threads), kills a random process of it (a rank, or
mpirun) at a random moment, starts it again on another shape, and so on until the job ends by itself. Then
parameters_sha256 in summary.json must equal that of the undisturbed run. After each kill

  - every rank must be gone within 10 s (one that is not is ended, and the trial fails; mpirun alone may stay:
    Open MPI 4.1 sometimes hangs in its own clean-up when a rank dies within MPI_Init. It is ended and counted),
  - the job must resume: a start that ends by itself with another exit code than 0 fails the trial,
  - the newest checkpoint must not be older than it was.

Trial number t is a pure function of (--seed, t) up to the timing of the machine. Each trial appends one JSON
line to --results; started again with the same options, the campaign goes on after the last line. The first
line names the options and the expected hash: it belongs to one build.

    tests/campaign/kill_resume.py --trials 200 --results build/kill_resume.jsonl \\
        --data data/digits.csv --model softmax --optimizer sgd -- --epochs 20 --l2 1e-3

What follows "--" goes to `trainer train` as it is. Exit code: 0 all trials agree, 1 a trial failed,
2 the campaign itself could not run.
"""
import argparse
import contextlib
import hashlib
import json
import os
import pathlib
import random
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time

RANKS = (1, 2, 3, 5, 8)
THREADS = (1, 2, 3)
ORPHAN_SECONDS = 10
MAX_STARTS = 200
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


class CampaignError(Exception):
    """The campaign cannot go on; says nothing about the trainer's promise."""


def processes_of_session(session):
    """{pid: command name} of the living processes of a session; zombies are dead."""
    found = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with contextlib.suppress(OSError):
                stat = pathlib.Path("/proc", entry, "stat").read_text()
                name, fields = stat[stat.index("(") + 1:stat.rindex(")")], stat[stat.rindex(")") + 2:].split()
                if int(fields[3]) == session and fields[0] not in "ZX":
                    found[int(entry)] = name
    return found


def kill_in_session(pid, session):
    """SIGKILL to pid only while it belongs to the session; the pidfd keeps a reused number safe."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return False
    try:
        if pid not in processes_of_session(session):
            return False
        signal.pidfd_send_signal(handle, signal.SIGKILL)
        return True
    except ProcessLookupError:
        return False
    finally:
        os.close(handle)


class Job:
    """One start of the trainer under mpirun, in a session of its own, with its temporary files in one folder."""

    def __init__(self, campaign, run_folder, ranks, threads):
        # Short, since Open MPI puts a socket in it: a path of a socket has at most 107 characters.
        self.temporary = tempfile.mkdtemp(prefix="lockstep-")
        self.log = campaign.work / "last_start.log"
        environment = dict(os.environ, TMPDIR=self.temporary)
        if os.geteuid() == 0:
            environment.update(OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                ["mpirun", "--oversubscribe", "--bind-to", "none", "--mca", "mpi_yield_when_idle", "1",
                 "--mca", "btl_vader_backing_directory", self.temporary, "-n", str(ranks),
                 *campaign.train_command, "--run", str(run_folder), "--threads", str(threads)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                env=environment, start_new_session=True)
        self.session = self.process.pid

    def wait(self, seconds):
        """True when mpirun ended within this time."""
        try:
            self.process.wait(seconds)
            return True
        except subprocess.TimeoutExpired:
            return False

    def kill_one(self, generator):
        """Kills a random process of the job, mpirun as likely as each rank; returns its name, or None."""
        living = processes_of_session(self.session)
        if not living:
            return None
        pid = generator.choice(sorted(living))
        return living[pid] if kill_in_session(pid, self.session) else None

    def orphans(self):
        """Names of the processes that are still there ORPHAN_SECONDS after the call."""
        deadline = time.monotonic() + ORPHAN_SECONDS
        while time.monotonic() < deadline:
            self.process.poll()
            if not processes_of_session(self.session):
                return []
            time.sleep(0.05)
        return sorted(processes_of_session(self.session).values())

    def close(self):
        """Ends what is left of the job and removes its temporary files."""
        deadline = time.monotonic() + ORPHAN_SECONDS
        while (living := processes_of_session(self.session)) and time.monotonic() < deadline:
            for pid in living:
                kill_in_session(pid, self.session)
            time.sleep(0.05)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(ORPHAN_SECONDS)
        shutil.rmtree(self.temporary, ignore_errors=True)

    def last_words(self):
        return self.log.read_text(errors="replace").strip()[-1000:]


def newest_step(run_folder):
    """Step of the newest checkpoint, -1 where there is none."""
    names = os.listdir(run_folder) if run_folder.is_dir() else []
    return max((int(m[1]) for m in map(re.compile(r"checkpoint-(\d+)\.h5").fullmatch, names) if m), default=-1)


def parameters_hash(run_folder):
    with open(run_folder / "summary.json", encoding="utf-8") as file:
        return json.load(file)["parameters_sha256"]


class Campaign:
    def __init__(self, options, train_options):
        self.options = options
        self.work = options.work
        self.train_command = [str(options.trainer), "train", "--data", str(options.data), "--model", options.model,
                              "--optimizer", options.optimizer, "--checkpoint-every", options.checkpoint_every,
                              *train_options]
        named = [options.data.name if word == str(options.data) else word for word in self.train_command[1:]]
        self.identity = {"seed": options.seed, "train": shlex.join(named),
                         "data_sha256": hashlib.sha256(options.data.read_bytes()).hexdigest()}
        self.expected = None
        self.undisturbed_seconds = {}

    def new_folder(self, name):
        folder = self.work / name
        shutil.rmtree(folder, ignore_errors=True)
        return folder

    def undisturbed(self, shape):
        """Trains without disturbance once a shape: its time, and its hash, which must be the common one."""
        if shape not in self.undisturbed_seconds:
            folder = self.new_folder("undisturbed")
            job = Job(self, folder, *shape)
            try:
                start = time.monotonic()
                if not job.wait(self.options.timeout):
                    raise CampaignError(f"undisturbed run on {shape} took over {self.options.timeout:g} s")
                seconds = time.monotonic() - start
            finally:
                job.close()
            if job.process.returncode != 0:
                raise CampaignError(f"undisturbed run on {shape[0]} x {shape[1]} ended with "
                                    f"{job.process.returncode}:\n{job.last_words()}")
            found = parameters_hash(folder)
            if self.expected is None:
                self.expected = found
            elif found != self.expected:
                return None, f"undisturbed {shape[0]} x {shape[1]} gave {found}"
            self.undisturbed_seconds[shape] = seconds
        return self.undisturbed_seconds[shape], None

    def trial(self, number):
        """Runs one trial; returns its result, a dictionary with `ok`."""
        generator = random.Random(f"{self.options.seed}/{number}")
        folder = self.new_folder("trial")
        starts, shape, problem = [], None, None
        while not problem and not (starts and starts[-1]["exit_code"] == 0):
            if len(starts) == MAX_STARTS:
                problem = f"not finished after {MAX_STARTS} starts"
                break
            shape = generator.choice([(p, t) for p in RANKS for t in THREADS if (p, t) != shape])
            seconds, problem = self.undisturbed(shape)
            if not problem:
                start, problem = self.disturbed_start(folder, shape, 1.2 * seconds, generator)
                starts.append(start)
        if not problem and (found := parameters_hash(folder)) != self.expected:
            problem = f"parameters_sha256 is {found}"
        return {"trial": number, "ok": not problem, **({"problem": problem} if problem else {}),
                "kills": sum("killed" in start for start in starts), "starts": starts}

    def disturbed_start(self, folder, shape, longest_seconds, generator):
        """Starts the job and kills one process within longest_seconds; returns the record and what was wrong."""
        start = {"ranks": shape[0], "threads": shape[1], "exit_code": None}
        step_before = newest_step(folder)
        moment = generator.uniform(0, longest_seconds)
        job = Job(self, folder, *shape)
        try:
            if not job.wait(moment):
                victim = job.kill_one(generator)
                if victim:
                    start.update(killed=victim, after_seconds=round(moment, 3))
                elif not job.wait(self.options.timeout):
                    return start, f"still running after {self.options.timeout:g} s"
            if alive := job.orphans():
                start["alive"] = alive
                if set(alive) != {"mpirun"}:
                    return start, f"alive {ORPHAN_SECONDS} s after the end: {', '.join(alive)}"
        finally:
            job.close()
            start.update(exit_code=job.process.returncode, newest_step=newest_step(folder))
        if start["exit_code"] != 0 and "killed" not in start:
            return start, f"exit code {start['exit_code']} without a kill: {job.last_words()}"
        if start["newest_step"] < step_before:
            return start, f"newest checkpoint went back from step {step_before} to {start['newest_step']}"
        return start, None

    def keep_failed(self, number):
        """Keeps the run folder of a failed trial for whoever looks into it."""
        if (self.work / "trial").is_dir():
            (self.work / "trial").rename(self.new_folder(f"failed-{number}"))

    def results_so_far(self):
        """Trials in the results file, after checking that it belongs to this campaign and build."""
        path = self.options.results
        if not path.exists() or path.stat().st_size == 0:
            path.parent.mkdir(parents=True, exist_ok=True)
            append(path, {**self.identity, "parameters_sha256": self.expected})
            return []
        text = path.read_text(encoding="utf-8")
        complete = text[:text.rfind("\n") + 1]
        if complete != text:  # the campaign itself was killed within a line
            path.write_text(complete, encoding="utf-8")
        head, *trials = map(json.loads, complete.splitlines())
        for key, value in {**self.identity, "parameters_sha256": self.expected}.items():
            if head.get(key) != value:
                raise CampaignError(f"{path} belongs to another campaign or build: {key} is {head.get(key)!r} there "
                                    f"and {value!r} now; choose another --results file")
        return trials

    def run(self):
        self.work.mkdir(parents=True, exist_ok=True)
        self.undisturbed((1, 1))
        trials = self.results_so_far()
        if trials:
            print(f"{len(trials)} trials are in {self.options.results}", flush=True)
        while len(trials) < self.options.trials:
            outcome = self.trial(len(trials) + 1)
            if not outcome["ok"]:
                self.keep_failed(outcome["trial"])
            append(self.options.results, outcome)
            trials.append(outcome)
            print(f"trial {outcome['trial']}: {'ok' if outcome['ok'] else 'FAILED: ' + outcome['problem']} "
                  f"({outcome['kills']} kills in {len(outcome['starts'])} starts)", flush=True)
        failed = [t["trial"] for t in trials if not t["ok"]]
        hung_launchers = sum(s.get("alive") == ["mpirun"] for t in trials for s in t["starts"])
        if hung_launchers:
            print(f"mpirun itself hung {hung_launchers} times after its ranks were gone")
        print(f"{len(trials)} trials, {sum(t['kills'] for t in trials)} kills, {len(failed)} failed"
              + (f": {', '.join(map(str, failed))}" if failed else ""))
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
    parser.add_argument("--data", type=pathlib.Path, default=ROOT / "data/breast_cancer.csv")
    parser.add_argument("--model", default="logistic")
    parser.add_argument("--optimizer", default="newton")
    parser.add_argument("--checkpoint-every", default="1i", help="as of the trainer; default 1i")
    parser.add_argument("--work", type=pathlib.Path, help="run folders; default: the results file's name + .work")
    parser.add_argument("--timeout", type=float, default=600, help="seconds one undisturbed start may take")
    arguments = sys.argv[1:]
    split = arguments.index("--") if "--" in arguments else len(arguments)
    options = parser.parse_args(arguments[:split])
    options.work = (options.work or options.results.with_name(options.results.name + ".work")).resolve()
    options.trainer, options.data = options.trainer.resolve(), options.data.resolve()
    for path in (options.trainer, options.data):
        if not path.is_file():
            parser.error(f"{path} does not exist")
    try:
        return Campaign(options, arguments[split + 1:]).run()
    except CampaignError as error:
        print(f"kill_resume: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
