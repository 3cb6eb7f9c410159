//! What is given to `secret-add` and `secret-set`. Enters: words and files. Leaves: content encoded with base64, times, or
//! what is wrong in Juju's words.

use super::{Args, Stop};
use crate::agent::tools::settings;
use base64::engine::general_purpose::STANDARD;
use base64::{DecodeError, Engine as _};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use juju_model::SecretContent;
use std::collections::BTreeMap;

/// At the end of a key: its value is encoded already.
pub(super) const KEY_BASE64: &str = "#base64";
/// At the end of a key: its value is the name of a file.
const KEY_FILE: &str = "#file";
/// The limits of one value and of all (Juju: `maxValueSizeBytes`, `maxContentSizeBytes`).
const MAX_VALUE: usize = 8 * 1024;
const MAX_CONTENT: usize = 64 * 1024;

/// The time that is meant; a duration counts from `now`.
pub(super) fn expiry(text: &str, now: Timestamp) -> Result<Timestamp, Stop> {
    let invalid = || Stop::usage(format!("expire time or duration {text:?} not valid"));
    if let Ok(time) = text.parse::<Timestamp>() {
        return Ok(time);
    }
    if let Ok(time) = text.parse::<jiff::civil::DateTime>() {
        return TimeZone::UTC.to_timestamp(time).map_err(|_| invalid());
    }
    let amount: jiff::SignedDuration = text.parse().map_err(|_| invalid())?;
    if !amount.is_positive() {
        return Err(Stop::usage(format!(
            "negative expire duration {text:?} not valid"
        )));
    }
    now.checked_add(amount).map_err(|_| invalid())
}

/// The content of the words, and of the file that `--file` names.
pub(super) fn content(args: &Args, words: &[String]) -> Result<SecretContent, Stop> {
    let mut values = BTreeMap::new();
    for word in words {
        let (key, value) = pair(word)?;
        let Some(key) = key.strip_suffix(KEY_FILE) else {
            values.insert(key.to_owned(), value.as_bytes().to_vec());
            continue;
        };
        let why = |why| Stop::usage(format!("reading content for secret key {key:?}: {why}"));
        let read = file(args, value)?.map_err(why)?;
        if read.len() > MAX_VALUE {
            let size = read.len();
            return Err(Stop::usage(format!(
                "secret content in file {value:?} too large: {size} bytes"
            )));
        }
        values.insert(key.to_owned(), read.to_vec());
    }
    let mut content = encoded(values)?;
    if let Some(path) = args.flag("file").filter(|path| !path.is_empty()) {
        let read = file(args, path)?.map_err(Stop::usage)?;
        if read.len() > MAX_CONTENT {
            let size = read.len();
            return Err(Stop::usage(format!(
                "secret content in file {path:?} too large: {size} bytes"
            )));
        }
        let more = settings::from_yaml(read).map_err(|stop| match stop {
            Stop::Failed(message) | Stop::Usage(message) => Stop::Usage(message),
            Stop::Input(path) => Stop::Input(path),
        })?;
        content.extend(encoded(
            more.into_iter()
                .map(|(key, value)| (key, value.into_bytes()))
                .collect(),
        )?);
    }
    Ok(content)
}

/// The content of a file, or why it cannot be read. Juju's agent opens it, whose folder is `/`, wherever the charm is.
fn file<'a>(args: &'a Args, path: &str) -> Result<Result<&'a [u8], String>, Stop> {
    let from_root = if path.starts_with('/') {
        path.to_owned()
    } else {
        format!("/{path}")
    };
    let read = args.content(&from_root)?;
    Ok(read.map_err(|why| why.replacen(&from_root, path, 1)))
}

/// `key=value`; the padding of base64 at its end separates nothing.
fn pair(word: &str) -> Result<(&str, &str), Stop> {
    let end = word.trim_end_matches('=').len();
    let sign = word.find('=').filter(|at| (1..end).contains(at));
    let parts = sign.and_then(|at| Some((word.get(..at)?, word.get(at + 1..)?)));
    parts.ok_or_else(|| Stop::usage(format!("key value {word:?} not valid")))
}

fn encoded(values: BTreeMap<String, Vec<u8>>) -> Result<SecretContent, Stop> {
    let mut content = SecretContent::new();
    let mut size = 0;
    for (key, value) in values {
        if value.len() > MAX_VALUE {
            let size = value.len();
            return Err(Stop::usage(format!(
                "secret content for key {key:?} too large: {size} bytes"
            )));
        }
        size += value.len();
        let (bare, value) = match key.strip_suffix(KEY_BASE64) {
            Some(bare) => (bare, String::from_utf8_lossy(&value).into_owned()),
            None => (key.as_str(), STANDARD.encode(&value)),
        };
        if !is_key(bare) {
            return Err(Stop::usage(format!("key {bare:?} not valid")));
        }
        content.insert(bare.to_owned(), value);
    }
    if size > MAX_CONTENT {
        return Err(Stop::usage(format!("secret content too large: {size} bytes")));
    }
    Ok(content)
}

/// A lower case letter, then at least two more letters or digits, each with at most one `-` before it.
fn is_key(key: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let signs = key.bytes().filter(|byte| plain(*byte)).count();
    key.starts_with(|first: char| first.is_ascii_lowercase())
        && signs > 2
        && key.bytes().all(|byte| plain(byte) || byte == b'-')
        && !key.contains("--")
        && !key.ends_with('-')
}

/// The value as it was before it was encoded.
pub(super) fn decoded(value: &str) -> Result<String, Stop> {
    let bytes = STANDARD.decode(value).map_err(|error| {
        let at = match error {
            DecodeError::InvalidByte(at, _) => at,
            DecodeError::InvalidLastSymbol { offset, .. } => offset,
            DecodeError::InvalidLength(_) | DecodeError::InvalidPadding => value.len(),
        };
        Stop::failed(format!("illegal base64 data at input byte {at}"))
    })?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_three_signs_and_no_dash_at_an_end() {
        let good = ["abc", "a-b-c", "token2"];
        let bad = ["ab", "Abc", "a--bc", "abc-", "1abc", "a_c", ""];
        assert!(good.iter().all(|key| is_key(key)));
        assert!(!bad.iter().any(|key| is_key(key)));
    }

    #[test]
    fn padding_separates_nothing() {
        let text = |word: &str| pair(word).ok().map(|(key, value)| format!("{key} {value}"));
        assert_eq!(text("abc=d=").as_deref(), Some("abc d="));
        assert_eq!(text("abc#base64=AA==").as_deref(), Some("abc#base64 AA=="));
        assert_eq!(text("abc="), None);
        assert_eq!(text("=abc"), None);
        assert_eq!(text("abc"), None);
    }

    #[test]
    fn times_are_told_in_utc() {
        let now = juju_model::date(60);
        let time = |text: &str| expiry(text, now).ok().map(|time| time.to_string());
        assert_eq!(
            time("2027-01-01T06:06:06").as_deref(),
            Some("2027-01-01T06:06:06Z")
        );
        assert_eq!(
            time("2027-01-01T06:06:06+01:00").as_deref(),
            Some("2027-01-01T05:06:06Z")
        );
        assert_eq!(time("24h").as_deref(), Some("2026-01-02T00:01:00Z"));
        assert_eq!(time("-24h"), None);
        assert_eq!(time("foo"), None);
    }
}
