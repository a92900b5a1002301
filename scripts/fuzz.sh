#!/usr/bin/env bash
# Builds the fuzzers of tests/fuzz and runs each on one core, as many at a time as there are cores:
#   scripts/fuzz.sh [SECONDS] [NAME...]
# Default: 60 s each, all. Inputs start at the seeds of tests/fuzz/make_seeds.cpp and at what build/fuzz/NAME/corpus holds
# of earlier runs. An input that crashes, runs longer than 10 s or takes more memory than a small file may is kept in
# build/fuzz/findings, and the exit code is 1. FUZZ_RUNS=N ends each after N inputs;
# FUZZ_SEED=N makes the same inputs each time, from the same corpus.
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
cd "$root"

seconds=60
if [[ ${1:-} =~ ^[0-9]+$ ]]; then
  seconds=$1
  shift
fi
runs=${FUZZ_RUNS:-1000000000}
if [[ $# -eq 0 ]]; then
  set -- libsvm vw csv idx npy npz config checkpoint model hdf5 hdf5_heap hdf5_chunks
fi

install_packages build sanitize
build_target sanitize fuzz_seeds "${@/#/fuzz_}"
bin=$root/build/sanitize/bin
out=$root/build/fuzz
mkdir -p "$out/findings"
"$bin/fuzz_seeds" "$out/seeds"
use_sanitizers
scratch=$(mktemp -d -p "$([[ -w /dev/shm ]] && echo /dev/shm || echo "${TMPDIR:-/tmp}")")
trap 'rm -rf "$scratch"' EXIT
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1

# is_of_hdf5 LOG: the crash is the HDF5 library's own, in calls that only look for objects. Nothing here can mend that;
# what is checked before H5Dread is.
is_of_hdf5() {
  awk '/^ *#[0-9]+ / && /lockstep|LLVMFuzzer|H5Dread/ { found = found && !/H5Dread/; exit }
    /^ *#[0-9]+ / && /libhdf5/ { found = 1 } END { exit !found }' "$1"
}

# fuzz NAME: one line of what it did; its log is build/fuzz/NAME/log.
fuzz() {
  export TMPDIR=$scratch/$1
  mkdir "$TMPDIR"
  local name=$1 folder=$out/$1 status=0 leaks=1 of_hdf5=0 inputs_run=0 end=$((SECONDS + seconds)) edges rate
  local -a options=(-rss_limit_mb=1024 -malloc_limit_mb=256 -timeout=10 -entropic=0 -print_final_stats=1
    -artifact_prefix="$out/findings/$name-")
  local dictionary=$root/tests/fuzz/dictionaries/${name%%_*}
  [[ -f $dictionary ]] && options+=(-dict="$dictionary")
  mkdir -p "$folder/corpus"
  local -a inputs=("$folder/corpus" "$out/seeds/$name")
  if [[ $name == @(checkpoint|model|hdf5*) ]]; then
    # Of a damaged file HDF5 loses memory of its own, and asks for as much as it says, which it never touches.
    leaks=0
    options+=(-malloc_limit_mb=1000000000)
  fi
  while ((SECONDS < end && inputs_run < runs)); do
    status=0
    [[ -z ${FUZZ_SEED:-} ]] || options+=(-seed=$((FUZZ_SEED + of_hdf5)))
    ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=$leaks "$bin/fuzz_$name" "${options[@]}" -runs=$((runs - inputs_run)) \
      -max_total_time=$((end - SECONDS)) "${inputs[@]}" >"$folder/log" 2>&1 || status=$?
    ((inputs_run += $(awk '/number_of_executed_units/ { n = $2 } END { print n + 0 }' "$folder/log"))) || true
    if ((status == 0)) || ! is_of_hdf5 "$folder/log"; then
      break
    fi
    ((++of_hdf5))
    status=0
  done
  edges=$(awk '/cov: / { for (i = 1; i < NF; ++i) if ($i == "cov:") n = $(i + 1) } END { print n + 0 }' "$folder/log")
  rate=$((inputs_run / (SECONDS - end + seconds + 1)))
  printf '%-12s %9d inputs, %6d a second, %5d edges: %s%s\n' "$name" "$inputs_run" "$rate" "$edges" \
    "$( ((status == 0)) && printf 'nothing found' || printf FINDING)" \
    "$( ((of_hdf5 == 0)) || printf ' (%d crashes within the HDF5 library)' "$of_hdf5")"
  if ((status != 0)); then
    grep -E '^(broken|SUMMARY|==[0-9]+==ERROR|.*runtime error|terminate|  what|Test unit written)' "$folder/log" || true
  fi
  return "$status"
}

side_by_side fuzz "$@"
if ((${#failed[@]} > 0)); then
  say "fuzz: findings of ${failed[*]} in $out/findings; again: build/sanitize/bin/fuzz_NAME FILE"
  exit 1
fi
