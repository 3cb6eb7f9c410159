//! `key=value` arguments, and files of settings. Enters: words or YAML. Leaves: settings, where the empty value is kept: to
//! some commands it means that the key goes.

use super::Stop;
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
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
    let settings = parse::<BTreeMap<String, Option<String>>>(content).map_err(|error| {
        // Asked what it has instead of texts, the parser says it in Juju's words.
        let error = parse::<Shape>(content).err().unwrap_or(error);
        let line = error.location().map_or(1, |location| location.line());
        let text = error.without_snippet().to_string();
        let text = text.lines().next().unwrap_or_default();
        let text = text.split(" at line").next().unwrap_or(text);
        Stop::failed(match text.find(MISFIT).and_then(|at| text.get(at..)) {
            Some(misfit) => format!("yaml: unmarshal errors:\n  line {line}: {misfit}"),
            None => format!("yaml: line {line}: {text}"),
        })
    })?;
    Ok(settings
        .into_iter()
        .flatten()
        .map(|(key, value)| (key, value.unwrap_or_default()))
        .collect())
}

fn parse<'de, T: Deserialize<'de>>(content: &'de [u8]) -> Result<Option<T>, serde_saphyr::Error> {
    let options = serde_saphyr::options! { duplicate_keys: DuplicateKeyPolicy::LastWins };
    serde_saphyr::from_slice_with_options(content, options)
}

const MISFIT: &str = "cannot unmarshal";

/// A document that is only looked at for where it is no map of scalars.
struct Shape;

impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Shape)
    }
}

impl<'de> Visitor<'de> for Shape {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map of texts")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self, A::Error> {
        while map.next_entry::<String, Scalar>()?.is_some() {}
        Ok(Self)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self, E> {
        Err(E::custom(format!(
            "{MISFIT} !!str `{text}` into map[string]string"
        )))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<Self, A::Error> {
        Err(de::Error::custom(format!(
            "{MISFIT} !!seq into map[string]string"
        )))
    }
}

/// The same for one value.
struct Scalar;

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Scalar)
    }
}

impl<'de> Visitor<'de> for Scalar {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(Self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(Self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(Self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(Self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(Self)
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(Self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<Self, A::Error> {
        Err(de::Error::custom(format!("{MISFIT} !!seq into string")))
    }

    fn visit_map<A: MapAccess<'de>>(self, _: A) -> Result<Self, A::Error> {
        Err(de::Error::custom(format!("{MISFIT} !!map into string")))
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
        let content = b"a: 1\nb: true\nc: 1.50\nd: yes\ne: 0x10\nf: null\ng: ~\nh: \"\"\ni:\nj: 'x'\na: 2\n";
        insta::assert_snapshot!(
            shown(content),
            @r#"{"a": "2", "b": "true", "c": "1.50", "d": "yes", "e": "0x10", "f": "", "g": "", "h": "", "i": "", "j": "x"}"#
        );
        insta::assert_snapshot!(shown(b"{\"a\": \"{\\\"b\\\":1}\", \"n\": 7}"), @r#"{"a": "{\"b\":1}", "n": "7"}"#);
        insta::assert_snapshot!(shown(b""), @"{}");
    }

    #[test]
    fn what_is_no_map_of_texts_is_refused_in_jujus_words() {
        let refused = [
            &b"a: [1]"[..],
            b"x: y\na: {b: c}",
            b"just text",
            b"- a",
            b"a: [\xff",
            b"a: b: c: d",
            b"a: &x [*x]",
            b"? [a]\n: b",
        ];
        let shown: Vec<_> = refused.into_iter().map(shown).collect();
        insta::assert_snapshot!(shown.join("\n"), @r"
        yaml: unmarshal errors:
          line 1: cannot unmarshal !!seq into string
        yaml: unmarshal errors:
          line 2: cannot unmarshal !!map into string
        yaml: unmarshal errors:
          line 1: cannot unmarshal !!str `just text` into map[string]string
        yaml: unmarshal errors:
          line 1: cannot unmarshal !!seq into map[string]string
        yaml: line 1: input is not valid UTF-8
        yaml: line 1: mapping values are not allowed in this context
        yaml: unmarshal errors:
          line 1: cannot unmarshal !!seq into string
        yaml: line 1: expected string scalar
        ");
    }
}
