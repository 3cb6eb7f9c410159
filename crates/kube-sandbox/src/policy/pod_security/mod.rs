//! The security levels of a namespace: `baseline` and `restricted` with the checks of the "Pod Security Standards" that
//! concern host access, privileges, capabilities, users, seccomp and volumes. `SELinux`, `AppArmor`, sysctls and Windows are
//! not looked at.

mod checks;

use serde_json::{Value, json};

use crate::object::Object;
use checks::{BASELINE, Check, RESTRICTED};

/// The labels of a namespace that name levels, without the ending `-version`.
pub(crate) const LABELS: [&str; 3] = [
    "pod-security.kubernetes.io/enforce",
    "pod-security.kubernetes.io/audit",
    "pod-security.kubernetes.io/warn",
];
pub(crate) const LEVELS: [&str; 3] = ["privileged", "baseline", "restricted"];

/// A level and its version, as a namespace names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Policy {
    level: String,
    version: String,
}

/// One check that failed: which, and what is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Violation {
    pub(crate) reason: &'static str,
    detail: String,
}

impl Policy {
    /// What a namespace enforces.
    pub(crate) fn enforced(namespace: &Value) -> Policy {
        Policy::labelled(namespace, LABELS[0]).unwrap_or_else(|| Policy {
            level: LEVELS[0].to_owned(),
            version: "latest".to_owned(),
        })
    }

    /// What a namespace warns of: what it enforces, unless it says otherwise.
    pub(crate) fn warned(namespace: &Value) -> Policy {
        Policy::labelled(namespace, LABELS[2]).unwrap_or_else(|| Policy::enforced(namespace))
    }

    fn labelled(namespace: &Value, label: &str) -> Option<Policy> {
        let version = namespace.label(&format!("{label}-version")).unwrap_or("latest");
        Some(Policy {
            level: namespace.label(label)?.to_owned(),
            version: version.to_owned(),
        })
    }

    /// Every check of the level that a pod spec fails.
    pub(crate) fn violations(&self, spec: &Value) -> Vec<Violation> {
        let checks: &[Check] = match self.level.as_str() {
            "baseline" => BASELINE,
            "restricted" => RESTRICTED,
            _ => &[],
        };
        checks.iter().filter_map(|check| check(spec)).collect()
    }

    /// `PodSecurity "restricted:latest"` and what fails; None when nothing does.
    pub(crate) fn objection(&self, spec: &Value) -> Option<String> {
        let violations = self.violations(spec);
        let list: Vec<String> = violations
            .iter()
            .map(|found| format!("{} ({})", found.reason, found.detail))
            .collect();
        (!list.is_empty()).then(|| format!("PodSecurity {}: {}", self.quoted(), list.join(", ")))
    }

    /// `"restricted:latest"`.
    pub(crate) fn quoted(&self) -> String {
        json!(format!("{}:{}", self.level, self.version)).to_string()
    }
}

/// The warnings of a namespace whose enforced level changed while pods are there, grouped by what they fail.
pub(crate) fn warnings_of_change(namespace: &Value, policy: &Policy, pods: &[&Value]) -> Vec<String> {
    let mut groups: Vec<(Vec<&'static str>, Vec<&str>)> = Vec::new();
    for pod in pods {
        let violations = policy.violations(pod.get("spec").unwrap_or(&Value::Null));
        let reasons: Vec<&'static str> = violations.iter().map(|violation| violation.reason).collect();
        if reasons.is_empty() {
            continue;
        }
        match groups.iter_mut().find(|(have, _)| *have == reasons) {
            Some((_, names)) => names.push(pod.name()),
            None => groups.push((reasons, vec![pod.name()])),
        }
    }
    if groups.is_empty() {
        return Vec::new();
    }
    let head = format!(
        "existing pods in namespace {} violate the new PodSecurity enforce level {}",
        json!(namespace.name()),
        policy.quoted()
    );
    let line = |(reasons, names): (Vec<&str>, Vec<&str>)| {
        let first = names.first().copied().unwrap_or_default();
        let who = match names.len() {
            1 => first.to_owned(),
            2 => format!("{first} (and 1 other pod)"),
            count => format!("{first} (and {} other pods)", count - 1),
        };
        format!("{who}: {}", reasons.join(", "))
    };
    std::iter::once(head)
        .chain(groups.into_iter().map(line))
        .collect()
}
