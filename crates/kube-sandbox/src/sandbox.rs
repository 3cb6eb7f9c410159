//! The sandbox as a whole: started once, shared by clones.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};

use crate::api::Api;
use crate::calls::{ApiCall, Fault};
use crate::client::Client;
use crate::controllers;
use crate::object::Object;
#[cfg(feature = "mutations")]
use crate::rules::Rule;
use crate::rules::Rules;
use crate::schema::Schema;
use crate::serve::{Gate, Server};

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
    /// The table of kinds and fields is wrong: a mistake in this library.
    #[error("cannot read the table of fields: {0}")]
    Schema(String),
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
    /// Controllers that undo each other's work: a mistake in this library.
    #[error("cannot bring the controllers to rest: they still change objects after {passes} passes")]
    Restless {
        /// How often each controller looked at everything.
        passes: usize,
    },
}

/// An embedded Kubernetes API; clones are the same one.
#[derive(Clone)]
pub struct KubeSandbox {
    inner: Arc<Inner>,
}

struct Inner {
    api: Arc<Api>,
    gate: Arc<Gate>,
    server: Server,
    options: Options,
    /// One run of the controllers at a time.
    controllers: Mutex<()>,
}

impl KubeSandbox {
    /// Starts an API with an empty store (but the namespaces `default` and `kube-system` and the class `local-path`) that
    /// listens for https on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// When the certificate, the socket or the folder for volumes cannot be made.
    pub fn start(options: Options) -> Result<Self, Error> {
        Self::start_with(options, Rules::default())
    }

    /// The same with one rule broken.
    ///
    /// # Errors
    /// As for [`KubeSandbox::start`].
    #[cfg(feature = "mutations")]
    pub fn start_without(rule: Rule, options: Options) -> Result<Self, Error> {
        Self::start_with(options, Rules::without(rule))
    }

    fn start_with(options: Options, rules: Rules) -> Result<Self, Error> {
        let folder = &options.data_dir;
        fs_err::create_dir_all(folder).map_err(|source| Error::Io {
            operation: "create",
            subject: folder.display().to_string(),
            source,
        })?;
        let api = Arc::new(Api::new(Schema::load().map_err(Error::Schema)?, rules));
        let gate = Arc::new(Gate::new()?);
        let server = Server::start(api.clone(), gate.clone())?;
        let sandbox = KubeSandbox {
            inner: Arc::new(Inner {
                api,
                gate,
                server,
                options,
                controllers: Mutex::new(()),
            }),
        };
        sandbox.furnish();
        Ok(sandbox)
    }

    /// What every cluster has from the start.
    fn furnish(&self) {
        let client = self.client("system:admin", "kube-sandbox");
        let objects = [
            json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "default" } }),
            json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "kube-system" } }),
            json!({
                "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass",
                "metadata": { "name": "local-path", "annotations": { "storageclass.kubernetes.io/is-default-class": "true" } },
                "provisioner": controllers::PROVISIONER, "reclaimPolicy": "Delete", "volumeBindingMode": "Immediate",
            }),
        ];
        for object in objects {
            // the store is new: nothing can be in the way
            let _ = client.create(&object);
        }
    }

    /// Where https is served.
    pub fn address(&self) -> SocketAddr {
        self.inner.server.address
    }

    /// The certificate that clients must trust, as PEM.
    pub fn ca_pem(&self) -> String {
        self.inner.server.ca_pem.clone()
    }

    /// The bearer token of a service account (which need not exist yet); RBAC objects in the store decide what it may do.
    pub fn service_account_token(&self, namespace: &str, name: &str) -> String {
        self.inner.gate.token(namespace, name)
    }

    /// A client in this process that may do everything, under the name `user`.
    pub fn client(&self, user: &str, field_manager: &str) -> Client {
        Client::new(self.clone(), user, field_manager)
    }

    /// The folder that a `PersistentVolume` stands for on this machine: its hostPath or local path, or the folder given for
    /// its NFS export.
    pub fn volume_folder(&self, volume: &Value) -> Option<PathBuf> {
        let local = volume
            .pointer("/spec/hostPath/path")
            .or_else(|| volume.pointer("/spec/local/path"));
        if let Some(path) = local {
            return path.as_str().map(PathBuf::from);
        }
        let export = format!(
            "{}:{}",
            volume.text("/spec/nfs/server"),
            volume.text("/spec/nfs/path")
        );
        self.inner.options.nfs_exports.get(&export).cloned()
    }

    /// Runs the controllers and the scheduler until they have nothing more to do; true if they changed anything. They look
    /// at no wall clock.
    ///
    /// # Errors
    /// When they never have nothing more to do.
    pub fn run_controllers(&self) -> Result<bool, Error> {
        let _turn = self
            .inner
            .controllers
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        controllers::run(self)
    }

    /// Calls `f` for every https request when it has been carried out, just before its answer is sent, so that a trace is in
    /// the order the client sees. May be called several times; all are told.
    pub fn on_call(&self, f: Box<dyn Fn(&ApiCall) + Send + Sync>) {
        self.inner.gate.listen(f);
    }

    /// Makes the next matching https requests fail.
    pub fn inject(&self, fault: Fault) {
        self.inner.gate.inject(fault);
    }

    /// False: connections are refused, and open ones closed at their next request; true: served again. Clients in this
    /// process are not affected.
    pub fn set_available(&self, available: bool) {
        self.inner.gate.set_available(available);
        self.inner.server.listen(available);
    }

    /// Whether connections are served; see [`Self::set_available`].
    pub fn is_available(&self) -> bool {
        self.inner.gate.is_available()
    }

    pub(crate) fn api(&self) -> &Api {
        &self.inner.api
    }

    pub(crate) fn options(&self) -> &Options {
        &self.inner.options
    }
}
