//! What differs from run to run and from subject to subject, and means nothing. Texts and values enter; the same leave
//! with names in its place.
//!
//! Some of it differs by release or by machine, and is kept as the release that is played has it:
//!
//! | | Juju 3.5-beta1 | played |
//! |---|---|---|
//! | `JUJU_VERSION` | its own | 3.6 |
//! | `JUJU_CONTEXT_ID` | ends in a decimal number | the same |
//! | `JUJU_AGENT_SOCKET_ADDRESS` | an abstract socket, `@…` | a file |
//! | `TERM`, `DEBIAN_FRONTEND`, `APT_LISTCHANGES_FRONTEND` | as the machine's system is | Ubuntu's |
//! | `JUJU_METER_STATUS`, `JUJU_METER_INFO` | the controller's | the same |

use std::path::Path;

use serde_json::{Map, Value};

/// Replaces what was made up for one run.
#[derive(Debug, Clone)]
pub(super) struct Normal {
    home: String,
    /// Ids of secrets, in the order in which they were seen.
    secrets: Vec<String>,
}

impl Normal {
    pub(super) fn new(home: &Path) -> Self {
        Self {
            home: home.display().to_string(),
            secrets: Vec::new(),
        }
    }

    /// `text` without folders, addresses, times and ids.
    pub(super) fn text(&mut self, text: &str) -> String {
        let text = text.replace(&self.home, "<home>");
        let mut normal = String::new();
        let mut rest = text.as_str();
        while let Some((word, after)) = next_word(rest) {
            normal.push_str(&self.word(word));
            rest = if is_day(word) { after_time(after) } else { after };
        }
        normal
    }

    /// A run of letters, digits and what joins them in times and addresses, or one other sign.
    fn word(&mut self, word: &str) -> String {
        if is_secret(word) {
            let index = self.secrets.iter().position(|id| id == word).unwrap_or_else(|| {
                self.secrets.push(word.to_owned());
                self.secrets.len() - 1
            });
            return format!("<secret {}>", index + 1);
        }
        if is_day(word) {
            return "<time>".to_owned();
        }
        for (network, name) in [("10.1.", "<pod>"), ("10.152.", "<service>")] {
            if word.starts_with(network) && word.parse::<std::net::Ipv4Addr>().is_ok() {
                return name.to_owned();
            }
        }
        word.to_owned()
    }

    /// The same in every text of a value.
    pub(super) fn value(&mut self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(text)),
            Value::Array(items) => items.iter().map(|item| self.value(item)).collect(),
            Value::Object(members) => members
                .iter()
                .map(|(name, value)| (self.text(name), self.value(value)))
                .collect::<serde_json::Map<_, _>>()
                .into(),
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        }
    }
}

fn next_word(text: &str) -> Option<(&str, &str)> {
    let joins = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '.' | '-');
    let first = text.chars().next()?;
    let length = if joins(first) {
        text.find(|sign| !joins(sign)).unwrap_or(text.len())
    } else {
        first.len_utf8()
    };
    text.split_at_checked(length)
}

fn is_secret(word: &str) -> bool {
    word.len() == 20
        && word.bytes().any(|byte| byte.is_ascii_digit())
        && word
            .bytes()
            .all(|byte| byte.is_ascii_digit() || (b'a'..=b'v').contains(&byte))
}

/// What follows the time of the day behind a day.
fn after_time(text: &str) -> &str {
    let time = text.strip_prefix(' ').unwrap_or(text);
    let length = time
        .find(|sign: char| !sign.is_ascii_digit() && !":.Z+".contains(sign))
        .unwrap_or(time.len());
    match time.split_at_checked(length) {
        Some((time, after)) if time.contains(':') => after,
        Some(_) | None => text,
    }
}

/// `2026-11-24`, or the same with an hour behind it.
fn is_day(word: &str) -> bool {
    let day = word.get(..10).unwrap_or_default();
    let parts: Vec<&str> = day.split('-').collect();
    matches!(parts.as_slice(), [year, month, day]
        if year.starts_with("20") && [month, day].iter().all(|part| part.parse::<u8>().is_ok()))
}

/// What of a variable of a hook is compared; `None`: nothing.
pub(super) fn variable(name: &str, value: &str, unit: &str, event: &str) -> Option<String> {
    let there = || Some("(set)".to_owned()).filter(|_| !value.is_empty());
    match name {
        "TERM" | "DEBIAN_FRONTEND" | "APT_LISTCHANGES_FRONTEND" => None,
        _ if name.starts_with("KUBERNETES_") => None,
        "PATH"
        | "CHARM_DIR"
        | "JUJU_CHARM_DIR"
        | "JUJU_VERSION"
        | "JUJU_AGENT_SOCKET_ADDRESS"
        | "JUJU_METER_STATUS"
        | "JUJU_METER_INFO" => there(),
        "JUJU_API_ADDRESSES" | "CLOUD_API_VERSION" => Some("(any)".to_owned()),
        "JUJU_CONTEXT_ID" => {
            let number = value.strip_prefix(&format!("{unit}-{event}-"))?;
            number
                .bytes()
                .all(|byte| byte.is_ascii_hexdigit())
                .then(|| format!("{unit}-{event}-(number)"))
        }
        _ => Some(value.to_owned()),
    }
}

/// What the model shows, where a list or map that is not there is an empty one.
pub(super) fn shown(mut value: Value) -> Value {
    let actions = value.get_mut("actions").and_then(Value::as_array_mut);
    for action in actions.into_iter().flatten() {
        for (member, empty) in [
            ("log", Value::Array(Vec::new())),
            ("results", Value::Object(Map::new())),
        ] {
            if let Some(absent) = action.get_mut(member).filter(|it| it.is_null()) {
                *absent = empty;
            }
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_made_up_gets_a_name() {
        let mut normal = Normal::new(Path::new("/tmp/.x"));
        let text = "a secret:9m4e2mr0ui3e8a215n4g in /tmp/.x/a, \
                    again 9m4e2mr0ui3e8a215n4g, at 10.1.0.7 and 10.152.183.4/32, 1.5, \
                    2026-11-24 07:47:33Z, 2026-11-24T04:24:38.675Z!";
        assert_eq!(
            normal.text(text),
            "a secret:<secret 1> in <home>/a, again <secret 1>, at <pod> and <service>/32, 1.5, <time>, <time>!"
        );
    }

    #[test]
    fn a_context_id_names_unit_and_event() {
        let compared = |value| variable("JUJU_CONTEXT_ID", value, "tea/0", "start");
        assert_eq!(
            compared("tea/0-start-12").as_deref(),
            Some("tea/0-start-(number)")
        );
        assert_eq!(compared("tea/0-stop-12"), None);
    }
}
