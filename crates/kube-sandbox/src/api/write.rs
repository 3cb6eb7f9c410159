//! `create`, `update`, `patch`: from what was sent to what is stored.

use serde_json::{Value, json};

use super::refusals::{
    check_identity, exists, json_patch_error, same_version, unconvertible, undecodable, unreadable, untyped,
};
use super::{Answer, Api, Call, PatchKind, delete};
use crate::apply::{Ownership, Writer, same_but_for_times};
use crate::auth;
use crate::defaults;
use crate::merge::{json_merge, json_patch, strategic};
use crate::object::Object;
use crate::status::StatusError;
use crate::store::Store;
use crate::validate::validate;

/// How the new object came to be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    /// Sent whole or patched: ownership is told by what differs.
    Updated,
    /// Applied: ownership is settled already.
    Applied,
}

/// What a client sent or a merge made, canonical.
struct Sent {
    object: Value,
    /// Warnings about fields that were dropped.
    unknown: Vec<String>,
}

impl Api {
    pub(super) fn create(&self, store: &mut Store, call: Call<'_>) -> Result<Answer, StatusError> {
        let Sent { mut object, unknown } = self.sent(call, &named_kind(call))?;
        if object.name().is_empty() && !object.text("/metadata/generateName").is_empty() {
            let name = format!("{}{}", object.text("/metadata/generateName"), store.new_suffix());
            object.set(&["metadata", "name"], json!(name));
        }
        if let Some(live) = store.get(&call.key(object.name())) {
            return Err(exists(call, live));
        }
        if !object.text("/metadata/resourceVersion").is_empty() {
            return Err(StatusError::internal(
                "resourceVersion should not be set on objects to be created",
            ));
        }
        object.unset(&["metadata", "uid"]);
        self.finish(store, call, None, Sent { object, unknown }, How::Updated)
    }

    pub(super) fn replace(&self, store: &mut Store, call: Call<'_>) -> Result<Answer, StatusError> {
        let Sent { mut object, unknown } = self.sent(call, &named_kind(call))?;
        let live = call.live(store)?.clone();
        let uid = object.uid();
        if !uid.is_empty() && uid != live.uid() {
            let why = format!(
                "StorageError: invalid object, Code: 4, Key: /registry/{}/{}/{}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: {uid}, UID in object meta: {}",
                call.kind.plural,
                live.namespace(),
                live.name(),
                live.uid()
            );
            return Err(call.stale(live.name(), &why));
        }
        if call.is_status() {
            object = with_status_of(&live, &object);
        }
        self.finish(store, call, Some(&live), Sent { object, unknown }, How::Updated)
    }

    pub(super) fn patch(
        &self,
        store: &mut Store,
        call: Call<'_>,
        patch: PatchKind,
    ) -> Result<Answer, StatusError> {
        if patch == PatchKind::Apply {
            return self.apply(store, call);
        }
        let live = call.live(store)?.clone();
        let body = &call.request.body;
        let patched = match patch {
            PatchKind::Json => json_patch(&live, body).map_err(json_patch_error)?,
            _ if !body.is_object() => return Err(StatusError::bad_request("patch is not an object")),
            PatchKind::Merge => json_merge(&live, body),
            PatchKind::Strategic | PatchKind::Apply => strategic(&live, body, &call.kind.ty(), &self.schema),
        };
        let Sent { mut object, unknown } = self.sent(call, &patched)?;
        if call.is_status() {
            object = with_status_of(&live, &object);
        }
        self.finish(store, call, Some(&live), Sent { object, unknown }, How::Updated)
    }

    fn apply(&self, store: &mut Store, call: Call<'_>) -> Result<Answer, StatusError> {
        let body = &call.request.body;
        let manager = call.request.query.field_manager.as_deref().unwrap_or_default();
        check_identity(call, body)?;
        if body
            .pointer("/metadata/managedFields")
            .is_some_and(|fields| !fields.is_null())
        {
            return Err(StatusError::bad_request("metadata.managedFields must be nil"));
        }
        self.schema
            .check(body, &call.kind.ty())
            .map_err(|why| untyped(call, body, &why))?;
        let live = store.get(&call.key(call.name())).cloned();
        if live.is_none() && !body.uid().is_empty() {
            let why = format!(
                "uid mismatch: the provided object specified uid {}, and no existing object was found",
                body.uid()
            );
            return Err(call.stale(call.name(), &why));
        }
        let mut applied = body.clone();
        if applied.name().is_empty() {
            applied.set(&["metadata", "name"], json!(call.name()));
        }
        let now = store.now();
        let writer = writer(call, manager, &now);
        let object = self
            .ownership(call)
            .apply(live.as_ref(), &applied, &writer, call.request.query.force)
            .map_err(|conflicts| StatusError::apply_conflict(&conflicts))?;
        let sent = Sent {
            object,
            unknown: Vec::new(),
        };
        self.finish(store, call, live.as_ref(), sent, How::Applied)
    }

