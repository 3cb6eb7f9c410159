//! The whole daemon from outside: a process of its own, asked over its socket.
//!
//! The same cases run against a real Pebble 1.26: name the program in `PEBBLE_PROGRAM` and run the tests. Where the two
//! are meant to differ, the case says so with [`harness::is_real`].
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

mod changes;
mod checks;
mod exec;
mod files;
mod harness;
mod layers;
mod lifecycle;
mod notices;
mod observe;
mod services;

/// Not a test of its own: the other tests start this binary again, and then it is the daemon.
#[test]
fn daemon_entry() {
    let Ok(args) = std::env::var(harness::DAEMON_ARGS) else {
        return;
    };
    let code = pebble_sandbox::main(args.split_whitespace().map(str::to_owned).collect());
    let number = (0..=u8::MAX).find(|number| std::process::ExitCode::from(*number) == code);
    std::process::exit(i32::from(number.unwrap()));
}

/// Not a test of its own: a client that runs as another user.
#[test]
fn peer_entry() {
    if let Ok(socket) = std::env::var(harness::PEER_SOCKET) {
        observe::ask_as_peer(std::path::Path::new(&socket));
    }
}
