//! A barrier: a pod of an old template is replaced, and nothing is begun in it.

use std::ops::ControlFlow::Continue;

use super::{Flow, settle, wait};
use crate::media_app::facts::{Facts, Kubernetes};
use crate::media_app::words;

pub(super) fn decide(facts: &Facts) -> Flow {
    match facts.pod_is_current {
        Some(Kubernetes::Said(true)) => Continue(()),
        Some(Kubernetes::Said(false)) | None => wait(words::restarting()),
        Some(Kubernetes::Untrusted) => settle(words::untrusted(&facts.app)),
        Some(Kubernetes::Unreachable) => wait(words::no_kubernetes()),
    }
}
