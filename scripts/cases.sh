#!/usr/bin/env bash
# Runs cases and prints what the trainer did:  scripts/cases.sh DIR [NAME...]   (default: every case in DIR)
# A case is a folder with `cmd`, a line for bash, its inputs and `expect`, what is right, in words. `cmd` runs in two
# fresh copies of the folder: with $MPI empty, and with $MPI a launch of three ranks; $TRAINER is the built trainer.
# Whether the output is as expected a person judges. A crash, a time-out (CASE_SECONDS, default 60), and a difference
# between one rank and three make the exit code 1.
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

if [[ $# -lt 1 || ! -d ${1:-} ]]; then
  say "usage: scripts/cases.sh DIR [NAME...]"
  exit 64
fi
cases=$(cd "$1" && pwd)
shift
lines=${CASE_LINES:-40}
seconds=${CASE_SECONDS:-60}
export TRAINER=$root/build/release/bin/trainer
if [[ ! -x $TRAINER ]]; then
  install_packages build
  (cd "$root" && build_target release trainer) >&2
fi
allow_mpirun_as_root
# One thread and no binding on either side, so that nothing but the ranks differs; ranks that wait yield their core.
export OMP_NUM_THREADS=1 OMPI_MCA_mpi_yield_when_idle=1 OMPI_MCA_hwloc_base_binding_policy=none
python=$(python_with h5py 2>/dev/null || true)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

if [[ $# -eq 0 ]]; then
  mapfile -t names < <(cd "$cases" && find . -mindepth 2 -maxdepth 2 -name cmd -printf '%h\n' | sed 's|^\./||' | sort)
  set -- "${names[@]}"
fi

# models: objective, hash and coefficients of every run folder below this one.
models() {
  local summary model
  for summary in */summary.json; do
    [[ -f $summary ]] || continue
    printf '%s: ' "$summary"
    grep -E '"(status|objective|parameters_sha256)"' "$summary" | tr -d '\n' | tr -s ' '
    printf '\n'
    model=${summary%/*}/model.h5
    if [[ -n $python && -f $model ]]; then
      "$python" - "$model" <<'PYTHON'
import h5py, sys
with h5py.File(sys.argv[1]) as f:
    for name in ("intercept", "coef"):
        if name in f:
            print(f"{name}: {f[name][...].tolist()}")
PYTHON
    fi
  done
}

# run_case NAME RANKS MPI: its output in $scratch/NAME.RANKS, with the exit code of `cmd` in the last line.
run_case() {
  local folder=$scratch/$2/$1 status=0
  mkdir -p "$scratch/$2"
  cp -r "$cases/$1" "$folder"
  chmod -R u+w "$folder"
  (
    cd "$folder"
    MPI=$3 timeout -k 5 "$seconds" bash ./cmd </dev/null || status=$?
    models
    printf 'exit code %d\n' "$status"
  ) >"$scratch/$1.$2" 2>&1 || true
  sed -i "s|$scratch/$2/||g" "$scratch/$1.$2"
}

# comparable FILE: without what may differ between launches: times, sizes, progress lines limited by time, the order in
# which the two streams come, and what mpirun adds to a failure between its dashes.
comparable() {
  sed -E -e '/^-{20,}$/,/^-{20,}$/d' -e '/^(seconds:|plan:|iteration |epoch )/d' \
    -e '/^ +"?(load|train|evaluate|checkpoint|total|ranks)"?: [0-9.e-]+,?$/d' \
    -e 's/[0-9]+ ranks? × [0-9]+ threads?/N ranks × T threads/' -e 's/^running on (.*) \([0-9]+ ranks?\)$/running on \1/' -e 's/pid [0-9]+|[0-9]+ (Segmentation|Aborted)/\1/' \
    "$1" | sort
}

# A signal (128 + n, also as `cmd` echoes it), a time-out, or the words of a crash.
has_crashed() {
  grep -qE '^(exit code |rc=)(124|12[89]|1[3-9][0-9])$|exited on signal|Segmentation fault|terminate called' "$1"
}

crashed=()
differing=()
for name in "$@"; do
  if [[ ! -f $cases/$name/cmd ]]; then
    say "cases: $cases/$name has no cmd"
    exit 66
  fi
  run_case "$name" 1 ""
  run_case "$name" 3 "mpirun --oversubscribe -n 3"
  printf '\n== %s\n%s\n' "$name" "$(cat "$cases/$name/cmd")"
  if [[ -f $cases/$name/expect ]]; then
    printf 'expected: %s\n' "$(cat "$cases/$name/expect")"
  fi
  head -n "$lines" "$scratch/$name.1"
  if has_crashed "$scratch/$name.1" || has_crashed "$scratch/$name.3"; then
    crashed+=("$name")
  fi
  if ! difference=$(diff <(comparable "$scratch/$name.1") <(comparable "$scratch/$name.3")); then
    differing+=("$name")
    printf -- '-- on three ranks:\n%s\n' "$(head -n "$lines" <<<"$difference")"
  fi
done

printf '\n%d cases; differing between 1 and 3 ranks: %s; crashed or timed out: %s\n' \
  $# "${differing[*]:-none}" "${crashed[*]:-none}"
[[ ${#differing[@]} -eq 0 && ${#crashed[@]} -eq 0 ]]
