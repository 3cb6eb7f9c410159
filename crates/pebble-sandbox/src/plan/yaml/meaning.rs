//! What a plain text means to a reader of YAML 1.1 and 1.2 when it is more than a text. Pure.

/// Whether a plain text would be read as a number, a time, a truth value or nothing.
pub(super) fn means_something_else(text: &str) -> bool {
    const WORDS: [&str; 41] = [
        "", "~", "null", "Null", "NULL", "true", "True", "TRUE", "false", "False", "FALSE", "y", "Y", "yes",
        "Yes", "YES", "n", "N", "no", "No", "NO", "on", "On", "ON", "off", "Off", "OFF", ".nan", ".NaN",
        ".NAN", ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF", "0", "-0",
    ];
    WORDS.contains(&text)
        || is_integer(&text.replace('_', ""), text)
        || is_decimal(&text.replace('_', ""), text)
        || is_sexagesimal(text)
        || is_time(text)
}

fn starts_as_number(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_digit() || "+-".contains(first))
}

fn is_integer(digits: &str, text: &str) -> bool {
    let unsigned = digits.strip_prefix(['+', '-']).unwrap_or(digits);
    let radix = |prefix: [&str; 2], radix| {
        let rest = prefix.iter().find_map(|prefix| unsigned.strip_prefix(prefix))?;
        Some(u64::from_str_radix(rest, radix).is_ok() && !rest.starts_with('+'))
    };
    starts_as_number(text)
        && radix(["0x", "0X"], 16)
            .or_else(|| radix(["0b", "0B"], 2))
            .or_else(|| radix(["0o", "0O"], 8))
            .unwrap_or_else(|| !unsigned.is_empty() && unsigned.bytes().all(|byte| byte.is_ascii_digit()))
}

/// `1.5`, `.5`, `1e3`; not `inf` or hexadecimal.
fn is_decimal(digits: &str, text: &str) -> bool {
    let allowed = |character: char| character.is_ascii_digit() || "+-.eE".contains(character);
    (starts_as_number(text) || text.starts_with('.'))
        && digits.chars().all(allowed)
        && digits.parse::<f64>().is_ok()
}

/// `12:30:45`, which older YAML reads as a number.
fn is_sexagesimal(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let mut parts = whole.split(':');
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_');
    let first = parts
        .next()
        .is_some_and(|part| part.starts_with(|first: char| first.is_ascii_digit()) && digits(part));
    let rest: Vec<&str> = parts.collect();
    first && digits(fraction) && !rest.is_empty() && rest.iter().all(|part| below(part, 60))
}

/// A date, alone or with a time of day.
fn is_time(text: &str) -> bool {
    let (date, time) = match text.find(['T', 't', ' ']) {
        Some(at) => (text.get(..at).unwrap_or_default(), text.get(at..)),
        None => (text, None),
    };
    is_date(date)
        && time.is_none_or(|time| match time.strip_prefix(' ') {
            Some(time) => is_time_of_day(time),
            None => zoned(time.get(1..).unwrap_or_default()).is_some_and(is_time_of_day),
        })
}

fn is_date(text: &str) -> bool {
    let mut parts = text.split('-');
    let (Some(year), Some(month), Some(day), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let year = Some(year)
        .filter(|year| year.len() == 4)
        .and_then(|year| year.parse().ok());
    let short = |part: &str| (below(part, 60)).then(|| part.parse().ok()).flatten();
    match (year, short(month), short(day)) {
        (Some(year), Some(month), Some(day)) => jiff::civil::Date::new(year, month, day).is_ok(),
        _ => false,
    }
}

fn is_time_of_day(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let parts: Vec<&str> = whole.split(':').collect();
    let fits = parts
        .iter()
        .zip([24, 60, 60])
        .all(|(part, limit)| below(part, limit));
    parts.len() == 3 && fits && !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit())
}

/// The time of day before a zone: `Z` or `+01:00`.
fn zoned(text: &str) -> Option<&str> {
    text.strip_suffix('Z').or_else(|| {
        let (time, zone) = text.split_at_checked(text.len().checked_sub(6)?)?;
        let (hours, minutes) = zone.strip_prefix(['+', '-'])?.split_once(':')?;
        (hours.len() == 2 && below(hours, 24) && minutes.len() == 2 && below(minutes, 60)).then_some(time)
    })
}

/// One or two digits, less than `limit`.
fn below(text: &str, limit: u8) -> bool {
    text.len() <= 2
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && text.parse::<u8>().is_ok_and(|value| value < limit)
}
