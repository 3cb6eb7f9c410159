//! Text that is JSON and, read as the YAML that Juju expects on stdin, means the same.
//!
//! YAML 1.1 forbids some characters that JSON allows and folds others as line breaks. They can stand only inside
//! JSON strings, so they are written as escapes, which both languages read alike.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The document that sets each key to its text.
pub(super) fn document(settings: &BTreeMap<String, String>) -> Vec<u8> {
    // A map of strings has no value that JSON cannot hold.
    let json = serde_json::to_string(settings).unwrap_or_default();
    let mut yaml = String::with_capacity(json.len());
    for c in json.chars() {
        if differs_in_yaml(c) {
            let _ = write!(yaml, "\\u{:04x}", u32::from(c));
        } else {
            yaml.push(c);
        }
    }
    yaml.into_bytes()
}

fn differs_in_yaml(c: char) -> bool {
    matches!(
        c,
        '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: &str, expect: &str) {
        let settings = BTreeMap::from([("key".to_owned(), value.to_owned())]);
        let text = String::from_utf8(document(&settings)).unwrap();
        assert_eq!(text, expect);
        assert_eq!(
            serde_json::from_str::<BTreeMap<String, String>>(&text).unwrap(),
            settings
        );
    }

    #[test]
    fn characters_that_yaml_reads_otherwise_are_escaped() {
        check("plain: {yes}", r#"{"key":"plain: {yes}"}"#);
        check("two\nlines", r#"{"key":"two\nlines"}"#);
        check("é 🎬", "{\"key\":\"é 🎬\"}");
        check("\u{7f}\u{85}", r#"{"key":"\u007f\u0085"}"#);
        check("\u{2028}\u{feff}", r#"{"key":"\u2028\ufeff"}"#);
    }
}
