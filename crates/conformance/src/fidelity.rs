//! `docs/explanation/fidelity.md`: what is checked against what, counted in the case files. The folder of the repository
//! enters, the text leaves; nothing is run.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::{Mutation, MutationError};

/// Where the document lies below the folder of the repository.
pub const PLACE: &str = "docs/explanation/fidelity.md";

/// An embedded engine and the real program that it stands for.
struct Engine {
    /// The folder below `cases`.
    name: &'static str,
    /// The name of the test.
    test: &'static str,
    title: &'static str,
    /// The file that pins the real program; an engine without one is not compared yet.
    pins: &'static str,
    /// Its modules, each with the name of what it is.
    modules: &'static [(&'static str, &'static str)],
}

const ENGINES: &[Engine] = &[
    Engine {
        name: "kubernetes",
        test: "kubernetes",
        title: "Kubernetes",
        pins: "testenv/kubernetes/all-in-one/go.mod",
        modules: &[
            ("k8s.io/kubernetes", "kube-apiserver and kube-controller-manager"),
            ("go.etcd.io/etcd/server/v3", "etcd"),
        ],
    },
    Engine {
        name: "kubernetes-node",
        test: "node",
        title: "A node of Kubernetes",
        pins: "testenv/kubernetes/all-in-one/go.mod",
        modules: &[(
            "k8s.io/kubernetes",
            "kubelet, kube-scheduler and kube-controller-manager",
        )],
    },
    Engine {
        name: "pebble",
        test: "pebble",
        title: "Pebble",
        pins: "testenv/pebble/go.mod",
        modules: &[("github.com/canonical/pebble", "Pebble")],
    },
    Engine {
        name: "juju",
        test: "juju",
        title: "Juju",
        pins: "testenv/juju-agent/go.mod",
        modules: &[("github.com/juju/juju", "Juju's unit agent and hook commands")],
    },
];

/// What a module's version does not say by itself: the commit that it ends with, and the release that this is.
const RELEASES: &[(&str, &str)] = &[(
    "a7538882134d",
    "3.5-beta1 (commit a7538882134d), the newest whose packages may be imported",
)];

const HEAD: &str = "# Fidelity: what is checked against what

The embedded engines of [the sandbox](sandbox.md) and the real programs play the same cases. A case is data: requests, and what each answer
must hold. It was seen on the real program first. Where the two differ, the sandbox is wrong.

This file is counted from the case files by `cargo run -p conformance --example fidelity`, which rewrites it. A test fails when it is not
what that command writes. It says what is compared, not that it agrees: that there are **0 differences** is asserted by the tests, which
play every case on the embedded engine and, where it is at hand, on the real program. With `CI` set the real program must be at hand.
Cases that only one of them plays are listed with the reason.

";

const TAIL: &str = "## Compared with nothing

- A provisioner or CSI driver, and any file system but those of the machine.
- A real Juju controller. What a unit agent sees of it is played by the tests.
";

/// One case file.
struct Theme {
    name: String,
    about: String,
    cases: usize,
    /// Case name and reason, where the real program's release is not followed on purpose.
    versions: Vec<(String, String)>,
    /// Case name and reason, where the real program plays alone.
    alone: Vec<(String, String)>,
    /// Case name and reason, where the embedded engine plays alone.
    embedded: Vec<(String, String)>,
}

/// Why the document cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum FidelityError {
    /// A file or folder is not readable.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// A case file is no YAML.
    #[error("cannot read the cases of `{}`", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The place and the reason.
        source: Box<serde_saphyr::Error>,
    },
    /// The broken rules.
    #[error(transparent)]
    Mutations(#[from] MutationError),
}

/// The text of the document.
///
/// # Errors
/// When a case file cannot be read.
pub fn document(repository: &Path) -> Result<String, FidelityError> {
    let mut text = HEAD.to_owned();
    let mut compared = Vec::new();
    for engine in ENGINES {
        let themes = themes(&repository.join("crates/conformance/cases").join(engine.name))?;
        if !themes.is_empty() {
            compared.push((engine, real_program(repository, engine)?, themes));
        }
    }
    text += "| engine | real program | cases | known version differences | asserted by |\n| --- | --- | --- | --- | --- |\n";
    for (engine, real, themes) in &compared {
        let (cases, versions) = totals(themes);
        let (program, title) = (engine.test, engine.title);
        row(
            &mut text,
            &[
                title,
                real,
                &cases,
                &versions,
                &format!("`cargo test -p conformance --test {program}`"),
            ],
        );
    }
    for (engine, _, themes) in &compared {
        section(&mut text, engine, themes);
    }
    broken_rules(&mut text, &Mutation::read_all()?);
    Ok(text + TAIL)
}

fn row(text: &mut String, cells: &[&str]) {
    // writing to a text cannot fail
    let _ = writeln!(text, "| {} |", cells.join(" | "));
}

fn totals(themes: &[Theme]) -> (String, String) {
    let cases: usize = themes.iter().map(|theme| theme.cases).sum();
    let versions: usize = themes.iter().map(|theme| theme.versions.len()).sum();
    (cases.to_string(), versions.to_string())
}

fn section(text: &mut String, engine: &Engine, themes: &[Theme]) {
    let _ = write!(
        text,
        "\n## {}\n\n| file | about | cases |\n| --- | --- | --- |\n",
        engine.title
    );
    for theme in themes {
        let file = format!(
            "[{0}](../../crates/conformance/cases/{1}/{0}.yaml)",
            theme.name, engine.name
        );
        row(text, &[&file, &theme.about, &theme.cases.to_string()]);
    }
    let versions = themes.iter().flat_map(|theme| &theme.versions);
    let title = "Known version differences, where the release that the sandbox plays is followed on purpose:";
    reasons(text, title, versions);
    let alone = themes.iter().flat_map(|theme| &theme.alone);
    reasons(text, "Played on the real program alone:", alone);
    let embedded = themes.iter().flat_map(|theme| &theme.embedded);
    reasons(text, "Played on the embedded engine alone:", embedded);
}

