# Starting the programs; sourced by `up` and, inside the node, by `node-init`. Each has a log in $state/log and its
# process id in $run.

# start NAME COMMAND...: in a session of its own, so that a Ctrl-C at the terminal leaves it to `down`.
start() {
    local name=$1
    shift
    setsid "$@" >>"$state/log/$name.log" 2>&1 </dev/null 9>&- &
    echo "$! $(began $!)" >"$run/$name"
}

# free_port: a port of 127.0.0.1 that nobody listens on, not the same twice in one run.
free_port() {
    local port
    while :; do
        port=$((20000 + (RANDOM << 15 | RANDOM) % 12000))
        grep -qsx "$port" "$state/ports" && continue
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && continue
        echo "$port" >>"$state/ports"
        echo "$port"
        return
    done
}

# No fsync: the data of a test need not outlive a power cut, and writes are far quicker.
start_etcd() {
    local d=$state/pki peer
    etcd_url=https://127.0.0.1:$(free_port)
    peer=http://127.0.0.1:$(free_port)
    start etcd "$bin/etcd" --name testenv --data-dir "$state/etcd" --unsafe-no-fsync --log-level warn \
        --listen-client-urls "$etcd_url" --advertise-client-urls "$etcd_url" \
        --listen-peer-urls "$peer" --initial-advertise-peer-urls "$peer" --initial-cluster "testenv=$peer" \
        --cert-file "$d/etcd.crt" --key-file "$d/etcd.key" --trusted-ca-file "$d/etcd-ca.crt" --client-cert-auth
}

# start_apiserver FLAG...
# Anonymous requests may ask for health and nothing else, so that a request without a token is answered 401. Old versions are
# forgotten after seconds (default: 5 minutes), so that what is told of them can be seen.
start_apiserver() {
    local d=$state/pki
    cat >"$state/authentication.yaml" <<'YAML'
apiVersion: apiserver.config.k8s.io/v1
kind: AuthenticationConfiguration
anonymous:
  enabled: true
  conditions: [{path: /livez}, {path: /readyz}, {path: /healthz}]
YAML
    # Only who asked what: the tests count the calls of charms.
    cat >"$state/audit.yaml" <<'YAML'
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - {level: None, namespaces: [kube-system]}
  - {level: Metadata, userGroups: ["system:serviceaccounts"]}
  - {level: None}
YAML
    start kube-apiserver "$bin/kube-apiserver" --secure-port "$port" --advertise-address 10.99.0.1 \
        --etcd-servers "$etcd_url" --etcd-cafile "$d/etcd-ca.crt" --etcd-certfile "$d/etcd-client.crt" --etcd-keyfile "$d/etcd-client.key" \
        --client-ca-file "$d/ca.crt" --tls-cert-file "$d/apiserver.crt" --tls-private-key-file "$d/apiserver.key" \
        --audit-policy-file "$state/audit.yaml" --audit-log-path "$state/log/audit.jsonl" --audit-log-mode blocking \
        --authentication-config "$state/authentication.yaml" --authorization-mode Node,RBAC \
        --enable-admission-plugins NodeRestriction --allow-privileged \
        --service-account-issuer https://kubernetes.default.svc.cluster.local \
        --service-account-key-file "$d/tokens.pub" --service-account-signing-key-file "$d/tokens.key" \
        --service-cluster-ip-range 10.96.0.0/16 --etcd-compaction-interval 10s --profiling=false "$@"
}

# The defaults of the last four flags cost 4 seconds at the start, up to 15 seconds for a claim, and much longer for
# namespaces when many are deleted at once.
start_controllers() {
    local d=$state/pki
    start kube-controller-manager "$bin/kube-controller-manager" --kubeconfig "$state/controllers.kubeconfig" \
        --bind-address 127.0.0.1 --secure-port "$(free_port)" \
        --authentication-kubeconfig "$state/controllers.kubeconfig" --authorization-kubeconfig "$state/controllers.kubeconfig" \
        --leader-elect=false --use-service-account-credentials --root-ca-file "$d/ca.crt" \
        --service-account-private-key-file "$d/tokens.key" --service-cluster-ip-range 10.96.0.0/16 --profiling=false \
        --kube-api-qps 500 --kube-api-burst 1000 --pvclaimbinder-sync-period 1s --concurrent-namespace-syncs 50
}
