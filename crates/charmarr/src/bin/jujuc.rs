//! Juju's hook commands in the sandbox, and nothing else: what a hook starts many times links neither clients nor a command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    juju_sandbox::hook_command()
}
