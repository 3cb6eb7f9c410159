//! `managedFields` in a form that reads: who owns which fields. An object enters, text leaves.
//!
//! The form of `fieldsV1` is that of structured-merge-diff: `f:` a field, `k:` a list item by its keys, `v:` a set
//! member by its value, `.` the thing itself.

use serde_json::Value;

/// Every entry as `manager Operation [subresource]` with the innermost fields it owns, spelled as in conflict texts:
/// `.spec.template.spec.containers[name="radarr"].image`; `…[name="radarr"]` alone is the item itself.
pub(super) fn entries(object: &Value) -> Vec<(String, Vec<String>)> {
    let list = object
        .pointer("/metadata/managedFields")
        .and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .map(|entry| (title(entry), leaves(entry)))
        .collect()
}

fn title(entry: &Value) -> String {
    let parts = ["manager", "operation", "subresource"];
    let parts: Vec<&str> = parts
        .iter()
        .filter_map(|part| entry.get(part)?.as_str())
        .collect();
    parts.join(" ")
}

fn leaves(entry: &Value) -> Vec<String> {
    let mut found = Vec::new();
    if let Some(fields) = entry.get("fieldsV1") {
        collect("", fields, &mut found);
    }
    found.sort();
    found
}

fn collect(path: &str, fields: &Value, found: &mut Vec<String>) {
    for (key, below) in fields.as_object().into_iter().flatten() {
        if key == "." {
            found.push(path.to_owned());
            continue;
        }
        let path = format!("{path}{}", segment(key));
        if below.as_object().is_some_and(serde_json::Map::is_empty) {
            found.push(path);
        } else {
            collect(&path, below, found);
        }
    }
}

fn segment(key: &str) -> String {
    match key.split_once(':') {
        Some(("f", name)) => format!(".{name}"),
        Some(("v", value)) => format!("[={value}]"),
        Some(("k", keys)) => {
            let keys: serde_json::Map<String, Value> = serde_json::from_str(keys).unwrap_or_default();
            let keys: Vec<String> = keys.iter().map(|(key, value)| format!("{key}={value}")).collect();
            format!("[{}]", keys.join(","))
        }
        _ => format!("?{key}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fields_are_spelled_as_in_conflict_texts() {
        let object = json!({"metadata": {"managedFields": [{
            "manager": "theatre", "operation": "Apply", "fieldsV1": {
                "f:metadata": {"f:finalizers": {".": {}, "v:\"keep\"": {}}},
                "f:spec": {"f:ports": {"k:{\"port\":80,\"protocol\":\"TCP\"}": {".": {}, "f:port": {}}}},
            }}, {"manager": "kubelet", "operation": "Update", "subresource": "status"}]}});
        assert_eq!(
            entries(&object),
            [
                (
                    "theatre Apply".to_owned(),
                    [
                        ".metadata.finalizers",
                        ".metadata.finalizers[=\"keep\"]",
                        ".spec.ports[port=80,protocol=\"TCP\"]",
                        ".spec.ports[port=80,protocol=\"TCP\"].port",
                    ]
                    .map(str::to_owned)
                    .to_vec()
                ),
                ("kubelet Update status".to_owned(), Vec::new()),
            ]
        );
    }
}
