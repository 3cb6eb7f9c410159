//! Putting remembered values into text. Data enters, data leaves.

use std::collections::BTreeMap;

use serde_json::Value;

use super::case::Step;

/// What a case knows by name; `ns` is its namespace.
pub(super) type Names = BTreeMap<String, String>;

/// The step with every `<name>` replaced. An unknown name stays as it stands, and so shows in the report.
pub(super) fn fill_step(step: &Step, names: &Names) -> Step {
    let text = |text: &String| fill(text, names);
    let values = |map: &BTreeMap<String, Value>| {
        map.iter()
            .map(|(key, value)| (fill(key, names), fill_value(value, names)))
            .collect()
    };
    let list = |list: &Vec<String>| list.iter().map(text).collect::<Vec<_>>();
    Step {
        request: text(&step.request),
        user: step.user.as_ref().map(text),
        body: step.body.as_ref().map(|body| fill_value(body, names)),
        message: step.message.as_ref().map(text),
        reason: step.reason.clone(),
        warning: step.warning.as_ref().map(text),
        fields: values(&step.fields),
        not: values(&step.not),
        items: step.items.as_ref().map(list),
        managers: step.managers.clone(),
        owns: step
            .owns
            .iter()
            .map(|(entry, fields)| (entry.clone(), list(fields)))
            .collect(),
        events: step.events.as_ref().map(list),
        remember: step.remember.clone(),
        ..*step
    }
}

fn fill(text: &str, names: &Names) -> String {
    names.iter().fold(text.to_owned(), |text, (name, value)| {
        text.replace(&format!("<{name}>"), value)
    })
}

fn fill_value(value: &Value, names: &Names) -> Value {
    match value {
        Value::String(text) => Value::String(fill(text, names)),
        Value::Array(items) => items.iter().map(|item| fill_value(item, names)).collect(),
        Value::Object(fields) => fields
            .iter()
            .map(|(key, value)| (fill(key, names), fill_value(value, names)))
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_are_filled_in_wherever_text_stands() {
        let names = Names::from([("ns".into(), "t1".into()), ("uid".into(), "u-7".into())]);
        let step: Step = serde_json::from_value(json!({
            "do": "GET persistentvolumes/<ns>-media?x=<uid>", "body": {"<ns>/label": ["<uid>", 3, "<unknown>"]},
            "message": "not <uid>", "fields": {"/metadata/annotations/<ns>": "<ns>"}, "until": true, "code": 200,
        }))
        .unwrap();
        let step = fill_step(&step, &names);
        assert_eq!(step.request, "GET persistentvolumes/t1-media?x=u-7");
        assert_eq!(step.body, Some(json!({"t1/label": ["u-7", 3, "<unknown>"]})));
        assert_eq!(step.message.as_deref(), Some("not u-7"));
        assert_eq!(
            step.fields,
            BTreeMap::from([("/metadata/annotations/t1".into(), json!("t1"))])
        );
        assert!(step.until && step.code == Some(200));
    }
}