    /// The object of a body, canonical; unknown fields are dropped, or refused when the client asks for that.
    fn sent(&self, call: Call<'_>, body: &Value) -> Result<Sent, StatusError> {
        check_identity(call, body)?;
        let mut object = body.clone();
        let found = self.schema.normalise(&mut object, &call.kind.ty());
        unreadable(call, body, &found)?;
        // an empty list says that nobody owns anything; an absent one says nothing
        if body.pointer("/metadata/managedFields") == Some(&json!([])) {
            object.set(&["metadata", "managedFields"], json!([{}]));
        }
        let validation = call.request.query.validation.as_str();
        let told = found.unknown.iter().filter(|_| validation != "Ignore");
        let unknown: Vec<String> = told
            .map(|field| format!("unknown field {}", json!(field)))
            .collect();
        if validation == "Strict" && !unknown.is_empty() {
            return Err(undecodable(
                call,
                body,
                &format!("strict decoding error: {}", unknown.join(", ")),
            ));
        }
        Ok(Sent { object, unknown })
    }

    /// Stores a change of a live object that the server itself made of a request.
    pub(super) fn store_update(
        &self,
        store: &mut Store,
        call: Call<'_>,
        live: &Value,
        object: Value,
    ) -> Result<Answer, StatusError> {
        self.finish(
            store,
            call,
            Some(live),
            Sent {
                object,
                unknown: Vec::new(),
            },
            How::Updated,
        )
    }

    /// From the object as sent or merged to the stored one.
    fn finish(
        &self,
        store: &mut Store,
        call: Call<'_>,
        live: Option<&Value>,
        sent: Sent,
        how: How,
    ) -> Result<Answer, StatusError> {
        let query = &call.request.query;
        let Sent {
            object: mut new,
            unknown: mut warnings,
        } = sent;
        let found = self.schema.normalise(&mut new, &call.kind.ty());
        if how == How::Applied && !(found.wrong.is_empty() && found.not_quantities.is_empty()) {
            return Err(unconvertible(call, &new));
        }
        same_version(call, live, &new)?;
        self.fill_in(store, call, live, &mut new);
        if how == How::Updated {
            let now = store.now();
            new = self
                .ownership(call)
                .update(live, &new, &writer(call, query.manager(), &now));
        }
        if live.is_none() {
            Self::admit_new(store, call, &mut new)?;
        }
        if call.request.subresource.as_deref() != Some("status") {
            let errors = validate(call.kind, live, &new, self.rules);
            if !errors.is_empty() {
                return Err(StatusError::invalid(call.kind, new.name(), &errors));
            }
            Self::admit(store, call, live, &new)?;
        }
        warnings.extend(Self::warnings(store, call, live, &new));
        if live.is_none() && how == How::Applied {
            auth::authorize_creation(store, call.request)?;
        }
        defaults::complete(call.kind.kind, &mut new);
        let code = if live.is_none() { 201 } else { 200 };
        if let Some(live) = live.filter(|live| same_but_for_times(live, &new)) {
            return Ok(Answer {
                warnings,
                ..Answer::ok(live.clone())
            });
        }
        count_generation(call, live, &mut new);
        warnings.extend(fractional_bytes(&new));
        let body = if query.dry_run {
            new
        } else {
            Self::store_or_remove(store, call, new)
        };
        Ok(Answer {
            warnings,
            ..Answer::new(code, body)
        })
    }

    /// An object that is being deleted goes with its last finalizer.
    fn store_or_remove(store: &mut Store, call: Call<'_>, object: Value) -> Value {
        let key = call.key(object.name());
        let done = delete::is_done(call.kind.kind, &object);
        let stored = store.put(key.clone(), object);
        if done {
            store.remove(&key);
        }
        stored
    }

