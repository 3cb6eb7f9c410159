//! The unit agent's way into the trace.

use super::{Entry, HookOutcome, Trace};
use crate::agent::{HookEnd, TraceSink};
use juju_model::{Hook, UnitName};

impl TraceSink for Trace {
    fn hook_started(&self, unit: &UnitName, hook: &Hook) {
        self.hook_started(&unit.to_string(), &hook.to_string());
    }

    fn hook_command(&self, unit: &UnitName, command: &str, args: &[String], exit_code: u8) {
        self.hook_command(&unit.to_string(), command, args, i32::from(exit_code));
    }

    fn log(&self, unit: &UnitName, level: &str, message: &str) {
        let unit = unit.to_string();
        let (level, message) = (level.to_owned(), message.to_owned());
        self.record(Entry::Log {
            dispatch: self.running(&unit),
            unit,
            level,
            message,
        });
    }

    fn hook_ended(&self, unit: &UnitName, hook: &Hook, end: &HookEnd, millis: u64) {
        self.hook_ended(
            &unit.to_string(),
            &hook.to_string(),
            HookOutcome::from(end),
            millis,
        );
    }
}
