//! Juju's hook commands in the sandbox, and nothing else: a hook starts it many times, and a small program starts sooner.

use std::process::ExitCode;

fn main() -> ExitCode {
    juju_sandbox::hook_command()
}
