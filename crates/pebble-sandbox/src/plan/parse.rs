//! From the YAML text of a layer to a valid [`Layer`], or to the text with which Pebble refuses it.

use super::{Check, FormatError, Layer, LogTarget, Plan, Service, validate};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_saphyr::Spanned;
use std::collections::BTreeMap;

/// Reads one layer. Its order is left at 0: the stack of layers decides that.
///
/// # Errors
/// No YAML, a field or section that does not exist, or a value that no layer may have.
pub(crate) fn parse_layer(label: &str, text: &str) -> Result<Layer, FormatError> {
    let sections = read(label, text)?;
    let entries = Plan {
        services: present("service", sections.services)?,
        checks: present("check", sections.checks)?,
        log_targets: present("log target", sections.log_targets)?,
    };
    let layer = Layer {
        label: label.to_owned(),
        order: 0,
        entries,
    };
    validate::layer(&layer)?;
    Ok(layer)
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct Sections {
    #[serde(rename = "summary")]
    _summary: Option<String>,
    #[serde(rename = "description")]
    _description: Option<String>,
    services: Section<Service>,
    checks: Section<Check>,
    log_targets: Section<LogTarget>,
}

/// The sections of a layer, and where their content begins.
type Outline = Option<BTreeMap<String, Spanned<IgnoredAny>>>;

type Section<E> = Option<BTreeMap<String, Option<E>>>;

fn present<E>(kind: &str, section: Section<E>) -> Result<BTreeMap<String, E>, FormatError> {
    let entries = section
        .unwrap_or_default()
        .into_iter()
        .map(|(name, entry)| match entry {
            Some(entry) => Ok((name, entry)),
            None => Err(FormatError(format!(
                "{kind} object cannot be null for {kind} {name:?}"
            ))),
        });
    entries.collect()
}

fn read(label: &str, text: &str) -> Result<Sections, FormatError> {
    if text.trim().is_empty() {
        return Ok(Sections::default());
    }
    // Text that is no YAML is refused as a whole, wherever the fault is.
    let outline = serde_saphyr::from_str::<Outline>(text).map_err(|error| {
        let line = error.location().map_or(0, |place| place.line());
        let reason = bare(error.without_snippet());
        FormatError(format!(
            "cannot parse layer {label:?}: yaml: line {line}: {reason}"
        ))
    })?;
    let mut path = Vec::new();
    let sections = serde_saphyr::with_deserializer_from_str(text, |deserializer| {
        serde_path_to_error::deserialize::<_, Option<Sections>>(deserializer).map_err(|error| {
            path = error.path().iter().map(ToString::to_string).collect();
            error.into_inner()
        })
    });
    match sections {
        Ok(sections) => Ok(sections.unwrap_or_default()),
        Err(error) => {
            let begins = path.first().and_then(|section| outline.as_ref()?.get(section));
            let begins = begins.map_or(1, |section| section.referenced.line());
            Err(FormatError(explain(
                label,
                &path,
                begins,
                error.without_snippet(),
            )))
        }
    }
}

/// Says what is wrong at `path` (section, entry, member…) in Pebble's words.
/// Lines of a section are counted from where its content `begins`.
fn explain(label: &str, path: &[String], begins: u64, error: &serde_saphyr::Error) -> String {
    let section = path.first().map(String::as_str);
    let line = error.location().map_or(0, |place| place.line());
    match (section, error) {
        (Some("services" | "checks" | "log-targets"), _) | (Some(_), serde_saphyr::Error::Message { .. }) => {
            let section = section.unwrap_or_default();
            format!(
                "cannot parse layer {label:?} section {section:?}: {}",
                explain_in_section(path, (line + 1).saturating_sub(begins), error)
            )
        }
        (_, serde_saphyr::Error::SerdeUnknownField { field, .. }) => {
            format!("cannot parse layer {label:?}: unknown section {field:?}")
        }
        _ => format!("cannot parse layer {label:?}: yaml: line {line}: {}", bare(error)),
    }
}

fn explain_in_section(path: &[String], line: u64, error: &serde_saphyr::Error) -> String {
    if let serde_saphyr::Error::SerdeUnknownField { field, .. } = error {
        let kind = go_type(path);
        return format!(
            "yaml: unmarshal errors:\n  line {line}: field {field} not found in type plan.{kind}"
        );
    }
    match bare(error) {
        reason if reason.starts_with("invalid duration") || reason.starts_with("invalid floating") => reason,
        reason => format!("yaml: unmarshal errors:\n  line {line}: {reason}"),
    }
}

/// The name that Pebble's error texts give to the kind of thing at `path`.
fn go_type(path: &[String]) -> &'static str {
    let part = |index: usize| path.get(index).map(String::as_str);
    match (part(0), part(2)) {
        (Some("services"), _) => "Service",
        (Some("checks"), Some("http")) => "HTTPCheck",
        (Some("checks"), Some("tcp")) => "TCPCheck",
        (Some("checks"), Some("exec")) => "ExecCheck",
        (Some("checks"), _) => "Check",
        _ => "LogTarget",
    }
}

/// The message alone, on one line: the place is named before it.
fn bare(error: &serde_saphyr::Error) -> String {
    let text = error.to_string();
    let first = text.lines().next().unwrap_or_default();
    first.split(" at line ").next().unwrap_or(first).to_owned()
}