/// A table of cases with a reason for each; nothing without one.
fn reasons<'a>(text: &mut String, title: &str, cases: impl Iterator<Item = &'a (String, String)>) {
    for (index, (case, why)) in cases.enumerate() {
        if index == 0 {
            let _ = write!(text, "\n{title}\n\n| case | why |\n| --- | --- |\n");
        }
        row(text, &[case, why]);
    }
}

fn broken_rules(text: &mut String, mutations: &[Mutation]) {
    *text += "\n## Do the cases see anything?\n\nRules are broken in an embedded engine on purpose, one at a time. `cargo test -p conformance --test mutations` asserts which cases see it:\nexactly those that [mutations.yaml](../../crates/conformance/mutations.yaml) names.\n\n| engine | rule that is broken | cases that see it |\n| --- | --- | --- |\n";
    for mutation in mutations {
        let title = ENGINES.iter().find(|engine| engine.name == mutation.engine);
        let title = title.map_or(mutation.engine.as_str(), |engine| engine.title);
        row(
            text,
            &[title, &mutation.rule, &mutation.seen_by.len().to_string()],
        );
    }
    text.push('\n');
}

/// The pinned versions, as `etcd v3.6.4`.
fn real_program(repository: &Path, engine: &Engine) -> Result<String, FidelityError> {
    let path = repository.join(engine.pins);
    if !path.exists() {
        return Ok("none yet".to_owned());
    }
    let pins = fs_err::read_to_string(path)?;
    let version = |module: &str| {
        let words = |line: &str| {
            line.trim_start_matches("require")
                .split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        let mut lines = pins.lines().map(words);
        lines.find_map(|words| (words.first()? == module).then(|| words.get(1).cloned())?)
    };
    let named = |(module, title): &(&str, &str)| Some(format!("{title} {}", release(&version(module)?)));
    Ok(engine
        .modules
        .iter()
        .filter_map(named)
        .collect::<Vec<_>>()
        .join(", "))
}

/// The release that a module's version stands for; the version itself where that says it.
fn release(version: &str) -> &str {
    let known = RELEASES.iter().find(|(commit, _)| version.ends_with(commit));
    known.map_or(version, |(_, release)| *release)
}

/// The case files of a folder by name; none when it is not there.
fn themes(folder: &Path) -> Result<Vec<Theme>, FidelityError> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let entries = fs_err::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    let mut paths: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    paths.sort();
    let mut themes = Vec::new();
    for path in paths {
        let text = fs_err::read_to_string(&path)?;
        let file: Value = serde_saphyr::from_str(&text).map_err(|source| FidelityError::Malformed {
            path: path.clone(),
            source: Box::new(source),
        })?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        themes.extend(theme(&name, &text, &file));
    }
    Ok(themes)
}

/// A file is a list of cases, or has one under `cases`; any other holds none.
fn theme(name: &str, text: &str, file: &Value) -> Option<Theme> {
    let cases = file.as_array().or_else(|| file.get("cases")?.as_array())?;
    let about = match file.get("about").and_then(Value::as_str) {
        Some(about) => about.to_owned(),
        None => comment(text),
    };
    let part = |value: &Value, key: &str| {
        value
            .get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let with = |key: &str| {
        let cases = cases.iter().filter(|case| case.get(key).is_some());
        cases.map(|case| (part(case, "name"), part(case, key))).collect()
    };
    let versions = cases.iter().flat_map(|case| {
        let list = case
            .get("versions")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        list.map(move |version| (part(case, "name"), part(version, "why")))
    });
    Some(Theme {
        name: name.to_owned(),
        about: first_sentence(&about),
        cases: cases.len(),
        versions: versions.collect(),
        alone: with("real-only"),
        embedded: with("embedded_only"),
    })
}

/// The comment that a file begins with.
fn comment(text: &str) -> String {
    let lines = text.lines().map_while(|line| line.strip_prefix('#'));
    lines.map(str::trim).collect::<Vec<_>>().join(" ")
}

/// In one line, without what would end a cell of a table.
fn first_sentence(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let sentence = line
        .split_once(". ")
        .map_or(line.trim_end_matches('.'), |(first, _)| first);
    sentence.replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn both_shapes_of_case_files_are_counted() {
        let file = json!({"about": "Claims: what may\nchange. See there.\n", "cases": [{"name": "a"}, {"name": "b"}]});
        let found = theme("claims", "", &file).unwrap();
        assert_eq!(
            (found.about.as_str(), found.cases),
            ("Claims: what may change", 2)
        );
        let file = json!([{"name": "a", "versions": [{"why": "newer", "real": "x", "ours": "y"}]}]);
        let found = theme("replan", "# What a\n# replan does.\n- name: a", &file).unwrap();
        assert_eq!((found.about.as_str(), found.cases), ("What a replan does", 1));
        assert_eq!(found.versions, [("a".to_owned(), "newer".to_owned())]);
        let file = json!({"cases": [{"name": "a"}, {"name": "b", "real-only": "no clock"}]});
        let found = theme("jobs", "", &file).unwrap();
        assert_eq!(found.alone, [("b".to_owned(), "no clock".to_owned())]);
        assert!(theme("charms", "", &json!({"web": {}})).is_none());
    }
}
