//! Durations in Go's notation (`1h0m0s`, `10ms`), which layers, queries and answers use.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// A length of time that reads and prints as Go's `time.Duration` does. Never negative: nothing in Pebble's API has a
/// use for that.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub(crate) struct GoDuration(pub(crate) Duration);

/// Why a text is not a duration, in the words of Go's `time.ParseDuration`.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InvalidDuration {
    #[error("time: invalid duration {0:?}")]
    Invalid(String),
    #[error("time: missing unit in duration {0:?}")]
    MissingUnit(String),
    #[error("time: unknown unit {unit:?} in duration {text:?}")]
    UnknownUnit { unit: String, text: String },
}

const UNITS: [(&str, u64); 8] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("μs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

impl FromStr for GoDuration {
    type Err = InvalidDuration;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidDuration::Invalid(text.to_owned());
        let mut rest = text.strip_prefix('+').unwrap_or(text);
        if rest == "0" {
            return Ok(Self::default());
        }
        if rest.is_empty() {
            return Err(invalid());
        }
        let mut nanos: u64 = 0;
        while !rest.is_empty() {
            let (number, after) = split_where(rest, |c| !(c.is_ascii_digit() || c == '.'));
            let (unit, next) = split_where(after, |c| c.is_ascii_digit() || c == '.');
            let number = Decimal::parse(number).ok_or_else(invalid)?;
            if unit.is_empty() {
                return Err(InvalidDuration::MissingUnit(text.to_owned()));
            }
            let (_, scale) = UNITS.into_iter().find(|(name, _)| *name == unit).ok_or_else(|| {
                InvalidDuration::UnknownUnit {
                    unit: unit.to_owned(),
                    text: text.to_owned(),
                }
            })?;
            nanos = number
                .times(scale)
                .and_then(|part| nanos.checked_add(part))
                .ok_or_else(invalid)?;
            rest = next;
        }
        if i64::try_from(nanos).is_err() {
            return Err(invalid());
        }
        Ok(Self(Duration::from_nanos(nanos)))
    }
}

/// `12.5` as its whole part and the digits behind the point.
struct Decimal<'a> {
    whole: u64,
    fraction: &'a str,
}

impl<'a> Decimal<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
            return None;
        }
        let whole = if whole.is_empty() { 0 } else { whole.parse().ok()? };
        Some(Self { whole, fraction })
    }

    fn times(&self, scale: u64) -> Option<u64> {
        let mut total = self.whole.checked_mul(scale)?;
        let mut weight = scale;
        for digit in self.fraction.chars() {
            weight /= 10;
            total = total.checked_add(u64::from(digit.to_digit(10)?).checked_mul(weight)?)?;
        }
        Some(total)
    }
}

fn split_where(text: &str, ends: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(ends).unwrap_or(text.len()))
}

impl fmt::Display for GoDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanos = self.0.as_nanos();
        match nanos {
            0 => return f.write_str("0s"),
            1..1_000 => return write!(f, "{nanos}ns"),
            1_000..1_000_000 => return write!(f, "{}µs", scaled(nanos, 1_000)),
            1_000_000..1_000_000_000 => return write!(f, "{}ms", scaled(nanos, 1_000_000)),
            _ => {}
        }
        let (minutes, rest) = (nanos / 60_000_000_000, nanos % 60_000_000_000);
        let (hours, minutes) = (minutes / 60, minutes % 60);
        if hours > 0 {
            write!(f, "{hours}h{minutes}m")?;
        } else if minutes > 0 {
            write!(f, "{minutes}m")?;
        }
        write!(f, "{}s", scaled(rest, 1_000_000_000))
    }
}

/// `nanos / unit` as a decimal number without trailing zeros.
fn scaled(nanos: u128, unit: u128) -> String {
    let (whole, rest) = (nanos / unit, nanos % unit);
    if rest == 0 {
        return whole.to_string();
    }
    let width = unit.ilog10() as usize;
    let fraction = format!("{rest:0width$}");
    format!("{whole}.{}", fraction.trim_end_matches('0'))
}

impl Serialize for GoDuration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for GoDuration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse()
            .map_err(|_| de::Error::custom(format_args!("invalid duration {text:?}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_are_durations() {
        for (text, expect) in [
            ("0", "0s"),
            ("10ms", "10ms"),
            ("1h", "1h0m0s"),
            ("90s", "1m30s"),
            ("1.5s", "1.5s"),
            (".5s", "500ms"),
            ("1h30m0.25s", "1h30m0.25s"),
            ("+3us", "3µs"),
            ("1500µs", "1.5ms"),
            ("7ns", "7ns"),
            ("168h", "168h0m0s"),
        ] {
            assert_eq!(text.parse::<GoDuration>().unwrap().to_string(), expect, "{text}");
        }
    }

    #[test]
    fn texts_that_are_not() {
        for (text, expect) in [
            ("", r#"time: invalid duration """#),
            ("bogus", r#"time: invalid duration "bogus""#),
            ("-1s", r#"time: invalid duration "-1s""#),
            ("5", r#"time: missing unit in duration "5""#),
            ("5 s", r#"time: unknown unit " s" in duration "5 s""#),
            ("1..5s", r#"time: invalid duration "1..5s""#),
            ("9999999999h", r#"time: invalid duration "9999999999h""#),
            (
                "99999999999999999999s",
                r#"time: invalid duration "99999999999999999999s""#,
            ),
        ] {
            assert_eq!(
                text.parse::<GoDuration>().unwrap_err().to_string(),
                expect,
                "{text}"
            );
        }
    }
}
