#!/usr/bin/env bash
# A Slurm of one node, this machine, in a folder of its own: own key, sockets, ports and configuration; no control
# groups, no root, nothing outside the folder.
#     cluster.sh start FOLDER     prints the path of slurm.conf, for SLURM_CONF
#     cluster.sh stop FOLDER
# The daemons run as who calls this. FOLDER is a short absolute path (a socket's has at most 107 characters).
set -euo pipefail
PATH=$PATH:/usr/sbin:/sbin
action=$1 folder=$2

# The process ids of the daemons.
pids() {
  local file
  for file in "$folder"/{slurmd,slurmctld,munged}.pid; do
    if [[ -s $file ]]; then cat "$file"; fi
  done
}

configure() {
  local host user ports
  host=$(hostname -s)
  user=$(id -un)
  read -r -a ports < <(python3 -c '
import socket
sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
print(*(s.getsockname()[1] for s in sockets))')
  # CPUs: what jobs ask for at a time, however many there are.
  # cred_expire: a requeued job waits that long before it starts again, by default two minutes.
  cat >"$folder/slurm.conf" <<CONF
ClusterName=lockstep
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=${ports[0]}
SlurmdPort=${ports[1]}
SlurmUser=$user
SlurmdUser=$user
AuthType=auth/munge
AuthInfo=socket=$folder/munge.socket,cred_expire=5
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
ReturnToService=2
KillWait=10
SchedulerParameters=batch_sched_delay=1,sched_interval=2,sched_min_interval=0,bf_interval=2
NodeName=$host NodeAddr=127.0.0.1 CPUs=8 State=UNKNOWN
PartitionName=test Nodes=$host Default=YES MaxTime=INFINITE State=UP
CONF
}

start() {
  mkdir -p "$folder"/{state,spool}
  chmod 700 "$folder"
  head -c 1024 /dev/urandom >"$folder/munge.key"
  chmod 600 "$folder/munge.key"
  configure
  export SLURM_CONF=$folder/slurm.conf
  munged --force --key-file "$folder/munge.key" --socket "$folder/munge.socket" --pid-file "$folder/munged.pid" \
    --log-file "$folder/munged.log" --seed-file "$folder/munged.seed" >&2
  slurmctld -i >&2
  slurmd >&2
  local try
  for ((try = 0; try < 100; ++try)); do
    if [[ $(sinfo -h -o %T 2>/dev/null) == idle ]]; then
      echo "$SLURM_CONF"
      return
    fi
    sleep 0.2
  done
  echo "cluster.sh: no node came up within 20 s: see $folder/slurmctld.log, $folder/slurmd.log" >&2
  stop
  return 1
}

# Jobs first: those that a node leaves behind go on.
stop() {
  local pid try
  export SLURM_CONF=$folder/slurm.conf
  scancel --user="$(id -un)" 2>/dev/null || true
  for ((try = 0; try < 75; ++try)); do
    if [[ -z $(squeue --noheader 2>/dev/null) ]]; then break; fi
    sleep 0.2
  done
  for pid in $(pids); do
    kill "$pid" 2>/dev/null || true
  done
  for pid in $(pids); do
    timeout 10 tail --pid="$pid" -f /dev/null || kill -KILL "$pid" || true
  done
  for pid in $(pgrep -x slurmstepd); do
    if [[ $(readlink "/proc/$pid/cwd") == "$folder"* ]]; then kill -KILL "$pid" || true; fi
  done
}

case $action in
  start | stop) "$action" ;;
  *) exit 64 ;;
esac
