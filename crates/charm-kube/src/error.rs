//! What can go wrong between a charm and the API server, told apart by what a charm can do about it.

use std::error::Error;
use std::fmt::{self, Write as _};

/// A request that was not carried out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClusterError {
    /// The files and variables that Kubernetes gives to a pod are not there or do not fit.
    #[error("cannot read the configuration of the cluster from the pod")]
    Configuration(#[source] Box<dyn Error + Send + Sync>),
    /// A blocking call inside an asynchronous runtime would stop it.
    #[error("cannot call Kubernetes from inside an asynchronous runtime")]
    InsideRuntime,
    /// The service account lacks the right. A person must give it; for a charm that is `juju trust`.
    #[error("cannot {verb} {resource}: {message}")]
    Forbidden {
        /// The verb of the missing right, such as `patch`.
        verb: String,
        /// Its resource, such as `statefulsets`.
        resource: String,
        /// The server's own words.
        message: String,
    },
    /// Refused for another reason than a missing right: a quota, a limit, a policy, a namespace that is ending.
    #[error("refused by Kubernetes: {message}")]
    Refused {
        /// The server's own words.
        message: String,
    },
    /// The token is not, or no longer, valid.
    #[error("not known to Kubernetes: {message}")]
    Unauthorized {
        /// The server's own words.
        message: String,
    },
    /// What the request is about is not there: the object of a patch, the namespace of an apply.
    #[error("not found in Kubernetes: {message}")]
    NotFound {
        /// The server's own words.
        message: String,
    },
    /// Someone else stands in the way.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// The request itself is wrong: repeating it changes nothing.
    #[error("not valid for Kubernetes: {message}")]
    Invalid {
        /// The first line of the server's own words.
        message: String,
    },
    /// No answer, or none that means anything: no connection, a time-out, an overload, an error of the server.
    #[error("no answer from Kubernetes: {reason}")]
    Unavailable {
        /// What happened.
        reason: String,
    },
    /// An answer with a code that has no meaning here.
    #[error("unexpected answer from Kubernetes ({code}): {message}")]
    Unexpected {
        /// The HTTP code.
        code: u16,
        /// The server's own words.
        message: String,
    },
    /// The answer is not an object of the kind that was asked for.
    #[error("cannot read the answer of Kubernetes")]
    Unreadable(#[source] serde_json::Error),
    /// The request could not be written.
    #[error("cannot write the request to Kubernetes")]
    Request(#[source] Box<dyn Error + Send + Sync>),
}

/// Why the server answered 409. The three have nothing in common but the code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    /// Fields of a server-side apply are owned by another field manager, with another value.
    #[error("owned by `{manager}`: {}", fields.join(", "))]
    Owner {
        /// The first field manager that the server names.
        manager: String,
        /// The fields it owns, as the server writes them:
        /// `.spec.template.spec.volumes[name="stage"].persistentVolumeClaim.claimName`.
        fields: Vec<String>,
    },
    /// The object is not the one that was looked at: another `resourceVersion` or `uid`, or it is gone.
    #[error("changed in the meantime: {message}")]
    Stale {
        /// The server's own words.
        message: String,
    },
    /// An object of that name exists.
    #[error("exists already: {message}")]
    Exists {
        /// The server's own words.
        message: String,
    },
}

impl ClusterError {
    pub(crate) fn configuration(source: impl Error + Send + Sync + 'static) -> Self {
        Self::Configuration(Box::new(source))
    }

    pub(crate) fn request(source: impl Error + Send + Sync + 'static) -> Self {
        Self::Request(Box::new(source))
    }

    pub(crate) fn timed_out(limit: std::time::Duration) -> Self {
        Self::Unavailable {
            reason: format!("timed out after {limit:?}"),
        }
    }
}

impl From<kube::Error> for ClusterError {
    fn from(error: kube::Error) -> Self {
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "the variants of `kube::Error` depend on its features"
        )]
        match error {
            kube::Error::Api(status) => crate::refusal::classify(&status),
            kube::Error::SerdeError(source) => Self::Unreadable(source),
            kube::Error::BuildRequest(source) => Self::request(source),
            kube::Error::HttpError(source) => Self::request(source),
            kube::Error::InferConfig(source) => Self::configuration(source),
            kube::Error::Auth(source) => Self::configuration(source),
            kube::Error::RustlsTls(source) => Self::configuration(source),
            other => Self::Unavailable {
                reason: innermost(&other),
            },
        }
    }
}

/// The causes of an error in one line, without those that repeat their own cause.
fn innermost(error: &dyn Error) -> String {
    let mut line = String::new();
    let mut cause = Some(error);
    while let Some(error) = cause {
        cause = error.source();
        let text = error.to_string();
        if cause.is_some_and(|cause| text.contains(&cause.to_string())) {
            continue;
        }
        let separator = if line.is_empty() { "" } else { ": " };
        // Writing to a `String` cannot fail.
        let _ = write!(line, "{separator}{}", FirstLine(&text));
    }
    line
}

/// The first line of a text: the rest of the server's longer messages is a diff or a list.
pub(crate) struct FirstLine<'a>(pub(crate) &'a str);

impl fmt::Display for FirstLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.lines().next().unwrap_or_default().trim_end())
    }
}
