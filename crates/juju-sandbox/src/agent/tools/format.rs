//! The one formatter of all hook commands: `smart`, `yaml` and `json` as Juju prints them. Enters: a value. Leaves: text.

use super::value::Value;
use super::yaml;

/// What `--format` can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// For people: text as it is, lists of texts one a line, `True`, `False`, the rest as YAML.
    Smart,
    Yaml,
    Json,
}

impl Format {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Smart => "smart",
            Self::Yaml => "yaml",
            Self::Json => "json",
        }
    }
}

/// The text of `value`, with its end of line.
pub(super) fn print(value: &Value, format: Format) -> String {
    match format {
        Format::Json => json(value) + "\n",
        Format::Yaml => yaml::print(value),
        Format::Smart => smart(value),
    }
}

fn smart(value: &Value) -> String {
    let text = match value {
        Value::Text(text) | Value::Time(text) => text.clone(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::List(items) => match items.iter().map(plain).collect::<Option<Vec<_>>>() {
            Some(lines) => lines.join("\n"),
            None => return yaml::print(value),
        },
        Value::Null | Value::NoMap | Value::Int(_) | Value::Float(_) | Value::Map(_) => {
            return yaml::print(value);
        }
    };
    if text.is_empty() { text } else { text + "\n" }
}

fn plain(value: &Value) -> Option<&str> {
    if let Value::Text(text) = value {
        Some(text)
    } else {
        None
    }
}

fn json(value: &Value) -> String {
    match value {
        Value::Null | Value::NoMap => "null".to_owned(),
        Value::Bool(it) => it.to_string(),
        Value::Int(it) => it.to_string(),
        Value::Float(it) => it.to_string(),
        Value::Text(it) | Value::Time(it) => json_text(it),
        Value::List(items) => {
            let items: Vec<_> = items.iter().map(json).collect();
            format!("[{}]", items.join(","))
        }
        Value::Map(entries) => {
            let entries: Vec<_> = entries
                .iter()
                .map(|(key, value)| format!("{}:{}", json_text(key), json(value)))
                .collect();
            format!("{{{}}}", entries.join(","))
        }
    }
}

/// Go writes what could end a script in HTML as escapes.
fn json_text(text: &str) -> String {
    let mut escaped = serde_json::Value::from(text).to_string();
    let harmful = [
        ('<', "\\u003c"),
        ('>', "\\u003e"),
        ('&', "\\u0026"),
        ('\u{2028}', "\\u2028"),
        ('\u{2029}', "\\u2029"),
    ];
    for (sign, escape) in harmful {
        if escaped.contains(sign) {
            escaped = escaped.replace(sign, escape);
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: &Value, smart: &str, yaml: &str, json: &str) {
        let printed = [Format::Smart, Format::Yaml, Format::Json].map(|format| print(value, format));
        assert_eq!(printed, [smart, yaml, json]);
    }

    #[test]
    fn values_print_as_juju_prints_them() {
        check(&Value::Null, "", "", "null\n");
        check(&Value::NoMap, "{}\n", "{}\n", "null\n");
        check(&Value::Bool(true), "True\n", "true\n", "true\n");
        check(&Value::Int(-3), "-3\n", "-3\n", "-3\n");
        check(&Value::Float(1.5), "1.5\n", "1.5\n", "1.5\n");
        check(&Value::text(""), "", "\"\"\n", "\"\"\n");
        check(&Value::text("a<b"), "a<b\n", "a<b\n", "\"a\\u003cb\"\n");
        check(
            &Value::texts(["w", "x"]),
            "w\nx\n",
            "- w\n- x\n",
            "[\"w\",\"x\"]\n",
        );
        check(&Value::List(vec![]), "", "[]\n", "[]\n");
        check(&Value::Map(vec![]), "{}\n", "{}\n", "{}\n");
        let nested = Value::map([
            ("b", Value::map([("k", Value::texts(["1"]))])),
            ("a", Value::Null),
        ]);
        check(
            &nested,
            "b:\n  k:\n  - \"1\"\na: null\n",
            "b:\n  k:\n  - \"1\"\na: null\n",
            "{\"b\":{\"k\":[\"1\"]},\"a\":null}\n",
        );
    }
}
