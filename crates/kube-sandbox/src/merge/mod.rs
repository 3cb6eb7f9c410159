//! Objects merged and compared. Enters: objects and patches. Leaves: objects and the fields in which they differ.
//! Must not know of owners, users or the store.

mod compare;
mod json_merge;
mod json_patch;
mod remove;
mod strategic;
mod structured;

pub(crate) use compare::{Comparison, compare};
pub(crate) use json_merge::json_merge;
pub(crate) use json_patch::{PatchFailed, json_patch};
pub(crate) use remove::remove;
pub(crate) use strategic::strategic;
pub(crate) use structured::structured;
