//! What a demo found, as plain data: the object of `--json`, the tables of a person, and the verdict.
//!
//! Enters: what the runner saw. Leaves: text or JSON. It looks at nothing itself.

use std::collections::BTreeMap;

use juju_sandbox::pods::Isolation;
use serde::Serialize;

use crate::{scenario::Ending, table};

/// Everything one run found. Its JSON form is the contract of `charmarr demo --json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Every application holds, and every title is one file under two names.
    pub ok: bool,
    /// How real the containers were: `full`, `one-uid` or `none`.
    pub isolation: String,
    /// What stood in for the real thing.
    pub simulated: Vec<String>,
    pub apps: Vec<App>,
    pub imports: Vec<Import>,
    pub dispatches: usize,
    pub hook_commands: usize,
    pub api_calls: usize,
    /// What is wrong beside single applications and titles.
    #[serde(skip)]
    pub troubles: Vec<String>,
    /// How a break had to end, and did not; or that it ended as it had to.
    #[serde(skip)]
    pub expected: Option<Result<(), Vec<String>>>,
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
    #[serde(skip)]
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
    /// What each application found when it touched the file.
    #[serde(skip)]
    pub touched: Vec<Touched>,
    /// Why the import failed, for a person.
    #[serde(skip)]
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

impl App {
    /// Works on the volume that the others work on.
    fn trouble(&self, shared: Option<(u64, u64)>) -> Option<String> {
        let Status { status, message } = &self.status;
        if status != "active" {
            return Some(format!("is {status}: {message}"));
        }
        let workload = self.workload.as_ref()?;
        if !self.volume_seen {
            return Some("does not see the volume in its container".to_owned());
        }
        if self.volume != shared {
            let claim = self.claim.as_deref().unwrap_or_default();
            return Some(format!("is on another volume than the others (claim `{claim}`)"));
        }
        (!workload.ends_with("active")).then(|| "does not run its workload".to_owned())
    }
}

impl Report {
    /// Nothing could be played, and why.
    pub fn of_nothing(isolation: Isolation, why: String) -> Self {
        Self {
            ok: false,
            isolation: isolation.to_string(),
            simulated: Vec::new(),
            apps: Vec::new(),
            imports: Vec::new(),
            dispatches: 0,
            hook_commands: 0,
            api_calls: 0,
            troubles: vec![why],
            expected: None,
        }
    }

    /// Says of each application and title whether it holds, and of the run whether it ended as it had to.
    #[must_use]
    pub fn judged(mut self, ends: &[Ending]) -> Self {
        let shared = self.shared_volume();
        for app in &mut self.apps {
            app.trouble = app.trouble(shared);
        }
        self.ok = self.troubles.is_empty()
            && self.apps.iter().all(|app| app.trouble.is_none())
            && self.imports.iter().all(Import::is_hardlink);
        if !ends.is_empty() {
            let missed: Vec<String> = ends.iter().filter_map(|end| self.missed(end)).collect();
            self.expected = Some(if missed.is_empty() { Ok(()) } else { Err(missed) });
        }
        self
    }

    /// The volume that most applications are on.
    fn shared_volume(&self) -> Option<(u64, u64)> {
        let mut counts: BTreeMap<(u64, u64), usize> = BTreeMap::new();
        for volume in self.apps.iter().filter_map(|app| app.volume) {
            *counts.entry(volume).or_default() += 1;
        }
        counts
            .into_iter()
            .max_by_key(|(_, count)| *count)
            .map(|(volume, _)| volume)
    }

    /// What should have been and is not.
    fn missed(&self, end: &Ending) -> Option<String> {
        match end {
            Ending::Status { app, status, message } => {
                let found = self
                    .apps
                    .iter()
                    .find(|found| found.name == *app)
                    .map(|app| &app.status);
                let is_so = found.is_some_and(|found| found.status == *status && found.message == *message);
                (!is_so).then(|| format!("{app} should be {status}: {message}"))
            }
            Ending::NotImported { title } => {
                let holds = self
                    .imports
                    .iter()
                    .any(|import| import.title == *title && import.is_hardlink());
                holds.then(|| format!("{title} should not have been imported"))
            }
        }
    }

    /// What a person reads at the end: a row per application, a row per title, then the verdict.
    pub fn to_text(&self) -> String {
        let apps: Vec<Vec<String>> = self.apps.iter().map(|app| self.app_row(app)).collect();
        let imports: Vec<Vec<String>> = self.imports.iter().map(import_row).collect();
        let header = [
            "app",
            "status",
            "claim",
            "mount path",
            "volume seen",
            "inode",
            "links",
            "bytes copied",
            "workload",
        ];
        let mut text = table::render(&header, &apps);
        text.push_str("\n\n");
        text.push_str(&table::render(
            &["title", "downloaded to", "imported to", "read by"],
            &imports,
        ));
        text.push_str("\n\n");
        text.push_str(&self.verdict());
        text
    }

    fn app_row(&self, app: &App) -> Vec<String> {
        let status = match app.status.message.as_str() {
            "" => app.status.status.clone(),
            message => format!("{}: {message}", app.status.status),
        };
        let seen = match (&app.workload, app.volume_seen) {
            (None, _) => "-",
            (Some(_), true) => "yes",
            (Some(_), false) => "no",
        };
        let touched = || {
            self.imports
                .iter()
                .flat_map(|import| &import.touched)
                .filter(|touched| touched.app == app.name)
        };
        vec![
            app.name.clone(),
            status,
            or_dash(app.claim.as_deref()),
            or_dash(app.mount_path.as_deref()),
            seen.to_owned(),
            joined(touched().map(|touched| touched.inode)),
            joined(touched().map(|touched| touched.links)),
            joined(touched().filter_map(|touched| touched.bytes_copied)),
            or_dash(app.workload.as_deref()),
        ]
    }

    fn verdict(&self) -> String {
        let apps = self
            .apps
            .iter()
            .filter_map(|app| Some(format!("{} {}", app.name, app.trouble.as_ref()?)));
        let imports = self
            .imports
            .iter()
            .filter_map(|import| Some(format!("{}: {}", import.title, import.trouble.as_ref()?)));
        let mut lines: Vec<String> = self.troubles.iter().cloned().chain(apps).chain(imports).collect();
        lines.push(format!(
            "{} dispatches, {} hook commands, {} API calls; isolation: {}",
            self.dispatches, self.hook_commands, self.api_calls, self.isolation
        ));
        lines.push(format!("simulated: {}", self.simulated.join("; ")));
        lines.push(if self.ok {
            "ok: every title is one file under two names; nothing was copied".to_owned()
        } else {
            "NOT ok: see above".to_owned()
        });
        match &self.expected {
            None => {}
            Some(Ok(())) => lines.push("this is how the break has to end".to_owned()),
            Some(Err(missed)) => {
                lines.push(format!(
                    "this is NOT how the break has to end: {}",
                    missed.join("; ")
                ));
            }
        }
        lines.join("\n")
    }
}

fn import_row(import: &Import) -> Vec<String> {
    vec![
        import.title.clone(),
        import.downloaded.clone(),
        or_dash(import.imported.as_deref()),
        joined(import.read_by.iter()),
    ]
}

fn joined<T: ToString>(values: impl Iterator<Item = T>) -> String {
    let values: Vec<String> = values.map(|value| value.to_string()).collect();
    if values.is_empty() {
        "-".to_owned()
    } else {
        values.join(", ")
    }
}

fn or_dash(value: Option<&str>) -> String {
    value.unwrap_or("-").to_owned()
}
