#!/bin/sh
# Trains on a file larger than the memory that the job is given, and predicts, evaluates and checks with the model: peak
# resident memory of all ranks together, and the rate of the passes against one cold read of the file.
#
#     tests/campaign/out_of_core.sh [GIGABYTES [RANKS [FOLDER]]]      default 4 GB, 2 ranks, a temporary folder
#
# Exit code 1 where the ranks take more than 2 GiB together, or a pass is slower than 70 % of the cold read. The file is
# made by h5py and removed. The page cache is kept from holding it.
set -eu
gigabytes=${1:-4}
ranks=${2:-2}
folder=$(mktemp -d "${3:-${TMPDIR:-/tmp}}/out-of-core-XXXXXX")
trap 'rm -rf "$folder"' EXIT
root=$(cd "$(dirname "$0")/../.." && pwd)
trainer=${TRAINER:-$root/build/release/bin/trainer}
python=${PYTHON:-/usr/bin/python3}

"$python" - "$folder/rows.h5" "$gigabytes" <<'PYTHON'
import sys, h5py, numpy
path, gigabytes = sys.argv[1], float(sys.argv[2])
features, height = 100, 50000
rows = int(gigabytes * 1e9 / 8 / features)
random = numpy.random.default_rng(1)
weight = random.standard_normal(features)
with h5py.File(path, "w") as file:
    x = file.create_dataset("X", (rows, features), "f8")
    y = file.create_dataset("y", (rows,), "f8")
    for begin in range(0, rows, height):
        end = min(begin + height, rows)
        block = random.standard_normal((end - begin, features))
        x[begin:end] = block
        y[begin:end] = block @ weight + 5 * random.standard_normal(end - begin) > 0
PYTHON

"$python" - "$folder" "$trainer" "$ranks" <<'PYTHON'
import json, os, pathlib, subprocess, sys, time
folder, trainer, ranks = pathlib.Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
data = folder / "rows.h5"
size = data.stat().st_size
env = os.environ | {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "OMP_NUM_THREADS": "1"}


def cold():
    """Takes the file out of the page cache; its pages are clean once they are written."""
    os.posix_fadvise(file_of_data, 0, 0, os.POSIX_FADV_DONTNEED)


file_of_data = os.open(data, os.O_RDONLY)
os.fsync(file_of_data)


def resident(pid):
    """Bytes of a process and those it started, file pages apart: RssAnon + RssShmem."""
    total = 0
    try:
        for line in open(f"/proc/{pid}/status"):
            if line.startswith(("RssAnon", "RssShmem")):
                total += int(line.split()[1]) * 1024
        for child in open(f"/proc/{pid}/task/{pid}/children").read().split():
            total += resident(child)
    except OSError:
        pass
    return total


def run(name, *arguments):
    cold()
    launch = ["mpirun", "--oversubscribe", "--bind-to", "none", "-n", str(ranks), trainer, *map(str, arguments)]
    start = time.time()
    process = subprocess.Popen(launch, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    peak = 0
    while process.poll() is None:
        peak = max(peak, resident(process.pid))
        cold()  # every pass is of the disk, as on a machine whose cache does not hold the file
        time.sleep(0.05)
    text = process.stdout.read()
    seconds = time.time() - start
    if process.returncode != 0:
        sys.exit(f"{name}: exit code {process.returncode}\n{text}")
    print(f"{name:24} {seconds:7.1f} s   peak {peak / 2**20:6.0f} MiB", end="")
    return seconds, peak, text


cold()
start = time.time()
with open(data, "rb", buffering=0) as file:
    buffer = bytearray(1 << 22)
    while file.readinto(buffer):
        pass
read = time.time() - start
print(f"cold read of {size / 1e9:.2f} GB: {read:.1f} s, {size / 1e6 / read:.0f} MB/s")
failed = False
memory = ("--memory", f"{size // 6}")
model = folder / "lbfgs" / "model.h5"
for name, options in {
    "lbfgs": ("--optimizer", "lbfgs", "--max-iterations", "6"),
    "sgd": ("--optimizer", "sgd", "--epochs", "3", "--batch-size", "1024"),
}.items():
    _, peak, text = run(name, "train", "--data", data, "--l2", "1e-4", "--progress", "none", "--run", folder / name,
                        *options, *memory)
    summary = json.loads((folder / name / "summary.json").read_text())
    passes = summary["passes"]
    rate = size * passes / summary["seconds"]["train"]
    share = rate * read / size
    failed |= peak > 2 * 2**30 or share < 0.7 or "streamed" not in text
    print(f"   load {summary['seconds']['load']:.1f} s, {passes:.1f} passes in {summary['seconds']['train']:.1f} s: "
          f"{rate / 1e6:.0f} MB/s, {100 * share:.0f} % of the cold read")
for name, options in {"evaluate": (), "predict": ("--output", folder / "out.csv")}.items():
    _, peak, _ = run(name, name, "--model-file", model, "--data", data, *options, *memory)
    failed |= peak > 2 * 2**30
    print()
sys.exit(failed)
PYTHON
