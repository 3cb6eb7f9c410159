//! The options of a request that are refused before its object is looked at.

use serde_json::{Value, json};

use super::{Call, PatchKind, Verb};
use crate::object::Object;
use crate::schema::Kind;
use crate::status::StatusError;
use crate::validate::FieldError;

/// How many bytes the name of a field manager may have.
const LONGEST_MANAGER: usize = 128;

/// Refuses the options of a write; those of reads are checked where they are used.
pub(super) fn check(call: Call<'_>) -> Result<(), StatusError> {
    let query = &call.request.query;
    let mut errors = Vec::new();
    let kind = match call.request.verb {
        Verb::Get | Verb::List | Verb::Watch => return Ok(()),
        Verb::Create => "CreateOptions",
        Verb::Update => "UpdateOptions",
        Verb::Patch(patch) => {
            if patch == PatchKind::Apply && query.field_manager.is_none() {
                errors.push(FieldError::required(
                    "fieldManager",
                    "is required for apply patch",
                ));
            }
            if patch != PatchKind::Apply && query.force {
                errors.push(FieldError::forbidden(
                    "force",
                    "may not be specified for non-apply patch",
                ));
            }
            "PatchOptions"
        }
        Verb::Delete | Verb::DeleteCollection => {
            errors.extend(dry_run(&asked_in_body(&call.request.body)));
            errors.extend(propagation(call));
            "DeleteOptions"
        }
    };
    if query
        .field_manager
        .as_ref()
        .is_some_and(|name| name.len() > LONGEST_MANAGER)
    {
        errors.push(FieldError::too_long("fieldManager", LONGEST_MANAGER));
    }
    errors.extend(dry_run(&query.dry_run_asked));
    if !matches!(query.validation.as_str(), "" | "Ignore" | "Strict" | "Warn") {
        let known = ["", "Ignore", "Strict", "Warn"];
        errors.push(FieldError::not_supported(
            "fieldValidation",
            &json!(query.validation),
            &known,
        ));
    }
    refuse(kind, &errors)
}

/// 422 with what is wrong with the options of a kind, such as `ListOptions`; a success when nothing is.
pub(super) fn refuse(kind: &'static str, errors: &[FieldError]) -> Result<(), StatusError> {
    if errors.is_empty() {
        return Ok(());
    }
    Err(StatusError::invalid(&Kind::of_options(kind), "", errors))
}

fn dry_run(asked: &[String]) -> Option<FieldError> {
    let known = asked.iter().all(|name| name == "All");
    (!known).then(|| FieldError::not_supported("dryRun", &json!(asked), &["All"]))
}

fn asked_in_body(body: &Value) -> Vec<String> {
    let names = body.items("/dryRun").iter().filter_map(Value::as_str);
    names.map(str::to_owned).collect()
}

fn propagation(call: Call<'_>) -> Option<FieldError> {
    let body = &call.request.body;
    let policy = body.text("/propagationPolicy");
    if !policy.is_empty() && body.get("orphanDependents").is_some_and(Value::is_boolean) {
        let why = "orphanDependents and deletionPropagation cannot be both set";
        return Some(FieldError::invalid("propagationPolicy", &json!(policy), why));
    }
    let policy = if policy.is_empty() {
        call.request.query.propagation.as_deref()?
    } else {
        policy
    };
    let known = ["Foreground", "Background", "Orphan"].contains(&policy);
    (!known).then(|| {
        let supported = ["Foreground", "Background", "Orphan", "nil"];
        FieldError::not_supported("propagationPolicy", &json!(policy), &supported)
    })
}
