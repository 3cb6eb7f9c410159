//! The sandbox as a whole: started once, shared by clones.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use crate::calls::{ApiCall, Fault};
use crate::client::Client;

/// What a sandbox needs of its machine.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Where dynamic provisioning makes the folders of its volumes.
    pub data_dir: PathBuf,
    /// The folders that stand for NFS exports, by `server:path`.
    pub nfs_exports: BTreeMap<String, PathBuf>,
}

/// Why a sandbox does not start or cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The certificate of the API server.
    #[error("cannot make a certificate for the API server")]
    Certificate(#[source] rcgen::Error),
    /// The TLS settings of the API server.
    #[error("cannot set up TLS for the API server")]
    Tls(#[source] rustls::Error),
    /// A socket, a folder or a thread.
    #[error("cannot {operation} `{subject}`")]
    Io {
        /// Such as `create`.
        operation: &'static str,
        /// The file or address.
        subject: String,
        /// What the system said.
        source: std::io::Error,
    },
}

/// An embedded Kubernetes API; clones are the same one.
#[derive(Clone)]
pub struct KubeSandbox {
    inner: Arc<Inner>,
}

struct Inner {
    address: SocketAddr,
    options: Options,
}

impl KubeSandbox {
    /// Starts an API with an empty store (but the namespaces `default` and `kube-system` and the class `local-path`) that
    /// listens for https on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// When the certificate, the socket or the folder for volumes cannot be made.
    pub fn start(options: Options) -> Result<Self, Error> {
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        Ok(KubeSandbox {
            inner: Arc::new(Inner { address, options }),
        })
    }

    /// Where https is served.
    pub fn address(&self) -> SocketAddr {
        self.inner.address
    }

    /// The certificate that clients must trust, as PEM.
    pub fn ca_pem(&self) -> String {
        String::new()
    }

    /// The bearer token of a service account (which need not exist yet); RBAC objects in the store decide what it may do.
    pub fn service_account_token(&self, namespace: &str, name: &str) -> String {
        format!("{namespace}/{name}")
    }

    /// A client in this process that may do everything, under the name `user`.
    pub fn client(&self, user: &str, field_manager: &str) -> Client {
        Client::new(self.clone(), user, field_manager)
    }

    /// The folder that a `PersistentVolume` stands for on this machine: its hostPath, or the folder given for its NFS
    /// export.
    pub fn volume_folder(&self, volume: &serde_json::Value) -> Option<PathBuf> {
        let spec = volume.get("spec")?;
        if let Some(path) = spec
            .pointer("/hostPath/path")
            .or_else(|| spec.pointer("/local/path"))
        {
            return path.as_str().map(PathBuf::from);
        }
        let (server, path) = (
            spec.pointer("/nfs/server")?.as_str()?,
            spec.pointer("/nfs/path")?.as_str()?,
        );
        self.inner
            .options
            .nfs_exports
            .get(&format!("{server}:{path}"))
            .cloned()
    }

    /// Runs the controllers and the scheduler until they have nothing more to do; true if they changed anything. They look
    /// at no wall clock.
    pub fn run_controllers(&self) -> bool {
        false
    }

    /// Calls `f` for every https request when it has been carried out, just before its answer is sent, so that a trace is in
    /// the order the client sees. May be called several times; all are told.
    pub fn on_call(&self, f: Box<dyn Fn(&ApiCall) + Send + Sync>) {
        drop(f);
    }

    /// Makes the next matching https requests fail.
    pub fn inject(&self, fault: Fault) {
        drop(fault);
    }

    /// False: connections are closed, open ones at their next request; true: served again. Clients in this process are not
    /// affected.
    pub fn set_available(&self, available: bool) {
        let _ = available;
    }
}
