# Where the binaries come from; sourced by `up`. `find_binaries` sets `bin` to a folder that holds every program.

find_binaries() {
    if [ -n "${KUBEBUILDER_ASSETS:-}" ]; then
        bin=$KUBEBUILDER_ASSETS
        for program in "${programs[@]}"; do
            [ -x "$bin/$program" ] || die "KUBEBUILDER_ASSETS=$bin has no program $program"
        done
        return
    fi
    # Cached by content: whatever changes the binary changes the key.
    local key
    key=$(cat "$here"/all-in-one/* "$here"/pause/* "$here/build.sh" "$here/../go/build" | sha256sum)
    bin=$cache/kubernetes-${key:0:16}
    [ -x "$bin/${programs[0]}" ] || build_binaries
}

# One build at a time on this machine; the others wait for it and find its result.
build_binaries() {
    mkdir -p "$cache"
    exec 9>"$cache/kubernetes.lock"
    flock -n 9 || { say "another build is under way; waiting for it"; flock 9; }
    if [ ! -x "$bin/${programs[0]}" ]; then
        say "building Kubernetes $version and etcd (the first time about 7 minutes on 2 cores)"
        local new=$bin.new.$$
        mkdir -p "$new"
        trap 'rm -rf "$bin.new.$$"' EXIT
        compile "$new" || die "the build failed"
        local program
        set_level node
        for program in "${programs[@]}"; do [ -e "$new/$program" ] || ln -s all-in-one "$new/$program"; done
        rm -rf "$bin"
        mv "$new" "$bin"
        trap - EXIT
        say "built $bin in $SECONDS s"
    fi
    exec 9>&-
}

# compile FOLDER: `all-in-one` and `pause`, stripped.
compile() {
    local package flags='-s -w'
    for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
        flags+=" -X $package.gitVersion=$version -X $package.gitMajor=1 -X $package.gitMinor=34"
        flags+=" -X $package.gitTreeState=clean -X $package.buildDate=1970-01-01T00:00:00Z"
    done
    "$here/../go/build" "$here/all-in-one" "$1/all-in-one" . -gcflags=all=-dwarf=false -ldflags "$flags" &&
        "$here/../go/build" "$here/all-in-one" "$1/pause" ../pause/main.go -gcflags=all=-dwarf=false -ldflags '-s -w'
}
