# Bringing up the level `node`; sourced by `up`. What happens inside the node is in `node-init`.

# make_ready LEVEL: sets `bin`; dies when the level cannot be had here.
make_ready() {
    local missing
    [ "$1" = api ] || check_rights
    missing=$(missing_packages "$1")
    [ -z "$missing" ] || install_packages $missing
    find_binaries
    [ "$1" = api ] || check_paths
}

# missing_packages LEVEL: prints what the level needs of the distribution and is not here.
missing_packages() {
    command -v curl >/dev/null || echo curl ca-certificates
    command -v openssl >/dev/null || echo openssl
    [ "$1" = node ] || return 0
    command -v containerd >/dev/null || echo containerd
    command -v runc >/dev/null || echo runc
    command -v iptables >/dev/null || echo iptables
    command -v busybox >/dev/null || echo busybox-static
    command -v ip >/dev/null || echo iproute2
    [ -x /usr/lib/cni/bridge ] || echo containernetworking-plugins
}

check_rights() {
    [ "$(id -u)" = 0 ] || die "the level node needs root, for namespaces and mounts; run it as root, or use the level api"
    unshare --mount --net --pid --uts --ipc --fork true 2>/dev/null ||
        die "the level node needs namespaces of its own, which this machine does not grant; use the level api"
}

# Paths that the node can see.
check_paths() {
    local path
    for path in "$state" "$bin" "$here"; do
        case $(readlink -m "$path") in
            /run/* | /var/lib/* | /var/log/*) die "a node cannot see $path: it has a /run, /var/lib and /var/log of its own" ;;
        esac
    done
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

# The group that the node's pods live under, in every hierarchy of cgroup v1 or in the one of v2, where the root is told by
# its cgroup.controllers (cgroups(7)). A new cpuset of v1 is empty and would take no process.
make_cgroups() {
    local root roots=(/sys/fs/cgroup/*) file
    [ ! -e /sys/fs/cgroup/cgroup.controllers ] || roots=(/sys/fs/cgroup)
    for root in "${roots[@]}"; do
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
