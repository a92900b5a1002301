#!/usr/bin/env bash
# The shipped scripts on a Slurm of one node:  run.sh BUILD FOLDER
# Jobs that are preempted, told to stop and restarted come to the end by themselves, with the bits of an undisturbed run.
# As root the cluster is run a second time by an ordinary user, for one job.
set -euo pipefail
build=$1 folder=$2
source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
trainer=$build/bin/trainer
cluster=$source/tests/slurm/cluster.sh
base=$(mktemp -d /tmp/lockstep-slurm.XXXXXX)  # the names of sockets are short
launcher=auto warning=yes
network=(--data "$source/data/digits.csv" --model mlp --hidden 24 --optimizer adam --batch-size 16 --progress none)

# shellcheck source=tests/support/runs.sh
source "$source/tests/support/runs.sh"

fail() {
  echo "FAILED: $*" >&2
  tail -n 60 "$folder"/*.log "$base/slurmctld.log" >&2
  exit 1
}

cleanup() {
  "$cluster" stop "$base" >/dev/null 2>&1 || true
  if [[ -n ${guest:-} ]]; then runuser -u nobody -- "$cluster" stop "$guest" >/dev/null 2>&1 || true; fi
  rm -rf "$base" "${guest:-$base}"
}
trap cleanup EXIT

# edited SCRIPT COMMAND...: the shipped script with its five marked lines edited, the launcher, and without the line
# that asks for a warning where warning=no.
edited() {
  local script=$1
  shift
  sed -e '/EDIT 1:/ s/=normal/=test/; /EDIT 2:/ s/=04:00:00/=00:01:00/; /EDIT 3:/ s/=8/=2/; /EDIT 4:/ s/=4/=1/' \
    -e "/EDIT 5:/ s|^train=(.*)  |train=($*)  |" -e "s/^launcher=auto/launcher=$launcher/" \
    -e "$([[ $warning == yes ]] || echo '/^#SBATCH --signal/d')" "$source/scripts/slurm/$script" >"$folder/$script"
}

state_of() { squeue --noheader --jobs="$1" --format=%T 2>/dev/null || true; }
is_over() { [[ -z $(state_of "$1") ]]; }
trains() { (($(grep -c '^plan:' "$folder/lockstep-$1.log") >= $2)); }  # in its n-th turn
codes_of() { sed -n 's/.*ended with exit code \([0-9]*\).*/\1/p' "$folder/lockstep-$1.log" | paste -sd' '; }  # of its turns

# same_end JOB RUN: it is done, and has the bits of the undisturbed run.
same_end() {
  if [[ $(codes_of "$1") != *0 ]]; then fail "job $1 ended with $(codes_of "$1")"; fi
  if [[ $(hash_of "$2") != "$expected" ]]; then fail "$2 has other bits than the undisturbed run"; fi
}

block() { sed -n '/^# --- /,/^# ---$/p' "$source/scripts/slurm/$1"; }
for script in chain array; do
  if [[ $(block $script.sbatch) != "$(block train.sbatch)" ]]; then fail "$script.sbatch has another common part"; fi
done

# submit NAME SCRIPT OPTION... -- COMMAND...: submits the edited script as job `job`.
submit() {
  local script=$1 options=()
  shift
  while [[ $1 != -- ]]; do
    options+=("$1")
    shift
  done
  shift
  edited "$script" "$@"
  job=$(sbatch --parsable --chdir="$folder" "${options[@]}" "$folder/$script")
}

# once_training JOB TURN COMMAND...: runs the command when the job trains for the n-th time.
once_training() {
  until_true 60 trains "$1" "$2"
  sleep 0.3
  "${@:3}"
}

rm -rf "$folder"
mkdir -p "$folder"
SLURM_CONF=$("$cluster" start "$base")
export SLURM_CONF OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1

epochs=(--epochs 600)
"$trainer" train "${network[@]}" "${epochs[@]}" --threads 1 --run "$folder/undisturbed" >/dev/null 2>&1
expected=$(hash_of "$folder/undisturbed")

# Three that run beside the others: one waits for the warning of its limit, one has none, one gets no step done.
submit train.sbatch -- "$trainer" train "${network[@]}" --epochs 10000000 --run limited
limited=$job
warning=no
submit train.sbatch -- "$trainer" train "${network[@]}" --epochs 10000000 --run unwarned
warning=yes
unwarned=$job
submit train.sbatch -- sh -c '"exit 75"' never --run vain
vain=$job

submit train.sbatch -- "$trainer" train "${network[@]}" "${epochs[@]}" --run preempted
once_training "$job" 1 scancel --signal=USR1 --batch "$job"
once_training "$job" 2 scontrol requeue "$job"
# What a site sends before it kills, and its launcher after it: to the script, then to the ranks. (scancel tries again
# for long where the job is just leaving, and would hit its next turn.)
once_training "$job" 3 scancel --signal=TERM --batch "$job"
timeout 2 scancel --signal=TERM --batch "$job" || true
once_training "$job" 4 scancel --signal=TERM "$job"
timeout 2 scancel --signal=TERM "$job" || true
# To srun, too, which kills the ranks: from the checkpoint before on.
once_training "$job" 5 timeout 2 scancel --signal=TERM --full "$job" || true
until_true 120 is_over "$job"
same_end "$job" "$folder/preempted"
if [[ $(codes_of "$job") != 75*75*75*75*75*0 ]]; then fail "not every stop was one to go on from: $(codes_of "$job")"; fi
echo "train.sbatch: preempted by USR1, by scontrol requeue, by TERM twice and by TERM to srun, on to the same bits"

until_true 60 is_over "$vain"
if [[ $(codes_of "$vain") != "75 75 75" ]] || ! grep -q "given up: 3 turns" "$folder/lockstep-$vain.log"; then
  fail "a job that gets no step done went on: $(codes_of "$vain")"
fi
echo "train.sbatch: given up after three turns without a step"

submit train.sbatch -- "$trainer" train --data missing.csv --run missing
until_true 30 is_over "$job"
if [[ $(codes_of "$job") != 66 ]]; then fail "a training without data ended with $(codes_of "$job")"; fi
echo "train.sbatch: any other exit code ends the job"

launcher=mpirun
submit chain.sbatch -- "$trainer" train "${network[@]}" "${epochs[@]}" --run chained
launcher=auto
chain=$job
cat >"$folder/settings.txt" <<SETTINGS
--learning-rate 0.001
--learning-rate 0.002
SETTINGS
submit array.sbatch --array=1-2 -- "$trainer" train "${network[@]}" "${epochs[@]}"
array=$job
once_training "$chain" 1 scancel --signal=USR1 --batch "$chain"
until_true 60 trains "$array-1" 1
scancel --signal=USR1 --batch "${array}_1"

until_true 60 grep -q "restart 1" "$folder/lockstep-$limited.log"
until_true 60 trains "$limited" 2
until_true 60 trains "$unwarned" 2
scancel "$limited" "$unwarned"
until_true 30 is_over "$limited"
until_true 30 is_over "$unwarned"
if [[ $(codes_of "$unwarned") != 75* ]]; then fail "a limit without a warning ended it with $(codes_of "$unwarned")"; fi
echo "train.sbatch: back into the queue by the limit of a minute, warned of it by Slurm and not"

until_true 240 test -f "$folder/chained/model.h5"
none_waits() { ! squeue --noheader --states=PENDING --format=%E | grep afterany; }
until_true 30 none_waits
if [[ $(hash_of "$folder/chained") != "$expected" ]]; then fail "chain.sbatch: other bits"; fi
if [[ $(codes_of "$chain") != 75 ]]; then fail "chain.sbatch: codes $(codes_of "$chain")"; fi
echo "chain.sbatch: the next job took it up by mpirun, too, to the same bits, and none is left waiting"

until_true 90 is_over "$array"
if [[ $(codes_of "$array-1") != 75*0 ]]; then fail "array.sbatch: codes $(codes_of "$array-1")"; fi
if [[ $(hash_of "$folder/runs/sweep/1") != "$expected" || $(hash_of "$folder/runs/sweep/2") == "$expected" ]]; then
  fail "array.sbatch: task 1 has other bits, or task 2 the same"
fi
echo "array.sbatch: each line its own training; one preempted, to the same bits"
if [[ -n $(state_of "$limited") ]]; then fail "a job that was cancelled came back: $(state_of "$limited")"; fi

if [[ $EUID -eq 0 ]]; then
  guest=$(mktemp -d /tmp/lockstep-slurm.XXXXXX)
  chown nobody "$guest"
  as_guest() { runuser -u nobody -- env HOME="$guest" "$@"; }
  if as_guest test -x "$trainer"; then
    SLURM_CONF=$(as_guest "$cluster" start "$guest")
    mkdir "$guest/out"
    chmod 755 "$folder"
    edited train.sbatch "$trainer" train "${network[@]}" "${epochs[@]}" --run guest
    chown nobody "$guest/out"
    job=$(as_guest sbatch --parsable --chdir="$guest/out" <"$folder/train.sbatch")
    folder=$guest/out
    once_training "$job" 1 as_guest scancel --signal=USR1 --batch "$job"
    until_true 60 is_over "$job"
    same_end "$job" "$folder/guest"
    echo "train.sbatch: the same for an ordinary user, on a cluster of their own"
  else
    echo "an ordinary user cannot read $trainer: only root's cluster is tested"
  fi
fi
