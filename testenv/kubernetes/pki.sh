# Certificates and kubeconfigs of one run; sourced by `up`. Everything lands below $state and goes with it.

make_certificates() {
    local d=$state/pki
    mkdir -p "$d"
    chmod 700 "$d"
    authority ca charmarr-testenv
    authority etcd-ca charmarr-testenv-etcd
    certificate etcd-ca etcd /CN=etcd serverAuth,clientAuth DNS:localhost,IP:127.0.0.1
    certificate etcd-ca etcd-client /CN=kube-apiserver clientAuth
    certificate ca apiserver /CN=kube-apiserver serverAuth DNS:localhost,DNS:kubernetes.default.svc,IP:127.0.0.1,IP:10.96.0.1,IP:10.99.0.1
    certificate ca admin /O=system:masters/CN=admin clientAuth
    certificate ca controllers /CN=system:kube-controller-manager clientAuth
    openssl genrsa -out "$d/tokens.key" 2048 2>/dev/null
    openssl rsa -in "$d/tokens.key" -pubout -out "$d/tokens.pub" 2>/dev/null
}

# What the programs of a node need beside these.
make_node_certificates() {
    certificate ca scheduler /CN=system:kube-scheduler clientAuth
    certificate ca proxy /CN=system:kube-proxy clientAuth
    certificate ca kubelet /O=system:nodes/CN=system:node:node clientAuth
    certificate ca kubelet-serving /O=system:nodes/CN=system:node:node serverAuth DNS:node,IP:10.99.0.1
    certificate ca kubelet-client /O=system:masters/CN=kube-apiserver-kubelet-client clientAuth
}

# authority NAME COMMON-NAME
authority() {
    openssl ecparam -name prime256v1 -genkey -noout -out "$state/pki/$1.key"
    openssl req -x509 -new -key "$state/pki/$1.key" -subj "/CN=$2" -days 365 -out "$state/pki/$1.crt" \
        -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,digitalSignature
}

# certificate AUTHORITY NAME SUBJECT USAGE [ALTERNATIVE-NAMES]
certificate() {
    local d=$state/pki
    openssl ecparam -name prime256v1 -genkey -noout -out "$d/$2.key"
    {
        echo "keyUsage=critical,digitalSignature"
        echo "extendedKeyUsage=$4"
        [ -z "${5:-}" ] || echo "subjectAltName=$5"
    } >"$d/extensions"
    openssl req -new -key "$d/$2.key" -subj "$3" |
        openssl x509 -req -CA "$d/$1.crt" -CAkey "$d/$1.key" -CAcreateserial -days 365 -extfile "$d/extensions" \
            -out "$d/$2.crt" 2>/dev/null
}

# kubeconfig USER: writes $state/USER.kubeconfig with everything inside it.
kubeconfig() {
    local d=$state/pki
    (
        umask 077
        cat >"$state/$1.kubeconfig" <<YAML
apiVersion: v1
kind: Config
current-context: testenv
contexts:
- name: testenv
  context: {cluster: testenv, user: $1}
clusters:
- name: testenv
  cluster:
    server: $(<"$state/url")
    certificate-authority-data: $(base64 -w0 <"$d/ca.crt")
users:
- name: $1
  user:
    client-certificate-data: $(base64 -w0 <"$d/$1.crt")
    client-key-data: $(base64 -w0 <"$d/$1.key")
YAML
    )
}
