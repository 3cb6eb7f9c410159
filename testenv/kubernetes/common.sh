# What the commands of this folder share; sourced, never run. Reads CHARMARR_TESTENV (the folder of the running
# environment), KUBEBUILDER_ASSETS (a folder of ready binaries) and XDG_CACHE_HOME; writes nothing when sourced.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
state=${CHARMARR_TESTENV:-${TMPDIR:-/tmp}/charmarr-testenv-$(id -u)/kubernetes}
run=$state/run
cache=${XDG_CACHE_HOME:-$HOME/.cache}/charmarr
version=v1.34.4

say() { printf 'testenv/kubernetes: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }
. "$here/../packages.sh"

# set_level LEVEL: sets `programs` to what the level needs; 1 when there is no such level.
set_level() {
    programs=(etcd kube-apiserver kube-controller-manager)
    case "$1" in
        api) ;;
        node) programs+=(kube-scheduler kube-proxy kubelet relay provisioner pause) ;;
        *) return 1 ;;
    esac
}

# wait_for WHAT SECONDS COMMAND...
wait_for() {
    local what=$1 end=$((SECONDS + $2))
    shift 2
    until "$@" >/dev/null 2>&1; do
        if [ $SECONDS -ge $end ]; then say "gave up waiting for $what; logs are in $state/log"; return 1; fi
        sleep 0.1
    done
}

# pid_of NAME: prints the id of the program that `up` started under this name, if that very process still runs. A
# process is known by its id and the moment it began, so that an id used again is never taken for ours.
pid_of() {
    local pid began
    read -r pid began <"$run/$1" || return 1
    [ "$(began "$pid")" = "$began" ] && echo "$pid"
} 2>/dev/null

# began PID: when the process began, in ticks since the machine started (field 22 of /proc/PID/stat, see proc(5)).
began() {
    local stat
    stat=$(<"/proc/$1/stat") || return 1
    set -- ${stat##*) }
    [ "$1" != Z ] && echo "${20}"
} 2>/dev/null

# ask PATH [CURL-ARGUMENT...]: asks the API server as the administrator.
ask() {
    local path=$1
    shift
    curl -fsS -m 5 --noproxy '*' --cacert "$state/pki/ca.crt" --cert "$state/pki/admin.crt" --key "$state/pki/admin.key" "$@" "$(<"$state/url")$path"
}

# ready: the API server answers that all its parts are.
ready() { ask /readyz; }

# node_ready: the kubelet and the pod network are.
node_ready() { ask /api/v1/nodes/node | tr -d '[:space:]' | grep -q '"type":"Ready","status":"True"'; }

# node_pid: prints the id, on this machine, of process 1 of the node.
node_pid() { pid_of init; }
