//! Durations as Go prints and reads them, such as `1m30s` or `500ms`: what Pebble's API and layers use.

use std::time::Duration;

const UNITS: [(&str, u64); 7] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// The exact duration in its largest whole unit below the minute.
pub(crate) fn print(duration: Duration) -> String {
    let nanos = duration.as_nanos();
    match nanos {
        _ if nanos.is_multiple_of(1_000_000_000) => format!("{}s", duration.as_secs()),
        _ if nanos.is_multiple_of(1_000_000) => format!("{}ms", duration.as_millis()),
        _ => format!("{nanos}ns"),
    }
}

/// One or more numbers, each with its unit; `0` needs none. Negative durations have no meaning here.
pub(crate) fn parse(text: &str) -> Option<Duration> {
    if text == "0" {
        return Some(Duration::ZERO);
    }
    let (mut rest, mut total) = (text, Duration::ZERO);
    loop {
        let digits = rest.find(|char: char| char != '.' && !char.is_ascii_digit())?;
        let (number, after) = rest.split_at(digits);
        let end = after
            .find(|char: char| char == '.' || char.is_ascii_digit())
            .unwrap_or(after.len());
        let (unit, remaining) = after.split_at(end);
        let (_, nanos) = UNITS.into_iter().find(|(name, _)| *name == unit)?;
        total = total.checked_add(times(number, nanos)?)?;
        if remaining.is_empty() {
            return Some(total);
        }
        rest = remaining;
    }
}

/// `number`, a decimal, times `nanos`; what is below a nanosecond is dropped.
fn times(number: &str, nanos: u64) -> Option<Duration> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
        return None;
    }
    let whole = if whole.is_empty() {
        0
    } else {
        whole.parse::<u64>().ok()?
    };
    let (mut part, mut unit) = (0, nanos);
    for digit in fraction.bytes() {
        unit /= 10;
        part += u64::from(digit - b'0') * unit;
    }
    Some(Duration::from_nanos(whole.checked_mul(nanos)?.checked_add(part)?))
}

/// For `#[serde(with = …)]` on an optional duration.
pub(crate) mod option {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    #[expect(clippy::ref_option, reason = "the form serde calls")]
    pub(crate) fn serialize<S: Serializer>(
        duration: &Option<Duration>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match duration {
            Some(duration) => serializer.serialize_str(&super::print(*duration)),
            None => serializer.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Duration>, D::Error> {
        let Some(text) = Option::<String>::deserialize(deserializer)? else {
            return Ok(None);
        };
        let duration = super::parse(&text);
        duration
            .map(Some)
            .ok_or_else(|| D::Error::custom(format!("cannot read duration `{text}`")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_go_prints() {
        let check = |text: &str, millis: Option<f64>| {
            let expect = millis.map(|millis| Duration::from_secs_f64(millis / 1000.0));
            assert_eq!(parse(text), expect, "{text}");
        };
        check("10s", Some(10_000.0));
        check("500ms", Some(500.0));
        check("1h0m0s", Some(3_600_000.0));
        check("1m1.5s", Some(61_500.0));
        check(".5s", Some(500.0));
        check("0", Some(0.0));
        check("0s", Some(0.0));
        check("12", None);
        check("", None);
        check("s", None);
        check(".s", None);
        check("1.2.3s", None);
        check("-1s", None);
        check("1d", None);
        check("99999999999999999999s", None);
        check("9999999999h", None);
    }

    #[test]
    fn prints_what_go_reads() {
        for (duration, text) in [
            (Duration::from_secs(90), "90s"),
            (Duration::from_millis(1500), "1500ms"),
            (Duration::from_nanos(7), "7ns"),
            (Duration::ZERO, "0s"),
        ] {
            assert_eq!(print(duration), text);
            assert_eq!(parse(text), Some(duration));
        }
    }
}
