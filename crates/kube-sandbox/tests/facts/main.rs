//! The embedded API held against what a real API server (v1.34.4) answers, case by case.

mod adoption;
mod claims;
mod kit;
mod mounting;
mod reapply;
mod refusals;
mod rights;
mod volumes;
