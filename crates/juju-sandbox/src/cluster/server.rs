//! A Kubernetes API server that runs beside this program, reached by a kubeconfig.
//!
//! Enters: requests of the sandbox. Leaves: the server's answers, its refusals as the `Status` it sent.

use super::KubeApi;
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube_sandbox::{Patch, StatusError};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Runtime;

/// No answer takes longer.
const PATIENCE: Duration = Duration::from_secs(30);

/// The kinds that the sandbox asks for: kind, the path of its API, plural.
const KINDS: &[(&str, &str, &str)] = &[
    (
        "ClusterRole",
        "/apis/rbac.authorization.k8s.io/v1",
        "clusterroles",
    ),
    (
        "ClusterRoleBinding",
        "/apis/rbac.authorization.k8s.io/v1",
        "clusterrolebindings",
    ),
    ("Event", "/api/v1", "events"),
    ("Namespace", "/api/v1", "namespaces"),
    ("Node", "/api/v1", "nodes"),
    ("PersistentVolume", "/api/v1", "persistentvolumes"),
    ("PersistentVolumeClaim", "/api/v1", "persistentvolumeclaims"),
    ("Pod", "/api/v1", "pods"),
    ("Role", "/apis/rbac.authorization.k8s.io/v1", "roles"),
    (
        "RoleBinding",
        "/apis/rbac.authorization.k8s.io/v1",
        "rolebindings",
    ),
    ("Secret", "/api/v1", "secrets"),
    ("Service", "/api/v1", "services"),
    ("ServiceAccount", "/api/v1", "serviceaccounts"),
    ("StatefulSet", "/apis/apps/v1", "statefulsets"),
    ("StorageClass", "/apis/storage.k8s.io/v1", "storageclasses"),
];

/// The server of a kubeconfig's current context cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("cannot use the cluster of `{}`", kubeconfig.display())]
pub struct ServerError {
    /// The file.
    kubeconfig: PathBuf,
    /// Why not.
    source: Box<dyn std::error::Error + Send + Sync>,
}

/// A server, and the one connection pool to it.
pub(super) struct Server {
    runtime: Runtime,
    client: kube::Client,
    ca: String,
    host: String,
    port: u16,
}

impl Server {
    /// The server of the file's current context, with that user's rights.
    pub(super) fn of(kubeconfig: &Path) -> Result<Self, ServerError> {
        Self::connect(kubeconfig).map_err(|source| ServerError {
            kubeconfig: kubeconfig.to_owned(),
            source,
        })
    }

    fn connect(kubeconfig: &Path) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let file = Kubeconfig::read_from(kubeconfig)?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()?;
        let mut config = runtime.block_on(kube::Config::from_custom_kubeconfig(
            file,
            &KubeConfigOptions::default(),
        ))?;
        config.read_timeout = Some(PATIENCE);
        let roots = config.root_cert.clone().unwrap_or_default();
        let host = config.cluster_url.host().unwrap_or_default().to_owned();
        let port = config.cluster_url.port_u16().unwrap_or(443);
        let client = runtime.block_on(async { kube::Client::try_from(config) })?;
        Ok(Self {
            runtime,
            client,
            ca: roots.iter().map(|certificate| pem(certificate)).collect(),
            host,
            port,
        })
    }

    /// The certificates that pods are to trust, as PEM.
    pub(super) fn ca_pem(&self) -> &str {
        &self.ca
    }

    /// Where it listens, as this machine sees it.
    pub(super) fn address(&self) -> (String, u16) {
        (self.host.clone(), self.port)
    }

    /// Sends one request and reads its JSON answer.
    pub(super) fn send(
        &self,
        method: &str,
        path: &str,
        content: &str,
        body: Option<&Value>,
    ) -> Result<Value, StatusError> {
        let bytes = body.map_or_else(Vec::new, |body| body.to_string().into_bytes());
        let request = http::Request::builder()
            .method(method)
            .uri(path)
            .header(http::header::CONTENT_TYPE, content)
            .body(bytes)
            .map_err(|error| unanswered(&error))?;
        self.runtime
            .block_on(self.client.request::<Value>(request))
            .map_err(refusal)
    }
}

