//! What the API server means by a refusal.
//!
//! A `Status` object enters, a [`ClusterError`] leaves. The texts are those of Kubernetes 1.34; what is not
//! recognised still says what the server said.

use kube::core::Status;
use kube::core::response::StatusCause;

use crate::error::{ClusterError, Conflict, FirstLine};

/// The cause of a field that another field manager owns, one for each field.
const FIELD_CONFLICT: &str = "FieldManagerConflict";

/// How a 500 begins when the body of an apply has a field or value that the schema does not: our own mistake.
const BAD_APPLY: [&str; 2] = [
    "failed to create typed patch object",
    "failed to convert new object",
];

pub(crate) fn classify(status: &Status) -> ClusterError {
    let message = status.message.clone();
    match status.code {
        400 | 413 | 415 | 422 => ClusterError::Invalid {
            message: FirstLine(&message).to_string(),
        },
        401 => ClusterError::Unauthorized { message },
        403 => forbidden(message),
        404 => ClusterError::NotFound { message },
        409 => ClusterError::Conflict(conflict(status)),
        500 if BAD_APPLY.iter().any(|begin| message.starts_with(begin)) => ClusterError::Invalid {
            message: FirstLine(&message).to_string(),
        },
        429 | 500.. => ClusterError::Unavailable {
            reason: format!("{} ({})", FirstLine(&message), status.code),
        },
        code => ClusterError::Unexpected { code, message },
    }
}

/// A 403 is a missing right only where it names the verb and the resource: `User "…" cannot patch resource
/// "statefulsets" in API group "apps" …`. Admission answers 403 too.
fn forbidden(message: String) -> ClusterError {
    match missing_right(&message) {
        Some((verb, resource)) => ClusterError::Forbidden {
            verb: verb.to_owned(),
            resource: resource.to_owned(),
            message,
        },
        None => ClusterError::Refused { message },
    }
}

fn missing_right(message: &str) -> Option<(&str, &str)> {
    message.match_indices(" cannot ").find_map(|(at, word)| {
        let (verb, rest) = message.get(at + word.len()..)?.split_once(' ')?;
        let (resource, _) = rest.strip_prefix("resource \"")?.split_once('"')?;
        Some((verb, resource))
    })
}

fn conflict(status: &Status) -> Conflict {
    let message = status.message.clone();
    if status.reason == "AlreadyExists" {
        return Conflict::Exists { message };
    }
    let causes = status.details.as_ref().map_or(&[][..], |details| &details.causes);
    let mut owned = causes
        .iter()
        .filter(|cause| cause.reason == FIELD_CONFLICT)
        .map(|cause| (owner(cause), cause.field.clone()));
    let Some((manager, field)) = owned.next() else {
        return Conflict::Stale { message };
    };
    let fields = std::iter::once(field)
        .chain(
            owned
                .filter(|(other, _)| *other == manager)
                .map(|(_, field)| field),
        )
        .collect();
    Conflict::Owner {
        manager: manager.to_owned(),
        fields,
    }
}

/// The manager in `conflict with "juju" using apps/v1`. One that changes objects by apply has no `using`.
fn owner(cause: &StatusCause) -> &str {
    let quoted = cause
        .message
        .split_once('"')
        .and_then(|(_, rest)| rest.rsplit_once('"'));
    quoted.map_or(cause.message.as_str(), |(manager, _)| manager)
}
