//! Arguments of hook commands, parsed as Juju's `gnuflag` does: flags and other arguments in any order, `--` ends the
//! flags, `-` is no flag. Enters: the words. Leaves: [`Args`], or the message Juju gives.

use super::format::Format;
use super::{Call, Inputs, Stop, Tool};
use std::collections::BTreeMap;

/// A flag of a command.
#[derive(Clone, Copy)]
pub(super) struct Flag {
    /// Its names without dashes; the first is the one the command asks by.
    pub(super) names: &'static [&'static str],
    /// Whether it needs no value.
    pub(super) switch: bool,
}

/// A flag with a value.
pub(super) const fn text(names: &'static [&'static str]) -> Flag {
    Flag { names, switch: false }
}

/// A flag that is there or not.
pub(super) const fn switch(names: &'static [&'static str]) -> Flag {
    Flag { names, switch: true }
}

/// The parsed arguments.
pub(super) struct Args {
    pub(super) help: bool,
    pub(super) format: Format,
    pub(super) output: Option<String>,
    /// Flag by its first name: as it was written, and its value.
    flags: BTreeMap<&'static str, (String, String)>,
    words: Vec<String>,
    inputs: Inputs,
}

impl Args {
    /// The value of a flag.
    pub(super) fn flag(&self, name: &str) -> Option<&str> {
        self.flags.get(name).map(|(_, value)| value.as_str())
    }

    /// Whether a switch is on.
    pub(super) fn is_on(&self, name: &str) -> bool {
        self.flag(name)
            .is_some_and(|value| parse_bool(value) == Some(true))
    }

    /// How the caller wrote the flag, with its dashes.
    pub(super) fn written(&self, name: &str) -> String {
        let bare = self.flags.get(name).map_or(name, |(written, _)| written.as_str());
        dashed(bare)
    }

    /// The arguments that are no flags.
    pub(super) fn words(&self) -> &[String] {
        &self.words
    }

    /// Refuses all words after the first `most`.
    pub(super) fn at_most(&self, most: usize) -> Result<&[String], Stop> {
        match self.words.get(most..) {
            None | Some([]) => Ok(&self.words),
            Some(extra) => {
                let quoted: Vec<_> = extra.iter().map(|word| format!("{word:?}")).collect();
                Err(Stop::usage(format!("unrecognized args: [{}]", quoted.join(" "))))
            }
        }
    }

    /// The content of the file that `--file` names, if it names one.
    pub(super) fn file(&self) -> Result<Option<&[u8]>, Stop> {
        let Some(path) = self.flag("file").filter(|path| !path.is_empty()) else {
            return Ok(None);
        };
        let content = self.content(path)?;
        content.map(Some).map_err(Stop::failed)
    }

    /// The content of a file of the caller's, or why it cannot be read.
    pub(super) fn content(&self, path: &str) -> Result<Result<&[u8], &String>, Stop> {
        let read = self.inputs.get(path);
        let read = read.ok_or_else(|| Stop::Input(path.to_owned()))?;
        Ok(read.as_ref().map(Vec::as_slice))
    }
}

const FORMAT: Flag = text(&["format"]);
const OUTPUT: Flag = text(&["output", "o"]);
const HELP: Flag = switch(&["help", "h"]);

/// Parses the words of `call` for `tool`.
pub(super) fn parse(tool: &Tool, call: &Call) -> Result<Args, String> {
    let mut args = Args {
        help: false,
        format: tool.formats.first().copied().unwrap_or(Format::Smart),
        output: None,
        flags: BTreeMap::new(),
        words: Vec::new(),
        inputs: call.inputs.clone(),
    };
    let known: Vec<Flag> = tool.flags.iter().copied().chain(own_flags(tool)).collect();
    let mut words = call.args.iter().map(String::as_str);
    while let Some(word) = words.next() {
        if word == "--" {
            args.words.extend(words.map(str::to_owned));
            break;
        }
        match word.strip_prefix("--") {
            Some(long) => {
                let (name, value) = long
                    .split_once('=')
                    .map_or((long, None), |(name, value)| (name, Some(value)));
                let flag = find(&known, name, true)?;
                let value = if flag.switch {
                    value.or(Some("true"))
                } else {
                    value.or_else(|| words.next())
                };
                args.set(tool, flag, name, value)?;
            }
            None => match word.strip_prefix('-').filter(|short| !short.is_empty()) {
                Some(short) => args.short(tool, &known, short, &mut words)?,
                None => args.words.push(word.to_owned()),
            },
        }
    }
    Ok(args)
}

fn own_flags(tool: &Tool) -> impl Iterator<Item = Flag> {
    let printing: &[Flag] = if tool.formats.is_empty() {
        &[]
    } else {
        &[FORMAT, OUTPUT]
    };
    printing.iter().copied().chain([HELP])
}

fn find(known: &[Flag], name: &str, long: bool) -> Result<Flag, String> {
    let fits = |flag: &&Flag| flag.names.contains(&name) && (name.len() > 1) == long;
    known.iter().find(fits).copied().ok_or_else(|| {
        let dashes = if long { "--" } else { "-" };
        format!("option provided but not defined: {dashes}{name}")
    })
}

fn dashed(name: &str) -> String {
    if name.chars().count() > 1 {
        format!("--{name}")
    } else {
        format!("-{name}")
    }
}

/// As Go's `strconv.ParseBool`.
fn parse_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

impl Args {
    /// `-a`, `-ab`, `-r7`, `-r 7`.
    fn short<'w>(
        &mut self,
        tool: &Tool,
        known: &[Flag],
        word: &'w str,
        words: &mut impl Iterator<Item = &'w str>,
    ) -> Result<(), String> {
        let mut rest = word;
        while let Some(first) = rest.chars().next() {
            let (name, after) = rest.split_at_checked(first.len_utf8()).unwrap_or((rest, ""));
            let flag = find(known, name, false)?;
            if flag.switch {
                self.set(tool, flag, name, Some("true"))?;
                rest = after;
            } else {
                let value = if after.is_empty() {
                    words.next()
                } else {
                    Some(after)
                };
                return self.set(tool, flag, name, value);
            }
        }
        Ok(())
    }

    fn set(&mut self, tool: &Tool, flag: Flag, written: &str, value: Option<&str>) -> Result<(), String> {
        let option = dashed(written);
        let value = value.ok_or_else(|| format!("option needs an argument: {option}"))?;
        if flag.switch && parse_bool(value).is_none() {
            let why = format!("strconv.ParseBool: parsing {value:?}: invalid syntax");
            return Err(format!("invalid value {value:?} for option {option}: {why}"));
        }
        match flag.names {
            ["format"] => {
                let named = tool.formats.iter().find(|format| format.name() == value);
                self.format = *named.ok_or_else(|| {
                    format!("invalid value {value:?} for option {option}: unknown format {value:?}")
                })?;
            }
            ["output", ..] => self.output = Some(value.to_owned()).filter(|path| !path.is_empty()),
            ["help", ..] => self.help = true,
            [first, ..] => {
                self.flags.insert(first, (written.to_owned(), value.to_owned()));
            }
            [] => {}
        }
        Ok(())
    }
}

/// What `--help` prints.
pub(super) fn help(tool: &Tool) -> String {
    let Tool { name, summary, .. } = tool;
    let mut text = format!("Usage: {name} [options]\n\nSummary:\n{summary}\n\nOptions:\n");
    for flag in tool.flags.iter().copied().chain(own_flags(tool)) {
        let names: Vec<_> = flag.names.iter().map(|name| dashed(name)).collect();
        text.push_str(&names.join(", "));
        text.push('\n');
    }
    text
}
