//! The simulated time as a date. Seconds enter, points in time leave, and the other way round.

use crate::status::Seconds;
use jiff::{SignedDuration, Timestamp};

/// When every model begins: 2026-01-01T00:00:00Z.
const BEGAN: Timestamp = Timestamp::constant(1_767_225_600, 0);

/// The date at `seconds` of the simulated time; at most the last one that can be told.
pub fn date(seconds: Seconds) -> Timestamp {
    let passed = i64::try_from(seconds).map(SignedDuration::from_secs);
    let date = passed.ok().and_then(|passed| BEGAN.checked_add(passed).ok());
    date.unwrap_or(Timestamp::MAX)
}

/// The simulated time of a date; 0 for all before the beginning. A part of a second counts as a whole one.
pub(crate) fn seconds(date: Timestamp) -> Seconds {
    let passed = date.duration_since(BEGAN);
    let whole = Seconds::try_from(passed.as_secs()).unwrap_or_default();
    whole + Seconds::from(passed.subsec_nanos() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_and_its_seconds_are_one() {
        assert_eq!(date(0).to_string(), "2026-01-01T00:00:00Z");
        assert_eq!(date(86_400 * 59 + 61).to_string(), "2026-03-01T00:01:01Z");
        assert_eq!(seconds(date(12_345)), 12_345);
        assert_eq!(date(Seconds::MAX), Timestamp::MAX);
        assert_eq!(seconds(Timestamp::UNIX_EPOCH), 0);
        assert_eq!(seconds(BEGAN + SignedDuration::from_millis(1500)), 2);
    }
}
