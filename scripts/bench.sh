#!/usr/bin/env bash
# The benchmarks: the summation tree against MPI_Allreduce on 1, 2, 4 and 8 ranks, Newton against scikit-learn, the
# optimizers against each other, and last a multi-layer perceptron against PyTorch (on MNIST where LOCKSTEP_TEST_DATA
# holds it). Arguments go to tests/bench/newton_vs_sklearn.py, such as --rows 100000 --repeats 5.
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
if [[ -d ${LOCKSTEP_TEST_DATA:-} ]]; then
  LOCKSTEP_TEST_DATA=$(cd "$LOCKSTEP_TEST_DATA" && pwd)
  export LOCKSTEP_TEST_DATA
fi
cd "$root"

install_packages build tests bench
build_target release bench_reduction trainer
allow_mpirun_as_root

for ranks in 1 2 4 8; do
  set_launcher "$ranks"
  printf '\n'
  run "${launcher[@]}" build/release/bin/bench_reduction
done

printf '\n'
trainer=build/release/bin/trainer
python=$(python_with numpy h5py sklearn)
run "$python" tests/bench/newton_vs_sklearn.py --trainer "$trainer" "$@"

printf '\n'
run "$python" tests/bench/optimizer_table.py --trainer "$trainer"

printf '\n'
mnist=()
if [[ -n ${LOCKSTEP_TEST_DATA:-} && -d $LOCKSTEP_TEST_DATA/mnist ]]; then
  mnist=(--data "$LOCKSTEP_TEST_DATA/mnist")
fi
if python=$(python_with numpy torch threadpoolctl); then
  run "$python" tests/bench/mlp_vs_torch.py --trainer "$trainer" "${mnist[@]}"
else
  say "bench: PyTorch is not installed: the comparison with it is NOT run"
fi
