//! `key=value` arguments, and files of settings. Enters: words or YAML. Leaves: settings, where the empty value is kept: to
//! some commands it means that the key goes.

use super::Stop;
use serde::de::{self, Deserializer, Visitor};
use serde_saphyr::DuplicateKeyPolicy;
use std::collections::BTreeMap;
use std::fmt;

/// Settings given as words.
pub(super) fn from_words(words: &[String]) -> Result<BTreeMap<String, String>, Stop> {
    let mut settings = BTreeMap::new();
    for word in words {
        let pair = word.split_once('=').filter(|(key, _)| !key.is_empty());
        let (key, value) =
            pair.ok_or_else(|| Stop::usage(format!("expected \"key=value\", got {word:?}")))?;
        if settings.insert(key.to_owned(), value.to_owned()).is_some() {
            return Err(Stop::usage(format!("key {key:?} specified more than once")));
        }
    }
    Ok(settings)
}

/// Settings given as a YAML map from text to text. Scalars are kept as they are written; a missing value is empty.
pub(super) fn from_yaml(content: &[u8]) -> Result<BTreeMap<String, String>, Stop> {
    let options = serde_saphyr::options! { duplicate_keys: DuplicateKeyPolicy::LastWins };
    let parsed = serde_saphyr::from_slice_with_options::<Option<Settings>>(content, options);
    let settings = parsed.map_err(|error| {
        let line = error.location().map_or(1, |location| location.line());
        let text = error.without_snippet().to_string();
        let problem = text
            .find("cannot unmarshal")
            .and_then(|at| text.get(at..))
            .unwrap_or(&text);
        let problem = problem.split(" at line").next().unwrap_or(problem);
        if problem.starts_with("cannot unmarshal") {
            Stop::failed(format!("yaml: unmarshal errors:\n  line {line}: {problem}"))
        } else {
            Stop::failed(format!(
                "yaml: line {line}: {}",
                problem.lines().next().unwrap_or_default()
            ))
        }
    })?;
    Ok(settings.map(|settings| settings.0).unwrap_or_default())
}

struct Settings(BTreeMap<String, String>);

impl<'de> de::Deserialize<'de> for Settings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = Settings;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map of texts")
            }

            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Settings, A::Error> {
                let mut settings = BTreeMap::new();
                while let Some((key, value)) = map.next_entry::<String, Option<Scalar>>()? {
                    settings.insert(key, value.map(|Scalar(text)| text).unwrap_or_default());
                }
                Ok(Settings(settings))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Settings, E> {
                Err(E::custom(format!(
                    "cannot unmarshal !!str `{text}` into map[string]string"
                )))
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, _: A) -> Result<Settings, A::Error> {
                Err(de::Error::custom("cannot unmarshal !!seq into map[string]string"))
            }
        }
        deserializer.deserialize_any(Entries)
    }
}

/// A scalar as it is written.
struct Scalar(String);

impl<'de> de::Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = Scalar;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Scalar, E> {
                Ok(Scalar(text.to_owned()))
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, _: A) -> Result<Scalar, A::Error> {
                Err(de::Error::custom("cannot unmarshal !!seq into string"))
            }

            fn visit_map<A: de::MapAccess<'de>>(self, _: A) -> Result<Scalar, A::Error> {
                Err(de::Error::custom("cannot unmarshal !!map into string"))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(content: &[u8]) -> String {
        match from_yaml(content) {
            Ok(settings) => format!("{settings:?}"),
            Err(Stop::Failed(message)) => message,
            Err(other) => format!("{other:?}"),
        }
    }

    #[test]
    fn yaml_scalars_stay_as_written() {
        let content = b"a: 1\nb: true\nc: 1.50\nd: yes\ne: 0x10\nf: null\ng: ~\nh: \"\"\ni:\nj: 'x'\na: 2\n\"k\": \"{\\\"l\\\": 1}\"\n";
        insta::assert_snapshot!(shown(content), @"");
        insta::assert_snapshot!(shown(b"{\"a\": \"b\", \"n\": 7}"), @"");
        insta::assert_snapshot!(shown(b""), @"");
        insta::assert_snapshot!(shown(b"a: [1]"), @"");
        insta::assert_snapshot!(shown(b"x: y\na: {b: c}"), @"");
        insta::assert_snapshot!(shown(b"just text"), @"");
        insta::assert_snapshot!(shown(b"- a"), @"");
        insta::assert_snapshot!(shown(b"a: [\xff"), @"");
        insta::assert_snapshot!(shown(b"a: b: c: d"), @"");
    }
}
