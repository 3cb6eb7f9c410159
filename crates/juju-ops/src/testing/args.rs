//! Arguments of a hook command as Juju parses them.
//!
//! Texts enter, flags and positional arguments leave, or Juju's refusal with exit code 2.

use std::collections::BTreeMap;

use crate::error::Refusal;

/// What a command takes: flags with a value, and flags without.
pub(super) struct Flags {
    pub(super) valued: &'static [&'static str],
    pub(super) switches: &'static [&'static str],
}

#[derive(Debug, PartialEq)]
pub(super) struct Args {
    values: BTreeMap<&'static str, String>,
    switches: Vec<&'static str>,
    pub(super) positional: Vec<String>,
}

/// A refusal of the arguments.
pub(super) fn misuse(message: impl Into<String>) -> Refusal {
    Refusal {
        code: 2,
        message: message.into(),
    }
}

impl Args {
    pub(super) fn parse(args: &[&str], flags: &Flags) -> Result<Self, Refusal> {
        let mut parsed = Self {
            values: BTreeMap::new(),
            switches: Vec::new(),
            positional: Vec::new(),
        };
        let mut args = args.iter().copied();
        while let Some(arg) = args.next() {
            if arg == "--" {
                parsed.positional.extend(args.by_ref().map(str::to_owned));
            } else if arg == "-" || !arg.starts_with('-') {
                parsed.positional.push(arg.to_owned());
            } else {
                parsed.flag(arg, &mut args, flags)?;
            }
        }
        Ok(parsed)
    }

    pub(super) fn value(&self, flag: &str) -> Option<&str> {
        self.values.get(flag).map(String::as_str)
    }

    pub(super) fn has(&self, switch: &str) -> bool {
        self.switches.contains(&switch)
    }

    /// Refuses positional arguments beyond the first `most`.
    pub(super) fn at_most(&self, most: usize) -> Result<(), Refusal> {
        match self.positional.get(most..) {
            None | Some([]) => Ok(()),
            Some(extra) => {
                let quoted: Vec<String> = extra.iter().map(|arg| format!("{arg:?}")).collect();
                Err(misuse(format!("unrecognized args: [{}]", quoted.join(" "))))
            }
        }
    }

    pub(super) fn first(&self) -> Option<&str> {
        self.positional.first().map(String::as_str)
    }

    fn flag<'a>(
        &mut self,
        arg: &str,
        rest: &mut impl Iterator<Item = &'a str>,
        flags: &Flags,
    ) -> Result<(), Refusal> {
        let (name, inline) = arg
            .split_once('=')
            .map_or((arg, None), |(name, value)| (name, Some(value)));
        if let Some(flag) = flags.valued.iter().find(|flag| **flag == name) {
            let value = inline.or_else(|| rest.next());
            let value = value.ok_or_else(|| misuse(format!("option needs an argument: {name}")))?;
            self.values.insert(flag, value.to_owned());
            return Ok(());
        }
        match flags.switches.iter().find(|switch| **switch == name) {
            Some(switch) => {
                self.switches.push(switch);
                Ok(())
            }
            None => Err(misuse(format!("option provided but not defined: {name}"))),
        }
    }
}
