//! Requests of a [`Client`](crate::Client) as they go over the wire, to an API server that is not the embedded one.

use form_urlencoded::Serializer;
use serde_json::Value;

use crate::api::{Query, Request, Verb};
use crate::status::StatusError;

/// Carries requests to a Kubernetes API server, with its user's rights.
pub trait Transport: Send + Sync {
    /// Sends one request; the JSON of the answer.
    ///
    /// # Errors
    /// Any answer that is not a success; what kept the server from answering has code 0.
    fn send(&self, request: &HttpRequest) -> Result<Value, StatusError>;
}

/// A request to a Kubernetes API server.
#[derive(Debug, Clone, PartialEq)]
pub struct HttpRequest {
    /// `GET`, `POST`, ….
    pub method: &'static str,
    /// Path and query.
    pub target: String,
    /// What the body is.
    pub content_type: &'static str,
    /// JSON.
    pub body: Option<Value>,
}

impl HttpRequest {
    /// A kind that the embedded API does not serve has no path.
    pub(crate) fn of(request: &Request) -> Result<Self, StatusError> {
        if request.resource.is_empty() {
            return Err(StatusError::no_such_path());
        }
        let (method, content_type) = match request.verb {
            Verb::Get | Verb::List | Verb::Watch => ("GET", JSON),
            Verb::Create => ("POST", JSON),
            Verb::Update => ("PUT", JSON),
            Verb::Patch(kind) => ("PATCH", kind.content_type()),
            Verb::Delete | Verb::DeleteCollection => ("DELETE", JSON),
        };
        let query = query(request.verb, &request.query);
        let separator = if query.is_empty() { "" } else { "?" };
        Ok(Self {
            method,
            target: format!("{}{separator}{query}", path(request)),
            content_type,
            body: Some(request.body.clone()).filter(|body| !body.is_null()),
        })
    }
}

const JSON: &str = "application/json";

fn path(request: &Request) -> String {
    let mut path = if request.group.is_empty() {
        format!("/api/{}", request.version)
    } else {
        format!("/apis/{}/{}", request.group, request.version)
    };
    let namespaces = request.namespace.as_ref().map(|_| "namespaces");
    let parts = [
        namespaces,
        request.namespace.as_deref(),
        Some(request.resource.as_str()),
        request.name.as_deref(),
        request.subresource.as_deref(),
    ];
    for part in parts.into_iter().flatten() {
        path.push('/');
        path.push_str(part);
    }
    path
}

/// What a [`Client`](crate::Client) can ask for; the field manager is told where something is written.
fn query(verb: Verb, query: &Query) -> String {
    let writes = matches!(verb, Verb::Create | Verb::Update | Verb::Patch(_));
    let mut text = Serializer::new(String::new());
    if let Some(manager) = query.field_manager.as_deref().filter(|_| writes) {
        text.append_pair("fieldManager", manager);
    }
    if query.force {
        text.append_pair("force", "true");
    }
    if query.dry_run {
        text.append_pair("dryRun", "All");
    }
    if !query.label_selector.is_empty() {
        text.append_pair("labelSelector", &query.label_selector);
    }
    text.finish()
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use serde_json::json;

    use super::*;
    use crate::{Apply, Client, Delete, Patch};

    /// Keeps what it was asked.
    #[derive(Default)]
    struct Asked(Mutex<Vec<HttpRequest>>);

    impl Transport for Asked {
        fn send(&self, request: &HttpRequest) -> Result<Value, StatusError> {
            self.0.lock().unwrap().push(request.clone());
            Ok(json!({ "apiVersion": "v1", "items": [{}] }))
        }
    }

    #[track_caller]
    fn check(ask: impl Fn(&Client) -> Result<Value, StatusError>, expect: &[&str]) {
        let asked = Arc::new(Asked::default());
        ask(&Client::over(asked.clone(), "juju")).unwrap();
        let requests = asked.0.lock().unwrap();
        let told = requests.iter().map(|one| {
            let body = one.body.as_ref().map_or_else(|| "-".to_owned(), Value::to_string);
            format!("{} {} {} {body}", one.method, one.target, one.content_type)
        });
        assert_eq!(told.collect::<Vec<_>>(), expect);
    }

    #[test]
    fn requests_are_those_of_the_api() {
        check(
            |client| client.get("Pod", Some("media"), "radarr-0"),
            &["GET /api/v1/namespaces/media/pods/radarr-0 application/json -"],
        );
        check(
            |client| client.list("StatefulSet", Some("media"), "a=b").map(Value::Array),
            &["GET /apis/apps/v1/namespaces/media/statefulsets?labelSelector=a%3Db application/json -"],
        );
        check(
            |client| client.get("PersistentVolume", None, "pv"),
            &["GET /api/v1/persistentvolumes/pv application/json -"],
        );
        let claim =
            json!({ "kind": "PersistentVolumeClaim", "metadata": { "name": "c", "namespace": "media" } });
        check(
            |client| client.create(&claim),
            &[&format!(
                "POST /api/v1/namespaces/media/persistentvolumeclaims?fieldManager=juju application/json {claim}"
            )],
        );
        let force = Apply {
            force: true,
            dry_run: false,
        };
        check(
            |client| client.apply(&claim, force),
            &[&format!(
                "PATCH /api/v1/namespaces/media/persistentvolumeclaims/c?fieldManager=juju&force=true \
                 application/apply-patch+yaml {claim}"
            )],
        );
        check(
            |client| client.patch_status("Pod", Some("media"), "p", &Patch::Merge(json!({}))),
            &[
                "PATCH /api/v1/namespaces/media/pods/p/status?fieldManager=juju application/merge-patch+json {}",
            ],
        );
        let now = Delete {
            grace_period_seconds: Some(0),
            ..Delete::default()
        };
        check(
            |client| client.delete("Pod", Some("media"), "p", &now),
            &["DELETE /api/v1/namespaces/media/pods/p application/json \
               {\"gracePeriodSeconds\":0,\"preconditions\":{},\"propagationPolicy\":\"Background\"}"],
        );
        check(
            |client| client.evict("media", "p"),
            &[
                "POST /api/v1/namespaces/media/pods/p/eviction?fieldManager=juju application/json \
               {\"apiVersion\":\"policy/v1\",\"kind\":\"Eviction\",\"metadata\":{\"name\":\"p\",\"namespace\":\"media\"}}",
            ],
        );
    }

    #[test]
    fn a_kind_without_a_path_is_not_asked_for() {
        let client = Client::over(Arc::new(Asked::default()), "juju");
        assert_eq!(client.get("Teapot", None, "t").unwrap_err().code, 404);
    }
}
