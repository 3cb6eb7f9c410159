//! One case on one subject. A case enters; what differs from it leaves, and the transcript of all that was seen.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    path::Path,
};

use serde_json::Value;

use super::{
    case::{Case, Step, VersionDifference, When},
    charm,
    normal::{self, Normal},
    operation::Operation,
    record::{Dispatch, runs},
    script::{Script, shown},
    subject::{Answer, End, Error, Happened, Model, Requested, Subject},
};
use crate::pattern::{self, Bound};

/// What came of a case.
#[derive(Debug, Clone, Default)]
pub(super) struct Played {
    /// Everything that was seen, in a form that does not depend on the subject.
    pub(super) transcript: String,
    /// Where it was not as the case says.
    pub(super) differences: Vec<String>,
    /// The version differences that were met.
    pub(super) met: BTreeSet<usize>,
}

/// Plays `case` on `subject`; only the real agent is `older` than what is played and may differ as the case tells.
///
/// # Errors
/// When the subject does not work.
pub(super) fn play(case: &Case, subject: &dyn Subject, older: bool) -> Result<Played, Error> {
    let folder = tempfile::tempdir().map_err(|error| Error::new("make a folder", &error))?;
    let home = folder.path().to_owned();
    for (name, charm) in &case.charms {
        charm::write(&home.join("charms").join(name), charm, &home)
            .map_err(|error| Error::new(format!("write the charm `{name}`"), &error))?;
    }
    let files = home.join("files");
    for (name, content) in &case.files {
        std::fs::create_dir_all(&files)
            .and_then(|()| std::fs::write(files.join(name), content))
            .map_err(|error| Error::new(format!("write the file `{name}`"), &error))?;
    }
    let mut player = Player {
        home: &home,
        model: subject.start(&home.join("model"))?,
        real: older,
        versions: if older { &case.versions } else { &[] },
        scripts: BTreeMap::new(),
        never_ran: BTreeSet::new(),
        seen: BTreeMap::new(),
        bound: Bound::new(),
        normal: Normal::new(&home),
        played: Played::default(),
    };
    for (number, step) in case.steps.iter().enumerate() {
        player.step(number + 1, step)?;
    }
    Ok(player.end())
}

struct Player<'a> {
    home: &'a Path,
    model: Box<dyn Model>,
    /// Whether it is the real agent.
    real: bool,
    versions: &'a [VersionDifference],
    scripts: BTreeMap<When, Script>,
    /// The scripts that no hook ran yet.
    never_ran: BTreeSet<When>,
    /// How many runs of each unit were looked at.
    seen: BTreeMap<String, usize>,
    bound: Bound,
    normal: Normal,
    played: Played,
}

/// A dispatch and how it ended.
struct Hook {
    dispatch: Dispatch,
    outcome: String,
}

impl Hook {
    /// As `hooks` of a step name it.
    fn name(&self) -> String {
        let mut name = self.dispatch.event().to_owned();
        if !self.dispatch.remote().is_empty() {
            name = format!("{name} {}", self.dispatch.remote());
        }
        // How an action ended is told by the action itself.
        let action = !self.dispatch.variable("JUJU_ACTION_NAME").is_empty();
        if action || self.outcome == "committed" {
            name
        } else {
            format!("{name} ({})", self.outcome)
        }
    }

    /// The number of the relation that it is about.
    fn relation(&self) -> Option<u32> {
        let (_, number) = self.dispatch.variable("JUJU_RELATION_ID").rsplit_once(':')?;
        number.parse().ok()
    }
}

