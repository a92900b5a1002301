#!/usr/bin/env bash
# Installs the Debian packages of scripts/packages.txt that are missing and prepares the environment for
# Open MPI. Called by itself:  scripts/setup.sh [build] [tests]   (default: both sections)
# The doors (quickstart.sh, test.sh, bench.sh ...) source it and call the functions below.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '%s\n' "$*" >&2; }

# Prints a command the way it can be pasted into a shell, then runs it.
run() {
  printf '$'
  printf ' %q' "$@"
  printf '\n'
  "$@"
}

# packages_of SECTION...: the names of these sections, one a line.
packages_of() {
  local section=none line
  while IFS= read -r line; do
    if [[ $line =~ ^#\ ([a-z]+): ]]; then
      section=${BASH_REMATCH[1]}
    fi
    line=${line%%#*}
    line=${line//[[:space:]]/}
    if [[ -n $line && " $* " == *" $section "* ]]; then
      printf '%s\n' "$line"
    fi
  done <"$root/scripts/packages.txt"
}

# missing_of PACKAGE...: those that dpkg does not have installed.
missing_of() {
  local installed package
  installed=$(dpkg-query -W -f='${Package} ${db:Status-Status}\n' "$@" 2>/dev/null || true)
  for package in "$@"; do
    grep -qxF "$package installed" <<<"$installed" || printf '%s\n' "$package"
  done
}

# install_packages SECTION...: offline and instant when nothing is missing. A failure is only reported: the
# libraries may have come another way (modules, conda, another distribution), and CMake names what it lacks.
install_packages() {
  local -a wanted missing as_root=()
  mapfile -t wanted < <(packages_of "$@")
  if [[ ${#wanted[@]} -eq 0 ]]; then
    say "setup: scripts/packages.txt has no section named: $*"
    return 64
  fi
  if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    say "setup: no apt-get here. Install what these Debian packages stand for: ${wanted[*]}"
    return 0
  fi
  mapfile -t missing < <(missing_of "${wanted[@]}")
  if [[ ${#missing[@]} -eq 0 ]]; then
    return 0
  fi
  if [[ $EUID -ne 0 ]]; then
    if ! command -v sudo >/dev/null; then
      say "setup: missing, and neither root nor sudo to install them: ${missing[*]}"
      return 0
    fi
    as_root=(sudo)
    [[ -t 0 ]] || as_root=(sudo -n)
  fi
  say "setup: installing ${missing[*]}"
  as_root+=(env DEBIAN_FRONTEND=noninteractive)
  "${as_root[@]}" apt-get update -qq </dev/null || say "setup: apt-get update failed; trying with the old lists"
  if ! "${as_root[@]}" apt-get install -qq -y --no-install-recommends "${missing[@]}" </dev/null >/dev/null; then
    say "setup: apt-get could not install all of: ${missing[*]}"
  fi
}

# Open MPI refuses to start as root unless told twice.
allow_mpirun_as_root() {
  if [[ $EUID -eq 0 ]]; then
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
  fi
}

# One compiler needs up to 2 GB with Eigen: min(processors, memory / 2 GB), at least 1.
build_jobs() {
  local processors memory_kb jobs
  processors=$(nproc)
  memory_kb=$(awk '$1 == "MemAvailable:" { print $2 }' /proc/meminfo)
  jobs=$((${memory_kb:-2097152} / 2097152))
  if ((jobs > processors)); then jobs=$processors; fi
  if ((jobs < 1)); then jobs=1; fi
  printf '%d\n' "$jobs"
}

# Sanitizers end a program at the first finding, with a stack trace.
use_sanitizers() {
  export ASAN_OPTIONS=detect_stack_use_after_return=1:allocator_may_return_null=1
  export UBSAN_OPTIONS=print_stacktrace=1
  export LSAN_OPTIONS=suppressions=$root/tests/support/leaks.txt:print_suppressions=0
}

# Cores as mpirun counts its slots: hardware threads of one core are one.
core_count() {
  local processors cores
  processors=$(nproc)
  cores=$(lscpu -p=Core,Socket 2>/dev/null | grep -v '^#' | sort -u | wc -l || true)
  if ((cores < 1 || cores > processors)); then cores=$processors; fi
  printf '%d\n' "$cores"
}

# set_launcher RANKS: sets the array `launcher`; more ranks than cores take turns instead of spinning.
set_launcher() {
  launcher=(mpirun -n "$1")
  if (($1 > $(core_count))); then
    launcher+=(--oversubscribe --mca mpi_yield_when_idle 1)
  fi
}

# build_target PRESET [TARGET...]: configures and builds; all targets when none is named.
build_target() {
  local preset=$1
  shift
  run cmake --preset "$preset"
  run cmake --build --preset "$preset" -j "$(build_jobs)" ${1:+--target "$@"}
}

# side_by_side COMMAND NAME...: COMMAND NAME for each name, as many at a time as there are processors. Sets the array
# `failed` to the names whose command failed.
side_by_side() {
  local command=$1 name pid
  local -A name_of=()
  shift
  for name in "$@"; do
    while (($(jobs -rp | wc -l) >= $(nproc))); do sleep 0.1; done
    "$command" "$name" &
    name_of[$!]=$name
  done
  failed=()
  for pid in "${!name_of[@]}"; do
    wait "$pid" || failed+=("${name_of[$pid]}")
  done
}

# A Python that has the given modules: the first in PATH may be one without the system's packages.
python_with() {
  local modules python
  modules=$(IFS=,; printf '%s' "$*")
  for python in "${PYTHON:-python3}" /usr/bin/python3; do
    if "$python" -c "import $modules" 2>/dev/null; then
      printf '%s\n' "$python"
      return 0
    fi
  done
  say "setup: found no python3 with the modules: $* (see scripts/packages.txt; or set PYTHON)"
  return 1
}

# need_tool TOOL PACKAGE: for tools that building and testing do without.
need_tool() {
  if ! command -v "$1" >/dev/null; then
    say "$1 is not installed; on Debian: apt-get install $2"
    exit 69
  fi
}

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then
  if [[ $# -eq 0 ]]; then
    set -- build tests
  fi
  install_packages "$@"
fi
