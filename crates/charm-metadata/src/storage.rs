//! Storage that Juju keeps for each unit: what kind, how much, how many, where it is mounted.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize, de};

/// A storage a charm asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Storage {
    /// Block device or mounted file system.
    #[serde(rename = "type")]
    pub kind: StorageType,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Where the charm container sees it; file systems only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// The smallest size a user may ask for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum_size: Option<Size>,
    /// How many of it a unit can have; one if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub multiple: Option<Multiple>,
    /// Shared by all units; Juju has no provider for it.
    #[serde(default, skip_serializing_if = "crate::yaml::is_default")]
    pub shared: bool,
    /// Mounted read-only.
    #[serde(default, skip_serializing_if = "crate::yaml::is_default")]
    pub read_only: bool,
    /// `transient` is the only one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub properties: Vec<String>,
}

/// What a storage is to the charm.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StorageType {
    /// A mounted directory.
    #[default]
    Filesystem,
    /// A raw device.
    Block,
}

/// The `multiple` key of a storage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Multiple {
    /// The allowed count.
    pub range: Count,
}

/// How many instances: `3`, `1-3`, or `0-` (also written `0+`) for no upper bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// At least so many.
    pub min: u32,
    /// At most so many; none means no bound.
    pub max: Option<u32>,
}

/// A size in MiB, the unit Juju counts storage in. Text: a number with an optional suffix `M`, `G`, `T`, `P`, `E`, `Z`
/// or `Y`, each optionally followed by `B` or `iB`; all are powers of 1024, no suffix means MiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size {
    /// The size in MiB.
    pub mib: u64,
}

impl Storage {
    /// How many instances a unit can have.
    pub fn count(&self) -> Count {
        self.multiple
            .map_or(Count { min: 1, max: Some(1) }, |multiple| multiple.range)
    }
}

const SUFFIXES: &str = "MGTPEZY";

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let end = text
            .find(|char: char| char != '.' && !char.is_ascii_digit())
            .unwrap_or(text.len());
        let (number, suffix) = text.split_at(end);
        let power = if suffix.is_empty() {
            Some(0)
        } else {
            suffix_power(suffix)
        };
        let power = power
            .ok_or_else(|| format!("invalid multiplier suffix \"{suffix}\", expected one of {SUFFIXES}"))?;
        let value = number
            .parse::<f64>()
            .map_err(|_| format!("expected a non-negative number, got \"{number}\""))?;
        to_mib((value * 1024_f64.powi(power)).ceil()).ok_or_else(|| format!("size \"{text}\" is too large"))
    }
}

fn suffix_power(suffix: &str) -> Option<i32> {
    let letter = suffix
        .strip_suffix("iB")
        .or_else(|| suffix.strip_suffix('B'))
        .unwrap_or(suffix);
    let position = (letter.len() == 1).then(|| SUFFIXES.find(letter)).flatten()?;
    i32::try_from(position).ok()
}

/// Whole numbers above 2^53 MiB are beyond any volume, and beyond what `f64` counts exactly.
fn to_mib(value: f64) -> Option<Size> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the range is checked"
    )]
    (0.0..=9_007_199_254_740_992.0)
        .contains(&value)
        .then_some(Size { mib: value as u64 })
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut value, mut suffixes) = (self.mib, SUFFIXES.chars().peekable());
        while value > 0 && value.is_multiple_of(1024) {
            value /= 1024;
            suffixes.next();
        }
        write!(f, "{value}{}", suffixes.next().unwrap_or('Y'))
    }
}

impl FromStr for Count {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused = || format!("value \"{text}\" does not match 'm', 'm-n', or 'm+'");
        let number = |digits: &str| digits.parse::<u32>().map_err(|_| refused());
        if let Some(min) = text.strip_suffix(['-', '+']) {
            return Ok(Self {
                min: number(min)?,
                max: None,
            });
        }
        if let Some((min, max)) = text.split_once('-') {
            return Ok(Self {
                min: number(min)?,
                max: Some(number(max)?),
            });
        }
        match number(text)? {
            0 => Err("invalid count 0".to_owned()),
            exactly => Ok(Self {
                min: exactly,
                max: Some(exactly),
            }),
        }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.max {
            None => write!(f, "{}-", self.min),
            Some(max) if max == self.min => write!(f, "{max}"),
            Some(max) => write!(f, "{}-{max}", self.min),
        }
    }
}

macro_rules! serde_as_text {
    ($($type:ty),*) => {$(
        impl Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }
    )*};
}

serde_as_text!(Size, Count);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_mib_as_juju_counts_them() {
        let check = |text: &str, expect: Result<u64, &str>| {
            assert_eq!(
                text.parse::<Size>().map(|size| size.mib),
                expect.map_err(str::to_owned),
                "{text}"
            );
        };
        check("512", Ok(512));
        check("1G", Ok(1024));
        check("10GiB", Ok(10_240));
        check("1.5GB", Ok(1536));
        check("0.1M", Ok(1));
        check(
            "1K",
            Err("invalid multiplier suffix \"K\", expected one of MGTPEZY"),
        );
        check(
            "1GG",
            Err("invalid multiplier suffix \"GG\", expected one of MGTPEZY"),
        );
        check(
            "-1",
            Err("invalid multiplier suffix \"-1\", expected one of MGTPEZY"),
        );
        check("", Err("expected a non-negative number, got \"\""));
        check("1.2.3G", Err("expected a non-negative number, got \"1.2.3\""));
        check("9Y", Err("size \"9Y\" is too large"));
    }

    #[test]
    fn sizes_print_with_the_largest_whole_unit() {
        for text in ["0M", "1536M", "1G", "10G", "3T"] {
            assert_eq!(text.parse::<Size>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn counts_have_three_forms() {
        let check = |text: &str, expect: Option<(u32, Option<u32>)>| {
            assert_eq!(
                text.parse::<Count>().ok().map(|count| (count.min, count.max)),
                expect,
                "{text}"
            );
        };
        check("3", Some((3, Some(3))));
        check("1-4", Some((1, Some(4))));
        check("0-", Some((0, None)));
        check("2+", Some((2, None)));
        check("0", None);
        check("-1", None);
        check("a-b", None);
    }
}
