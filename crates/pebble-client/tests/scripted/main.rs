//! The client against a scripted server that answers recorded bytes, and layers by themselves.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

mod api;
mod changes;
mod exec;
mod files;
mod layers;
mod support;
