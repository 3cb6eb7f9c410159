//! The two kinds of cluster that cases run against.

use std::path::Path;
use std::time::Duration;

use kube_sandbox::{KubeSandbox, Options};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::Error;
use super::https::{Asker, Endpoint};
use super::{kubeconfig, resource};

/// A cluster that answers requests.
pub trait Subject: Sync {
    /// How a report calls it.
    fn name(&self) -> &str;
    /// Where it listens.
    fn endpoint(&self) -> &Endpoint;
    /// A bearer token of a service account, which exists.
    ///
    /// # Errors
    /// When it gives none.
    fn token(&self, namespace: &str, service_account: &str) -> Result<String, Error>;
    /// Lets its controllers do what is to be done, if they do not by themselves.
    ///
    /// # Errors
    /// When they cannot.
    fn settle(&self) -> Result<(), Error>;
    /// How long a step with `until` may take.
    fn patience(&self) -> Duration;
    /// How many cases may run at once.
    fn at_once(&self) -> usize;
    /// What cases must call by another name on each subject: `provisioner`, who makes volumes as folders of the node;
    /// `folder`, a folder of the node that is the cases' to fill.
    fn names(&self) -> [(&'static str, String); 2];
}

/// A real cluster; its own controllers are at work all the time.
pub struct RealCluster {
    name: &'static str,
    at_once: usize,
    endpoint: Endpoint,
}

impl RealCluster {
    /// The cluster of the file's current context, with that user's rights, which must be all.
    ///
    /// # Errors
    /// When the file does not say enough.
    pub fn from_kubeconfig(path: &Path) -> Result<Self, Error> {
        Ok(RealCluster {
            name: "the real API server",
            at_once: 16,
            endpoint: kubeconfig::read(path)?,
        })
    }

    /// The same where pods run.
    ///
    /// # Errors
    /// As for [`RealCluster::from_kubeconfig`].
    pub fn with_node(path: &Path) -> Result<Self, Error> {
        Ok(RealCluster {
            name: "the real node",
            at_once: 8,
            ..RealCluster::from_kubeconfig(path)?
        })
    }
}

impl Subject for RealCluster {
    fn name(&self) -> &str {
        self.name
    }

    fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    fn token(&self, namespace: &str, service_account: &str) -> Result<String, Error> {
        let request = format!("POST serviceaccounts/{service_account}/token");
        let body = json!({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}});
        let target = resource::target(&request, namespace)?;
        let answer = self.endpoint.send(&target, &Asker::Administrator, Some(&body))?;
        let token = answer.body.pointer("/status/token").and_then(Value::as_str);
        token.map(str::to_owned).ok_or_else(|| Error::Prepare {
            request,
            answer: format!("{} {}", answer.code, answer.body),
        })
    }

    fn settle(&self) -> Result<(), Error> {
        Ok(())
    }

    /// Far more than any controller or kubelet needs on a busy machine.
    fn patience(&self) -> Duration {
        Duration::from_mins(3)
    }

    /// Most cases wait for a controller most of the time, so more than the machine has processors.
    fn at_once(&self) -> usize {
        self.at_once
    }

    /// As the node of `testenv/kubernetes` has them.
    fn names(&self) -> [(&'static str, String); 2] {
        let provisioner = "charmarr.test/folders".to_owned();
        [
            ("provisioner", provisioner),
            ("folder", "/var/lib/volumes/cases".to_owned()),
        ]
    }
}

/// The embedded engine, in this process; its controllers run when told to.
pub struct EmbeddedCluster {
    sandbox: KubeSandbox,
    endpoint: Endpoint,
    data_dir: TempDir,
}

impl EmbeddedCluster {
    /// Starts one with an empty store and makes a service account with all rights, which plays the administrator.
    ///
    /// # Errors
    /// When the engine does not start or refuses that account.
    pub fn start() -> Result<Self, Error> {
        Self::start_by(KubeSandbox::start)
    }

    /// The same with an engine that is started in another way.
    ///
    /// # Errors
    /// As for [`EmbeddedCluster::start`].
    pub fn start_by(
        start: impl FnOnce(Options) -> Result<KubeSandbox, kube_sandbox::Error>,
    ) -> Result<Self, Error> {
        let data_dir = tempfile::tempdir()?;
        let sandbox = start(Options {
            data_dir: data_dir.path().to_owned(),
            ..Options::default()
        })?;
        let (namespace, account) = ("kube-system", "conformance");
        let rbac = "rbac.authorization.k8s.io";
        let version = format!("{rbac}/v1");
        let subject = json!({"kind": "ServiceAccount", "name": account, "namespace": namespace});
        let everything = json!([
            {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}, {"nonResourceURLs": ["*"], "verbs": ["*"]},
        ]);
        let client = sandbox.client("conformance", "conformance");
        for object in [
            json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": account, "namespace": namespace}}),
            json!({"apiVersion": version, "kind": "ClusterRole", "metadata": {"name": account}, "rules": everything}),
            json!({"apiVersion": version, "kind": "ClusterRoleBinding", "metadata": {"name": account},
                "roleRef": {"apiGroup": rbac, "kind": "ClusterRole", "name": account}, "subjects": [subject]}),
        ] {
            client.create(&object).map_err(|error| Error::Prepare {
                request: format!("create {object}"),
                answer: error.to_string(),
            })?;
        }
        let token = sandbox.service_account_token(namespace, account);
        let address = sandbox.address();
        let host = address.ip().to_string();
        let endpoint = Endpoint::with_token(&host, address.port(), &sandbox.ca_pem(), token)?;
        Ok(EmbeddedCluster {
            sandbox,
            endpoint,
            data_dir,
        })
    }
}

impl EmbeddedCluster {
    /// The engine.
    pub(super) fn sandbox(&self) -> &KubeSandbox {
        &self.sandbox
    }

    /// A folder that lasts as long as the cluster.
    pub(super) fn folder(&self) -> &Path {
        self.data_dir.path()
    }
}

impl Subject for EmbeddedCluster {
    fn name(&self) -> &'static str {
        "the embedded engine"
    }

    fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    fn token(&self, namespace: &str, service_account: &str) -> Result<String, Error> {
        Ok(self.sandbox.service_account_token(namespace, service_account))
    }

    fn settle(&self) -> Result<(), Error> {
        self.sandbox.run_controllers()?;
        Ok(())
    }

    /// Its controllers have done all there is to do when they return.
    fn patience(&self) -> Duration {
        Duration::ZERO
    }

    /// There is nothing to wait for, and the controllers come to an end only when nobody else writes.
    fn at_once(&self) -> usize {
        1
    }

    fn names(&self) -> [(&'static str, String); 2] {
        let provisioner = "kube-sandbox.local/folder".to_owned();
        let folder = self.data_dir.path().join("cases").display().to_string();
        [("provisioner", provisioner), ("folder", folder)]
    }
}
