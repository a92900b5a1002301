#!/usr/bin/env bash
# From a fresh clone to a trained model: installs packages, builds the trainer, trains on data/ with 8 ranks,
# evaluates. Safe to run again: the run resumes, or is found finished.
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
cd "$root"

ranks=8
data=data/breast_cancer.csv
run_folder=runs/quickstart
trainer=build/release/bin/trainer

install_packages build
build_target release trainer

allow_mpirun_as_root
set_launcher "$ranks"

printf '\nTraining: logistic regression by Newton on %d ranks\n' "$ranks"
if [[ $EUID -eq 0 ]]; then
  echo '$ export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1   # only root needs this'
fi
run "${launcher[@]}" "$trainer" train --data "$data" --model logistic --optimizer newton --l2 1e-3 \
  --run "$run_folder"

printf '\nThe model on its data:\n'
run "$trainer" evaluate --model-file "$run_folder/model.h5" --data "$data"

printf '\nWhat the run folder holds:\n'
run "$trainer" inspect "$run_folder"

cat <<RESULTS

Results:
  $run_folder/model.h5        coefficients and intercept; opens with h5py or h5dump
  $run_folder/summary.json    how it ended, metrics, times, hash of the parameters
  $run_folder/metrics.jsonl   objective and gradient norm of each iteration
Change -n and run the command again into another --run folder: parameters_sha256 in summary.json stays the same.
RESULTS
