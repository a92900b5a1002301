#!/usr/bin/env bash
# Builds everything and runs the tests. Arguments go to ctest:  scripts/test.sh -R optim
#   scripts/test.sh --sanitize [short]
# runs, in place of them, the unit tests and a part of the command line tests under the address, leak and
# undefined-behaviour sanitizers, and some of the unit tests under valgrind; short: the rooms that read files of unknown
# origin alone.
# LOCKSTEP_TEST_DATA=DIR adds the tests on the reference data sets kept in that folder.
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

# sanitized_room NAME/SHARD: one half of its tests; the longest room would else take one processor for minutes.
sanitized_room() {
  GTEST_TOTAL_SHARDS=2 GTEST_SHARD_INDEX=${1#*/} run "build/sanitize/bin/test_${1%/*}" --gtest_brief=1
}

room_under_valgrind() {
  OMP_NUM_THREADS=1 run valgrind --quiet --error-exitcode=1 "build/release/bin/test_$1" --gtest_brief=1 \
    --gtest_filter='-*PowerLoss*:*NeitherCrashNorHang'
}

# stop_at_failures WHAT: of the rooms that ran side by side.
stop_at_failures() {
  if ((${#failed[@]} > 0)); then
    say "test: $1 found something in: ${failed[*]}"
    exit 1
  fi
}

# Binaries in two processes each: a start costs a second under the sanitizers.
sanitized() {
  local -a rooms=(base comm io data model risk optim fit run cli) plain=(base io) targets
  if [[ ${1:-} == short ]]; then
    rooms=(data io base) plain=(base)
  fi
  targets=("${rooms[@]/#/test_}")
  [[ ${1:-} == short ]] || targets+=(test_trainer)
  install_packages build tests sanitize
  build_target sanitize "${targets[@]}"
  build_target release "${plain[@]/#/test_}"
  allow_mpirun_as_root
  use_sanitizers
  export OMP_NUM_THREADS=2 OMP_WAIT_POLICY=passive OPENBLAS_NUM_THREADS=1
  local room halves=()
  for room in "${rooms[@]}"; do halves+=("$room/0" "$room/1"); done
  side_by_side sanitized_room "${halves[@]}"
  stop_at_failures "the sanitizers"
  if [[ ${1:-} != short ]]; then
    # Open MPI keeps memory to the end of a process, and loses some at its start.
    ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0 run build/sanitize/bin/test_trainer --gtest_brief=1 \
      --gtest_filter='BadInput*:Messages*:Positions*:Idx*:OwnFiles*:StandardOutput*'
  fi
  side_by_side room_under_valgrind "${plain[@]}"
  stop_at_failures valgrind
}

if [[ ${1:-} == --sanitize ]]; then
  if [[ ${2:-} != @(|short) ]]; then
    say "test: --sanitize: short or nothing expected (saw $2)"
    exit 64
  fi
  cd "$root"
  sanitized "${@:2}"
  exit
fi

if [[ -z ${LOCKSTEP_TEST_DATA:-} ]]; then
  notice="LOCKSTEP_TEST_DATA is not set: the tests on the reference data sets are NOT run"
elif [[ -d $LOCKSTEP_TEST_DATA ]]; then
  LOCKSTEP_TEST_DATA=$(cd "$LOCKSTEP_TEST_DATA" && pwd)
  export LOCKSTEP_TEST_DATA
  notice="Reference data sets: $LOCKSTEP_TEST_DATA"
else
  say "test: LOCKSTEP_TEST_DATA=$LOCKSTEP_TEST_DATA is not a folder"
  exit 66
fi
cd "$root"

install_packages build tests
build_target release
allow_mpirun_as_root

echo "$notice"
exec ctest --test-dir build/release --output-on-failure --no-tests=error -j "$(nproc)" "$@"
