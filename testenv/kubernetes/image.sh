# Making container images without a registry and without a container program; sourced.

# write_image NAME FOLDER OUT [CONFIG]: writes a docker archive of one layer, the folder with the owners and modes that
# its files have. CONFIG is the JSON object `config` of an OCI image: Entrypoint, Cmd, Env, User, WorkingDir, …
write_image() (
    name=$1 folder=$2 out=$3 config=${4:-'{}'}
    machine=$(uname -m)
    case "$machine" in x86_64) machine=amd64 ;; aarch64) machine=arm64 ;; esac
    work=$(mktemp -d "${TMPDIR:-/tmp}/charmarr-image.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    tar --create --file "$work/layer.tar" --directory "$folder" --sort name --mtime @0 --numeric-owner .
    digest=$(sha256sum <"$work/layer.tar")
    printf '{"architecture": "%s", "os": "linux", "config": %s, "rootfs": {"type": "layers", "diff_ids": ["sha256:%s"]}}' \
        "$machine" "$config" "${digest%% *}" >"$work/config.json"
    printf '[{"Config": "config.json", "RepoTags": ["%s"], "Layers": ["layer.tar"]}]' "$name" >"$work/manifest.json"
    tar --create --file "$out" --directory "$work" manifest.json config.json layer.tar
)

# import_image NAME ARCHIVE [PREFIX...]: pods can use the image when this returns. PREFIX is what enters the node.
import_image() {
    local name=$1 archive=$2
    shift 2
    "$@" ctr --namespace k8s.io images import "$archive" >/dev/null
    wait_for "the image $name" 120 image_is_known "$name" "$@"
}

# containerd's part for the kubelet marks an image when it has taken note of it.
image_is_known() {
    local name=$1
    shift
    "$@" ctr --namespace k8s.io images list "name==$name" | grep -q io.cri-containerd.image=managed
}
