//! What crosses a relation: one side's data, and how it is written as settings.
//!
//! A typed value enters and settings leave, or the other way round. Hostile or malformed settings are
//! [`InvalidData`], never a panic and never silence.

use std::collections::BTreeMap;
use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::typed::{InvalidData, from_value};

/// The keys and texts of one bag.
pub type Settings = BTreeMap<String, String>;

/// One side's data of an interface.
///
/// Most interfaces write one key that holds a JSON object: implement [`JsonDatabag`] instead, which is one line.
pub trait Databag: Clone + PartialEq + Debug + Sized {
    /// The settings that say this.
    ///
    /// # Errors
    /// [`InvalidData`] where a value has no form in settings.
    fn encode(&self) -> Result<Settings, InvalidData>;

    /// What the settings say; nothing published is `Ok(None)`. Unknown keys are no error: Juju and later versions
    /// of the other charm add some.
    ///
    /// # Errors
    /// [`InvalidData`] names the field and what is wrong with it.
    fn decode(settings: &Settings) -> Result<Option<Self>, InvalidData>;
}

/// Nothing: for a side that only listens.
impl Databag for () {
    fn encode(&self) -> Result<Settings, InvalidData> {
        Ok(Settings::new())
    }

    fn decode(_settings: &Settings) -> Result<Option<Self>, InvalidData> {
        Ok(Some(()))
    }
}

/// A databag that is one key holding a JSON object.
///
/// ```
/// # use serde::{Deserialize, Serialize};
/// use juju_ops::{Databag, JsonDatabag, Settings};
///
/// #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
/// struct Screen { rows: u16, seats: u16 }
///
/// impl JsonDatabag for Screen { const KEY: &'static str = "screen"; }
///
/// let settings = Settings::from([("screen".to_owned(), r#"{"rows":9,"seats":120}"#.to_owned())]);
/// assert_eq!(Screen::decode(&settings), Ok(Some(Screen { rows: 9, seats: 120 })));
///
/// let settings = Settings::from([("screen".to_owned(), r#"{"rows":-9,"seats":120}"#.to_owned())]);
/// let invalid = Screen::decode(&settings).unwrap_err();
/// assert_eq!(invalid.to_string(), "`rows`: invalid value: integer `-9`, expected u16");
/// ```
pub trait JsonDatabag: Serialize + DeserializeOwned + Clone + PartialEq + Debug {
    /// The key.
    const KEY: &'static str;

    /// What the types cannot say, such as one field against another.
    ///
    /// # Errors
    /// [`InvalidData`] names the field and what is wrong with it.
    fn validate(&self) -> Result<(), InvalidData> {
        Ok(())
    }
}

impl<T: JsonDatabag> Databag for T {
    fn encode(&self) -> Result<Settings, InvalidData> {
        let json =
            serde_json::to_string(self).map_err(|error| InvalidData::new(T::KEY, error.to_string()))?;
        Ok(Settings::from([(T::KEY.to_owned(), json)]))
    }

    fn decode(settings: &Settings) -> Result<Option<Self>, InvalidData> {
        let Some(json) = settings.get(T::KEY).filter(|json| !json.is_empty()) else {
            return Ok(None);
        };
        let value: Value = serde_json::from_str(json)
            .map_err(|error| InvalidData::new(T::KEY, format!("not JSON: {error}")))?;
        // A list would pass for a struct, field by field in the order of their declaration.
        if !value.is_object() {
            return Err(InvalidData::new(T::KEY, "not a JSON object"));
        }
        let data: Self = from_value(value, T::KEY)?;
        data.validate()?;
        Ok(Some(data))
    }
}
