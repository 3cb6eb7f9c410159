//! The shape of a case file. YAML enters through serde, plain data leaves; nothing is interpreted here.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// One file: cases about one subject matter that begin alike.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CaseFile {
    /// What the file is about, and where Kubernetes documents it.
    #[serde(rename = "about")]
    _about: String,
    /// Bodies with YAML anchors, for the steps to refer to.
    #[serde(default, rename = "shared")]
    _shared: Value,
    /// Steps that every case of the file begins with.
    #[serde(default)]
    pub(super) given: Vec<Step>,
    pub(super) cases: Vec<Case>,
}

/// One case: a name that is a sentence, and steps in a fresh namespace.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What holds, as a sentence.
    pub name: String,
    /// Why only a real cluster is asked; without it every subject is.
    #[serde(default, rename = "real-only")]
    pub real_only: Option<String>,
    /// What is asked and answered, in order.
    pub steps: Vec<Step>,
}

/// One request and what its answer must hold. `<ns>` is the case's namespace wherever text stands, `<x>` what an
/// earlier step remembered as `x`, or what the subject calls so ([`Subject::names`](super::Subject::names)); in an expected
/// text `…` stands for anything.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// `VERB path?query`: GET, POST, PUT, DELETE; APPLY, STRATEGIC, MERGE, JSON for the four kinds of PATCH; WATCH.
    /// The path begins with a resource, such as `pods/radarr-0/status`, and is completed; one with a slash in front is
    /// sent as it is.
    #[serde(rename = "do")]
    pub request: String,
    /// A service account of the namespace; `nobody` sends no token, `forged` a bad one; default: an administrator.
    #[serde(default, rename = "as")]
    pub user: Option<String>,
    /// Sent as JSON; a text is sent as it is.
    #[serde(default)]
    pub body: Option<Value>,
    /// Ask again until the answer holds all of the below: what controllers do takes its time.
    #[serde(default)]
    pub until: bool,

    /// The HTTP code; default: any success.
    #[serde(default)]
    pub code: Option<u16>,
    /// `message` of the Status.
    #[serde(default)]
    pub message: Option<String>,
    /// `reason` of the Status; empty: it has none.
    #[serde(default)]
    pub reason: Option<String>,
    /// The text of the `Warning` header; empty: there is none.
    #[serde(default)]
    pub warning: Option<String>,
    /// Values by JSON pointer; null: absent.
    #[serde(default)]
    pub fields: BTreeMap<String, Value>,
    /// Values by JSON pointer that must not be these.
    #[serde(default)]
    pub not: BTreeMap<String, Value>,
    /// The names of a list's items, in the list's order.
    #[serde(default)]
    pub items: Option<Vec<String>>,
    /// The answer equals the last object seen at this path, to the resource version and the times in `managedFields`.
    #[serde(default)]
    pub same: bool,
    /// The entries of `managedFields` as `manager Operation [subresource]`, in any order.
    #[serde(default)]
    pub managers: Option<Vec<String>>,
    /// What an entry of `managedFields` owns: its innermost fields, in any order.
    #[serde(default)]
    pub owns: BTreeMap<String, Vec<String>>,
    /// What a watch tells: `TYPE name`, and `ERROR code reason`.
    #[serde(default)]
    pub events: Option<Vec<String>>,
    /// Values by JSON pointer, kept for later steps under these names.
    #[serde(default)]
    pub remember: BTreeMap<String, String>,
}
