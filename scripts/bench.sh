#!/usr/bin/env bash
# The benchmarks: the summation tree against MPI_Allreduce on 1, 2, 4 and 8 ranks, then Newton against
# scikit-learn. Arguments go to tests/bench/newton_vs_sklearn.py, such as --rows 100000 --repeats 5.
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
cd "$root"

install_packages build tests
build_target release bench_reduction trainer
allow_mpirun_as_root

for ranks in 1 2 4 8; do
  set_launcher "$ranks"
  printf '\n'
  run "${launcher[@]}" build/release/bin/bench_reduction
done

printf '\n'
python=$(python_with numpy h5py sklearn)
run "$python" tests/bench/newton_vs_sklearn.py --trainer build/release/bin/trainer "$@"
