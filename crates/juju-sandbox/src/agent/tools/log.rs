//! `juju-log`.

use super::flags::{Args, switch, text};
use super::{HookContext, Output, SILENT, Stop, Tool};

pub(super) const TOOLS: &[Tool] = &[Tool {
    name: "juju-log",
    summary: "Write to the log of the unit.",
    flags: &[switch(&["debug"]), text(&["l", "log-level"])],
    formats: SILENT,
    run,
}];

/// In a hook of a relation the message is headed with it.
fn run(context: &mut HookContext<'_>, args: &Args) -> Result<Output, Stop> {
    if args.words().is_empty() {
        return Err(Stop::usage("no message specified"));
    }
    let known = ["TRACE", "DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"];
    let asked = args.flag("l").unwrap_or("INFO").to_ascii_uppercase();
    let level = match known.iter().find(|level| **level == asked) {
        _ if args.is_on("debug") => "DEBUG",
        Some(level) => level,
        None => {
            context.log(
                "WARNING",
                &format!("log level of {asked:?} is not valid, using INFO"),
            );
            "INFO"
        }
    };
    let message = args.words().join(" ");
    match context.run().hook.relation() {
        Some(hook) => context.log(level, &format!("{}:{}: {message}", hook.endpoint, hook.id)),
        None => context.log(level, &message),
    }
    Ok(Output::Nothing)
}
