//! Paths: `/api/v1/namespaces/<ns>/pods/<name>/status`, `/apis/<group>/<version>/…`.

/// What a path names.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) group: String,
    pub(super) version: String,
    pub(super) resource: String,
    pub(super) subresource: Option<String>,
    pub(super) namespace: Option<String>,
    pub(super) name: Option<String>,
}

/// None: not the path of a resource.
pub(super) fn parse(path: &str) -> Option<Place> {
    let parts: Vec<String> = path
        .split('/')
        .filter(|part| !part.is_empty())
        .map(decode)
        .collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let (group, version, rest) = match parts.as_slice() {
        ["api", version, rest @ ..] => ("", *version, rest),
        ["apis", group, version, rest @ ..] => (*group, *version, rest),
        _ => return None,
    };
    let (namespace, rest) = match rest {
        // `/namespaces/<ns>/status` is the namespace's own
        ["namespaces", _, "status" | "finalize"] => (None, rest),
        ["namespaces", namespace, rest @ ..] if !rest.is_empty() => (Some(*namespace), rest),
        _ => (None, rest),
    };
    let (resource, name, subresource) = match rest {
        [resource] => (*resource, None, None),
        [resource, name] => (*resource, Some(*name), None),
        [resource, name, subresource] => (*resource, Some(*name), Some(*subresource)),
        _ => return None,
    };
    let owned = |text: &str| text.to_owned();
    Some(Place {
        group: owned(group),
        version: owned(version),
        resource: owned(resource),
        subresource: subresource.map(owned),
        namespace: namespace.map(owned),
        name: name.map(owned),
    })
}

/// Percent-decoding; `form_urlencoded` would take a plus for a space.
fn decode(part: &str) -> String {
    let pair = format!("={}", part.replace('+', "%2B"));
    form_urlencoded::parse(pair.as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, expect: Option<[&str; 6]>) {
        let found = parse(path).map(|place| {
            let or = |text: Option<String>| text.unwrap_or_default();
            [
                place.group,
                place.version,
                or(place.namespace),
                place.resource,
                or(place.name),
                or(place.subresource),
            ]
        });
        assert_eq!(found, expect.map(|parts| parts.map(str::to_owned)), "{path}");
    }

    #[test]
    fn paths() {
        check("/api/v1/pods", Some(["", "v1", "", "pods", "", ""]));
        check("/api/v1/namespaces", Some(["", "v1", "", "namespaces", "", ""]));
        check(
            "/api/v1/namespaces/media",
            Some(["", "v1", "", "namespaces", "media", ""]),
        );
        check(
            "/api/v1/namespaces/media/status",
            Some(["", "v1", "", "namespaces", "media", "status"]),
        );
        check(
            "/api/v1/namespaces/media/pods",
            Some(["", "v1", "media", "pods", "", ""]),
        );
        check(
            "/apis/apps/v1/namespaces/media/statefulsets/radarr/status",
            Some(["apps", "v1", "media", "statefulsets", "radarr", "status"]),
        );
        check(
            "/apis/rbac.authorization.k8s.io/v1/clusterroles/a%3Ab",
            Some(["rbac.authorization.k8s.io", "v1", "", "clusterroles", "a:b", ""]),
        );
        check("/apis/apps/v1/a/b/c/d", None);
        check("/healthz", None);
        check("/api", None);
    }
}
