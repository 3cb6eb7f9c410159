//! One request, however it came.

use serde_json::Value;

use crate::auth::User;
use crate::schema::Kind;
use crate::selector::Selector;
use crate::status::StatusError;

/// The RBAC verbs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    Get,
    List,
    Watch,
    Create,
    Update,
    Patch(PatchKind),
    Delete,
    DeleteCollection,
}

/// What a patch body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PatchKind {
    Apply,
    Strategic,
    Merge,
    Json,
}

impl PatchKind {
    /// The media type of its body.
    pub(crate) fn content_type(self) -> &'static str {
        match self {
            PatchKind::Apply => "application/apply-patch+yaml",
            PatchKind::Strategic => "application/strategic-merge-patch+json",
            PatchKind::Merge => "application/merge-patch+json",
            PatchKind::Json => "application/json-patch+json",
        }
    }
}

impl Verb {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Verb::Get => "get",
            Verb::List => "list",
            Verb::Watch => "watch",
            Verb::Create => "create",
            Verb::Update => "update",
            Verb::Patch(_) => "patch",
            Verb::Delete => "delete",
            Verb::DeleteCollection => "deletecollection",
        }
    }
}

/// What is asked of whom.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) user: User,
    pub(crate) verb: Verb,
    pub(crate) group: String,
    pub(crate) version: String,
    pub(crate) resource: String,
    pub(crate) subresource: Option<String>,
    pub(crate) namespace: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) query: Query,
    /// Null when there is none.
    pub(crate) body: Value,
}

impl Request {
    /// Whether it asks what the one who asks may do, which is answered and kept nowhere.
    pub(crate) fn is_review(&self) -> bool {
        self.resource == "selfsubjectaccessreviews" && self.verb == Verb::Create
    }

    /// The kind that it is about, if that is served, and its subresource too.
    pub(crate) fn kind(&self) -> Option<&'static Kind> {
        let kind = Kind::at(&self.group, &self.version, &self.resource)?;
        let served = match self.subresource.as_deref() {
            None => true,
            Some("status") => kind.status,
            Some("eviction") => kind.kind == "Pod" && self.verb == Verb::Create,
            Some("scale") => kind.kind == "StatefulSet",
            Some(_) => false,
        };
        served.then_some(kind)
    }

    /// `apps/v1 deployments`, `v1 pods/exec`, if that is not served.
    pub(crate) fn unserved(&self) -> Option<String> {
        if self.is_review() || self.kind().is_some() {
            return None;
        }
        let parts = |first: &str, second: &str| match (first, second) {
            ("", one) | (one, "") => one.to_owned(),
            (first, second) => format!("{first}/{second}"),
        };
        let subresource = self.subresource.as_deref().unwrap_or_default();
        Some(format!(
            "{} {}",
            parts(&self.group, &self.version),
            parts(&self.resource, subresource)
        ))
    }
}

/// The part of the query that matters.
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "these are the query's own switches")]
pub(crate) struct Query {
    pub(crate) field_manager: Option<String>,
    /// Who writes when `field_manager` is absent: the first part of the user agent.
    pub(crate) agent: String,
    pub(crate) force: bool,
    pub(crate) dry_run: bool,
    /// Every `dryRun` as it was sent.
    pub(crate) dry_run_asked: Vec<String>,
    /// `fieldValidation` as it was sent.
    pub(crate) validation: String,
    pub(crate) watch: bool,
    pub(crate) label_selector: String,
    pub(crate) field_selector: String,
    pub(crate) resource_version: String,
    pub(crate) version_match: String,
    pub(crate) send_initial_events: Option<bool>,
    pub(crate) bookmarks: bool,
    pub(crate) limit: Option<usize>,
    pub(crate) continue_token: String,
    pub(crate) timeout_seconds: Option<u64>,
    pub(crate) propagation: Option<String>,
    pub(crate) grace_period_seconds: Option<u64>,
}

impl Query {
    /// Reads the text after the question mark; what is unknown is ignored, as the API server does.
    pub(crate) fn parse(text: &str) -> Query {
        let mut query = Query::default();
        for (key, value) in form_urlencoded::parse(text.as_bytes()) {
            let yes = matches!(&*value, "true" | "1");
            match &*key {
                "fieldManager" => {
                    query.field_manager = Some(value.into_owned()).filter(|name| !name.is_empty());
                }
                "force" => query.force = yes,
                "dryRun" => {
                    query.dry_run = value == "All";
                    query.dry_run_asked.push(value.into_owned());
                }
                "fieldValidation" => query.validation = value.into_owned(),
                "sendInitialEvents" => query.send_initial_events = Some(yes),
                "allowWatchBookmarks" => query.bookmarks = yes,
                "watch" => query.watch = yes,
                "labelSelector" => query.label_selector = value.into_owned(),
                "fieldSelector" => query.field_selector = value.into_owned(),
                "resourceVersion" => query.resource_version = value.into_owned(),
                "resourceVersionMatch" => query.version_match = value.into_owned(),
                "limit" => query.limit = value.parse().ok(),
                "continue" => query.continue_token = value.into_owned(),
                "timeoutSeconds" => query.timeout_seconds = value.parse().ok(),
                "propagationPolicy" => query.propagation = Some(value.into_owned()),
                "gracePeriodSeconds" => query.grace_period_seconds = value.parse().ok(),
                _ => {}
            }
        }
        query
    }

    /// The name that owns what an update writes.
    pub(crate) fn manager(&self) -> &str {
        self.field_manager.as_deref().unwrap_or(&self.agent)
    }

    /// `resourceVersion` as a number; absent is 0.
    pub(crate) fn revision(&self) -> Result<u64, StatusError> {
        let text = &self.resource_version;
        if text.is_empty() {
            return Ok(0);
        }
        text.parse().map_err(|_| {
            let text = serde_json::json!(text);
            StatusError::internal(format!(
                "resourceVersion: Invalid value: {text}: strconv.ParseUint: parsing {text}: invalid syntax"
            ))
        })
    }

    /// Both selectors.
    pub(crate) fn selectors(&self) -> Result<(Selector, Selector), StatusError> {
        let parse = |text: &str| Selector::parse(text).map_err(StatusError::bad_request);
        Ok((parse(&self.label_selector)?, parse(&self.field_selector)?))
    }
}

/// A success.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(crate) code: u16,
    pub(crate) body: Value,
    /// Texts for `Warning` headers.
    pub(crate) warnings: Vec<String>,
    /// True if anything was stored for it.
    pub(crate) changed: bool,
}

impl Answer {
    pub(crate) fn ok(body: Value) -> Self {
        Answer::new(200, body)
    }

    pub(crate) fn new(code: u16, body: Value) -> Self {
        Answer {
            code,
            body,
            warnings: Vec::new(),
            changed: false,
        }
    }
}
