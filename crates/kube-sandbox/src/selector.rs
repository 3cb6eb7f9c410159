//! Label selectors, as objects and as text, and field selectors.

use serde_json::Value;

use crate::object::Object;

/// True if a `LabelSelector` object selects these labels; an empty one selects all.
pub(crate) fn matches(selector: &Value, labels: &Value) -> bool {
    let mut pairs = selector
        .get("matchLabels")
        .and_then(Value::as_object)
        .into_iter()
        .flatten();

    let mut expressions = selector.items("/matchExpressions").iter();
    pairs.all(|(key, value)| labels.get(key) == Some(value))
        && expressions.all(|expression| expression_matches(expression, labels))
}

fn expression_matches(expression: &Value, labels: &Value) -> bool {
    let have = labels.get(expression.text("/key"));
    let listed = have.is_some_and(|have| expression.items("/values").contains(have));
    match expression.text("/operator") {
        "In" => listed,
        "NotIn" => !listed,
        "Exists" => have.is_some(),
        "DoesNotExist" => have.is_none(),
        _ => false,
    }
}

/// One demand on a label or a field.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Demand {
    In(String, Vec<String>),
    NotIn(String, Vec<String>),
    Exists(String),
    Absent(String),
}

/// A selector written as text: `a=b,c!=d,e in (f,g),h notin (i),j,!k`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Selector(Vec<Demand>);

impl Selector {
    /// Reads a selector; the text is told back when it is none.
    pub(crate) fn parse(text: &str) -> Result<Selector, String> {
        let parts = split_outside_brackets(text);
        let demands: Option<Vec<Demand>> = parts.iter().map(|part| demand(part.trim())).collect();
        demands.map(Selector).ok_or_else(|| {
            let found = text.split_whitespace().nth(1).unwrap_or(text);
            format!("unable to parse requirement: found '{found}', expected: in, notin, =, ==, !=, gt, lt")
        })
    }

    /// True if a function from key to value satisfies every demand.
    fn fits(&self, value: impl Fn(&str) -> Option<String>) -> bool {
        self.0.iter().all(|demand| match demand {
            Demand::In(key, values) => value(key).is_some_and(|have| values.contains(&have)),
            Demand::NotIn(key, values) => value(key).is_none_or(|have| !values.contains(&have)),
            Demand::Exists(key) => value(key).is_some(),
            Demand::Absent(key) => value(key).is_none(),
        })
    }

    /// As a label selector.
    pub(crate) fn fits_labels(&self, object: &Value) -> bool {
        self.fits(|key| object.label(key).map(str::to_owned))
    }

    /// As a field selector: keys are paths such as `metadata.name`; an absent field is empty.
    pub(crate) fn fits_fields(&self, object: &Value) -> bool {
        self.fits(|key| Some(object.text(&format!("/{}", key.replace('.', "/"))).to_owned()))
    }

    /// The keys that it asks for.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|demand| match demand {
            Demand::In(key, _) | Demand::NotIn(key, _) | Demand::Exists(key) | Demand::Absent(key) => {
                key.as_str()
            }
        })
    }

    /// The one value that a key must have.
    pub(crate) fn exact(&self, key: &str) -> Option<&str> {
        self.0.iter().find_map(|demand| match demand {
            Demand::In(have, values) if have == key => {
                values.first().filter(|_| values.len() == 1).map(String::as_str)
            }
            Demand::In(..) | Demand::NotIn(..) | Demand::Exists(_) | Demand::Absent(_) => None,
        })
    }
}

fn split_outside_brackets(text: &str) -> Vec<String> {
    let (mut parts, mut depth) = (vec![String::new()], 0_usize);
    for c in text.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(last) = parts.last_mut() {
            last.push(c);
        }
    }
    parts.retain(|part| !part.trim().is_empty());
    parts
}

fn demand(text: &str) -> Option<Demand> {
    let one = |key: &str, value: &str| (key.trim().to_owned(), vec![value.trim().to_owned()]);
    if let Some((key, value)) = text.split_once("!=") {
        let (key, values) = one(key, value);
        return Some(Demand::NotIn(key, values));
    }
    if let Some((key, value)) = text.split_once("==").or_else(|| text.split_once('=')) {
        let (key, values) = one(key, value);
        return Some(Demand::In(key, values));
    }
    if let Some(inner) = text.strip_suffix(')') {
        let (head, values) = inner.split_once('(')?;
        let values = values.split(',').map(|value| value.trim().to_owned()).collect();
        let mut words = head.split_whitespace();
        let (key, operator) = (words.next()?.to_owned(), words.next()?);
        return match operator {
            "in" => Some(Demand::In(key, values)),
            "notin" => Some(Demand::NotIn(key, values)),
            _ => None,
        };
    }
    if text.contains(char::is_whitespace) {
        return None;
    }
    match text.strip_prefix('!') {
        Some(key) => Some(Demand::Absent(key.to_owned())),
        None => Some(Demand::Exists(text.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[track_caller]
    fn check(text: &str, expect: Option<bool>) {
        let object = json!({ "metadata": { "name": "n", "labels": { "app": "radarr", "tier": "x" } } });
        assert_eq!(
            Selector::parse(text)
                .ok()
                .map(|selector| selector.fits_labels(&object)),
            expect,
            "{text}"
        );
    }

    #[test]
    fn label_selectors() {
        check("", Some(true));
        check("app=radarr", Some(true));
        check("app==radarr,tier!=x", Some(false));
        check("app in (sonarr, radarr),tier", Some(true));
        check("app notin (sonarr)", Some(true));
        check("!nope", Some(true));
        check("nope", Some(false));
        check("app like (x)", None);
        check("a b", None);
    }

    #[test]
    fn field_selectors() {
        let object = json!({ "metadata": { "name": "n" }, "involvedObject": { "uid": "u" } });
        let fits = |text| Selector::parse(text).unwrap().fits_fields(&object);
        assert!(fits("metadata.name=n,involvedObject.uid=u,metadata.namespace!=x"));
        assert!(!fits("involvedObject.uid=v"));
        assert_eq!(
            Selector::parse("metadata.name=n").unwrap().exact("metadata.name"),
            Some("n")
        );
    }

    #[test]
    fn selector_objects() {
        let labels = json!({ "a": "1" });
        assert!(matches(&json!({ "matchLabels": { "a": "1" } }), &labels));
        assert!(!matches(&json!({ "matchLabels": { "a": "2" } }), &labels));
        assert!(matches(
            &json!({ "matchExpressions": [{ "key": "a", "operator": "In", "values": ["1"] }, { "key": "b", "operator": "DoesNotExist" }] }),
            &labels
        ));
        assert!(!matches(
            &json!({ "matchExpressions": [{ "key": "a", "operator": "Sometimes" }] }),
            &labels
        ));
    }
}
