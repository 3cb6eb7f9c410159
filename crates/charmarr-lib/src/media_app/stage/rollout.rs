//! A barrier: a pod of an old template is replaced, and nothing is begun in it.

use std::ops::ControlFlow::Continue;

use super::{Flow, Gate, seen, settle, wait};
use crate::media_app::facts::{Facts, Kubernetes};
use crate::media_app::words;

pub(super) fn decide(facts: &Facts) -> Flow {
    match seen(facts.pod_is_current.as_ref(), || Gate::Pod)? {
        Kubernetes::Said(true) => Continue(()),
        Kubernetes::Said(false) => wait(words::restarting()),
        Kubernetes::Untrusted => settle(words::untrusted(&facts.app)),
        Kubernetes::Unreachable => wait(words::no_kubernetes()),
    }
}
