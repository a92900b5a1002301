"""A start of the trainer under mpirun whose processes can be killed, one by one, and counted."""
import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

ORPHAN_SECONDS = 10


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


def rank_of(pid):
    """The rank that Open MPI gave a process, None where it has none, or is gone."""
    with contextlib.suppress(OSError):
        for variable in pathlib.Path("/proc", str(pid), "environ").read_bytes().split(b"\0"):
            if variable.startswith(b"OMPI_COMM_WORLD_RANK="):
                return int(variable.split(b"=")[1])
    return None


class Victim:
    """A process of a session; the pidfd keeps a reused number safe."""

    def __init__(self, pid, name, session):
        self.name = name
        self.handle = os.pidfd_open(pid)
        if pid not in processes_of_session(session):
            self.close()
            raise ProcessLookupError

    def kill(self):
        """False where it had ended before."""
        try:
            signal.pidfd_send_signal(self.handle, signal.SIGKILL)
            return True
        except ProcessLookupError:
            return False

    def close(self):
        os.close(self.handle)


class Job:
    """One start under mpirun, in a session of its own, with its temporary files in one folder."""

    def __init__(self, command, ranks, log):
        # Short, since Open MPI puts a socket in it: a path of a socket has at most 107 characters.
        self.temporary = tempfile.mkdtemp(prefix="lockstep-")
        self.log = log
        # Up to 24 threads take turns on a core or two: those that wait leave it to the others.
        environment = dict(os.environ, TMPDIR=self.temporary, OMP_WAIT_POLICY="passive")
        if os.geteuid() == 0:
            environment.update(OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
        with open(self.log, "wb") as output:
            self.process = subprocess.Popen(
                ["mpirun", "--oversubscribe", "--bind-to", "none", "--mca", "mpi_yield_when_idle", "1",
                 "--mca", "btl_vader_backing_directory", self.temporary, "-n", str(ranks), *command],
                stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                env=environment, start_new_session=True)
        self.session = self.process.pid

    def wait(self, seconds):
        """True when mpirun ended within this time."""
        try:
            self.process.wait(seconds)
            return True
        except subprocess.TimeoutExpired:
            return False

    @contextlib.contextmanager
    def victim(self, choose):
        """The process that `choose` picks from the living ones, sorted (pid, name); None where there is none."""
        found = None
        with contextlib.suppress(ProcessLookupError):
            if picked := choose(sorted(processes_of_session(self.session).items())):
                found = Victim(*picked, self.session)
        try:
            yield found
        finally:
            if found:
                found.close()

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
            for pid, name in living.items():
                with contextlib.suppress(ProcessLookupError):
                    left = Victim(pid, name, self.session)
                    left.kill()
                    left.close()
            time.sleep(0.05)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(ORPHAN_SECONDS)
        shutil.rmtree(self.temporary, ignore_errors=True)

    def last_words(self):
        return self.log.read_text(errors="replace").strip()[-1000:]
