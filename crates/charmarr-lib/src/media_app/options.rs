//! The options of `charmcraft.yaml`. An application that does not declare one gets its default.

use serde::Deserialize;

/// What an operator can choose.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct Options {
    pub(super) timezone: String,
    pub(super) variant: Variant,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            timezone: "Etc/UTC".to_owned(),
            variant: Variant::Standard,
        }
    }
}

/// Which library an application is for: several of the same kind can stand side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Variant {
    /// The usual one.
    #[default]
    Standard,
    /// In high resolution.
    #[serde(rename = "4k")]
    FourK,
    /// Anime.
    Anime,
}
