#!/usr/bin/env bash
# clang-tidy over the compile commands:  scripts/lint.sh [REGEX...]   (files whose path matches; default: all, after a
# check that every private header compiles alone)
# It has a build folder of its own, configured without precompiled headers: clang cannot read those of g++.
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
cd "$root"
need_tool run-clang-tidy "clang-tidy libomp-dev"

install_packages build
cmake --preset debug -B build/lint -D CMAKE_DISABLE_PRECOMPILE_HEADERS=ON >/dev/null

if [[ $# -eq 0 ]]; then
  cmake --build build/lint -j "$(build_jobs)" --target private_header_check
  set -- "^$root/(src|tests)/"
fi
exec run-clang-tidy -quiet -p build/lint -j "$(build_jobs)" "$@"
