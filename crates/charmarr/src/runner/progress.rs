//! What a person sees while the sandbox works: a moving line on a terminal, plain lines elsewhere, nothing on stdout.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use juju_sandbox::{Progress, trace::HookOutcome};

use crate::printer;

/// The live display of one run.
pub struct Live {
    bar: ProgressBar,
}

impl Default for Live {
    fn default() -> Self {
        Self::new()
    }
}

impl Live {
    /// Starts to show progress on stderr, if that is a terminal.
    pub fn new() -> Self {
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed} {wide_msg}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(100));
        Self { bar }
    }

    /// Shows one step.
    pub fn step(&mut self, step: &Progress<'_>) {
        match step {
            Progress::HookStarted { unit, hook } => self.bar.set_message(format!("{unit}: {hook}")),
            Progress::HookEnded {
                unit,
                hook,
                outcome: HookOutcome::Failed(why),
            } => {
                self.note(&format!("{unit}: {hook} failed: {why}; it will be tried again"));
            }
            Progress::HookEnded { .. } => {}
            Progress::PodStarted { pod } => self.note(&format!("{pod}: pod started")),
            Progress::PodGone { pod } => self.note(&format!("{pod}: pod gone")),
            Progress::TimePasses { seconds } => {
                self.bar.set_message(format!("{seconds} simulated seconds pass"));
            }
            Progress::AwaitingWorkloads { units } => {
                let units: Vec<String> = units.iter().map(ToString::to_string).collect();
                self.bar
                    .set_message(format!("waiting for the workloads of {}", units.join(", ")));
            }
        }
    }

    /// A line that stays.
    pub fn note(&self, line: &str) {
        self.bar.suspend(|| printer::note(line));
    }

    /// Takes the moving line away.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}
