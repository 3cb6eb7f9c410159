//! `charmarr demo`: plays a scenario, shows what became of it.

use std::{path::Path, process::ExitCode};

use anyhow::{Context as _, bail};
use fs_err as fs;

use crate::{
    cli,
    engine::Engine,
    printer,
    report::Report,
    runner::{self, Live, Setting},
    scenario,
};

/// Exit code 0: everything holds; 1: something does not.
pub(crate) fn run(arguments: &cli::Demo) -> anyhow::Result<ExitCode> {
    if !arguments.charms.is_dir() {
        bail!(
            "cannot find the packed charms in `{}`; make them first: `./run pack`",
            arguments.charms.display()
        );
    }
    let engine = match arguments.engine {
        cli::Engine::Embedded => Engine::Embedded,
        cli::Engine::Kubernetes => Engine::of_environment()?,
    };
    let scenario = scenario::scenario(arguments.break_what);
    printer::note(&format!("charmarr demo: {}", scenario.about));
    let world = World::new(arguments.keep.as_deref())?;
    let mut live = Live::new();
    let outcome = runner::run(
        &scenario,
        &Setting {
            engine: &engine,
            model: "media",
            charms: &arguments.charms,
            dir: world.path(),
        },
        &mut live,
    );
    live.end();
    if arguments.trace
        && let Err(error) = show_trace(&world.path().join("trace.jsonl"))
    {
        // What became of the run is what a person must know.
        printer::note(&format!("cannot show the trace: {error:#}"));
    }
    let report = outcome?;
    show(&report, arguments.json)?;
    if arguments.keep.is_some() {
        printer::note(&format!("kept in {}", world.path().display()));
    }
    Ok(if report.ok {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn show(report: &Report, json: bool) -> anyhow::Result<()> {
    if json {
        return printer::json(report);
    }
    printer::data(&report.to_text());
    Ok(())
}

/// The folder of the run: one that is kept, or one that vanishes with this value.
enum World {
    Kept(std::path::PathBuf),
    Temporary(tempfile::TempDir),
}

impl World {
    fn new(keep: Option<&Path>) -> anyhow::Result<Self> {
        let Some(keep) = keep else {
            return Ok(Self::Temporary(
                tempfile::tempdir().context("cannot make a temporary folder")?,
            ));
        };
        fs::create_dir_all(keep)?;
        if fs::read_dir(keep)?.next().is_some() {
            bail!(
                "cannot keep the world in `{}`: the folder is not empty",
                keep.display()
            );
        }
        Ok(Self::Kept(keep.to_owned()))
    }

    fn path(&self) -> &Path {
        match self {
            Self::Kept(path) => path,
            Self::Temporary(folder) => folder.path(),
        }
    }
}

/// Every hook with what it called, from the trace of the run. One that ended before its sandbox was made has none.
fn show_trace(path: &Path) -> anyhow::Result<()> {
    if !path.exists() {
        return Ok(());
    }
    for line in fs::read_to_string(path)?.lines() {
        let entry: serde_json::Value = serde_json::from_str(line)?;
        if let Some(text) = trace_line(&entry) {
            printer::note(&text);
        }
    }
    Ok(())
}

fn trace_line(entry: &serde_json::Value) -> Option<String> {
    let text = |key: &str| {
        entry
            .get(key)
            .and_then(serde_json::Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let number = |key: &str| {
        entry
            .get(key)
            .and_then(serde_json::Value::as_u64)
            .unwrap_or_default()
    };
    Some(match entry.get("kind")?.as_str()? {
        "hook-start" => format!("{} {}", text("unit"), text("hook")),
        "hook-end" => match entry.get("outcome") {
            Some(serde_json::Value::String(outcome)) => {
                format!("  = {outcome} after {} ms", number("millis"))
            }
            other => format!("  = {} after {} ms", other?, number("millis")),
        },
        "hook-command" => {
            let args: Vec<&str> = entry
                .get("args")?
                .as_array()?
                .iter()
                .filter_map(serde_json::Value::as_str)
                .collect();
            let failed = match entry.get("exit_code").and_then(serde_json::Value::as_i64) {
                Some(0) | None => String::new(),
                Some(code) => format!(" (exit code {code})"),
            };
            format!("  {} {}{failed}", text("command"), args.join(" "))
        }
        "api-call" => {
            let unserved = match entry.get("not_simulated").and_then(serde_json::Value::as_str) {
                Some(what) => format!(" (not simulated: {what})"),
                None => String::new(),
            };
            format!(
                "  kubernetes: {} {} {} -> {}{unserved}",
                text("verb"),
                text("resource"),
                text("name"),
                number("code")
            )
        }
        "pebble-call" => {
            format!(
                "  pebble {}: {} {} -> {}",
                text("container"),
                text("method"),
                text("path"),
                number("code")
            )
        }
        "log" => format!("  log {}: {}", text("level"), text("message")),
        _ => return None,
    })
}
