//! The embedded API held against what a real API server (v1.34.4) answers, case by case.
#![allow(
    clippy::indexing_slicing,
    clippy::needless_pass_by_value,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic, and tables of JSON read better without borrows"
)]

mod adoption;
mod claims;
mod kit;
mod library;
mod mounting;
mod reapply;
mod refusals;
mod rights;
mod rollout;
mod volumes;
mod wire;
