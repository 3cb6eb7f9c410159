//! From a step's short request to what goes over the wire. Text enters, method, path and content type leave.

use super::Error;

/// A request without its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) method: &'static str,
    pub(super) content_type: &'static str,
    pub(super) path: String,
    /// With the question mark, or empty.
    pub(super) query: String,
    pub(super) watch: bool,
    /// The object belongs to no namespace, so it must be cleared away on its own.
    pub(super) cluster_wide: bool,
}

/// Where resources live: the path of their API group and version, and their names.
const NAMESPACED: &[(&str, &str)] = &[
    (
        "/api/v1",
        "pods services configmaps secrets serviceaccounts persistentvolumeclaims events endpoints resourcequotas limitranges",
    ),
    (
        "/apis/apps/v1",
        "statefulsets deployments controllerrevisions replicasets daemonsets",
    ),
    ("/apis/batch/v1", "jobs cronjobs"),
    ("/apis/policy/v1", "poddisruptionbudgets"),
    ("/apis/rbac.authorization.k8s.io/v1", "roles rolebindings"),
    ("/apis/coordination.k8s.io/v1", "leases"),
];
const CLUSTER_WIDE: &[(&str, &str)] = &[
    ("/api/v1", "namespaces persistentvolumes nodes"),
    (
        "/apis/rbac.authorization.k8s.io/v1",
        "clusterroles clusterrolebindings",
    ),
    ("/apis/storage.k8s.io/v1", "storageclasses"),
    ("/apis/authorization.k8s.io/v1", "selfsubjectaccessreviews"),
];

/// # Errors
/// When the verb is none of [`Step::request`](super::Step::request)'s or the resource is in no table.
pub(super) fn target(request: &str, namespace: &str) -> Result<Target, Error> {
    let unknown = || Error::Step(request.to_owned());
    let (verb, rest) = request.split_once(' ').ok_or_else(unknown)?;
    let json = "application/json";
    let (method, content_type) = match verb {
        "GET" | "WATCH" => ("GET", json),
        "POST" => ("POST", json),
        "PUT" => ("PUT", json),
        "DELETE" => ("DELETE", json),
        "APPLY" => ("PATCH", "application/apply-patch+yaml"),
        "STRATEGIC" => ("PATCH", "application/strategic-merge-patch+json"),
        "MERGE" => ("PATCH", "application/merge-patch+json"),
        "JSON" => ("PATCH", "application/json-patch+json"),
        _ => return Err(unknown()),
    };
    let (short, query) = rest.split_at(rest.find('?').unwrap_or(rest.len()));
    let resource = short.split('/').next().unwrap_or(short);
    let home = |table: &[(&'static str, &str)]| {
        let here = |names: &str| names.split(' ').any(|name| name == resource);
        table.iter().find(|(_, names)| here(names)).map(|(path, _)| *path)
    };
    let (path, cluster_wide) = if short.starts_with('/') {
        (short.to_owned(), false)
    } else if let Some(group) = home(NAMESPACED) {
        (format!("{group}/namespaces/{namespace}/{short}"), false)
    } else if let Some(group) = home(CLUSTER_WIDE) {
        (format!("{group}/{short}"), true)
    } else {
        return Err(unknown());
    };
    let watch = verb == "WATCH";
    let query = match (watch, query) {
        (false, query) => query.to_owned(),
        (true, "") => "?watch=1".to_owned(),
        (true, query) => format!("{query}&watch=1"),
    };
    Ok(Target {
        method,
        content_type,
        path,
        query,
        watch,
        cluster_wide,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(request: &str, expect: &str) {
        let text = target(request, "room").map(|t| {
            let kind = t.content_type.trim_start_matches("application/");
            format!(
                "{} {}{} {kind} cluster-wide={}",
                t.method, t.path, t.query, t.cluster_wide
            )
        });
        assert_eq!(text.unwrap_or_else(|error| error.to_string()), expect);
    }

    #[test]
    fn short_requests_are_completed() {
        check(
            "GET pods/radarr-0/status",
            "GET /api/v1/namespaces/room/pods/radarr-0/status json cluster-wide=false",
        );
        check(
            "APPLY statefulsets/x?force=true",
            "PATCH /apis/apps/v1/namespaces/room/statefulsets/x?force=true apply-patch+yaml cluster-wide=false",
        );
        check(
            "POST persistentvolumes",
            "POST /api/v1/persistentvolumes json cluster-wide=true",
        );
        check(
            "WATCH pods?limit=1",
            "GET /api/v1/namespaces/room/pods?limit=1&watch=1 json cluster-wide=false",
        );
        check("GET /version", "GET /version json cluster-wide=false");
    }

    #[test]
    fn what_is_no_request_is_refused() {
        check("GET teapots", "cannot understand the step `GET teapots`");
        check("BREW pods", "cannot understand the step `BREW pods`");
        check("GET", "cannot understand the step `GET`");
    }
}
