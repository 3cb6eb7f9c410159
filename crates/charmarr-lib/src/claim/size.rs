//! How much storage is asked for: a Kubernetes quantity of bytes.
//!
//! Text enters, a size that can be compared leaves: `1024Gi` and `1Ti` are the same size, and the text is kept as written.
//! The grammar is that of Kubernetes' API reference, "Quantity", without what makes no sense for bytes (`m` and smaller).

use std::{cmp::Ordering, fmt, str::FromStr};

/// A positive number of bytes, as a person wrote it.
#[derive(Debug, Clone)]
pub struct Size {
    text: String,
    bytes: u128,
}

/// A text that is no size.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cannot use `{text}` as a size: {why}")]
pub struct InvalidSize {
    text: String,
    why: &'static str,
}

impl Size {
    /// The number of bytes, rounded up to a whole one.
    pub fn bytes(&self) -> u128 {
        self.bytes
    }

    /// The text as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl FromStr for Size {
    type Err = InvalidSize;

    fn from_str(text: &str) -> Result<Self, InvalidSize> {
        let bytes = parse(text).map_err(|why| InvalidSize { text: text.to_owned(), why })?;
        Ok(Self { text: text.to_owned(), bytes })
    }
}

const FORM: &str = "write a number and a unit, such as 100Gi";
const TOO_LARGE: &str = "it is too large";

fn parse(text: &str) -> Result<u128, &'static str> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(end).ok_or(FORM)?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
        return Err(FORM);
    }
    let factor = factor(unit).ok_or(FORM)?;
    let digits: u128 = format!("{whole}{fraction}").parse().map_err(|_| TOO_LARGE)?;
    let places = u32::try_from(fraction.len()).map_err(|_| TOO_LARGE)?;
    let divisor = 10_u128.checked_pow(places).ok_or(TOO_LARGE)?;
    let bytes = digits.checked_mul(factor).ok_or(TOO_LARGE)?.div_ceil(divisor);
    match bytes {
        0 => Err("it must be greater than zero"),
        // The API server keeps quantities of bytes as signed 64-bit numbers.
        bytes if i64::try_from(bytes).is_err() => Err(TOO_LARGE),
        bytes => Ok(bytes),
    }
}

fn factor(unit: &str) -> Option<u128> {
    let power = |base: u128, exponent: u32| base.checked_pow(exponent);
    match unit {
        "" => Some(1),
        "k" => power(1000, 1),
        "M" => power(1000, 2),
        "G" => power(1000, 3),
        "T" => power(1000, 4),
        "P" => power(1000, 5),
        "E" => power(1000, 6),
        "Ki" => power(1024, 1),
        "Mi" => power(1024, 2),
        "Gi" => power(1024, 3),
        "Ti" => power(1024, 4),
        "Pi" => power(1024, 5),
        "Ei" => power(1024, 6),
        exponent => {
            let digits = exponent.strip_prefix(['e', 'E'])?;
            power(10, digits.strip_prefix('+').unwrap_or(digits).parse().ok()?)
        }
    }
}

impl PartialEq for Size {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl Eq for Size {}

impl PartialOrd for Size {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Size {
    fn cmp(&self, other: &Self) -> Ordering {
        self.bytes.cmp(&other.bytes)
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, expect: Result<u128, &str>) {
        let parsed = text.parse::<Size>().map(|size| size.bytes()).map_err(|error| error.why);
        assert_eq!(parsed, expect, "{text}");
    }

    #[test]
    fn sizes_are_numbers_of_bytes() {
        check("1", Ok(1));
        check("100Gi", Ok(100 << 30));
        check("1Ti", Ok(1024 << 30));
        check("1.5Ti", Ok(1536 << 30));
        check(".5Gi", Ok(512 << 20));
        check("5.", Ok(5));
        check("1e3", Ok(1000));
        check("1E3", Ok(1000));
        check("1E", Ok(1_000_000_000_000_000_000));
        check("2k", Ok(2000));
        check("0.1", Ok(1));
    }

    #[test]
    fn what_is_no_size_is_refused() {
        for text in ["", "Gi", "10GiB", "ten", "20t", "-1Gi", "1,5Gi", "1.2.3Gi", "1 Gi", "1500m", ".", "1e"] {
            check(text, Err(FORM));
        }
        check("0", Err("it must be greater than zero"));
        check("0Gi", Err("it must be greater than zero"));
        check("8Ei", Err(TOO_LARGE));
        check("1e99", Err(FORM));
        check(&"9".repeat(60), Err(TOO_LARGE));
    }

    #[test]
    fn spelling_does_not_matter() {
        assert_eq!("1024Gi".parse::<Size>().unwrap(), "1Ti".parse().unwrap());
        assert!("1Gi".parse::<Size>().unwrap() > "1G".parse().unwrap());
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,40}") {
            let _ = text.parse::<Size>();
        }

        #[test]
        fn a_larger_unit_is_the_same_size(count in 1_u64..1_000_000) {
            let small: Size = format!("{}Mi", u128::from(count) * 1024).parse().unwrap();
            prop_assert_eq!(small, format!("{count}Gi").parse().unwrap());
        }
    }
}
