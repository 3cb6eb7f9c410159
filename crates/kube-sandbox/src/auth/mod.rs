//! Who asks, and may they? Enters: a user and a request. Leaves: yes, or the API server's refusal. RBAC is evaluated from the
//! roles, cluster roles and bindings of the store.

use serde_json::{Value, json};

use crate::api::{Answer, Request, Verb};
use crate::object::Object;
use crate::schema::kinds_qualified as qualified;
use crate::status::StatusError;
use crate::store::{Key, Store};

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct User {
    pub(crate) name: String,
    pub(crate) groups: Vec<String>,
    /// Everything is allowed, whatever the store says.
    pub(crate) admin: bool,
}

impl User {
    pub(crate) fn admin(name: &str) -> Self {
        User {
            name: name.to_owned(),
            groups: vec!["system:masters".to_owned()],
            admin: true,
        }
    }

    pub(crate) fn service_account(namespace: &str, name: &str) -> Self {
        let groups = [
            "system:serviceaccounts",
            &format!("system:serviceaccounts:{namespace}"),
            "system:authenticated",
        ];
        User {
            name: format!("system:serviceaccount:{namespace}:{name}"),
            groups: groups.map(str::to_owned).to_vec(),
            admin: false,
        }
    }
}

/// What is asked, in the words of a rule.
struct Attributes<'a> {
    verb: &'a str,
    group: &'a str,
    /// With its subresource: `pods/exec`.
    resource: String,
    namespace: Option<&'a str>,
    name: Option<&'a str>,
}

/// Refuses what no rule allows.
pub(crate) fn authorize(store: &Store, request: &Request) -> Result<(), StatusError> {
    let selector = request.query.selectors()?.1;
    let attributes = Attributes {
        verb: request.verb.as_str(),
        group: &request.group,
        resource: match &request.subresource {
            Some(subresource) => format!("{}/{subresource}", request.resource),
            None => request.resource.clone(),
        },
        namespace: match request.resource.as_str() {
            "namespaces" => request.name.as_deref(),
            _ => request.namespace.as_deref(),
        },
        name: match request.verb {
            Verb::List | Verb::Watch | Verb::DeleteCollection => selector.exact("metadata.name"),
            Verb::Get | Verb::Create | Verb::Update | Verb::Patch(_) | Verb::Delete => {
                request.name.as_deref()
            }
        },
    };
    decide(
        store,
        &request.user,
        &attributes,
        &request.resource,
        request.name.as_deref(),
    )
}

/// An apply that makes an object needs the right to create it too.
pub(crate) fn authorize_creation(store: &Store, request: &Request) -> Result<(), StatusError> {
    let attributes = Attributes {
        verb: "create",
        group: &request.group,
        resource: request.resource.clone(),
        namespace: request.namespace.as_deref(),
        name: request.name.as_deref(),
    };
    decide(
        store,
        &request.user,
        &attributes,
        &request.resource,
        request.name.as_deref(),
    )
}

/// Refuses a path that is no resource's.
pub(crate) fn authorize_path(store: &Store, user: &User, verb: &str, path: &str) -> Result<(), StatusError> {
    let permits = |rule: &Value| {
        let has = |pointer: &str, want: &str| {
            rule.items(pointer)
                .iter()
                .filter_map(Value::as_str)
                .any(|have| have == want || have == "*")
        };
        has("/verbs", verb) && has("/nonResourceURLs", path)
    };
    if user.admin || rules(store, user, None).iter().any(permits) {
        return Ok(());
    }
    let message = format!(
        "forbidden: User {} cannot {verb} path {}",
        json!(user.name),
        json!(path)
    );
    let mut error = StatusError::plain(403, "Forbidden", message);
    error.details = Some(json!({}));
    Err(error)
}

