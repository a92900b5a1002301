#!/usr/bin/env bash
# Every test that the README's table of faults names is there:  readme_faults.sh SOURCE
set -euo pipefail
cd "$1"
missing=0
while read -r suite test; do
  if ! grep -rqE "TEST(_F|_P)?\($suite, *$test\)" tests; then
    echo "the README names $suite.$test, which is no test"
    missing=1
  fi
done < <(sed -n '/^## Faults/,/^## Memory/p' README.md | grep -oE '`[A-Z][A-Za-z0-9]*\.[A-Z][A-Za-z0-9]*`' | tr -d '`' | tr . ' ')
exit "$missing"
