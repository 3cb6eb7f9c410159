//! What a program that hosts the sandbox is when it is started again inside a container.

use crate::{agent, images, pods, real_node};
use std::path::Path;
use std::process::ExitCode;

/// The FIRST call in `main` of a program that hosts the sandbox. If this process is a part of a container, a hook command, a Pebble
/// or a stand-in, it is that and its exit code is returned; `None` means that it is the program itself.
pub fn entry() -> Option<ExitCode> {
    if let Some(code) = pods::entry() {
        return Some(code);
    }
    let mut arguments = std::env::args();
    let program = arguments.next()?;
    let name = Path::new(&program).file_name()?.to_str()?.to_owned();
    let rest: Vec<String> = arguments.collect();
    match name.as_str() {
        "pebble" => Some(pebble_sandbox::main(rest)),
        "containeragent" => real_node::container_agent::main(&rest),
        "stand-in" => images::stand_in(&rest),
        tool => hook_command_named(tool, &rest),
    }
}

/// The whole `main` of a program that is Juju's hook commands and nothing else ([`crate::Options::jujuc`]): its name says which.
pub fn hook_command() -> ExitCode {
    let mut arguments = std::env::args();
    let program = arguments.next().unwrap_or_default();
    let name = Path::new(&program).file_name().and_then(|name| name.to_str());
    let rest: Vec<String> = arguments.collect();
    hook_command_named(name.unwrap_or_default(), &rest).unwrap_or(ExitCode::FAILURE)
}

fn hook_command_named(name: &str, arguments: &[String]) -> Option<ExitCode> {
    let known = agent::tool_names().any(|known| known == name);
    known.then(|| agent::tool_main(name, arguments))
}
