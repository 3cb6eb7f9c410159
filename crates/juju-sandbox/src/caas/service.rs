//! The two Services of an application: a headless one for the names of its pods, and one for its open ports.

use super::{Application, Model, Port, Target, Write, metadata, selector};
use serde_json::{Value, json};

/// What stands in the Service while no port is open: Kubernetes refuses a Service without one.
const PLACEHOLDER: u16 = 65535;

/// Both Services.
pub(super) fn objects(model: &Model, app: &Application) -> Vec<Value> {
    let ports: Vec<Value> = if app.ports.is_empty() {
        vec![placeholder()]
    } else {
        app.ports.iter().map(entry).collect()
    };
    vec![
        json!({
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": metadata(model, &app.name, &headless_name(&app.name), Some(&model.name)),
            "spec": {
                "clusterIP": "None",
                "publishNotReadyAddresses": true,
                "selector": selector(&app.name),
                "type": "ClusterIP",
            },
        }),
        json!({
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": metadata(model, &app.name, &app.name, Some(&model.name)),
            "spec": { "ports": ports, "selector": selector(&app.name), "type": "ClusterIP" },
        }),
    ]
}

/// The patch that opens and closes ports of the Service; ports that others added stay.
pub(super) fn ports_change(model: &Model, before: &Application, wanted: &Application) -> Option<Write> {
    if before.ports == wanted.ports {
        return None;
    }
    let mut ports: Vec<Value> = wanted.ports.difference(&before.ports).map(entry).collect();
    ports.extend(
        before
            .ports
            .difference(&wanted.ports)
            .map(|port| gone(port.number, &port.protocol)),
    );
    match (before.ports.is_empty(), wanted.ports.is_empty()) {
        (true, _) => ports.push(gone(PLACEHOLDER, "tcp")),
        (false, true) => ports.push(placeholder()),
        (false, false) => {}
    }
    let target = Target {
        api_version: "v1",
        kind: "Service",
        namespace: Some(model.name.clone()),
        name: wanted.name.clone(),
    };
    Some(Write::Patch {
        target,
        patch: json!({ "spec": { "ports": ports } }),
    })
}

/// The Service that gives the pods their names.
pub(super) fn headless_name(app: &str) -> String {
    format!("{app}-endpoints")
}

fn entry(port: &Port) -> Value {
    json!({
        "name": format!("juju-{}-{}", port.number, port.protocol),
        "port": port.number,
        "protocol": port.protocol.to_uppercase(),
        "targetPort": port.number,
    })
}

fn gone(number: u16, protocol: &str) -> Value {
    json!({ "$patch": "delete", "port": number, "protocol": protocol.to_uppercase() })
}

fn placeholder() -> Value {
    json!({ "name": "placeholder", "port": PLACEHOLDER, "protocol": "TCP", "targetPort": PLACEHOLDER })
}
