//! How much storage: a Kubernetes quantity of whole bytes.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A size such as `100Gi`, `1.5Ti` or `500G`, compared by its bytes: `1024Gi` is `1Ti`. It is written as it was given.
///
/// The forms are those of a Kubernetes
/// [quantity](https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/), without the ones that
/// make no sense for a claim: zero, negative, fractions of a byte.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Size {
    text: String,
    bytes: u128,
}

/// A text that is no size, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` {reason}")]
pub struct InvalidSize {
    text: String,
    reason: &'static str,
}

const NO_QUANTITY: &str = "is not a size: write a number and one of Ki, Mi, Gi, Ti, Pi, Ei, k, M, G, T, P, E";
const NO_BYTES: &str = "is not a whole number of bytes";
const TOO_LARGE: &str = "is more than Kubernetes can count";
const NOTHING: &str = "is nothing: a claim needs more than zero bytes";

impl Size {
    /// How many bytes.
    pub fn bytes(&self) -> u128 {
        self.bytes
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl FromStr for Size {
    type Err = InvalidSize;

    fn from_str(text: &str) -> Result<Self, InvalidSize> {
        match bytes(text) {
            Ok(bytes) => Ok(Self {
                text: text.to_owned(),
                bytes,
            }),
            Err(reason) => Err(InvalidSize {
                text: text.to_owned(),
                reason,
            }),
        }
    }
}

fn bytes(text: &str) -> Result<u128, &'static str> {
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.' && c != '+')
        .unwrap_or(text.len());
    let (number, suffix) = text.split_at(end);
    let number = number.strip_prefix('+').unwrap_or(number);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = format!("{whole}{fraction}");
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(NO_QUANTITY);
    }
    let (multiplier, divisor) = scale(suffix).ok_or(NO_QUANTITY)?;
    // Zeros at the end of a fraction say nothing, and would only make the numbers larger.
    let places = fraction.trim_end_matches('0').len();
    let kept = digits.len() - (fraction.len() - places);
    let digits = digits
        .get(..kept)
        .filter(|digits| !digits.is_empty())
        .unwrap_or("0");
    let digits: u128 = digits.parse().map_err(|_| TOO_LARGE)?;
    let divisor = u32::try_from(places)
        .ok()
        .and_then(|places| 10_u128.checked_pow(places))
        .and_then(|places| places.checked_mul(divisor))
        .ok_or(NO_BYTES)?;
    let scaled = digits.checked_mul(multiplier).ok_or(TOO_LARGE)?;
    match (scaled / divisor, scaled % divisor) {
        (_, 1..) => Err(NO_BYTES),
        (0, 0) => Err(NOTHING),
        (bytes, 0) if bytes > i64::MAX.unsigned_abs().into() => Err(TOO_LARGE),
        (bytes, 0) => Ok(bytes),
    }
}

/// What a suffix multiplies and divides by.
fn scale(suffix: &str) -> Option<(u128, u128)> {
    let binary = |exponent: u32| Some((1 << (10 * exponent), 1));
    let decimal = |exponent: u32| Some((10_u128.pow(exponent), 1));
    match suffix {
        "" => decimal(0),
        "Ki" => binary(1),
        "Mi" => binary(2),
        "Gi" => binary(3),
        "Ti" => binary(4),
        "Pi" => binary(5),
        "Ei" => binary(6),
        "m" => Some((1, 1000)),
        "k" => decimal(3),
        "M" => decimal(6),
        "G" => decimal(9),
        "T" => decimal(12),
        "P" => decimal(15),
        "E" => decimal(18),
        exponent => {
            let exponent: i32 = exponent.strip_prefix(['e', 'E'])?.parse().ok()?;
            let power = 10_u128.checked_pow(exponent.unsigned_abs())?;
            Some(if exponent < 0 { (1, power) } else { (power, 1) })
        }
    }
}

impl TryFrom<String> for Size {
    type Error = InvalidSize;

    fn try_from(text: String) -> Result<Self, InvalidSize> {
        text.parse()
    }
}

impl From<Size> for String {
    fn from(size: Size) -> Self {
        size.text
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
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

impl Hash for Size {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.bytes.hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, expect: Result<u128, &str>) {
        let size = text.parse::<Size>();
        assert_eq!(
            size.map(|size| size.bytes()).map_err(|error| error.reason),
            expect,
            "{text}"
        );
    }

    #[test]
    fn every_suffix_counts() {
        check("1", Ok(1));
        check("+7", Ok(7));
        check("1k", Ok(1000));
        check("1Ki", Ok(1024));
        check("100Gi", Ok(107_374_182_400));
        check("500M", Ok(500_000_000));
        check("1.5Ti", Ok(1_649_267_441_664));
        check("0.5Ki", Ok(512));
        check(".5Ki", Ok(512));
        check("5.Ki", Ok(5120));
        check("1.50000000000000000000000000000000000000000000Ki", Ok(1536));
        check("2e3", Ok(2000));
        check("2E3", Ok(2000));
        check("25e-1Ki", Err(NO_QUANTITY));
        check("2500e-2", Ok(25));
        check("3000m", Ok(3));
        check("7E", Ok(7_000_000_000_000_000_000));
    }

    #[test]
    fn what_makes_no_claim_is_refused() {
        for text in [
            "", "Gi", "ten", "20t", "10GiB", "10 Gi", "-1Gi", "1.2.3", "1,5Gi", "+", ".", "0x10", "1e",
            "1ee3", "１Gi", "∞", "1+1",
        ] {
            check(text, Err(NO_QUANTITY));
        }
        for text in ["0", "0Gi", "0.0", "0m", "0e9"] {
            check(text, Err(NOTHING));
        }
        for text in ["1500m", "1.5", "0.3Ki", "1e-3"] {
            check(text, Err(NO_BYTES));
        }
        for text in [
            "8Ei",
            "10E",
            "1e30",
            "999999999999999999999999999999999999999999999",
        ] {
            check(text, Err(TOO_LARGE));
        }
        check("1e99", Err(NO_QUANTITY));
    }

    #[test]
    fn sizes_are_compared_by_their_bytes() {
        let size = |text: &str| text.parse::<Size>().unwrap();
        assert_eq!(size("1024Gi"), size("1Ti"));
        assert_eq!(size("2048Mi"), size("2Gi"));
        assert!(size("1T") < size("1Ti"));
        assert!(size("900Gi") < size("1Ti"));
        assert_eq!(size("1024Gi").to_string(), "1024Gi");
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(text in "\\PC{0,30}") {
            let _ = text.parse::<Size>();
        }

        #[test]
        fn whole_bytes_are_read_as_written(bytes in 1..i64::MAX) {
            prop_assert_eq!(bytes.to_string().parse::<Size>().unwrap().bytes(), u128::from(bytes.unsigned_abs()));
        }
    }
}
