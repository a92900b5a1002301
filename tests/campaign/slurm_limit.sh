#!/usr/bin/env bash
# A long training under a short limit:  slurm_limit.sh BUILD FOLDER [MINUTES]
# About MINUTES (20) of work go through train.sbatch with a limit of two minutes a turn, on a Slurm of one node, by
# themselves to the end; the hash must be that of an undisturbed run, which goes on beside it. The suite has the short
# version (tests/slurm).
set -euo pipefail
build=$(realpath "$1") folder=$(realpath -m "$2") minutes=${3:-20}
source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cluster=$source/tests/slurm/cluster.sh
base=$(mktemp -d /tmp/lockstep-slurm.XXXXXX)  # the names of sockets are short
# shellcheck source=tests/support/runs.sh
source "$source/tests/support/runs.sh"
trap '"$cluster" stop "$base" >/dev/null 2>&1; rm -rf "$base"' EXIT

rm -rf "$folder"
mkdir -p "$folder"
cp "$build/bin/trainer" "$folder/trainer"  # whatever becomes of the build meanwhile
cd "$folder"
task=(--data "$source/data/digits.csv" --model mlp --hidden 64 --optimizer adam --batch-size 32 --progress none)

# How much work that is: what 20 seconds of one thread do, on a machine as busy as it will be.
code=0
./trainer train "${task[@]}" --epochs 100000000 --threads 1 --max-time 20s --run pilot >pilot.log 2>&1 || code=$?
epochs=$(($(sed -n 's/.*"epochs": *\([0-9]*\).*/\1/p' pilot/summary.json) * 3 * minutes))
echo "pilot: exit code $code; $epochs epochs"

SLURM_CONF=$("$cluster" start "$base")
export SLURM_CONF OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
sed -e '/EDIT 1:/ s/=normal/=test/; /EDIT 2:/ s/=04:00:00/=00:02:00/; /EDIT 3:/ s/=8/=1/; /EDIT 4:/ s/=4/=1/' \
  -e "/EDIT 5:/ s|^train=(.*)  |train=($folder/trainer train ${task[*]} --epochs $epochs --run limited)  |" \
  -e 's/USR1@120/USR1@30/' "$source/scripts/slurm/train.sbatch" >train.sbatch
begin=$SECONDS
job=$(sbatch --parsable train.sbatch)
./trainer train "${task[@]}" --epochs "$epochs" --threads 1 --run undisturbed >undisturbed.log 2>&1
echo "undisturbed: $((SECONDS - begin)) s"
while [[ -n $(squeue --noheader --jobs="$job" --format=%T 2>/dev/null) ]]; do sleep 2; done
codes=$(sed -n 's/.*ended with exit code \([0-9]*\).*/\1/p' "lockstep-$job.log" | paste -sd' ')
echo "train.sbatch: $((SECONDS - begin)) s, exit codes of its turns: $codes"
if [[ $codes != *0 || $(hash_of limited) != "$(hash_of undisturbed)" ]]; then
  echo "FAILED: $(hash_of limited) instead of $(hash_of undisturbed)" >&2
  exit 1
fi
echo "the same bits: $(hash_of limited)"
