//! How often the content of a secret is to change. Facts: Juju's `core/secrets/rotate.go`.

use crate::clock::{date, seconds};
use crate::status::Seconds;
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan as _};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A policy, the most frequent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rotation {
    /// Every hour.
    Hourly,
    /// On the same time of the next day.
    Daily,
    /// Every seven days.
    Weekly,
    /// On the same day of the next month.
    Monthly,
    /// The same three months later.
    Quarterly,
    /// On the same day of the next year.
    Yearly,
    /// The content stays as it is.
    Never,
}

/// A text that is no policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("rotate policy {0:?} not valid")]
pub struct InvalidRotation(String);

const WORDS: [(Rotation, &str); 7] = [
    (Rotation::Hourly, "hourly"),
    (Rotation::Daily, "daily"),
    (Rotation::Weekly, "weekly"),
    (Rotation::Monthly, "monthly"),
    (Rotation::Quarterly, "quarterly"),
    (Rotation::Yearly, "yearly"),
    (Rotation::Never, "never"),
];

impl Rotation {
    /// When it is due again after it was at `last`. `None`: never.
    pub(crate) fn after(self, last: Seconds) -> Option<Seconds> {
        let later = match self {
            Self::Hourly => return Some(last.saturating_add(3600)),
            Self::Daily => 1.days(),
            Self::Weekly => 7.days(),
            Self::Monthly => 1.months(),
            Self::Quarterly => 3.months(),
            Self::Yearly => 1.years(),
            Self::Never => return None,
        };
        add(last, later)
    }
}

/// As Go adds to a date: a day that the month does not have is that many days after its beginning.
fn add(last: Seconds, later: Span) -> Option<Seconds> {
    let last = TimeZone::UTC.to_datetime(date(last));
    let day = Span::new().days(i64::from(last.day()) - 1);
    let next = last
        .first_of_month()
        .checked_add(later)
        .ok()?
        .checked_add(day)
        .ok()?;
    Some(seconds(TimeZone::UTC.to_timestamp(next).ok()?))
}

impl fmt::Display for Rotation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = WORDS.iter().find(|(rotation, _)| rotation == self);
        f.write_str(word.map_or("never", |(_, word)| word))
    }
}

impl FromStr for Rotation {
    type Err = InvalidRotation;

    fn from_str(text: &str) -> Result<Self, InvalidRotation> {
        let found = WORDS.iter().find(|(_, word)| *word == text);
        found
            .map(|(rotation, _)| *rotation)
            .ok_or_else(|| InvalidRotation(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_policy_is_due_at_its_date() {
        let begin = seconds("2026-01-31T10:00:00Z".parse().unwrap());
        let due = |rotation: Rotation| rotation.after(begin).map(|due| date(due).to_string());
        for (rotation, at) in [
            (Rotation::Hourly, "2026-01-31T11:00:00Z"),
            (Rotation::Daily, "2026-02-01T10:00:00Z"),
            (Rotation::Weekly, "2026-02-07T10:00:00Z"),
            (Rotation::Monthly, "2026-03-03T10:00:00Z"),
            (Rotation::Quarterly, "2026-05-01T10:00:00Z"),
            (Rotation::Yearly, "2027-01-31T10:00:00Z"),
        ] {
            assert_eq!(due(rotation).as_deref(), Some(at), "{rotation}");
        }
        assert_eq!(due(Rotation::Never), None);
    }

    #[test]
    fn every_word_is_read_as_it_is_written() {
        for (rotation, word) in WORDS {
            assert_eq!(word.parse(), Ok(rotation));
            assert_eq!(rotation.to_string(), word);
        }
        let wrong = "often".parse::<Rotation>().unwrap_err();
        assert_eq!(wrong.to_string(), "rotate policy \"often\" not valid");
    }
}
