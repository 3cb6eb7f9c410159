# Packages of a Debian or Ubuntu, and the root to install them; sourced. Needs `say` and `die`.

# find_root WHY COMMAND...: sets `as_root` to what runs a command as root: nothing when we are, else sudo, when it can ask
# or need not. Otherwise dies, and names the command to run.
find_root() {
    local why=$1
    shift
    as_root=()
    [ "$(id -u)" != 0 ] || return 0
    command -v sudo >/dev/null || die "$why; run as root: $*"
    [ -t 0 ] || sudo -n true 2>/dev/null || die "$why; run: sudo $*"
    as_root=(sudo)
}

# install_packages PACKAGE...: as root, or after one question. A fresh machine may be updating itself: that is waited for.
install_packages() {
    local as_root
    command -v apt-get >/dev/null || die "missing packages, and this is no Debian or Ubuntu: install what these are here: $*"
    find_root "missing packages" apt-get install -y --no-install-recommends "$@"
    say ""
    say "==> installing $*${as_root:+ (sudo may ask for your password)}"
    "${as_root[@]}" apt-get update -q >&2 || say "the lists of packages could not be brought up to date"
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -qy --no-install-recommends -o DPkg::Lock::Timeout=600 "$@" >&2 || die "cannot install $*; see above"
}