impl Server {
    /// A bearer token of a service account, as the kubelet asks for one (`TokenRequest`).
    pub(super) fn token(&self, namespace: &str, account: &str) -> Result<String, StatusError> {
        let path = format!("{}/token", path("ServiceAccount", Some(namespace), account)?);
        let request = json!({ "apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {} });
        let answer = self.send("POST", &path, JSON, Some(&request))?;
        let token = answer.pointer("/status/token").and_then(Value::as_str);
        token
            .map(str::to_owned)
            .ok_or_else(|| unanswered(&"the answer holds no token"))
    }
}

/// A server as one field manager.
pub(super) struct ServerClient {
    pub(super) server: Arc<Server>,
    pub(super) manager: &'static str,
}

impl ServerClient {
    fn send_patch(&self, to: &str, patch: &Patch) -> Result<Value, StatusError> {
        let (content, body) = match patch {
            Patch::Strategic(body) => ("application/strategic-merge-patch+json", body),
            Patch::Merge(body) => ("application/merge-patch+json", body),
            Patch::Json(body) => ("application/json-patch+json", body),
        };
        let target = format!("{to}?fieldManager={}", self.manager);
        self.server.send("PATCH", &target, content, Some(body))
    }
}

const JSON: &str = "application/json";

impl KubeApi for ServerClient {
    fn get(&self, kind: &str, namespace: Option<&str>, name: &str) -> Result<Value, StatusError> {
        self.server.send("GET", &path(kind, namespace, name)?, JSON, None)
    }

    fn list(&self, kind: &str, namespace: Option<&str>) -> Result<Vec<Value>, StatusError> {
        let mut list = self.server.send("GET", &path(kind, namespace, "")?, JSON, None)?;
        Ok(match list.get_mut("items").map(Value::take) {
            Some(Value::Array(items)) => items,
            _ => Vec::new(),
        })
    }

    fn create(&self, object: &Value) -> Result<Value, StatusError> {
        let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str);
        let path = path(text("/kind").unwrap_or_default(), text("/metadata/namespace"), "")?;
        let path = format!("{path}?fieldManager={}", self.manager);
        self.server.send("POST", &path, JSON, Some(object))
    }

    fn patch(
        &self,
        kind: &str,
        namespace: Option<&str>,
        name: &str,
        patch: &Patch,
    ) -> Result<Value, StatusError> {
        self.send_patch(&path(kind, namespace, name)?, patch)
    }

    fn patch_status(
        &self,
        kind: &str,
        namespace: Option<&str>,
        name: &str,
        patch: &Patch,
    ) -> Result<Value, StatusError> {
        self.send_patch(&format!("{}/status", path(kind, namespace, name)?), patch)
    }

    fn delete(
        &self,
        kind: &str,
        namespace: Option<&str>,
        name: &str,
        grace_seconds: Option<u64>,
    ) -> Result<Value, StatusError> {
        let options = json!({ "kind": "DeleteOptions", "apiVersion": "v1",
            "propagationPolicy": "Background", "gracePeriodSeconds": grace_seconds });
        self.server
            .send("DELETE", &path(kind, namespace, name)?, JSON, Some(&options))
    }
}

/// The path of an object; without a name, of all.
pub(super) fn path(kind: &str, namespace: Option<&str>, name: &str) -> Result<String, StatusError> {
    let Some((_, api, plural)) = KINDS.iter().find(|(known, _, _)| *known == kind) else {
        return Err(unanswered(&format!("cannot ask for the kind `{kind}`")));
    };
    let namespace = namespace.map_or_else(String::new, |namespace| format!("/namespaces/{namespace}"));
    let name = if name.is_empty() {
        String::new()
    } else {
        format!("/{name}")
    };
    Ok(format!("{api}{namespace}/{plural}{name}"))
}

/// The `Status` that the server sent; what kept it from answering has code 0.
fn refusal(error: kube::Error) -> StatusError {
    if let kube::Error::Api(status) = error {
        return StatusError {
            code: status.code,
            reason: status.reason,
            message: status.message,
            details: None,
        };
    }
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(source) = cause {
        text = format!("{text}: {source}");
        cause = source.source();
    }
    unanswered(&text)
}

fn unanswered(why: &dyn std::fmt::Display) -> StatusError {
    StatusError {
        code: 0,
        reason: String::new(),
        message: why.to_string(),
        details: None,
    }
}

/// A certificate (DER) as PEM, RFC 7468.
fn pem(der: &[u8]) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let lines: Vec<&str> = text
        .as_bytes()
        .chunks(64)
        .filter_map(|line| std::str::from_utf8(line).ok())
        .collect();
    format!(
        "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
        lines.join("\n")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: &str, namespace: Option<&str>, name: &str, expect: &str) {
        assert_eq!(path(kind, namespace, name).unwrap(), expect);
    }

    #[test]
    fn paths_are_those_of_the_api() {
        check(
            "Pod",
            Some("media"),
            "radarr-0",
            "/api/v1/namespaces/media/pods/radarr-0",
        );
        check(
            "StatefulSet",
            Some("media"),
            "",
            "/apis/apps/v1/namespaces/media/statefulsets",
        );
        check("PersistentVolume", None, "pv", "/api/v1/persistentvolumes/pv");
        let refused = path("Teapot", None, "t").unwrap_err();
        assert_eq!(
            (refused.code, refused.message.as_str()),
            (0, "cannot ask for the kind `Teapot`")
        );
    }

    #[test]
    fn a_certificate_is_wrapped_at_64_characters() {
        let text = pem(&[0; 50]);
        let lines: Vec<_> = text.lines().map(str::len).collect();
        assert_eq!(lines, [27, 64, 4, 25]);
    }
}
