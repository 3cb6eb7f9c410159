//! Does an answer hold what a step says? A pure function: step and answer enter, the reasons why not leave.

use serde_json::Value;

use super::case::Step;
use super::ownership;

/// What came back.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Answer {
    pub(super) code: u16,
    /// The `Warning` header without its code and agent; empty without one.
    pub(super) warning: String,
    /// JSON, or a text when it is none; for a watch the list of its events.
    pub(super) body: Value,
}

/// Every way in which the answer is not what the step says; `before` is the last object seen at the same path.
pub(super) fn differences(step: &Step, answer: &Answer, before: Option<&Value>) -> Vec<String> {
    let mut found = Vec::new();
    let body = &answer.body;
    match step.code {
        Some(code) if code != answer.code => {
            found.push(format!("code: wanted {code}, got {}", brief(answer)));
        }
        None if !(200..300).contains(&answer.code) => {
            found.push(format!("code: wanted a success, got {}", brief(answer)));
        }
        _ => {}
    }
    let mut text = |what: &str, wanted: Option<&String>, got: &str| {
        if let Some(wanted) = wanted.filter(|wanted| !alike(wanted, got)) {
            found.push(format!("{what}: wanted `{wanted}`\n{what}:    got `{got}`"));
        }
    };
    let in_status = |field: &str| body.get(field).and_then(Value::as_str).unwrap_or_default();
    text("message", step.message.as_ref(), in_status("message"));
    text("reason", step.reason.as_ref(), in_status("reason"));
    text("warning", step.warning.as_ref(), &answer.warning);
    for (pointer, wanted) in &step.fields {
        let got = body.pointer(pointer).unwrap_or(&Value::Null);
        if !equal(wanted, got) {
            found.push(format!("{pointer}: wanted {wanted}, got {got}"));
        }
    }
    for (pointer, unwanted) in &step.not {
        if equal(unwanted, body.pointer(pointer).unwrap_or(&Value::Null)) {
            found.push(format!("{pointer}: wanted anything but {unwanted}"));
        }
    }
    let mut list = |what: &str, wanted: Option<&Vec<String>>, got: Vec<String>| {
        if let Some(wanted) = wanted.filter(|wanted| **wanted != got) {
            found.push(format!("{what}: wanted {wanted:?}\n{what}:    got {got:?}"));
        }
    };
    list("items", step.items.as_ref(), names(body));
    list("events", step.events.as_ref(), events(body));
    let entries = ownership::entries(body);
    let managers = entries.iter().map(|(manager, _)| manager.clone()).collect();
    list(
        "managers",
        step.managers.clone().map(sorted).as_ref(),
        sorted(managers),
    );
    for (manager, wanted) in &step.owns {
        let got = entries
            .iter()
            .filter(|(title, _)| title == manager)
            .flat_map(|(_, fields)| fields.clone());
        list(
            &format!("what `{manager}` owns"),
            Some(&sorted(wanted.clone())),
            got.collect(),
        );
    }
    if step.same && before != Some(body) {
        let before = before.unwrap_or(&Value::Null);
        found.push(format!(
            "changed: {}",
            first_change("", before, body).unwrap_or_default()
        ));
    }
    found
}

/// `…` in `wanted` stands for any text, also none, also several lines.
fn alike(wanted: &str, got: &str) -> bool {
    let mut parts = wanted.split('…');
    let Some(mut rest) = parts.next().and_then(|first| got.strip_prefix(first)) else {
        return false;
    };
    let mut last = None;
    for part in parts {
        if let Some(middle) = last.replace(part) {
            let Some((_, after)) = rest.split_once(middle) else {
                return false;
            };
            rest = after;
        }
    }
    last.map_or(rest.is_empty(), |last| rest.ends_with(last))
}

fn equal(wanted: &Value, got: &Value) -> bool {
    match (wanted, got) {
        (Value::String(wanted), Value::String(got)) => alike(wanted, got),
        (Value::Array(wanted), Value::Array(got)) => {
            wanted.len() == got.len() && wanted.iter().zip(got).all(|(wanted, got)| equal(wanted, got))
        }
        (Value::Object(wanted), Value::Object(got)) => {
            wanted.len() == got.len()
                && wanted
                    .iter()
                    .all(|(key, wanted)| got.get(key).is_some_and(|got| equal(wanted, got)))
        }
        _ => wanted == got,
    }
}

fn names(list: &Value) -> Vec<String> {
    let items = list.get("items").and_then(Value::as_array);
    items.into_iter().flatten().map(name).collect()
}

fn name(object: &Value) -> String {
    let name = object.pointer("/metadata/name").and_then(Value::as_str);
    name.unwrap_or_default().to_owned()
}

