//! `./run` on machines that lack something: real bash, and stand-ins for everything that it would install, build or install with.

#![allow(clippy::unwrap_used, reason = "all of it is test: it fails by panic")]

mod demo;
mod engines;
mod install;
mod machine;