impl Player<'_> {
    fn step(&mut self, number: usize, step: &Step) -> Result<(), Error> {
        self.say(&format!("step {number}"));
        for (when, script) in &step.does {
            charm::set(self.home, when, script)
                .map_err(|error| Error::new(format!("write what `{when}` does"), &error))?;
            self.scripts.insert(when.clone(), script.clone());
            self.never_ran.insert(when.clone());
        }
        let mut ran = BTreeMap::new();
        if let Some(operation) = &step.operation {
            let happened = self.perform(operation)?;
            self.check_answer(number, step, &happened.answer);
            ran = self
                .hooks(number, &happened.ends)
                .map_err(|error| Error::new("read what the charms recorded", &error))?;
        }
        if let Some(wanted) = &step.hooks {
            self.check_hooks(number, wanted, &ran);
        }
        self.check_show(number, step)
    }

    fn perform(&mut self, operation: &Operation) -> Result<Happened, Error> {
        let charm = |name: &str| self.home.join("charms").join(name).display().to_string();
        let file = |name: &str| {
            let path = self.home.join("files").join(name);
            if path.is_file() {
                path.display().to_string()
            } else {
                name.to_owned()
            }
        };
        let operation = operation.with_paths(&charm, &file);
        let text = self.normal.text(&operation.to_string());
        self.say(&text);
        self.model.perform(&Requested(operation))
    }

    fn check_answer(&mut self, number: usize, step: &Step, answer: &Answer) {
        let Answer { refused, action } = answer;
        self.say(&format!("refused: {}", refused.is_some()));
        match (&step.refused, refused) {
            (Some(_), None) => self.differs(number, "wanted a refusal, and it is done"),
            (None, Some(why)) => self.differs(number, &format!("refused: {why}")),
            (Some(wanted), Some(why)) => self.check_refusal(number, wanted, why),
            (None, None) => {}
        }
        let Some(action) = action else {
            if step.action.is_some() {
                self.differs(number, "no action was run");
            }
            return;
        };
        let action = self.normal.value(action);
        self.say(&format!("action: {action}"));
        if let Some(wanted) = &step.action
            && let Err(why) = pattern::matches(wanted, &action, &mut self.bound)
        {
            self.differs(number, &format!("the action: {why}"));
        }
    }

    /// Juju may say before it what it was about.
    fn check_refusal(&mut self, number: usize, wanted: &str, why: &str) {
        let why = self.normal.text(why);
        let with_more = format!("<any>: {wanted}");
        let said = pattern::text(wanted, &why, &mut self.bound)
            || self.real && pattern::text(&with_more, &why, &mut self.bound);
        if !said {
            self.differs(number, &format!("refused, wanted: {wanted}\n  got: {why}"));
        }
    }

    /// The hooks of each unit since the last step, told and checked.
    fn hooks(&mut self, number: usize, ends: &[End]) -> io::Result<BTreeMap<String, Vec<String>>> {
        let mut names = BTreeMap::new();
        for unit in units(self.home)? {
            let from = self.seen.get(&unit).copied().unwrap_or_default();
            let dispatches = runs(self.home, &unit, from)?;
            if dispatches.is_empty() {
                continue;
            }
            self.seen.insert(unit.clone(), from + dispatches.len());
            let told: Vec<&End> = ends
                .iter()
                .filter(|end| charm::dashed(&end.unit) == unit)
                .collect();
            let events: Vec<&str> = dispatches.iter().map(Dispatch::event).collect();
            let told_events: Vec<&str> = told.iter().map(|end| end.hook.as_str()).collect();
            if events != told_events {
                self.differs(
                    number,
                    &format!("`{unit}` ran {events:?}, and the subject tells of {told_events:?}"),
                );
            }
            let outcomes = told
                .iter()
                .map(|end| end.outcome.clone())
                .chain(std::iter::repeat("untold".to_owned()));
            let mut hooks: Vec<Hook> = dispatches
                .into_iter()
                .zip(outcomes)
                .map(|(dispatch, outcome)| Hook { dispatch, outcome })
                .collect();
            in_order(&mut hooks);
            let Some(name) = hooks
                .first()
                .map(|hook| hook.dispatch.variable("JUJU_UNIT_NAME").to_owned())
            else {
                continue;
            };
            self.say(&format!("unit {name}"));
            for hook in &hooks {
                self.tell_hook(number, &name, hook)?;
            }
            names.insert(name, hooks.iter().map(Hook::name).collect());
        }
        Ok(names)
    }

    fn tell_hook(&mut self, number: usize, unit: &str, hook: &Hook) -> io::Result<()> {
        let mut lines = vec![format!("hook {}", hook.name())];
        for (name, value) in &hook.dispatch.env {
            let value = normal::variable(name, value, unit, hook.dispatch.event());
            lines.extend(value.map(|value| format!("  {name}={value}")));
        }
        let when = self
            .scripts
            .keys()
            .find(|when| {
                when.unit == unit && hook.dispatch.script.as_ref() == Some(&charm::script_file(when))
            })
            .cloned();
        if let Some(when) = when {
            self.never_ran.remove(&when);
            let script = self.scripts.get(&when).cloned().unwrap_or_default();
            for (index, command) in script.commands.iter().enumerate() {
                let mut ran = hook.dispatch.ran(index, &command.line)?;
                self.as_played(&mut ran.stdout);
                self.as_played(&mut ran.stderr);
                if let Err(why) = command.check(&ran, &mut self.bound) {
                    self.differs(number, &format!("in `{unit} {}`: {why}", hook.name()));
                }
                lines.push(format!("  $ {}", command.line));
                lines.extend(shown(&ran).lines().map(|line| format!("  | {line}")));
            }
        }
        let text = self.normal.text(&lines.join("\n"));
        self.say(&text);
        Ok(())
    }

    /// What another release would have answered, where the case knows.
    fn as_played(&mut self, text: &mut String) {
        for (index, VersionDifference { real, ours, .. }) in self.versions.iter().enumerate() {
            if text.contains(real.as_str()) {
                *text = text.replace(real, ours);
                self.played.met.insert(index);
            }
        }
    }

    fn check_hooks(
        &mut self,
        number: usize,
        wanted: &BTreeMap<String, Vec<String>>,
        ran: &BTreeMap<String, Vec<String>>,
    ) {
        let none = Vec::new();
        let units: BTreeSet<&String> = wanted.keys().chain(ran.keys()).collect();
        for unit in units {
            let wanted = wanted.get(unit).unwrap_or(&none);
            let ran = ran.get(unit).unwrap_or(&none);
            if wanted != ran {
                self.differs(
                    number,
                    &format!(
                        "hooks of `{unit}`\n    wanted: {}\n    ran:    {}",
                        wanted.join(", "),
                        ran.join(", ")
                    ),
                );
            }
        }
    }

    fn check_show(&mut self, number: usize, step: &Step) -> Result<(), Error> {
        let mut shown = self.model.show()?.to_string();
        self.as_played(&mut shown);
        let shown: Value =
            serde_json::from_str(&shown).map_err(|error| Error::new("read what the model shows", &error))?;
        let shown = self.normal.value(&normal::shown(shown));
        self.say(&serde_json::to_string_pretty(&shown).unwrap_or_default());
        if let Some(wanted) = &step.show
            && let Err(why) = pattern::matches(wanted, &shown, &mut self.bound)
        {
            self.differs(number, &format!("the model shows: {why}"));
        }
        Ok(())
    }

    fn end(mut self) -> Played {
        for when in std::mem::take(&mut self.never_ran) {
            self.played
                .differences
                .push(format!("what `{when}` does was never done"));
        }
        self.played
    }

    fn differs(&mut self, step: usize, what: &str) {
        self.played.differences.push(format!("step {step}: {what}"));
    }

    fn say(&mut self, text: &str) {
        self.played.transcript.push_str(text);
        self.played.transcript.push('\n');
    }
}

/// The units that ran anything, as their folders are named.
fn units(home: &Path) -> io::Result<Vec<String>> {
    let entries = match std::fs::read_dir(home.join("runs")) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut units: Vec<String> = entries
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<io::Result<_>>()?;
    units.sort();
    Ok(units)
}

/// Juju takes the relations of a unit in any order: hooks of relations that follow one another are sorted by relation.
fn in_order(hooks: &mut [Hook]) {
    for run in hooks.chunk_by_mut(|a, b| a.relation().is_some() && b.relation().is_some()) {
        run.sort_by_key(Hook::relation);
    }
}