fn events(stream: &Value) -> Vec<String> {
    let tell = |event: &Value| {
        let object = event.get("object").unwrap_or(&Value::Null);
        match event.get("type").and_then(Value::as_str).unwrap_or("?") {
            "ERROR" => {
                let part = |field: &str| object.get(field).map(ToString::to_string).unwrap_or_default();
                format!("ERROR {} {}", part("code"), part("reason").trim_matches('"'))
            }
            kind => format!("{kind} {}", name(object)),
        }
    };
    stream.as_array().into_iter().flatten().map(tell).collect()
}

fn sorted(mut list: Vec<String>) -> Vec<String> {
    list.sort();
    list
}

fn brief(answer: &Answer) -> String {
    let message = answer
        .body
        .get("message")
        .and_then(Value::as_str)
        .unwrap_or_default();
    format!("{} {message}", answer.code).trim_end().to_owned()
}

fn first_change(path: &str, before: &Value, after: &Value) -> Option<String> {
    if before == after {
        return None;
    }
    if let (Value::Object(old), Value::Object(new)) = (before, after) {
        let keys = old.keys().chain(new.keys());
        return keys.into_iter().find_map(|key| {
            let side = |map: &serde_json::Map<String, Value>| map.get(key).cloned().unwrap_or(Value::Null);
            first_change(&format!("{path}/{key}"), &side(old), &side(new))
        });
    }
    Some(format!("{path} was {before}, is {after}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(step: Value, expect: &[&str]) {
        let mut step = step;
        step["do"] = json!("GET pods/x");
        let step: Step = serde_json::from_value(step).unwrap();
        let answer = Answer {
            code: 409,
            warning: "299 - odd".into(),
            body: json!({"message": "no: two words", "reason": "Conflict", "items": [{"metadata": {"name": "b"}}],
                "metadata": {"uid": "u-1", "managedFields": [{"manager": "m", "operation": "Apply", "fieldsV1": {"f:a": {}}}]}}),
        };
        assert_eq!(
            differences(&step, &answer, Some(&json!({"message": "old"}))),
            expect
        );
    }

    #[test]
    fn what_holds_makes_no_difference() {
        check(
            json!({"code": 409, "message": "no: …words", "reason": "Conflict", "warning": "…odd"}),
            &[],
        );
        check(
            json!({"code": 409, "fields": {"/metadata/uid": "u-…", "/metadata/nope": null}, "items": ["b"]}),
            &[],
        );
        check(
            json!({"code": 409, "managers": ["m Apply"], "owns": {"m Apply": [".a"]}, "not": {"/metadata/uid": "u-2"}}),
            &[],
        );
    }

    #[test]
    fn each_expectation_can_fail() {
        check(json!({}), &["code: wanted a success, got 409 no: two words"]);
        check(json!({"code": 422}), &["code: wanted 422, got 409 no: two words"]);
        check(
            json!({"code": 409, "message": "no: …x"}),
            &["message: wanted `no: …x`\nmessage:    got `no: two words`"],
        );
        check(
            json!({"code": 409, "reason": ""}),
            &["reason: wanted ``\nreason:    got `Conflict`"],
        );
        check(
            json!({"code": 409, "warning": ""}),
            &["warning: wanted ``\nwarning:    got `299 - odd`"],
        );
        check(
            json!({"code": 409, "fields": {"/metadata/uid": null}}),
            &["/metadata/uid: wanted null, got \"u-1\""],
        );
        check(
            json!({"code": 409, "not": {"/metadata/uid": "u-1"}}),
            &["/metadata/uid: wanted anything but \"u-1\""],
        );
        check(
            json!({"code": 409, "items": []}),
            &["items: wanted []\nitems:    got [\"b\"]"],
        );
        check(
            json!({"code": 409, "managers": []}),
            &["managers: wanted []\nmanagers:    got [\"m Apply\"]"],
        );
        check(
            json!({"code": 409, "owns": {"m Apply": []}}),
            &["what `m Apply` owns: wanted []\nwhat `m Apply` owns:    got [\".a\"]"],
        );
        check(
            json!({"code": 409, "events": ["ADDED x"]}),
            &["events: wanted [\"ADDED x\"]\nevents:    got []"],
        );
        check(
            json!({"code": 409, "same": true}),
            &["changed: /message was \"old\", is \"no: two words\""],
        );
    }

    #[test]
    fn the_ellipsis_stands_for_any_text() {
        for (wanted, got, holds) in [
            ("abc", "abc", true),
            ("abc", "abcd", false),
            ("a…", "a\nb", true),
            ("…c", "abc", true),
            ("a…b…c", "a-b-c", true),
            ("a…b…c", "a-c", false),
            ("a…a", "a", false),
            ("", "x", false),
        ] {
            assert_eq!(alike(wanted, got), holds, "{wanted} {got}");
        }
    }
}
