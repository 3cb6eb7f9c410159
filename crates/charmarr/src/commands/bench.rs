//! `charmarr bench`: what one steady dispatch of the storage charm costs, beside a process that does nothing and beside the same
//! charm in Python.
//!
//! All three are dispatched in one run, in turns, by the same agent, with the same hook commands and the same API server, for
//! the same five related applications. Each is started by the small program `measure`, which tells wall time and the peak
//! memory of the dispatched process itself.

mod report;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use fs_err as fs;
use juju_sandbox::{
    Deployment, Options, Sandbox, ScriptedCharm,
    model::{EndpointRef, Operation, UnitName},
    pods::Isolation,
};

use self::report::{Measured, Subject};
use crate::{cli, printer, runner};

const ENDPOINT: &str = "media-storage";
/// How many applications are related to each storage charm.
const CONSUMERS: usize = 5;
const CONFIG: [(&str, &str); 2] = [("backend-type", "storage-class"), ("storage-class", "local-path")];

/// What is measured: the application's name, what a person calls it, and whether it is a storage charm.
const SUBJECTS: [(&str, &str, bool); 3] = [
    ("nothing", "a static process that does nothing", false),
    ("storage", "charmarr-storage-k8s", true),
    ("python", "the same charm in Python", true),
];

pub(crate) fn run(arguments: &cli::Bench) -> anyhow::Result<()> {
    let python = arguments.python.join("venv/bin/python");
    if !python.exists() {
        bail!("cannot find `{}`; `./run bench` makes it", python.display());
    }
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let mut options = Options::new(folder.path().join("world"), Isolation::probe());
    options.jujuc = runner::jujuc();
    let mut sandbox = Sandbox::new(options)?;
    deploy(&mut sandbox, arguments, folder.path())?;
    settle(&mut sandbox)?;
    let mut subjects = Vec::new();
    for (app, label, _) in SUBJECTS {
        let file = measurements(folder.path(), app)?;
        subjects.push((app, label, lines(&file)?.len(), file));
    }
    for round in 1..=arguments.runs {
        for (app, ..) in SUBJECTS {
            sandbox.perform(Operation::UpdateStatus { unit: unit(app)? })?;
            settle(&mut sandbox)?;
        }
        printer::note(&format!("round {round} of {}", arguments.runs));
    }
    let subjects = subjects
        .into_iter()
        .map(|(app, label, before, file)| {
            let measured = lines(&file)?.split_off(before);
            let commands = steady_commands(&sandbox, app);
            Ok(Subject::of(label, &measured, commands))
        })
        .collect::<anyhow::Result<Vec<_>>>()?;
    let report = report::Report {
        runs: arguments.runs,
        consumers: CONSUMERS,
        subjects,
    };
    if arguments.json {
        return printer::json(&report);
    }
    printer::data(&report.to_text());
    Ok(())
}

/// The three subjects, and the applications that are related to the storage charms among them.
fn deploy(sandbox: &mut Sandbox, arguments: &cli::Bench, folder: &Path) -> anyhow::Result<()> {
    let nothing = folder.join("nothing");
    scripted("nothing", false).write(&nothing)?;
    fs::copy(beside_this_program("nothing")?, nothing.join("dispatch"))?;
    let sources = BTreeMap::from([
        ("nothing", nothing),
        ("storage", arguments.charms.join("charmarr-storage-k8s")),
        ("python", arguments.python.clone()),
    ]);
    for (app, _, is_storage) in SUBJECTS {
        let source = sources
            .get(app)
            .with_context(|| format!("cannot find the charm of `{app}`"))?;
        let charm = folder.join("measured").join(app);
        measured_charm(source, &charm)?;
        let mut deployment = Deployment::new(app.parse()?, charm);
        if is_storage {
            deployment.config = CONFIG
                .map(|(option, value)| (option.to_owned(), value.to_owned()))
                .into();
        }
        if app == "python" {
            // Two charms cannot look after one claim.
            deployment
                .config
                .insert("claim-name".to_owned(), "python-shared-storage".to_owned());
        }
        sandbox.deploy(deployment)?;
    }
    for number in 1..=CONSUMERS {
        let app = format!("consumer{number}");
        let charm = folder.join(&app);
        scripted(&app, true).write(&charm)?;
        sandbox.deploy(Deployment::new(app.parse()?, charm))?;
        for (storage, ..) in SUBJECTS.into_iter().filter(|(.., is_storage)| *is_storage) {
            let end = |app: &str| -> anyhow::Result<EndpointRef> {
                Ok(EndpointRef {
                    app: app.parse()?,
                    endpoint: Some(ENDPOINT.parse()?),
                })
            };
            sandbox.perform(Operation::Integrate {
                a: end(&app)?,
                b: end(storage)?,
            })?;
        }
    }
    Ok(())
}

/// A copy of a charm whose `dispatch` is measured.
fn measured_charm(source: &Path, charm: &Path) -> anyhow::Result<()> {
    juju_sandbox::images::copy_tree(source, charm)?;
    fs::rename(charm.join("dispatch"), charm.join("dispatch.measured"))?;
    fs::copy(beside_this_program("measure")?, charm.join("dispatch"))?;
    Ok(())
}

fn scripted(name: &str, publishes: bool) -> ScriptedCharm {
    let config = format!(r#"{{"instance_name": "{name}"}}"#);
    ScriptedCharm {
        name: name.to_owned(),
        endpoint: ENDPOINT.to_owned(),
        interface: ENDPOINT.to_owned(),
        provides: false,
        publishes: if publishes {
            BTreeMap::from([("config".to_owned(), config)])
        } else {
            BTreeMap::new()
        },
    }
}

fn beside_this_program(name: &str) -> anyhow::Result<PathBuf> {
    let program = std::env::current_exe().context("cannot find this program")?;
    Ok(program.with_file_name(name))
}

fn settle(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let settled = sandbox.settle(&mut |_| {})?;
    if let Some((unit, why)) = settled.failed.first() {
        bail!("cannot measure: {unit} is in error: {why}");
    }
    Ok(())
}

fn unit(app: &str) -> anyhow::Result<UnitName> {
    Ok(format!("{app}/0").parse()?)
}

/// The file that `measure` writes, in the charm's folder of the unit's pod.
fn measurements(folder: &Path, app: &str) -> anyhow::Result<PathBuf> {
    let inside = format!("agents/unit-{app}-0/charm/measured.jsonl");
    let mut folders = vec![folder.join("world")];
    while let Some(folder) = folders.pop() {
        if folder.join(&inside).is_file() {
            return Ok(folder.join(inside));
        }
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            }
        }
    }
    bail!("cannot find what was measured of `{app}`: no dispatch has ended")
}

fn lines(file: &Path) -> anyhow::Result<Vec<Measured>> {
    fs::read_to_string(file)?
        .lines()
        .map(|line| {
            serde_json::from_str(line)
                .with_context(|| format!("cannot read `{line}` of `{}`", file.display()))
        })
        .collect()
}

/// Hook commands and API calls of the last dispatch.
fn steady_commands(sandbox: &Sandbox, app: &str) -> (usize, usize) {
    let (counts, unit) = (sandbox.counts(), format!("{app}/0"));
    let last = counts.of_unit(&unit).last();
    last.map_or((0, 0), |last| (last.hook_commands.len(), last.api_calls.len()))
}