/// Answers a `SelfSubjectAccessReview`.
pub(crate) fn review(store: &Store, request: &Request) -> Answer {
    let mut body = request.body.clone();
    let asked = body
        .pointer("/spec/resourceAttributes")
        .cloned()
        .unwrap_or_default();
    let some = |pointer: &str| Some(asked.text(pointer)).filter(|text| !text.is_empty());
    let resource = match some("/subresource") {
        Some(subresource) => format!("{}/{subresource}", asked.text("/resource")),
        None => asked.text("/resource").to_owned(),
    };
    let attributes = Attributes {
        verb: asked.text("/verb"),
        group: asked.text("/group"),
        resource,
        namespace: some("/namespace"),
        name: some("/name"),
    };
    body.set(
        &["status"],
        json!({ "allowed": allowed(store, &request.user, &attributes) }),
    );
    Answer::new(201, body)
}

fn decide(
    store: &Store,
    user: &User,
    asked: &Attributes<'_>,
    plural: &str,
    name: Option<&str>,
) -> Result<(), StatusError> {
    if allowed(store, user, asked) {
        return Ok(());
    }
    let subject = match name {
        Some(name) => format!("{} {}", qualified(plural, asked.group), json!(name)),
        None => qualified(plural, asked.group),
    };
    let place = match asked.namespace {
        Some(namespace) => format!("in the namespace {}", json!(namespace)),
        None => "at the cluster scope".to_owned(),
    };
    let message = format!(
        "{subject} is forbidden: User {} cannot {} resource {} in API group {} {place}",
        json!(user.name),
        asked.verb,
        json!(asked.resource),
        json!(asked.group)
    );
    Err(StatusError::plain(403, "Forbidden", message).about(asked.group, plural, name.unwrap_or_default()))
}

fn allowed(store: &Store, user: &User, asked: &Attributes<'_>) -> bool {
    user.admin
        || rules(store, user, asked.namespace)
            .iter()
            .any(|rule| permits(rule, asked))
}

/// The rules of every role bound to the user, in the cluster and in the namespace.
fn rules(store: &Store, user: &User, namespace: Option<&str>) -> Vec<Value> {
    let everywhere = store.list("ClusterRoleBinding", None);
    let here = namespace
        .map(|namespace| store.list("RoleBinding", Some(namespace)))
        .unwrap_or_default();
    let bindings = everywhere
        .into_iter()
        .chain(here)
        .filter(|binding| binds(binding, user));
    bindings
        .filter_map(|binding| role(store, binding))
        .flat_map(|role| role.items("/rules").to_vec())
        .collect()
}

fn role<'a>(store: &'a Store, binding: &Value) -> Option<&'a Value> {
    let name = binding.text("/roleRef/name");
    match binding.text("/roleRef/kind") {
        "Role" => store.get(&Key::new("Role", binding.namespace(), name)),
        "ClusterRole" => store.get(&Key::new("ClusterRole", "", name)),
        _ => None,
    }
}

fn binds(binding: &Value, user: &User) -> bool {
    binding.items("/subjects").iter().any(|subject| {
        let name = subject.text("/name");
        match subject.text("/kind") {
            "ServiceAccount" => {
                let namespace = match subject.text("/namespace") {
                    "" => binding.namespace(),
                    namespace => namespace,
                };
                user.name == format!("system:serviceaccount:{namespace}:{name}")
            }
            "User" => user.name == name,
            "Group" => user.groups.iter().any(|group| group == name),
            _ => false,
        }
    })
}

fn permits(rule: &Value, asked: &Attributes<'_>) -> bool {
    let has = |pointer: &str, want: &str| {
        rule.items(pointer)
            .iter()
            .any(|have| matches!(have.as_str(), Some(text) if text == "*" || text == want))
    };
    let below = asked
        .resource
        .split_once('/')
        .map(|(_, subresource)| format!("*/{subresource}"));
    let names = rule.items("/resourceNames");
    has("/verbs", asked.verb)
        && has("/apiGroups", asked.group)
        && (has("/resources", &asked.resource) || below.is_some_and(|below| has("/resources", &below)))
        && (names.is_empty() || asked.name.is_some_and(|name| names.contains(&json!(name))))
}
