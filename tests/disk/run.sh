#!/usr/bin/env bash
# A run folder on a small disk that is full for a while, and one that stays full:  run.sh BUILD FOLDER
# Training goes on, the next interval succeeds when there is room, metrics.jsonl is complete and never torn.
#
# The disk is mounted in a namespace of the test's own: whichever way it ends, nothing of it stays.
set -euo pipefail
build=$(realpath "$1") folder=$(realpath -m "$2")
source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
trainer=$build/bin/trainer

# An ordinary user is root in a user namespace, where the kernel lets them.
spaces=(--mount --pid --fork --kill-child --mount-proc)
if [[ $EUID -ne 0 ]]; then spaces+=(--user --map-root-user); fi
if [[ ${3:-} != inside ]]; then
  if ! reason=$(unshare "${spaces[@]}" mount -t tmpfs tmpfs /run 2>&1); then
    echo "disk.full: not run (no namespaces here: ${reason//$'\n'/; })"
    exit
  fi
  exec unshare "${spaces[@]}" "$0" "$build" "$folder" inside
fi

# shellcheck source=tests/support/runs.sh
source "$source/tests/support/runs.sh"

fail() {
  echo "FAILED: $*" >&2
  head -n 10 "$folder"/*.log >&2
  exit 1
}

train() {
  "$trainer" train --data "$source/data/digits.csv" --model mlp --hidden 24 --optimizer adam --batch-size 64 \
    --epochs "$epochs" --checkpoint-every 100i --threads 1 --progress none --run "$1" >>"$folder/$2.log" 2>&1
}

newest_of() { find "$1" -name 'checkpoint-*.h5' | sed 's/.*-\(.*\).h5/\1/' | sort -n | tail -n 1; }
fill() { head -c 10m /dev/zero >"$disk/other" 2>/dev/null || true; }
# Once, however many checkpoints were not taken.
has_warned() { (($(grep -c 'warning: no checkpoint at step .*No space left on device' "$folder/$1.log") == 1)); }

# is_whole RUN: the lines of metrics.jsonl are of the epochs 1, 2, …, and the last one is complete.
is_whole() {
  awk '$0 !~ "^\\{\"epoch\":" NR ",.*\\}$" { torn = 1 } END { exit torn }' "$1/metrics.jsonl" &&
    [[ -z $(tail -c 1 "$1/metrics.jsonl") ]]
}

same_end() {
  [[ $(hash_of "$1") == "$expected" ]] || fail "$1 has other bits than the undisturbed run"
  if ! is_whole "$1" || [[ $(wc -l <"$1/metrics.jsonl") != "$epochs" ]]; then
    fail "metrics.jsonl of $1 is not complete"
  fi
  ! compgen -G "$1/.tmp-*" >/dev/null || fail "$1 has temporary files left"
}

rm -rf "$folder"
mkdir -p "$folder"
disk=$folder/disk
mkdir "$disk"
mount -t tmpfs -o size=2m tmpfs "$disk"
epochs=1500

train "$folder/undisturbed" undisturbed || fail "the undisturbed run ended with $?"
expected=$(hash_of "$folder/undisturbed")

# No room for data: 73 where that is foreseen, else 74; nothing is left.
generate() { "$trainer" generate --rows 20000 --features 30 --output "$disk/made.h5" "$@" >"$folder/generate.log" 2>&1; }
code=0
generate || code=$?
[[ $code == 73 ]] || fail "a file that is larger than the disk: $code"
code=0
generate --compress || code=$?
[[ $code == 74 ]] || fail "a file that fills the disk: $code"
(($(grep -c 'trainer: error: .*made.h5: .*No space left on device' "$folder/generate.log") == 1)) || fail "no error"
[[ -z $(ls -A "$disk") ]] || fail "something is left"
echo "no room for data: 73 or 74, and nothing is left of them"

# Full for a while, over many intervals and more lines than the last page of metrics.jsonl has room for.
train "$disk/run" for-a-while &
job=$!
until_true 60 compgen -G "$disk/run/checkpoint-*.h5" >/dev/null
fill
until_true 60 has_warned for-a-while
before=$(newest_of "$disk/run")
sleep 2  # many intervals
has_warned for-a-while || fail "more than one warning of checkpoints"
until_true 60 is_whole "$disk/run"  # not between a write and what it takes back
"$trainer" inspect --verify "$disk/run/checkpoint-$before.h5" >/dev/null || fail "the checkpoint before is damaged"
rm "$disk/other"
goes_on() { (($(newest_of "$disk/run") > before)); }
until_true 60 goes_on
wait "$job" || fail "the training ended with $?"
same_end "$disk/run"
echo "full for a while: training went on, saved when there was room, and has the undisturbed bits and metrics"

# Full to the end: 74, and what was saved before is taken up when there is room.
rm -r "$disk/run"
train "$disk/run" to-the-end &
job=$!
until_true 60 compgen -G "$disk/run/checkpoint-*.h5" >/dev/null
fill
code=0
wait "$job" || code=$?
[[ $code == 74 ]] || fail "without room to the end: $code"
is_whole "$disk/run" || fail "metrics.jsonl is torn"
[[ ! -e $disk/run/model.h5 ]] || fail "a model without a checkpoint"
rm "$disk/other"
train "$disk/run" to-the-end || fail "taken up again it ended with $?"
same_end "$disk/run"
echo "full to the end: 74, and taken up from the checkpoint before to the undisturbed bits and metrics"
