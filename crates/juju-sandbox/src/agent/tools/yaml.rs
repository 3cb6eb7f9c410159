//! YAML as Go's `yaml.v2` writes it: blocks, lists at the depth of their key, quotes only where needed.

use super::value::Value;

/// The text of `value`; nothing of a missing one.
pub(super) fn print(value: &Value) -> String {
    if *value == Value::Null {
        return String::new();
    }
    let mut text = String::new();
    block(value, 0, &mut text);
    text
}

fn block(value: &Value, depth: usize, text: &mut String) {
    match value {
        Value::List(items) if !items.is_empty() => {
            for item in items {
                indent(depth, text);
                text.push_str("- ");
                let mut below = String::new();
                block(item, depth + 1, &mut below);
                text.push_str(below.trim_start_matches(' '));
            }
        }
        Value::Map(entries) if !entries.is_empty() => {
            for (key, value) in entries {
                indent(depth, text);
                text.push_str(&scalar_text(key, depth));
                text.push(':');
                entry(value, depth, text);
            }
        }
        Value::Null
        | Value::NoMap
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Text(_)
        | Value::Time(_)
        | Value::List(_)
        | Value::Map(_) => {
            text.push_str(&scalar(value, depth));
            text.push('\n');
        }
    }
}

fn entry(value: &Value, depth: usize, text: &mut String) {
    match value {
        Value::List(items) if !items.is_empty() => {
            text.push('\n');
            block(value, depth, text);
        }
        Value::Map(entries) if !entries.is_empty() => {
            text.push('\n');
            block(value, depth + 1, text);
        }
        Value::Null
        | Value::NoMap
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Text(_)
        | Value::Time(_)
        | Value::List(_)
        | Value::Map(_) => {
            text.push(' ');
            text.push_str(&scalar(value, depth + 1));
            text.push('\n');
        }
    }
}

fn indent(depth: usize, text: &mut String) {
    text.extend(std::iter::repeat_n("  ", depth));
}

fn scalar(value: &Value, depth: usize) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(it) => it.to_string(),
        Value::Int(it) => it.to_string(),
        Value::Float(it) => it.to_string(),
        Value::Time(it) => it.clone(),
        Value::Text(it) => scalar_text(it, depth),
        Value::List(_) => "[]".to_owned(),
        Value::Map(_) | Value::NoMap => "{}".to_owned(),
    }
}

fn scalar_text(text: &str, depth: usize) -> String {
    if text.is_empty()
        || means_something_else(text)
        || text.chars().any(|sign| sign.is_control() && sign != '\n')
    {
        return serde_json::Value::from(text).to_string();
    }
    if text.contains('\n') {
        return literal(text, depth);
    }
    if is_plain(text) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "''"))
    }
}

/// A block with its line ends kept.
fn literal(text: &str, depth: usize) -> String {
    let keep = if text.ends_with("\n\n") {
        "|+"
    } else if text.ends_with('\n') {
        "|"
    } else {
        "|-"
    };
    let hint = if text.starts_with([' ', '\n']) { "2" } else { "" };
    let mut block = keep.replacen('|', &format!("|{hint}"), 1);
    for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
        block.push('\n');
        if !line.is_empty() {
            indent(depth.max(1), &mut block);
            block.push_str(line);
        }
    }
    block
}

/// Whether a bare `text` would be read as a number, a truth, nothing, or a date.
fn means_something_else(text: &str) -> bool {
    let words = [
        "y", "n", "yes", "no", "on", "off", "true", "false", "null", "~", ".nan", ".inf", "-.inf", "+.inf",
        "<<",
    ];
    let number = text.replace('_', "");
    let based = ["0x", "0o", "0b", "-0x", "-0b"]
        .iter()
        .any(|base| number.starts_with(base));
    let date = text.len() >= 8
        && text.split('-').count() >= 3
        && text
            .split('-')
            .take(2)
            .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    words.contains(&text.to_ascii_lowercase().as_str())
        || (number.starts_with(|first: char| first.is_ascii_digit() || "+-.".contains(first))
            && number.parse::<f64>().is_ok())
        || based
        || date
        || is_base_60(text)
}

fn is_base_60(text: &str) -> bool {
    text.contains(':')
        && text
            .trim_start_matches(['+', '-'])
            .split(':')
            .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'))
}

fn is_plain(text: &str) -> bool {
    let indicator = |first: char| "-?:,[]{}#&*!|>'\"%@` ".contains(first);
    let safe_dash = text.starts_with('-') && text.len() > 1 && !text.starts_with("- ");
    (!text.starts_with(indicator) || safe_dash)
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.ends_with([' ', ':'])
        && !text.starts_with("---")
}
