//! Watches: a stream of JSON lines, one per change that the selectors choose.

use std::sync::Arc;
use std::time::{Duration, Instant};

use http_body_util::Either;
use http_body_util::channel::{Channel, Sender};
use hyper::body::Bytes;
use serde_json::{Value, json};

use super::Gate;
use super::answer::{WireResponse, with_body};
use crate::api::{Api, Request};
use crate::schema::Kind;
use crate::selector::Selector;
use crate::status::StatusError;
use crate::store::Change;

/// How long a watch lasts that names no limit.
const LONGEST: Duration = Duration::from_hours(1);
/// How often a silent watch looks whether the server was made unavailable.
const PULSE: Duration = Duration::from_millis(500);

/// What a watch chooses.
struct Watch {
    kind: &'static Kind,
    namespace: Option<String>,
    labels: Selector,
    fields: Selector,
}

/// Answers a watch that `api` has authorized; `now` is the store's resource version then. What it begins with is read
/// before anything is answered, so that what comes after the answer is a change.
pub(super) fn stream(api: Arc<Api>, gate: Arc<Gate>, request: &Request, now: u64) -> WireResponse {
    let (sender, body) = Channel::new(16);
    if let Some(watch) = Watch::of(request) {
        let begin = watch.begin(&api, request, now);
        let limit = request.query.timeout_seconds.map_or(LONGEST, Duration::from_secs);
        let end = Instant::now() + limit.min(LONGEST);
        tokio::spawn(send_all(api, gate, watch, begin, end, sender));
    }
    with_body(Either::Right(body))
}

async fn send_all(
    api: Arc<Api>,
    gate: Arc<Gate>,
    watch: Watch,
    begin: (u64, Vec<Value>),
    end: Instant,
    mut sender: Sender<Bytes>,
) {
    let (mut revision, lines) = begin;
    if send(&mut sender, &lines).await.is_none() {
        return;
    }
    while Instant::now() < end && gate.is_available() {
        let waiting = api.changed.notified();
        let changes = api.store().changes_since(revision);
        let lines = match &changes {
            Some(changes) => watch.lines(changes),
            None => vec![
                json!({ "type": "ERROR", "object": StatusError::expired(watch.kind.kind, revision, api.store().oldest()).to_status() }),
            ],
        };
        if send(&mut sender, &lines).await.is_none() || changes.is_none() {
            return;
        }
        if let Some(last) = changes.iter().flatten().last() {
            revision = last.revision;
            continue;
        }
        let pause = PULSE.min(end.saturating_duration_since(Instant::now()));
        // woken or not, the log is read again
        let _ = tokio::time::timeout(pause, waiting).await;
    }
}

async fn send(sender: &mut Sender<Bytes>, lines: &[Value]) -> Option<()> {
    for line in lines {
        sender.send_data(Bytes::from(format!("{line}\n"))).await.ok()?;
    }
    Some(())
}

impl Watch {
    fn of(request: &Request) -> Option<Watch> {
        let kind = Kind::at(&request.group, &request.version, &request.resource)?;
        let (labels, fields) = request.query.selectors().ok()?;
        Some(Watch {
            kind,
            namespace: request.namespace.clone(),
            labels,
            fields,
        })
    }

    fn chooses(&self, object: &Value) -> bool {
        self.labels.fits_labels(object) && self.fields.fits_fields(object)
    }

    /// The lines that it begins with, and the version from which it goes on.
    fn begin(&self, api: &Api, request: &Request, now: u64) -> (u64, Vec<Value>) {
        let query = &request.query;
        let asked = query.revision().unwrap_or_default();
        if !query.send_initial_events.unwrap_or(asked == 0) {
            let from = if asked == 0 { now } else { asked };
            return (from, Vec::new());
        }
        let (revision, mut lines) = self.present(api);
        if query.bookmarks && query.send_initial_events == Some(true) {
            lines.push(self.end_of_list(revision));
        }
        (revision, lines)
    }

    /// What is there, and as of which version.
    fn present(&self, api: &Api) -> (u64, Vec<Value>) {
        let store = api.store();
        let objects = store.list(self.kind.kind, self.namespace.as_deref()).into_iter();
        let lines = objects
            .filter(|object| self.chooses(object))
            .map(|object| json!({ "type": "ADDED", "object": object }))
            .collect();
        (store.revision(), lines)
    }

    /// The bookmark behind the list that a watch begins with.
    fn end_of_list(&self, revision: u64) -> Value {
        let annotations = json!({ "k8s.io/initial-events-end": "true" });
        let metadata = json!({ "resourceVersion": revision.to_string(), "annotations": annotations });
        let object =
            json!({ "kind": self.kind.kind, "apiVersion": self.kind.api_version(), "metadata": metadata });
        json!({ "type": "BOOKMARK", "object": object })
    }

    fn lines(&self, changes: &[Change]) -> Vec<Value> {
        changes.iter().filter_map(|change| self.line(change)).collect()
    }

    /// An object that comes to be chosen is added, one that is no more is deleted.
    fn line(&self, change: &Change) -> Option<Value> {
        let here = self
            .namespace
            .as_ref()
            .is_none_or(|namespace| *namespace == change.key.namespace);
        if change.key.kind != self.kind.kind || !here {
            return None;
        }
        let was = change.before.as_ref().is_some_and(|before| self.chooses(before));
        let is = change.what != "DELETED" && self.chooses(&change.object);
        let what = match (was, is) {
            (false, true) => "ADDED",
            (true, true) => "MODIFIED",
            (true, false) => "DELETED",
            (false, false) => return None,
        };
        Some(json!({ "type": what, "object": change.object }))
    }
}
