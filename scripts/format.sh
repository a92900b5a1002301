#!/usr/bin/env bash
# Formats include/, src/ and tests/ in place; with --check only says which files would change, and fails.
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
cd "$root"

if [[ $# -gt 1 || ${1:---check} != --check ]]; then
  say "usage: scripts/format.sh [--check]"
  exit 64
fi
need_tool clang-format clang-format

mapfile -d '' -t files < <(find include src tests -type f \( -name '*.h' -o -name '*.cpp' \) -print0 | sort -z)
if [[ $# -eq 0 ]]; then
  clang-format -i "${files[@]}"
  exit
fi
status=0
for file in "${files[@]}"; do
  if ! clang-format --dry-run -Werror "$file" 2>/dev/null; then
    echo "not formatted: $file"
    status=1
  fi
done
exit "$status"
