//! Whose an object is. What is not ours is never changed and never deleted.

use charm_kube::k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::Serialize;

/// The field manager of the original charm, which put no labels on what it made.
pub const ORIGINAL_MANAGER: &str = "charmarr-lib";

const MANAGED_BY: &str = "charmarr-storage";
const LABEL_MANAGED_BY: &str = "app.kubernetes.io/managed-by";
const LABEL_MODEL: &str = "charmarr.io/model";
const LABEL_APP: &str = "charmarr.io/app";

/// The labels by which one application knows its objects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Labels {
    #[serde(rename = "app.kubernetes.io/managed-by")]
    managed_by: &'static str,
    #[serde(rename = "charmarr.io/app")]
    app: String,
    #[serde(rename = "charmarr.io/model")]
    model: String,
}

/// Who made an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ownership {
    /// This application.
    Ours,
    /// The original charm, whose place we take.
    Original,
    /// Someone else: another application, another model, a person.
    Foreign,
}

impl Labels {
    /// Those of application `app` in `model`.
    pub fn new(app: &str, model: &str) -> Self {
        Self {
            managed_by: MANAGED_BY,
            app: app.to_owned(),
            model: model.to_owned(),
        }
    }

    /// Whose an object is. The labels decide; without any of ours, the original charm's field manager does.
    pub fn ownership(&self, of: &ObjectMeta) -> Ownership {
        let label = |name: &str| of.labels.as_ref().and_then(|labels| labels.get(name));
        if label(LABEL_APP).is_some() || label(LABEL_MODEL).is_some() {
            let all = self
                .pairs()
                .iter()
                .all(|(name, value)| label(name).is_some_and(|found| found == value));
            return if all { Ownership::Ours } else { Ownership::Foreign };
        }
        let entries = of.managed_fields.as_deref().unwrap_or_default();
        let original = entries
            .iter()
            .any(|entry| entry.manager.as_deref() == Some(ORIGINAL_MANAGER));
        if original {
            Ownership::Original
        } else {
            Ownership::Foreign
        }
    }

    /// The uid of the application's `StatefulSet`, which Juju gives the application's name, where that is an owner of the object.
    pub(super) fn owner(&self, of: &ObjectMeta) -> Option<String> {
        let owners = of.owner_references.as_deref().unwrap_or_default();
        let owner = owners
            .iter()
            .find(|owner| owner.kind == "StatefulSet" && owner.name == self.app)?;
        Some(owner.uid.clone())
    }

    fn pairs(&self) -> [(&'static str, &str); 3] {
        let Self {
            managed_by,
            app,
            model,
        } = self;
        [
            (LABEL_MANAGED_BY, managed_by),
            (LABEL_APP, app),
            (LABEL_MODEL, model),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[track_caller]
    fn check(meta: Value, expect: Ownership) {
        let meta: ObjectMeta = serde_json::from_value(meta).unwrap();
        assert_eq!(Labels::new("vault", "cinema").ownership(&meta), expect);
    }

    #[test]
    fn labels_decide_and_then_the_original_manager() {
        let labels = |app: &str, model: &str| json!({"app.kubernetes.io/managed-by": "charmarr-storage", "charmarr.io/app": app, "charmarr.io/model": model});
        let original =
            json!([{"manager": "kubectl-edit"}, {"manager": "charmarr-lib", "operation": "Apply"}]);
        check(json!({"labels": labels("vault", "cinema")}), Ownership::Ours);
        check(
            json!({"labels": labels("vault", "cinema"), "managedFields": original}),
            Ownership::Ours,
        );
        check(json!({"labels": labels("attic", "cinema")}), Ownership::Foreign);
        check(
            json!({"labels": labels("vault", "opera"), "managedFields": original}),
            Ownership::Foreign,
        );
        check(
            json!({"labels": {"charmarr.io/app": "vault"}}),
            Ownership::Foreign,
        );
        check(json!({"managedFields": original}), Ownership::Original);
        check(
            json!({"labels": {"app.kubernetes.io/managed-by": "charmarr-storage"}}),
            Ownership::Foreign,
        );
        check(
            json!({"labels": {"tier": "front"}, "managedFields": original}),
            Ownership::Original,
        );
        check(
            json!({"managedFields": [{"manager": "charmarr"}]}),
            Ownership::Foreign,
        );
        check(json!({}), Ownership::Foreign);
    }

    #[test]
    fn the_set_of_the_application_is_an_owner_and_no_other() {
        let owner = |kind: &str, name: &str| {
            let owners = json!([{"apiVersion": "apps/v1", "kind": kind, "name": name, "uid": "5e7"}]);
            let meta: ObjectMeta = serde_json::from_value(json!({"ownerReferences": owners})).unwrap();
            Labels::new("vault", "cinema").owner(&meta)
        };
        assert_eq!(owner("StatefulSet", "vault").as_deref(), Some("5e7"));
        assert_eq!(owner("StatefulSet", "attic"), None);
        assert_eq!(owner("Deployment", "vault"), None);
    }
}