    /// What the server itself decides: identity, status, defaults.
    fn fill_in(&self, store: &mut Store, call: Call<'_>, live: Option<&Value>, new: &mut Value) {
        new.set(
            &["metadata", "name"],
            json!(if call.name().is_empty() {
                new.name().to_owned()
            } else {
                call.name().to_owned()
            }),
        );
        if let Some(namespace) = call.request.namespace.as_deref().filter(|_| call.kind.namespaced) {
            new.set(&["metadata", "namespace"], json!(namespace));
        }
        if let Some(live) = live {
            keep_identity(call, live, new);
        } else {
            new.set(&["metadata", "creationTimestamp"], json!(store.now()));
            new.set(&["metadata", "uid"], json!(store.new_uid()));
            new.unset(&["metadata", "deletionTimestamp"]);
            if call.kind.status {
                new.unset(&["status"]);
            }
            if call.kind.generation {
                new.set(&["metadata", "generation"], json!(1));
            }
        }
        defaults::fill_in(call.kind.kind, new);
        self.schema.normalise(new, &call.kind.ty());
    }

    fn ownership(&self, call: Call<'_>) -> Ownership<'_> {
        Ownership {
            kind: call.kind,
            schema: &self.schema,
            rules: self.rules,
        }
    }
}

/// The body, whose kind may be left to the path.
fn named_kind(call: Call<'_>) -> Value {
    let mut body = call.request.body.clone();
    if body.is_object() && body.text("/kind").is_empty() && body.text("/apiVersion").is_empty() {
        body.set(&["kind"], json!(call.kind.kind));
        body.set(&["apiVersion"], json!(call.kind.api_version()));
    }
    body
}

/// A size that is no whole number of bytes is accepted, with a warning.
fn fractional_bytes(object: &Value) -> Option<String> {
    let size = object.text("/spec/resources/requests/storage");
    (object.text("/kind") == "PersistentVolumeClaim" && size.ends_with('m')).then(|| {
        format!(
            "spec.resources.requests[storage]: fractional byte value {} is invalid, must be an integer",
            json!(size)
        )
    })
}

fn writer<'a>(call: Call<'a>, manager: &'a str, now: &'a str) -> Writer<'a> {
    Writer {
        manager,
        subresource: call.request.subresource.as_deref().unwrap_or_default(),
        now,
    }
}

fn keep_identity(call: Call<'_>, live: &Value, new: &mut Value) {
    if new.uid().is_empty() {
        new.set(&["metadata", "uid"], json!(live.uid()));
    }
    for field in [
        "creationTimestamp",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "generation",
        "resourceVersion",
    ] {
        match live.pointer(&format!("/metadata/{field}")) {
            Some(value) => new.set(&["metadata", field], value.clone()),
            None => new.unset(&["metadata", field]),
        }
    }
    if call.kind.status && !call.is_status() {
        match live.get("status") {
            Some(status) => new.set(&["status"], status.clone()),
            None => new.unset(&["status"]),
        }
    }
    if call.kind.kind == "Service" {
        for field in ["clusterIP", "clusterIPs"] {
            let pointer = format!("/spec/{field}");
            if let (Some(value), None) = (live.pointer(&pointer), new.pointer(&pointer)) {
                new.set(&["spec", field], value.clone());
            }
        }
    }
}

/// Every change of `spec` counts, whoever makes it.
fn count_generation(call: Call<'_>, live: Option<&Value>, new: &mut Value) {
    let Some(live) = live.filter(|live| call.kind.generation && live.get("spec") != new.get("spec")) else {
        return;
    };
    let generation = live.number("/metadata/generation").unwrap_or_default();
    new.set(&["metadata", "generation"], json!(generation + 1));
}

fn with_status_of(live: &Value, sent: &Value) -> Value {
    let mut object = live.clone();
    match sent.get("status") {
        Some(status) => object.set(&["status"], status.clone()),
        None => object.unset(&["status"]),
    }
    if let Some(revision) = sent.pointer("/metadata/resourceVersion") {
        object.set(&["metadata", "resourceVersion"], revision.clone());
    }
    object
}
