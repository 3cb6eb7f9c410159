//! The API in process: the same code path as https, with the rights of a cluster administrator.

use serde_json::Value;

use crate::KubeSandbox;
use crate::status::StatusError;

/// Reads and writes objects as one user with one field manager name. Kinds are named as in `kind`, such as `StatefulSet`.
#[derive(Clone)]
pub struct Client {
    sandbox: KubeSandbox,
    user: String,
    field_manager: String,
}

/// The three kinds of patch beside apply.
#[derive(Debug, Clone, PartialEq)]
pub enum Patch {
    /// Strategic merge patch: lists merge by key, directives such as `$patch: delete`.
    Strategic(Value),
    /// JSON merge patch (RFC 7386).
    Merge(Value),
    /// JSON patch (RFC 6902): a list of operations.
    Json(Value),
}

/// How to apply.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Apply {
    /// Take conflicting fields over.
    pub force: bool,
    /// Answer as if, and store nothing.
    pub dry_run: bool,
}

/// How to delete.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Delete {
    /// What becomes of the objects it owns.
    pub propagation: Propagation,
    /// Seconds of grace for a pod; `Some(0)` is what a kubelet sends when the pod has ended.
    pub grace_period_seconds: Option<u64>,
    /// Only if it still has this uid.
    pub uid: Option<String>,
    /// Only if it still has this resource version.
    pub resource_version: Option<String>,
}

/// What becomes of the objects that a deleted object owns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Propagation {
    /// They are deleted after it.
    #[default]
    Background,
    /// They are deleted before it.
    Foreground,
    /// They stay, without the reference to it.
    Orphan,
}

impl Client {
    pub(crate) fn new(sandbox: KubeSandbox, user: &str, field_manager: &str) -> Self {
        Client {
            sandbox,
            user: user.to_owned(),
            field_manager: field_manager.to_owned(),
        }
    }

    /// One object; `namespace` is None for kinds of the whole cluster.
    ///
    /// # Errors
    /// Any answer that is not a success, as for the other methods.
    pub fn get(&self, kind: &str, namespace: Option<&str>, name: &str) -> Result<Value, StatusError> {
        self.unready(kind, namespace, name)
    }

    /// The objects of a kind whose labels match `selector` (empty: all), of one namespace or of all.
    ///
    /// # Errors
    /// As for [`Client::get`].
    pub fn list(
        &self,
        kind: &str,
        namespace: Option<&str>,
        selector: &str,
    ) -> Result<Vec<Value>, StatusError> {
        self.unready(kind, namespace, selector).map(|_| Vec::new())
    }

    /// Makes an object: `apiVersion`, `kind`, `metadata.name` and `metadata.namespace` say which.
    ///
    /// # Errors
    /// As for [`Client::get`].
    pub fn create(&self, object: &Value) -> Result<Value, StatusError> {
        self.unready("", None, &object.to_string())
    }

    /// Replaces an object; its `status` stays.
    ///
    /// # Errors
    /// As for [`Client::get`].
    pub fn update(&self, object: &Value) -> Result<Value, StatusError> {
        self.unready("", None, &object.to_string())
    }

    /// Replaces the `status` of an object and nothing else.
    ///
    /// # Errors
    /// As for [`Client::get`].
    pub fn update_status(&self, object: &Value) -> Result<Value, StatusError> {
        self.unready("", None, &object.to_string())
    }

    /// Server-side apply as the field manager of this client.
    ///
    /// # Errors
    /// As for [`Client::get`].
    pub fn apply(&self, object: &Value, how: Apply) -> Result<Value, StatusError> {
        self.unready("", None, &format!("{object}{how:?}"))
    }

    /// Changes an object by a patch.
    ///
    /// # Errors
    /// As for [`Client::get`].
    pub fn patch(
        &self,
        kind: &str,
        namespace: Option<&str>,
        name: &str,
        patch: &Patch,
    ) -> Result<Value, StatusError> {
        self.unready(kind, namespace, &format!("{name}{patch:?}"))
    }

    /// Changes the `status` of an object by a patch.
    ///
    /// # Errors
    /// As for [`Client::get`].
    pub fn patch_status(
        &self,
        kind: &str,
        namespace: Option<&str>,
        name: &str,
        patch: &Patch,
    ) -> Result<Value, StatusError> {
        self.unready(kind, namespace, &format!("{name}{patch:?}"))
    }

    /// Deletes an object: gone at once, or marked with a `deletionTimestamp` as long as a finalizer or a running pod
    /// holds it. Answers the object, or a `Status` when it is gone.
    ///
    /// # Errors
    /// As for [`Client::get`].
    pub fn delete(
        &self,
        kind: &str,
        namespace: Option<&str>,
        name: &str,
        how: &Delete,
    ) -> Result<Value, StatusError> {
        self.unready(kind, namespace, &format!("{name}{how:?}"))
    }

    fn unready(&self, kind: &str, namespace: Option<&str>, name: &str) -> Result<Value, StatusError> {
        let who = format!("{} {} {}", self.user, self.field_manager, self.sandbox.address());
        Err(StatusError::plain(501, "", format!("{who}: {kind} {namespace:?} {name}")).about("", kind, name))
    }
}
