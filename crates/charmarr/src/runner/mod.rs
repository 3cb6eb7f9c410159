//! Plays a [`Scenario`] in the sandbox and reports what it found.
//!
//! Three rooms: `arrange` carries out the operations, `play` moves the titles through the stack, `look` reads off how
//! everything stands. None of them judges: the verdict is the report's.

mod arrange;
mod look;
mod play;
mod progress;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use juju_sandbox::{Options, Sandbox, Settled, pods::Isolation};

pub use arrange::{images, resources};
pub use progress::Live;

use crate::{
    engine::Engine,
    report::{Import, Report},
    scenario::{Scenario, Title},
};

/// The user and group that the storage charm publishes.
const PUID: u32 = 1000;
const PGID: u32 = 1000;

/// Where and with what a scenario is played.
#[derive(Debug, Clone)]
pub struct Setting<'a> {
    /// What the stack runs on.
    pub engine: &'a Engine,
    /// The model's name.
    pub model: &'a str,
    /// The folder of the packed charms.
    pub charms: &'a Path,
    /// Everything of the run is kept below it.
    pub dir: &'a Path,
}

/// What a sandbox is made with to play the scenario: a stand-in for each of its images, and what the engine needs.
///
/// # Errors
/// When the engine cannot be used.
pub fn options(scenario: &Scenario, setting: &Setting<'_>) -> anyhow::Result<Options> {
    let mut options = Options::new(setting.dir, Isolation::probe());
    setting.model.clone_into(&mut options.model);
    options.jujuc = jujuc();
    options.images = arrange::images(scenario);
    setting.engine.prepare(&mut options)?;
    Ok(options)
}

/// A sandbox in which the scenario's operations were carried out. Nothing has run yet.
///
/// # Errors
/// When this machine allows no containers, the engine cannot be used, or as for [`arrange`].
pub fn arranged(scenario: &Scenario, setting: &Setting<'_>) -> anyhow::Result<Sandbox> {
    let mut sandbox = Sandbox::new(options(scenario, setting)?)?;
    setting.engine.furnish(&sandbox)?;
    arrange(&mut sandbox, scenario, setting.charms)?;
    Ok(sandbox)
}

/// The program of the hook commands, where it lies beside this one.
pub fn jujuc() -> Option<PathBuf> {
    let beside = std::env::current_exe().ok()?.with_file_name("jujuc");
    beside.is_file().then_some(beside)
}

/// Carries out the scenario's operations in a sandbox that is there.
///
/// # Errors
/// When a charm is not packed, or the model refuses.
pub fn arrange(sandbox: &mut Sandbox, scenario: &Scenario, charms: &Path) -> anyhow::Result<()> {
    scenario
        .operations
        .iter()
        .try_for_each(|operation| arrange::perform(sandbox, operation, charms))
}

/// Plays the scenario, and looks.
///
/// # Errors
/// What kept it from being played to its end; how the stack stands is no error but in the report.
pub fn run(scenario: &Scenario, setting: &Setting<'_>, live: &mut Live) -> anyhow::Result<Report> {
    let isolation = Isolation::probe();
    if let Some(hint) = isolation.hint() {
        return Ok(Report::of_nothing(
            isolation,
            format!("this machine allows no containers: {hint}"),
        ));
    }
    let mut sandbox = arranged(scenario, setting)?;
    stop_on_ctrl_c(&sandbox)?;
    played(&mut sandbox, scenario, setting.charms, live)
}

/// Lets a sandbox in which everything was arranged come to rest, carries out the scenario's acts, moves its titles through, and
/// looks. `charms`: the folder of the packed charms.
///
/// # Errors
/// As for [`run`].
pub fn played(
    sandbox: &mut Sandbox,
    scenario: &Scenario,
    charms: &Path,
    live: &mut Live,
) -> anyhow::Result<Report> {
    let mut settled = sandbox.settle(&mut |step| live.step(step))?;
    let mut imports: BTreeMap<&str, Import> = BTreeMap::new();
    let mut meanwhile = Vec::new();
    for act in &scenario.acts {
        meanwhile.push(look::moment(sandbox, act.when)?);
        let apps = look::apps(sandbox, scenario)?;
        let plays = |title: &&Title| act.plays.contains(&title.name);
        for title in scenario.titles.iter().filter(plays) {
            imports.insert(title.name, play::title(sandbox, title, &apps));
        }
        for operation in &act.operations {
            arrange::perform(sandbox, operation, charms)?;
        }
        settled = sandbox.settle(&mut |step| live.step(step))?;
    }
    let end = look::moment(sandbox, "at the end")?;
    let apps = look::apps(sandbox, scenario)?;
    let imports = scenario
        .titles
        .iter()
        .map(|title| match imports.remove(title.name) {
            Some(import) => play::again(sandbox, title, import),
            None => play::title(sandbox, title, &apps),
        })
        .collect();
    let counts = sandbox.counts();
    let report = Report {
        ok: false,
        isolation: sandbox.isolation().to_string(),
        simulated: sandbox.simulated(),
        meanwhile,
        apps,
        imports,
        dispatches: counts.dispatches,
        hook_commands: counts.hook_commands,
        api_calls: counts.api_calls,
        end,
        troubles: troubles(&settled),
        as_expected: None,
        missed: Vec::new(),
    };
    Ok(report.judged(&scenario.acts, &scenario.ends))
}

/// What keeps the model from being at rest.
fn troubles(settled: &Settled) -> Vec<String> {
    let failed = settled
        .failed
        .iter()
        .map(|(unit, why)| format!("{unit} is in error: {why}"));
    let restless = (!settled.quiet).then(|| "the model does not come to rest".to_owned());
    failed.chain(restless).collect()
}

/// Ctrl-C ends every process of the sandbox; the run then ends with an error, and its folder is removed as always.
fn stop_on_ctrl_c(sandbox: &Sandbox) -> anyhow::Result<()> {
    let interrupt = sandbox.interrupter();
    ctrlc::set_handler(move || interrupt.interrupt()).context("cannot listen for Ctrl-C")
}
