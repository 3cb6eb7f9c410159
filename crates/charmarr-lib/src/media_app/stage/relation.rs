//! The storage must know who mounts it.

use std::ops::ControlFlow::Continue;

use super::{Flow, step};
use crate::media_app::facts::Facts;

#[derive(Debug, Clone, PartialEq)]
pub(in crate::media_app) enum Step {
    /// Tells every relation which application this is.
    Publish,
}

pub(super) fn decide(facts: &Facts) -> Flow {
    if facts.relation.untold {
        return step(super::Step::Relation(Step::Publish));
    }
    Continue(())
}
