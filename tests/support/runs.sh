# shellcheck shell=bash
# What tests of jobs have in common, to be sourced by those that define `fail`.

# hash_of RUN: that of its parameters.
hash_of() { sed -n 's/.*"parameters_sha256": *"\([0-9a-f]*\)".*/\1/p' "$1/summary.json"; }

# comes_true SECONDS COMMAND...: waits until the command succeeds; fails where it does not.
comes_true() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    if ((SECONDS > end)); then return 1; fi
    sleep 0.05
  done
}

# until_true SECONDS COMMAND...: the same; the test fails where it does not.
until_true() { comes_true "$@" || fail "waited in vain for: ${*:2}"; }
