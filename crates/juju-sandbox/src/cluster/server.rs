//! A Kubernetes API server that runs beside this program, reached by a kubeconfig.
//!
//! Enters: requests of the sandbox. Leaves: the server's answers, its refusals as the `Status` it sent.

use kube::config::{KubeConfigOptions, Kubeconfig};
use kube_sandbox::{HttpRequest, StatusError, Transport};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::runtime::Runtime;

/// No answer takes longer.
const PATIENCE: Duration = Duration::from_secs(30);

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
}

impl Transport for Server {
    fn send(&self, request: &HttpRequest) -> Result<Value, StatusError> {
        let body = request.body.as_ref();
        let body = body.map_or_else(Vec::new, |body| body.to_string().into_bytes());
        let request = http::Request::builder()
            .method(request.method)
            .uri(&request.target)
            .header(http::header::CONTENT_TYPE, request.content_type)
            .body(body)
            .map_err(|error| unanswered(&error))?;
        self.runtime
            .block_on(self.client.request::<Value>(request))
            .map_err(refusal)
    }
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

pub(super) fn unanswered(why: &dyn std::fmt::Display) -> StatusError {
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

    #[test]
    fn a_certificate_is_wrapped_at_64_characters() {
        let text = pem(&[0; 50]);
        let lines: Vec<_> = text.lines().map(str::len).collect();
        assert_eq!(lines, [27, 64, 4, 25]);
    }
}
