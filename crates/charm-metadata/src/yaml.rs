//! YAML text to types and back. What enters: text and the name of its file. What leaves: a value, or one [`Problem`] of
//! one line with the place in the text.

use std::collections::BTreeMap;

use serde::de::{Deserialize, DeserializeOwned, Deserializer};

use crate::problems::Problem;

pub(crate) fn parse<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, Problem> {
    serde_saphyr::from_str(text).map_err(|error| Problem::new(file, one_line(error.without_snippet())))
}

pub(crate) fn print<T: serde::Serialize>(file: &str, value: &T) -> Result<String, Problem> {
    serde_saphyr::to_string(value).map_err(|error| Problem::new(file, error))
}

/// A map in which an entry without a value (`name:`) is an entry with the default value.
pub(crate) fn map_with_defaults<'de, D, T>(deserializer: D) -> Result<BTreeMap<String, T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    let entries = Option::<BTreeMap<String, Option<T>>>::deserialize(deserializer)?.unwrap_or_default();
    Ok(entries
        .into_iter()
        .map(|(name, value)| (name, value.unwrap_or_default()))
        .collect())
}

/// For `skip_serializing_if`.
pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

fn one_line(error: &serde_saphyr::Error) -> String {
    error
        .to_string()
        .lines()
        .map(str::trim)
        .collect::<Vec<_>>()
        .join(" ")
}
