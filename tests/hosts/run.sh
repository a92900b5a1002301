#!/usr/bin/env bash
# Jobs over three hosts that are network namespaces joined by a bridge:  run.sh BUILD FOLDER
# Training has the bits of one host; one that loses a link in mid-run ends on every host, and goes on to the same bits.
#
# Network, mounts and processes are in namespaces of the test's own: whichever way it ends, nothing of it stays.
set -euo pipefail
build=$(realpath "$1") folder=$(realpath -m "$2")
source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
agent=$source/tests/hosts/agent.sh
trainer=$build/bin/trainer
PATH=$PATH:/usr/sbin:/sbin
hosts=(10.77.0.1 10.77.0.2 10.77.0.3)  # their addresses and the names of their namespaces
seconds_to_end=30                      # for a job that lost a link
seconds_to_vanish=10                   # for its processes, after that

# An ordinary user is root in a user namespace, where the kernel lets them.
spaces=(--mount --net --pid --fork --kill-child --mount-proc)
if [[ $EUID -ne 0 ]]; then spaces+=(--user --map-root-user); fi
if [[ ${3:-} != inside ]]; then
  probe="mount -t tmpfs tmpfs /run && ip link add left type veth peer name right && ip link add both type bridge"
  if ! reason=$(unshare "${spaces[@]}" sh -c "$probe" 2>&1); then
    echo "hosts.jobs: not run (no namespaces here: ${reason//$'\n'/; })"
    exit
  fi
  exec unshare "${spaces[@]}" "$0" "$build" "$folder" inside
fi

# shellcheck source=tests/support/runs.sh
source "$source/tests/support/runs.sh"

fail() {
  echo "FAILED: $*" >&2
  tail -n 40 "$folder"/*.log >&2
  exit 1
}

# processes_on HOST: the names of those that run there.
processes_on() { ip netns pids "$1" | while read -r pid; do cat "/proc/$pid/comm" 2>/dev/null || true; done; }
are_quiet() { [[ -z $(for host in "${hosts[@]}"; do processes_on "$host"; done) ]]; }

# train RUN HOST...: a rank on each of the hosts, from the first; its output in RUN.log. Open MPI misses a host after
# 4 s here; by its defaults, after 8 minutes.
train() {
  local run=$1 all
  shift
  all=$(IFS=,; echo "$*")
  "$agent" "$1" exec mpirun --quiet --bind-to none -n $# --host "$all" --mca plm_rsh_agent "$agent" \
    --mca btl tcp,self --mca btl_tcp_if_include eth0 --mca oob_tcp_if_include eth0 --mca mpi_yield_when_idle 1 \
    --mca oob_tcp_keepalive_time 1 --mca oob_tcp_keepalive_intvl 1 --mca oob_tcp_keepalive_probes 3 \
    "${command[@]}" --run "$folder/$run" >>"$folder/$run.log" 2>&1
}

same_end() {
  if [[ $(hash_of "$folder/$1") != "$expected" ]]; then fail "$1 has other bits than one host"; fi
}

has_checkpoint() { compgen -G "$folder/$1/checkpoint-*.h5" >/dev/null; }

# restore LINK: the link is up again, and forgotten that it was not.
restore() {
  local host
  ip link set "port-${1##*.}" up
  for host in "${hosts[@]}"; do ip -n "$host" neigh flush all; done
  comes_true 20 reaches "$1" || fail "$1 is not reached again"
}

# reaches HOST: each of the other hosts does (what answers is a port where nobody listens).
reaches() {
  local host answer
  for host in "${hosts[@]}"; do
    if [[ $host == "$1" ]]; then continue; fi
    answer=$(ip netns exec "$host" timeout 2 bash -c "exec 3<>/dev/tcp/$1/9" 2>&1 || true)
    [[ $answer == *refused* ]] || return 1
  done
}

# cut RUN LINK HOST...: takes down the link of that host while the job trains, and sees to its end on every host.
cut() {
  local run=$1 link=$2 job code=0 host begin
  shift 2
  train "$run" "$@" &
  job=$!
  comes_true 60 has_checkpoint "$run" || fail "$run wrote no checkpoint"
  for host in "$@"; do
    [[ $(processes_on "$host" | grep -cx trainer) == 1 ]] || fail "$run has no rank on $host in mid-run"
  done
  ip link set "port-${link##*.}" down
  begin=$SECONDS
  has_ended() { ! kill -0 "$job" 2>/dev/null; }
  comes_true "$seconds_to_end" has_ended || fail "$run goes on $seconds_to_end s after $link was lost"
  wait "$job" || code=$?
  if ((code == 0)) || [[ -e $folder/$run/model.h5 ]]; then fail "$run came to its end without $link"; fi
  comes_true "$seconds_to_vanish" are_quiet || fail "$run left processes behind"
  restore "$link"
  echo "$# hosts: the link of $link was lost, all ended after $((SECONDS - begin)) s with $code"
}

# resume RUN COPY HOST...: takes a copy of the run up again on these hosts.
resume() {
  cp -r "$folder/$1" "$folder/$2"
  train "$2" "${@:3}" || fail "$2 ended with $?"
  same_end "$2"
  [[ $(wc -l <"$folder/$2/metrics.jsonl") == "$epochs" ]] || fail "$2 has another number of lines in metrics.jsonl"
}

rm -rf "$folder"
mkdir -p "$folder"
mount -t tmpfs tmpfs /run
mkdir /run/netns /run/tmp
export TMPDIR=/run/tmp OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
ip link add bridge type bridge
ip link set bridge up
for host in "${hosts[@]}"; do
  ip netns add "$host"
  ip link add "port-${host##*.}" type veth peer name eth0 netns "$host"
  ip link set "port-${host##*.}" master bridge up
  ip -n "$host" addr add "$host/24" dev eth0
  ip -n "$host" link set lo up
  ip -n "$host" link set eth0 up
done

epochs=400
command=("$trainer" train --data "$source/data/digits.csv" --model mlp --hidden 24 --optimizer adam --batch-size 64
  --lanes 8 --epochs "$epochs" --checkpoint-every 100i --threads 1 --progress none)

train one "${hosts[0]}" || fail "one host ended with $?"
expected=$(hash_of "$folder/one")
[[ -n $expected ]] || fail "one host left no hash"
train two "${hosts[@]:0:2}" || fail "two hosts ended with $?"
same_end two
train three "${hosts[@]}" || fail "three hosts ended with $?"
same_end three
echo "2 and 3 hosts have the bits of one"

if "$trainer" train --help | grep -q -- --step-timeout; then command+=(--step-timeout 10s); fi
cut cut "${hosts[2]}" "${hosts[@]}"
resume cut resumed-on-one "${hosts[0]}"
resume cut resumed-on-two "${hosts[@]:1}"
cut cut-from-mpirun "${hosts[0]}" "${hosts[@]:0:2}"
resume cut-from-mpirun resumed-on-three "${hosts[@]}"
echo "resumed on one host, on the other two and on three, to the same bits"
