//! What a person reads.

use super::{App, Import, Moment, Report, Status};
use crate::table;

impl Report {
    /// What a person reads at the end: what each unit said on the way, a row per application, a row per title, then the
    /// verdict.
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
        let mut text: String = self.meanwhile.iter().map(moment).collect();
        text.push_str(&table::render(&header, &apps));
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
            shown(&app.status),
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
        match self.as_expected {
            None => {}
            Some(true) => lines.push("this is how the break has to end".to_owned()),
            Some(false) => {
                let missed = self.missed.join("; ");
                lines.push(format!("this is NOT how the break has to end: {missed}"));
            }
        }
        lines.join("\n")
    }
}

/// What each unit said at a moment, a line each.
fn moment(moment: &Moment) -> String {
    let units = moment.units.iter();
    let rows: Vec<Vec<String>> = units
        .map(|said| vec![said.unit.clone(), shown(&said.status)])
        .collect();
    format!("{}\n\n", table::render(&["unit", &moment.when], &rows))
}

fn shown(status: &Status) -> String {
    match status.message.as_str() {
        "" => status.status.clone(),
        message => format!("{}: {message}", status.status),
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
