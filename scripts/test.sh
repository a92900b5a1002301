#!/usr/bin/env bash
# Builds everything and runs the tests. Arguments go to ctest:  scripts/test.sh -R optim
# LOCKSTEP_TEST_DATA=DIR adds the tests on the reference data sets kept in that folder.
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

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
