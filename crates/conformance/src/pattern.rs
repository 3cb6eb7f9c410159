//! What an answer must look like. Patterns and answers enter, the first mismatch or the bound names leave.
//!
//! A pattern is a JSON value that must be equal, except for:
//!
//! | in a pattern | matches |
//! |---|---|
//! | `${name}` in a text | the value bound to the name |
//! | `<any>`, `<id>`, `<hex>`, `<word>`, `<time>`, `<duration>` in a text | any text; digits; hex digits; letters, digits and `._-`; an RFC 3339 time; a Go duration |
//! | `<id:name>` | the same, and binds the name |
//! | `<int>`, `<null>`, as a whole text | a whole number; null |
//! | `etc` as an element of a list | any number of elements |
//! | `etc: …` as a member | members that are not listed |

use std::collections::BTreeMap;

use serde_json::Value;

/// Names and their texts.
pub(crate) type Bound = BTreeMap<String, String>;

/// Replaces each `${name}` by its value; names that are not bound stay as they are.
pub(crate) fn fill(text: &str, bound: &Bound) -> String {
    bound.iter().fold(text.to_owned(), |text, (name, value)| {
        text.replace(&format!("${{{name}}}"), value)
    })
}

/// [`fill`] in every text of a value.
pub(crate) fn fill_value(value: &Value, bound: &Bound) -> Value {
    match value {
        Value::String(text) => Value::String(fill(text, bound)),
        Value::Array(items) => items.iter().map(|item| fill_value(item, bound)).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (fill(name, bound), fill_value(value, bound)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

/// Whether `answer` is as `pattern` says; binds the names of its placeholders.
///
/// # Errors
/// Where they differ, and how.
pub(crate) fn matches(pattern: &Value, answer: &Value, bound: &mut Bound) -> Result<(), String> {
    at("", pattern, answer, bound)
}

fn at(path: &str, pattern: &Value, answer: &Value, bound: &mut Bound) -> Result<(), String> {
    let place = if path.is_empty() { "the whole" } else { path };
    let differs = || Err(format!("{place}: wanted {pattern}, got {answer}"));
    match (pattern, answer) {
        (Value::String(text), Value::Number(number)) if text == "<int>" && !number.is_f64() => Ok(()),
        (Value::String(text), Value::Null) if text == "<null>" => Ok(()),
        (Value::String(pattern), Value::String(answer)) => {
            if text(pattern, answer, bound) {
                Ok(())
            } else {
                differs()
            }
        }
        (Value::Array(patterns), Value::Array(answers)) => {
            if patterns.iter().any(is_etc) {
                if run(patterns, answers, bound) {
                    Ok(())
                } else {
                    differs()
                }
            } else if patterns.len() == answers.len() {
                patterns
                    .iter()
                    .zip(answers)
                    .enumerate()
                    .try_for_each(|(index, (pattern, answer))| {
                        at(&format!("{path}[{index}]"), pattern, answer, bound)
                    })
            } else {
                differs()
            }
        }
        (Value::Object(patterns), Value::Object(answers)) => {
            let open = patterns.contains_key("etc");
            if !open && let Some(more) = answers.keys().find(|name| !patterns.contains_key(*name)) {
                return Err(format!("{place}: there is a member `{more}`, in {answer}"));
            }
            patterns
                .iter()
                .filter(|(name, _)| *name != "etc")
                .try_for_each(|(name, pattern)| {
                    let Some(answer) = answers.get(name) else {
                        return Err(format!("{place}: there is no member `{name}`, in {answer}"));
                    };
                    at(&format!("{path}.{name}"), pattern, answer, bound)
                })
        }
        _ if pattern == answer => Ok(()),
        _ => differs(),
    }
}

fn is_etc(pattern: &Value) -> bool {
    pattern.as_str() == Some("etc")
}

/// A list with `etc` in it.
fn run(patterns: &[Value], answers: &[Value], bound: &mut Bound) -> bool {
    let Some((first, others)) = patterns.split_first() else {
        return answers.is_empty();
    };
    if is_etc(first) {
        return (0..=answers.len())
            .any(|skipped| run(others, answers.get(skipped..).unwrap_or_default(), bound));
    }
    answers.split_first().is_some_and(|(answer, answers)| {
        let mut tried = bound.clone();
        let holds = at("", first, answer, &mut tried).is_ok() && run(others, answers, &mut tried);
        if holds {
            *bound = tried;
        }
        holds
    })
}

/// Whether `answer` is as the text `pattern` says.
pub(crate) fn text(pattern: &str, answer: &str, bound: &mut Bound) -> bool {
    let filled = fill(pattern, bound);
    let mut found = Vec::new();
    let holds = walk(&filled, answer, &mut found);
    if holds {
        bound.extend(found);
    }
    holds
}

/// A placeholder.
#[derive(Clone, Copy)]
enum Hole {
    Any,
    Id,
    Hex,
    Word,
    Time,
    Duration,
}

impl Hole {
    /// The placeholder at the start of `pattern`, the name that it binds, and what follows it.
    fn at_start(pattern: &str) -> Option<(Self, Option<&str>, &str)> {
        let (inside, rest) = pattern.strip_prefix('<')?.split_once('>')?;
        let (kind, name) = match inside.split_once(':') {
            Some((kind, name)) => (kind, Some(name)),
            None => (inside, None),
        };
        let hole = match kind {
            "any" => Self::Any,
            "id" => Self::Id,
            "hex" => Self::Hex,
            "word" => Self::Word,
            "time" => Self::Time,
            "duration" => Self::Duration,
            _ => return None,
        };
        Some((hole, name, rest))
    }

    fn takes(self, character: char) -> bool {
        match self {
            Self::Any => true,
            Self::Id => character.is_ascii_digit(),
            Self::Hex => matches!(character, '0'..='9' | 'a'..='f'),
            Self::Word => character.is_ascii_alphanumeric() || "._-".contains(character),
            Self::Time => character.is_ascii_digit() || "TZ:.+-".contains(character),
            Self::Duration => character.is_ascii_digit() || ".nuµmsh".contains(character),
        }
    }

    fn is_whole(self, text: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Time => text.parse::<jiff::Timestamp>().is_ok(),
            Self::Id | Self::Hex | Self::Word | Self::Duration => !text.is_empty(),
        }
    }
}

fn walk(pattern: &str, answer: &str, found: &mut Vec<(String, String)>) -> bool {
    if let Some((hole, name, rest)) = Hole::at_start(pattern) {
        let longest = answer
            .find(|character| !hole.takes(character))
            .unwrap_or(answer.len());
        return (0..=longest)
            .rev()
            .filter_map(|length| answer.split_at_checked(length))
            .any(|(taken, left)| {
                let before = found.len();
                if let Some(name) = name {
                    found.push((name.to_owned(), taken.to_owned()));
                }
                let holds = hole.is_whole(taken) && walk(rest, left, found);
                if !holds {
                    found.truncate(before);
                }
                holds
            });
    }
    let mut characters = pattern.chars();
    match characters.next() {
        None => answer.is_empty(),
        Some(wanted) => answer
            .strip_prefix(wanted)
            .is_some_and(|left| walk(characters.as_str(), left, found)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(pattern: &Value, answer: &Value, expect: Result<&[(&str, &str)], &str>) {
        let mut bound = Bound::new();
        let result = matches(pattern, answer, &mut bound);
        let names: Vec<_> = bound
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        assert_eq!(
            result.as_ref().map(|()| names.as_slice()).map_err(String::as_str),
            expect
        );
    }

    #[test]
    fn values_are_equal_but_for_placeholders() {
        check(&json!({"a": [1, "x"]}), &json!({"a": [1, "x"]}), Ok(&[]));
        check(&json!({"a": 1}), &json!({"a": 2}), Err(".a: wanted 1, got 2"));
        check(
            &json!({"a": 1}),
            &json!({"a": 1, "b": 2}),
            Err(r#"the whole: there is a member `b`, in {"a":1,"b":2}"#),
        );
        check(
            &json!({"a": 1, "b": 2}),
            &json!({"a": 1}),
            Err(r#"the whole: there is no member `b`, in {"a":1}"#),
        );
        check(&json!({"a": 1, "etc": "any"}), &json!({"a": 1, "b": 2}), Ok(&[]));
        check(
            &json!("change <id:n> of <any>"),
            &json!("change 12 of a b"),
            Ok(&[("n", "12")]),
        );
        check(
            &json!("<id>"),
            &json!("12a"),
            Err(r#"the whole: wanted "<id>", got "12a""#),
        );
        check(
            &json!("<id>"),
            &json!(""),
            Err(r#"the whole: wanted "<id>", got """#),
        );
        check(
            &json!("at <time>!"),
            &json!("at 2026-11-24T04:24:29.69Z!"),
            Ok(&[]),
        );
        check(
            &json!("<time>"),
            &json!("12:30"),
            Err(r#"the whole: wanted "<time>", got "12:30""#),
        );
        check(&json!("<nil>"), &json!("<nil>"), Ok(&[]));
        check(&json!("<int>"), &json!(7), Ok(&[]));
        check(
            &json!("<int>"),
            &json!(7.5),
            Err(r#"the whole: wanted "<int>", got 7.5"#),
        );
    }

    #[test]
    fn lists_may_leave_elements_out() {
        check(
            &json!(["etc", {"id": "<id:n>", "etc": 1}]),
            &json!([1, {"id": "3", "x": 0}]),
            Ok(&[("n", "3")]),
        );
        check(&json!([1, "etc"]), &json!([1]), Ok(&[]));
        check(
            &json!([1, "etc"]),
            &json!([2, 1]),
            Err(r#"the whole: wanted [1,"etc"], got [2,1]"#),
        );
        check(
            &json!([1]),
            &json!([1, 1]),
            Err("the whole: wanted [1], got [1,1]"),
        );
    }

    #[test]
    fn bound_names_are_filled_in() {
        let bound = Bound::from([("dir".to_owned(), "/tmp/x".to_owned())]);
        assert_eq!(
            fill_value(&json!([{"p": "${dir}/a"}, 1, "$dir"]), &bound),
            json!([{"p": "/tmp/x/a"}, 1, "$dir"])
        );
    }
}
