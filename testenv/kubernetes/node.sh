# Bringing up the level `node`; sourced by `up`. What happens inside the node is in `node-init`.

# make_ready LEVEL: sets `bin`; dies when the level cannot be had here.
make_ready() {
    local tool
    for tool in curl openssl setsid flock; do command -v $tool >/dev/null || die "$tool is missing"; done
    [ "$1" = api ] || check_rights
    find_binaries
    [ "$1" = api ] || check_node
}

check_rights() {
    [ "$(id -u)" = 0 ] || die "the level node needs root, for namespaces and mounts; run it as root, or use the level api"
    unshare --mount --net --pid --uts --ipc --fork true 2>/dev/null ||
        die "the level node needs namespaces of its own, which this machine does not grant; use the level api"
}

# The distribution's packages, and paths that the node can see.
check_node() {
    local path missing=()
    for path in "$state" "$bin" "$here"; do
        case $(readlink -m "$path") in
            /run/* | /var/lib/* | /var/log/*) die "a node cannot see $path: it has a /run, /var/lib and /var/log of its own" ;;
        esac
    done
    command -v containerd >/dev/null || missing+=(containerd)
    command -v runc >/dev/null || missing+=(runc)
    command -v iptables >/dev/null || missing+=(iptables)
    command -v busybox >/dev/null || missing+=(busybox-static)
    command -v ip >/dev/null || missing+=(iproute2)
    [ -x /usr/lib/cni/bridge ] || missing+=(containernetworking-plugins)
    [ ${#missing[@]} = 0 ] || install_packages "${missing[@]}"
}

# One at a time on this machine: dpkg waits for nobody.
install_packages() {
    command -v apt-get >/dev/null || die "missing: $*; install them with your distribution's package manager"
    say "installing $*"
    mkdir -p "$cache"
    flock "$cache/packages.lock" \
        sh -c 'apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "$@"' - "$@" >&2 ||
        die "cannot install $*; run: apt-get install --no-install-recommends $*"
}

bring_up_node() {
    local user
    make_node_certificates
    for user in controllers scheduler proxy kubelet; do kubeconfig "$user"; done
    cp -r "$here/node" "$state/config"
    cgroup=charmarr-testenv-$port
    echo "$cgroup" >"$state/cgroup" || return 1
    make_cgroups
    start node unshare --mount --net --pid --uts --ipc --fork --kill-child --propagation private \
        env CHARMARR_TESTENV="$state" "$here/node-init" "$bin" "$port" "$cgroup"
    wait_for "the node's first process" 60 node_pid || return 1
    start relay "$bin/relay" "127.0.0.1:$port" "/proc/$(node_pid)/ns/net"
    wait_for "the API server" 180 ready || return 1
    wait_for "the default service account" 180 service_account || return 1
    for class in "$state"/config/classes/*.yaml; do
        ask /apis/storage.k8s.io/v1/storageclasses -H 'Content-Type: application/yaml' --data-binary "@$class" >/dev/null
    done
    wait_for "the node" 180 node_ready || return 1
}

# The group that the node's pods live under, in every hierarchy of cgroup v1 or in the one of v2. A new cpuset of v1 is
# empty and would take no process.
make_cgroups() {
    local root file
    for root in /sys/fs/cgroup /sys/fs/cgroup/*; do
        [ -e "$root/cgroup.procs" ] && mkdir "$root/$cgroup" || continue
        for file in cpuset.cpus cpuset.mems; do
            [ ! -e "$root/cpuset.cpu_exclusive" ] || cat "$root/$file" >"$root/$cgroup/$file"
        done
    done
}

# take_down_node: ends everything in the node at once, with its mounts and interfaces, and then removes its cgroups.
take_down_node() {
    local pid cgroup
    pid=$(pid_of relay) && kill "$pid"
    pid=$(node_pid) || pid=$(pid_of node) && kill -9 "$pid"
    wait_for "the end of the relay" 10 gone relay
    wait_for "the end of the node" 20 gone node
    cgroup=$(<"$state/cgroup") || return 0
    wait_for "the end of the cgroup $cgroup" 20 remove_cgroups "$cgroup"
}

# The kernel lets a group go a moment after its last process.
remove_cgroups() {
    local found
    found=$(find /sys/fs/cgroup -mindepth 1 -maxdepth 2 -type d -name "$1")
    [ -z "$found" ] || ! find $found -depth -type d -exec rmdir {} + || return 0
    [ -z "$(find /sys/fs/cgroup -mindepth 1 -maxdepth 2 -type d -name "$1")" ]
}
