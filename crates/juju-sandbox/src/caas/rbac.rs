//! The service account of an application and what it may do: little, or with trust everything.

use super::{Application, Model, Target, Write, metadata};
use serde_json::{Value, json};

const RBAC: &str = "rbac.authorization.k8s.io/v1";

/// Service account, role, binding, and their cluster-wide counterparts.
pub(super) fn objects(model: &Model, app: &Application) -> Vec<Value> {
    let here = |name: &str| metadata(model, &app.name, name, Some(&model.name));
    let cluster = cluster_name(model, &app.name);
    let subject = json!([{ "kind": "ServiceAccount", "name": app.name, "namespace": model.name }]);
    vec![
        json!({
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": here(&app.name),
            "automountServiceAccountToken": true,
        }),
        json!({ "apiVersion": RBAC, "kind": "Role", "metadata": here(&app.name), "rules": role_rules(model, app.trust) }),
        json!({
            "apiVersion": RBAC,
            "kind": "RoleBinding",
            "metadata": here(&app.name),
            "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": app.name },
            "subjects": subject,
        }),
        json!({
            "apiVersion": RBAC,
            "kind": "ClusterRole",
            "metadata": metadata(model, &app.name, &cluster, None),
            "rules": cluster_rules(app.trust),
        }),
        json!({
            "apiVersion": RBAC,
            "kind": "ClusterRoleBinding",
            "metadata": metadata(model, &app.name, &cluster, None),
            "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": cluster },
            "subjects": subject,
        }),
    ]
}

/// A change of trust patches the roles in place; no pod restarts.
pub(super) fn retrust(model: &Model, app: &Application) -> Vec<Write> {
    let patch = |kind, namespace, name, rules| Write::Patch {
        target: Target {
            api_version: RBAC,
            kind,
            namespace,
            name,
        },
        patch: json!({ "rules": rules }),
    };
    vec![
        patch(
            "Role",
            Some(model.name.clone()),
            app.name.clone(),
            role_rules(model, app.trust),
        ),
        patch(
            "ClusterRole",
            None,
            cluster_name(model, &app.name),
            cluster_rules(app.trust),
        ),
    ]
}

/// Cluster-wide objects carry the model's name, so that two models don't meet.
pub(super) fn cluster_name(model: &Model, app: &str) -> String {
    format!("{}-{app}", model.name)
}

fn role_rules(model: &Model, trust: bool) -> Value {
    if trust {
        return everything();
    }
    json!([
        { "apiGroups": [""], "resources": ["pods", "services"], "verbs": ["get", "list", "patch"] },
        { "apiGroups": [""], "resources": ["pods/exec"], "verbs": ["create"] },
        { "apiGroups": [""], "resources": ["namespaces"], "resourceNames": [model.name], "verbs": ["get", "list"] },
    ])
}

fn cluster_rules(trust: bool) -> Value {
    if trust {
        return everything();
    }
    json!([{ "apiGroups": [""], "resources": ["namespaces"], "verbs": ["get", "list"] }])
}

fn everything() -> Value {
    json!([{ "apiGroups": ["*"], "resources": ["*"], "verbs": ["*"] }])
}
