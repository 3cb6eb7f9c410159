//! The single checks of the levels. Enters: a pod spec. Leaves: what it fails, in the words of the admission.

use serde_json::{Value, json};

use super::Violation;
use crate::object::Object;
use crate::policy::{containers, quoted};

/// What a pod spec fails, if it does.
pub(super) type Check = fn(&Value) -> Option<Violation>;

/// In the order in which they are told.
pub(super) const BASELINE: &[Check] = &[
    default_capabilities,
    host_namespaces,
    host_paths,
    host_ports,
    privileged,
    proc_mount,
    confined,
];
pub(super) const RESTRICTED: &[Check] = &[
    host_namespaces,
    host_ports,
    privileged,
    proc_mount,
    escalation,
    no_capabilities,
    volume_types,
    non_root,
    user_zero,
    seccomp,
];

fn violation(reason: &'static str, detail: String) -> Violation {
    Violation { reason, detail }
}

/// The names of the containers that a test finds.
fn found(spec: &Value, test: impl Fn(&Value) -> bool) -> Vec<&str> {
    containers(spec)
        .filter(|container| test(container))
        .map(|container| container.text("/name"))
        .collect()
}

/// `container "c"`, `containers "c", "d"`.
fn named(names: &[&str]) -> String {
    format!(
        "container{} {}",
        if names.len() == 1 { "" } else { "s" },
        quoted(names)
    )
}

fn flag(value: &Value, pointer: &str) -> Option<bool> {
    value.pointer(pointer).and_then(Value::as_bool)
}

fn host_namespaces(spec: &Value) -> Option<Violation> {
    let used = ["hostNetwork", "hostPID", "hostIPC"]
        .into_iter()
        .filter(|field| flag(spec, &format!("/{field}")) == Some(true));
    let used: Vec<String> = used.map(|field| format!("{field}=true")).collect();
    (!used.is_empty()).then(|| violation("host namespaces", used.join(", ")))
}

fn host_paths(spec: &Value) -> Option<Violation> {
    let volumes = spec
        .items("/volumes")
        .iter()
        .filter(|volume| volume.get("hostPath").is_some());
    let names: Vec<&str> = volumes.map(|volume| volume.text("/name")).collect();
    let plural = if names.len() == 1 { "" } else { "s" };
    (!names.is_empty()).then(|| violation("hostPath volumes", format!("volume{plural} {}", quoted(&names))))
}

fn host_ports(spec: &Value) -> Option<Violation> {
    let ports_of = |container: &Value| -> Vec<i64> {
        let ports = container.items("/ports").iter();
        ports
            .filter_map(|port| port.number("/hostPort").filter(|port| *port != 0))
            .collect()
    };
    let names = found(spec, |container| !ports_of(container).is_empty());
    let mut ports: Vec<i64> = containers(spec).flat_map(ports_of).collect();
    ports.sort_unstable();
    ports.dedup();
    let list: Vec<String> = ports.iter().map(ToString::to_string).collect();
    let uses = if names.len() == 1 { "uses" } else { "use" };
    let reason = if ports.len() == 1 { "hostPort" } else { "hostPorts" };
    (!names.is_empty()).then(|| {
        violation(
            reason,
            format!("{} {uses} {reason} {}", named(&names), list.join(", ")),
        )
    })
}

fn privileged(spec: &Value) -> Option<Violation> {
    let names = found(spec, |container| {
        flag(container, "/securityContext/privileged") == Some(true)
    });
    let detail = || format!("{} must not set securityContext.privileged=true", named(&names));
    (!names.is_empty()).then(|| violation("privileged", detail()))
}

fn proc_mount(spec: &Value) -> Option<Violation> {
    let names = found(spec, |container| {
        !matches!(container.text("/securityContext/procMount"), "" | "Default")
    });
    let detail = || {
        format!(
            "{} must not set securityContext.procMount to \"Unmasked\"",
            named(&names)
        )
    };
    (!names.is_empty()).then(|| violation("procMount", detail()))
}

