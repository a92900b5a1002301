#!/usr/bin/env bash
# Open MPI's remote shell (plm_rsh_agent) to hosts that are network namespaces:  agent.sh ADDRESS COMMAND...
# As ssh does, it runs the command in a shell on the host of that address, which is the namespace's name.
set -euo pipefail
address=$1
shift
exec nsenter --net="/run/netns/$address" unshare --uts sh -c "hostname host-${address##*.}; $*"
