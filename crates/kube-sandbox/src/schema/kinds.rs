//! The kinds that are served.

use super::Type;

/// One kind, as it stands in a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::struct_field_names,
    reason = "`kind` is what the field is called in every object"
)]
pub(crate) struct Kind {
    pub(crate) kind: &'static str,
    pub(crate) plural: &'static str,
    /// Empty for the core group.
    pub(crate) group: &'static str,
    pub(crate) version: &'static str,
    pub(crate) namespaced: bool,
    /// True if `metadata.generation` counts the changes of `spec`.
    pub(crate) generation: bool,
    /// True if `status` is written through a subresource only.
    pub(crate) status: bool,
}

const fn kind(kind: &'static str, plural: &'static str, group: &'static str) -> Kind {
    Kind {
        kind,
        plural,
        group,
        version: "v1",
        namespaced: true,
        generation: false,
        status: false,
    }
}

const fn of_cluster(kind: Kind) -> Kind {
    Kind {
        namespaced: false,
        ..kind
    }
}

const fn with_status(kind: Kind) -> Kind {
    Kind { status: true, ..kind }
}

const fn with_generation(kind: Kind) -> Kind {
    Kind {
        generation: true,
        ..kind
    }
}

/// All of them.
pub(crate) static KINDS: &[Kind] = &[
    of_cluster(with_status(kind("Namespace", "namespaces", ""))),
    with_generation(with_status(kind("Pod", "pods", ""))),
    with_status(kind("Service", "services", "")),
    kind("ServiceAccount", "serviceaccounts", ""),
    kind("Secret", "secrets", ""),
    kind("ConfigMap", "configmaps", ""),
    kind("Event", "events", ""),
    with_status(kind("PersistentVolumeClaim", "persistentvolumeclaims", "")),
    of_cluster(with_status(kind("PersistentVolume", "persistentvolumes", ""))),
    with_status(kind("ResourceQuota", "resourcequotas", "")),
    kind("LimitRange", "limitranges", ""),
    of_cluster(kind("StorageClass", "storageclasses", "storage.k8s.io")),
    with_generation(with_status(kind("StatefulSet", "statefulsets", "apps"))),
    kind("ControllerRevision", "controllerrevisions", "apps"),
    with_generation(with_status(kind("Job", "jobs", "batch"))),
    with_generation(with_status(kind(
        "PodDisruptionBudget",
        "poddisruptionbudgets",
        "policy",
    ))),
    kind("Role", "roles", "rbac.authorization.k8s.io"),
    kind("RoleBinding", "rolebindings", "rbac.authorization.k8s.io"),
    of_cluster(kind("ClusterRole", "clusterroles", "rbac.authorization.k8s.io")),
    of_cluster(kind(
        "ClusterRoleBinding",
        "clusterrolebindings",
        "rbac.authorization.k8s.io",
    )),
];

impl Kind {
    /// What the options of a request are called in an error about them, such as `ListOptions`.
    pub(crate) const fn of_options(name: &'static str) -> Kind {
        kind(name, "", "meta.k8s.io")
    }

    /// The kind of this name, such as `StatefulSet`.
    pub(crate) fn named(kind: &str) -> Option<&'static Kind> {
        KINDS.iter().find(|candidate| candidate.kind == kind)
    }

    /// The kind at a path.
    pub(crate) fn at(group: &str, version: &str, plural: &str) -> Option<&'static Kind> {
        KINDS
            .iter()
            .find(|kind| kind.group == group && kind.version == version && kind.plural == plural)
    }

    /// `v1`, `apps/v1`.
    pub(crate) fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.to_owned()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }

    /// `persistentvolumeclaims`, `statefulsets.apps`: the name that errors about a request use.
    pub(crate) fn resource(&self) -> String {
        qualified(self.plural, self.group)
    }

    /// `PersistentVolumeClaim`, `StatefulSet.apps`: the name that errors about a body use.
    pub(crate) fn qualified(&self) -> String {
        qualified(self.kind, self.group)
    }

    /// The type of its objects.
    pub(crate) fn ty(&self) -> Type {
        Type::Struct(self.kind)
    }
}

/// A name with its group, where it has one.
pub(crate) fn qualified(name: &str, group: &str) -> String {
    if group.is_empty() {
        name.to_owned()
    } else {
        format!("{name}.{group}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_the_crate_names_every_kind() {
        let rows = include_str!("../lib.rs").lines();
        let rows = rows.filter_map(|line| line.strip_prefix("//! | `")?.split_once("` | "));
        let told: Vec<(&str, &str)> = rows
            .flat_map(|(group, kinds)| kinds.split('`').skip(1).step_by(2).map(move |kind| (kind, group)))
            .collect();
        let served: Vec<(&str, String)> = KINDS.iter().map(|kind| (kind.kind, kind.api_version())).collect();
        let served: Vec<(&str, &str)> = served
            .iter()
            .map(|(kind, group)| (*kind, group.as_str()))
            .collect();
        assert_eq!(told, served);
    }
}
