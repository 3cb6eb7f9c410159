//! What a charm recorded: each run of its `dispatch` with the environment, and each command with its streams and exit code.

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
};

use super::charm::dashed;

/// One run of `dispatch`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dispatch {
    /// All it was given.
    pub(super) env: BTreeMap<String, String>,
    /// The file of the script that it ran.
    pub(super) script: Option<String>,
    /// The folder of the record.
    folder: PathBuf,
}

/// A command that ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ran {
    pub(super) line: String,
    pub(super) stdout: String,
    pub(super) stderr: String,
    /// `None`: the hook was killed before it ended.
    pub(super) code: Option<u8>,
}

/// Variables of the shell that records, which the hook was not given.
const SHELL: [&str; 4] = ["PWD", "OLDPWD", "SHLVL", "_"];

/// The runs of `unit` from number `from` on.
pub(super) fn runs(home: &Path, unit: &str, from: usize) -> io::Result<Vec<Dispatch>> {
    let folder = home.join("runs").join(dashed(unit));
    let folders = (from..).map(|number| folder.join(number.to_string()));
    folders
        .take_while(|folder| folder.is_dir())
        .map(Dispatch::read)
        .collect()
}

impl Dispatch {
    fn read(folder: PathBuf) -> io::Result<Self> {
        let env = String::from_utf8_lossy(&std::fs::read(folder.join("env"))?).into_owned();
        let env = env
            .split_terminator('\0')
            .filter_map(|pair| pair.split_once('='))
            .filter(|(name, _)| !SHELL.contains(name))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let script = text(&folder.join("script"))?;
        Ok(Self { env, script, folder })
    }

    /// A variable, empty when it is not set.
    pub(super) fn variable(&self, name: &str) -> &str {
        self.env.get(name).map_or("", String::as_str)
    }

    /// What ran: `leaves-relation-changed`, or the name of the action.
    pub(super) fn event(&self) -> &str {
        let path = self.variable("JUJU_DISPATCH_PATH");
        path.split_once('/').map_or(path, |(_, event)| event)
    }

    /// The other side: a unit, or an application where it is about no unit.
    pub(super) fn remote(&self) -> &str {
        match self.variable("JUJU_REMOTE_UNIT") {
            "" => self.variable("JUJU_REMOTE_APP"),
            unit => unit,
        }
    }

    /// The command `number` (from 0) of its script, written as `line`.
    pub(super) fn ran(&self, number: usize, line: &str) -> io::Result<Ran> {
        let part = |end: &str| text(&self.folder.join(format!("{}.{end}", number + 1)));
        Ok(Ran {
            line: line.to_owned(),
            stdout: part("out")?.unwrap_or_default(),
            stderr: part("err")?.unwrap_or_default(),
            code: part("code")?.and_then(|code| code.parse().ok()),
        })
    }
}

/// The text of a file, if there is one.
fn text(path: &Path) -> io::Result<Option<String>> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