const DEFAULT_CAPABILITIES: &[&str] = &[
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

/// Which containers add which capabilities beyond those, as a detail.
fn added_beyond(spec: &Value, allowed: &[&str]) -> Option<String> {
    let beyond = |container: &Value| -> Vec<String> {
        let added = container
            .items("/securityContext/capabilities/add")
            .iter()
            .filter_map(Value::as_str);
        added
            .filter(|capability| !allowed.contains(capability))
            .map(str::to_owned)
            .collect()
    };
    let names = found(spec, |container| !beyond(container).is_empty());
    let mut all: Vec<String> = containers(spec).flat_map(beyond).collect();
    all.sort();
    all.dedup();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    (!names.is_empty()).then(|| {
        format!(
            "{} must not include {} in securityContext.capabilities.add",
            named(&names),
            quoted(&all)
        )
    })
}

fn default_capabilities(spec: &Value) -> Option<Violation> {
    added_beyond(spec, DEFAULT_CAPABILITIES).map(|detail| violation("non-default capabilities", detail))
}

fn no_capabilities(spec: &Value) -> Option<Violation> {
    let keep = found(spec, |container| {
        !container
            .items("/securityContext/capabilities/drop")
            .contains(&json!("ALL"))
    });
    let drop = || {
        format!(
            "{} must set securityContext.capabilities.drop=[\"ALL\"]",
            named(&keep)
        )
    };
    let details = (!keep.is_empty())
        .then(drop)
        .into_iter()
        .chain(added_beyond(spec, &["NET_BIND_SERVICE"]));
    let details: Vec<String> = details.collect();
    (!details.is_empty()).then(|| violation("unrestricted capabilities", details.join("; ")))
}

fn escalation(spec: &Value) -> Option<Violation> {
    let names = found(spec, |container| {
        flag(container, "/securityContext/allowPrivilegeEscalation") != Some(false)
    });
    let detail = || {
        format!(
            "{} must set securityContext.allowPrivilegeEscalation=false",
            named(&names)
        )
    };
    (!names.is_empty()).then(|| violation("allowPrivilegeEscalation != false", detail()))
}

fn volume_types(spec: &Value) -> Option<Violation> {
    const ALLOWED: &[&str] = &[
        "configMap",
        "csi",
        "downwardAPI",
        "emptyDir",
        "ephemeral",
        "image",
        "name",
        "persistentVolumeClaim",
        "projected",
        "secret",
    ];
    let type_of = |volume: &Value| {
        let mut members = volume.as_object()?.keys();
        members
            .find(|member| !ALLOWED.contains(&member.as_str()))
            .cloned()
    };
    let bad: Vec<(&str, String)> = spec
        .items("/volumes")
        .iter()
        .filter_map(|volume| Some((volume.text("/name"), type_of(volume)?)))
        .collect();
    let names: Vec<&str> = bad.iter().map(|(name, _)| *name).collect();
    let mut types: Vec<&str> = bad.iter().map(|(_, ty)| ty.as_str()).collect();
    types.sort_unstable();
    types.dedup();
    let plural = |count: usize, one: &'static str, many: &'static str| if count == 1 { one } else { many };
    (!bad.is_empty()).then(|| {
        let detail = format!(
            "{} {} {} restricted volume {} {}",
            plural(names.len(), "volume", "volumes"),
            quoted(&names),
            plural(names.len(), "uses", "use"),
            plural(types.len(), "type", "types"),
            quoted(&types)
        );
        violation("restricted volume types", detail)
    })
}

/// The pod or its containers that set something wrong, as `pod and container "c"`; empty when none does.
fn setters(spec: &Value, test: impl Fn(&Value) -> bool) -> String {
    let pod = test(spec).then(|| "pod".to_owned());
    let names = found(spec, test);
    let containers = (!names.is_empty()).then(|| named(&names));
    pod.into_iter()
        .chain(containers)
        .collect::<Vec<_>>()
        .join(" and ")
}

fn non_root(spec: &Value) -> Option<Violation> {
    const REASON: &str = "runAsNonRoot != true";
    let field = "/securityContext/runAsNonRoot";
    let bad = setters(spec, |part| flag(part, field) == Some(false));
    if !bad.is_empty() {
        return Some(violation(
            REASON,
            format!("{bad} must not set securityContext.runAsNonRoot=false"),
        ));
    }
    let silent = found(spec, |container| flag(container, field).is_none());
    let detail = || {
        format!(
            "pod or {} must set securityContext.runAsNonRoot=true",
            named(&silent)
        )
    };
    (flag(spec, field) != Some(true) && !silent.is_empty()).then(|| violation(REASON, detail()))
}

fn user_zero(spec: &Value) -> Option<Violation> {
    let bad = setters(spec, |part| part.number("/securityContext/runAsUser") == Some(0));
    (!bad.is_empty()).then(|| violation("runAsUser=0", format!("{bad} must not set runAsUser=0")))
}

const SECCOMP: &str = "/securityContext/seccompProfile/type";

fn confined(spec: &Value) -> Option<Violation> {
    let bad = setters(spec, |part| part.text(SECCOMP) == "Unconfined");
    let detail = || format!("{bad} must not set securityContext.seccompProfile.type to \"Unconfined\"");
    (!bad.is_empty()).then(|| violation("seccompProfile", detail()))
}

fn seccomp(spec: &Value) -> Option<Violation> {
    if let Some(found) = confined(spec) {
        return Some(found);
    }
    let silent = found(spec, |container| container.text(SECCOMP).is_empty());
    let detail = || {
        format!(
            "pod or {} must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\"",
            named(&silent)
        )
    };
    (spec.text(SECCOMP).is_empty() && !silent.is_empty()).then(|| violation("seccompProfile", detail()))
}
