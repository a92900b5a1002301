#!/usr/bin/env bash
# Installs the library, builds the programs beside this against it, and runs them:  run.sh BUILD MPIEXEC FOLDER
# One run of the objective is killed on three ranks and resumed on two; every result has the same bits.
set -euo pipefail
build=$1 mpiexec=$2 folder=$3
source=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
rm -rf "$folder"
mkdir -p "$folder"
cmake --install "$build" --prefix "$folder/prefix" >/dev/null
# Another instruction set: nothing of the library's flags is needed.
cmake -S "$source" -B "$folder/build" -D CMAKE_PREFIX_PATH="$folder/prefix" -D CMAKE_CXX_FLAGS="-march=x86-64 -O1 -Wall" \
  >/dev/null
cmake --build "$folder/build" -j 2
cd "$folder"

# ranks N PROGRAM...: its output, on N ranks.
ranks() {
  local n=$1
  shift
  "$mpiexec" --oversubscribe -n "$n" "$folder/build/$1" "${@:2}"
}

# same NAME FILE FILE...: fails unless the files are equal.
same() {
  local name=$1 first=$2 other
  shift 2
  for other in "$@"; do
    if ! cmp "$first" "$other"; then
      echo "$name: $other differs" >&2
      exit 1
    fi
  done
  echo "$name: the same bits in $# other runs: $(head -1 "$first")"
}

# killed RUN OPTIMIZER: a run of three ranks, one of which dies by SIGKILL once a checkpoint is there.
killed() {
  # shellcheck disable=SC2016
  "$mpiexec" --oversubscribe -n 3 bash -c 'echo $$ >"pid.$OMPI_COMM_WORLD_RANK"; exec "$@"' - \
    "$folder/build/own_objective" "$@" >/dev/null 2>&1 &
  local job=$!
  until ls "$1"/checkpoint-[1-9]*.h5 >/dev/null 2>&1; do
    sleep 0.01
    kill -0 $job
  done
  kill -KILL "$(<pid.1)"
  if wait $job; then
    echo "$1 ended before it was killed" >&2
    exit 1
  fi
}

for n in 1 3; do ranks $n own_loss >loss-$n; done
same "own loss" loss-1 loss-3

for optimizer in lbfgs newton-cg; do
  for n in 1 3; do ranks $n own_objective $optimizer-$n $optimizer >objective-$n; done
  killed killed-$optimizer $optimizer
  begin=$(head -1 killed-$optimizer/metrics.jsonl)
  ranks 2 own_objective killed-$optimizer $optimizer >objective-resumed
  if [[ $begin != "$(head -1 killed-$optimizer/metrics.jsonl)" ]]; then  # with the seconds that it took
    echo "killed-$optimizer began anew" >&2
    exit 1
  fi
  same "own objective by $optimizer" objective-1 objective-3 objective-resumed
done
