//! Resource quantities: `500m`, `2Gi`, `1e3`. The API's own document on them is `k8s.io/apimachinery/pkg/api/resource`.

/// A quantity in thousandths.
pub(crate) type Milli = i128;

/// The value of a quantity; None when the text is none.
pub(crate) fn parse(text: &str) -> Option<Milli> {
    let split = text
        .find(|c: char| !matches!(c, '0'..='9' | '.' | '+' | '-'))
        .unwrap_or(text.len());
    let (number, suffix) = text.split_at_checked(split)?;
    let (whole, decimals) = digits(number)?;
    let (factor, divisor) = scale(suffix)?;
    let divisor = divisor.checked_mul(10_i128.checked_pow(decimals)?)?;
    whole.checked_mul(factor)?.checked_mul(1000)?.checked_div(divisor)
}

/// The number without its point, and how many digits stand behind it.
fn digits(number: &str) -> Option<(i128, u32)> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.trim_start_matches(['+', '-']).is_empty() && fraction.is_empty() {
        return None;
    }
    if !fraction.chars().all(|c| c.is_ascii_digit()) {
        return None;
    }
    let joined = if matches!(whole, "" | "+" | "-") {
        format!("{whole}0{fraction}")
    } else {
        format!("{whole}{fraction}")
    };
    Some((joined.parse().ok()?, u32::try_from(fraction.len()).ok()?))
}

fn scale(suffix: &str) -> Option<(i128, i128)> {
    Some(match suffix {
        "" => (1, 1),
        "n" => (1, 1_000_000_000),
        "u" => (1, 1_000_000),
        "m" => (1, 1000),
        _ => match DECIMAL.iter().chain(BINARY).find(|(name, _)| *name == suffix) {
            Some((_, factor)) => (*factor, 1),
            None => exponent(suffix)?,
        },
    })
}

fn exponent(suffix: &str) -> Option<(i128, i128)> {
    let power: i32 = suffix.strip_prefix(['e', 'E'])?.parse().ok()?;
    let size = 10_i128.checked_pow(power.unsigned_abs())?;
    Some(if power < 0 { (1, size) } else { (size, 1) })
}

const DECIMAL: &[(&str, i128)] = &[
    ("E", 1_000_000_000_000_000_000),
    ("P", 1_000_000_000_000_000),
    ("T", 1_000_000_000_000),
    ("G", 1_000_000_000),
    ("M", 1_000_000),
    ("k", 1000),
];

const BINARY: &[(&str, i128)] = &[
    ("Ei", 1 << 60),
    ("Pi", 1 << 50),
    ("Ti", 1 << 40),
    ("Gi", 1 << 30),
    ("Mi", 1 << 20),
    ("Ki", 1 << 10),
];

/// The shortest spelling of the same value in the same system (binary or decimal); None when the text is no quantity.
pub(crate) fn canonical(text: &str) -> Option<String> {
    Some(spell(parse(text)?, is_binary(text)))
}

/// Both together, in the system of the first one unless that is 0.
pub(crate) fn sum(first: &str, second: &str) -> String {
    let (one, other) = (
        parse(first).unwrap_or_default(),
        parse(second).unwrap_or_default(),
    );
    spell(one + other, is_binary(if one == 0 { second } else { first }))
}

/// What the first has more than the second; None when it has no more.
pub(crate) fn difference(first: &str, second: &str) -> Option<String> {
    let more = parse(first)? - parse(second)?;
    (more > 0).then(|| spell(more, is_binary(first)))
}

fn is_binary(text: &str) -> bool {
    BINARY.iter().any(|(suffix, _)| text.ends_with(suffix))
}

fn spell(milli: Milli, binary: bool) -> String {
    if milli % 1000 != 0 {
        return format!("{milli}m");
    }
    let value = milli / 1000;
    let units = if binary { BINARY } else { DECIMAL };
    let fit = units.iter().find(|(_, size)| value != 0 && value % size == 0);
    match fit {
        Some((suffix, size)) => format!("{}{suffix}", value / size),
        None => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Option<&str>) {
        assert_eq!(canonical(text).as_deref(), expect, "{text}");
    }

    #[test]
    fn the_shortest_spelling_is_stored() {
        check("2048Mi", Some("2Gi"));
        check("2Gi", Some("2Gi"));
        check("1.5Gi", Some("1536Mi"));
        check("1000m", Some("1"));
        check("1500m", Some("1500m"));
        check("100k", Some("100k"));
        check("2000M", Some("2G"));
        check("1e3", Some("1k"));
        check("0", Some("0"));
        check("-1Gi", Some("-1Gi"));
        check(".5", Some("500m"));
    }

    #[test]
    fn what_is_no_quantity() {
        for text in [
            "",
            "10GiB",
            "ten",
            "20t",
            "Gi",
            "1..2",
            "-",
            "1e",
            "9e99",
            "1.x",
            "99999999999999999999999999999999999999999E",
        ] {
            check(text, None);
        }
    }

    #[test]
    fn values_compare_over_systems() {
        assert_eq!(parse("1Ki"), parse("1024"));
        assert!(parse("1G") < parse("1Gi"));
    }
}
