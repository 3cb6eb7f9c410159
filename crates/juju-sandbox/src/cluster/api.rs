//! What the sandbox asks of a Kubernetes API, whichever answers: the embedded one in this process, or a server.

use kube_sandbox::{Client, Delete, Patch, StatusError};
use serde_json::Value;

/// A Kubernetes API with an administrator's rights, under one field manager. Kinds are named as in `kind`, such as
/// `StatefulSet`; `namespace` is none for kinds of the whole cluster. Every answer that is not a success is an error.
pub trait KubeApi: Send + Sync {
    /// One object.
    ///
    /// # Errors
    /// What the API refuses; an API that does not answer has code 0.
    fn get(&self, kind: &str, namespace: Option<&str>, name: &str) -> Result<Value, StatusError>;

    /// All objects of a kind.
    ///
    /// # Errors
    /// As [`KubeApi::get`].
    fn list(&self, kind: &str, namespace: Option<&str>) -> Result<Vec<Value>, StatusError>;

    /// Makes an object: its `apiVersion`, `kind` and `metadata` say which.
    ///
    /// # Errors
    /// As [`KubeApi::get`].
    fn create(&self, object: &Value) -> Result<Value, StatusError>;

    /// Changes an object.
    ///
    /// # Errors
    /// As [`KubeApi::get`].
    fn patch(
        &self,
        kind: &str,
        namespace: Option<&str>,
        name: &str,
        patch: &Patch,
    ) -> Result<Value, StatusError>;

    /// Changes the `status` of an object.
    ///
    /// # Errors
    /// As [`KubeApi::get`].
    fn patch_status(
        &self,
        kind: &str,
        namespace: Option<&str>,
        name: &str,
        patch: &Patch,
    ) -> Result<Value, StatusError>;

    /// Deletes an object; `grace_seconds` is for pods, 0 takes one out at once.
    ///
    /// # Errors
    /// As [`KubeApi::get`].
    fn delete(
        &self,
        kind: &str,
        namespace: Option<&str>,
        name: &str,
        grace_seconds: Option<u64>,
    ) -> Result<Value, StatusError>;
}

impl KubeApi for Client {
    fn get(&self, kind: &str, namespace: Option<&str>, name: &str) -> Result<Value, StatusError> {
        Client::get(self, kind, namespace, name)
    }

    fn list(&self, kind: &str, namespace: Option<&str>) -> Result<Vec<Value>, StatusError> {
        Client::list(self, kind, namespace, "")
    }

    fn create(&self, object: &Value) -> Result<Value, StatusError> {
        Client::create(self, object)
    }

    fn patch(
        &self,
        kind: &str,
        namespace: Option<&str>,
        name: &str,
        patch: &Patch,
    ) -> Result<Value, StatusError> {
        Client::patch(self, kind, namespace, name, patch)
    }

    fn patch_status(
        &self,
        kind: &str,
        namespace: Option<&str>,
        name: &str,
        patch: &Patch,
    ) -> Result<Value, StatusError> {
        Client::patch_status(self, kind, namespace, name, patch)
    }

    fn delete(
        &self,
        kind: &str,
        namespace: Option<&str>,
        name: &str,
        grace_seconds: Option<u64>,
    ) -> Result<Value, StatusError> {
        let how = Delete {
            grace_period_seconds: grace_seconds,
            ..Delete::default()
        };
        Client::delete(self, kind, namespace, name, &how)
    }
}
