//! A barrier: a pod of an old template is replaced, and nothing is begun in it.

use std::ops::ControlFlow::Continue;

use super::{Flow, wait};
use crate::media_app::facts::Facts;
use crate::media_app::words;

pub(super) fn decide(facts: &Facts) -> Flow {
    match facts.pod_is_current {
        Some(true) => Continue(()),
        Some(false) | None => wait(words::restarting()),
    }
}
