//! What a demo found, as plain data: the object of `--json`, the tables of a person, and the verdict.
//!
//! Enters: what the runner saw. Leaves: text or JSON. It looks at nothing itself.

mod judge;
mod moment;
mod text;

use juju_sandbox::pods::Isolation;
use serde::Serialize;

pub use moment::{Moment, Said, Standing};

/// Everything one run found. Its JSON form is the contract of `charmarr demo --json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Every application holds, and every title is one file under two names.
    pub ok: bool,
    /// How real the containers were: `full`, `one-uid` or `none`.
    pub isolation: String,
    /// What stood in for the real thing.
    pub simulated: Vec<String>,
    /// How everything stood on the way, where a break has such moments.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub meanwhile: Vec<Moment>,
    pub apps: Vec<App>,
    pub imports: Vec<Import>,
    pub dispatches: usize,
    pub hook_commands: usize,
    pub api_calls: usize,
    /// How everything stood at the end.
    #[serde(skip)]
    pub end: Moment,
    /// What is wrong beside single applications and titles.
    pub troubles: Vec<String>,
    /// Whether a break ended as it had to; nothing was broken if none.
    pub as_expected: Option<bool>,
    /// How the break had to end, and did not.
    pub missed: Vec<String>,
}

/// One application at the end of the run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct App {
    #[serde(rename = "app")]
    pub name: String,
    pub charm: String,
    pub status: Status,
    /// The claim that its pod mounts.
    pub claim: Option<String>,
    pub mount_path: Option<String>,
    /// A file system is mounted at `mount_path`, seen from inside the workload's container.
    pub volume_seen: bool,
    /// The state of the workload's service, and that the program is a stand-in.
    pub workload: Option<String>,
    /// Device and inode of the folder at the mount path: tells volumes apart.
    #[serde(skip)]
    pub volume: Option<(u64, u64)>,
    /// Why this application does not hold, for a person.
    pub trouble: Option<String>,
}

/// A workload status, in Juju's words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Status {
    pub status: String,
    pub message: String,
}

/// One title on its way from the download client to the player.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Import {
    pub title: String,
    /// Path of the finished download.
    pub downloaded: String,
    /// Path in the library, when the import made one.
    pub imported: Option<String>,
    /// One number when both names are one file.
    pub inode: Option<u64>,
    pub links: Option<u64>,
    pub bytes_copied: Option<u64>,
    /// The applications that read the imported file to its end and found what was downloaded.
    pub read_by: Vec<String>,
    /// FNV-1a of what was downloaded.
    #[serde(skip)]
    pub digest: Option<u64>,
    /// What each application found when it touched the file.
    #[serde(skip)]
    pub touched: Vec<Touched>,
    /// Why the import failed, for a person.
    pub trouble: Option<String>,
}

/// One application's own look at one file of a title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touched {
    pub app: String,
    pub inode: u64,
    pub links: u64,
    /// Only for the application that imported.
    pub bytes_copied: Option<u64>,
}

impl Import {
    /// One file under two names, without a copied byte, read by someone.
    pub fn is_hardlink(&self) -> bool {
        self.trouble.is_none()
            && self.inode.is_some()
            && self.links == Some(2)
            && self.bytes_copied == Some(0)
            && !self.read_by.is_empty()
    }
}

impl Report {
    /// Nothing could be played, and why.
    pub fn of_nothing(isolation: Isolation, why: String) -> Self {
        Self {
            ok: false,
            isolation: isolation.to_string(),
            simulated: Vec::new(),
            meanwhile: Vec::new(),
            apps: Vec::new(),
            imports: Vec::new(),
            dispatches: 0,
            hook_commands: 0,
            api_calls: 0,
            end: Moment::default(),
            troubles: vec![why],
            as_expected: None,
            missed: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_told_why_nothing_could_be_played() {
        let report = Report::of_nothing(Isolation::None, "run it with sudo".to_owned());
        insta::assert_json_snapshot!(report, @r#"
        {
          "ok": false,
          "isolation": "none",
          "simulated": [],
          "apps": [],
          "imports": [],
          "dispatches": 0,
          "hook_commands": 0,
          "api_calls": 0,
          "troubles": [
            "run it with sudo"
          ],
          "as_expected": null,
          "missed": []
        }
        "#);
    }
}
