//! The name of a persistent volume claim.

use serde::{Deserialize, Serialize};

const LONGEST: usize = 253;

/// A name that Kubernetes takes for a `PersistentVolumeClaim`: a
/// [DNS-1123 subdomain](https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names).
/// In a `StatefulSet` the server does not check it: the pods would stay Pending.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PvcName(String);

/// A text that cannot name a claim.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not the name of a claim: lower case letters, digits, `-` and `.`, at most 253", shortened(.0))]
pub struct InvalidPvcName(String);

super::text!(PvcName, InvalidPvcName);

impl TryFrom<String> for PvcName {
    type Error = InvalidPvcName;

    fn try_from(text: String) -> Result<Self, InvalidPvcName> {
        if text.len() <= LONGEST && text.split('.').all(is_label) {
            Ok(Self(text))
        } else {
            Err(InvalidPvcName(text))
        }
    }
}

fn is_label(label: &str) -> bool {
    let alphanumeric = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    label.starts_with(alphanumeric)
        && label.ends_with(alphanumeric)
        && label.chars().all(|c| alphanumeric(c) || c == '-')
}

/// Hostile text in a status line: its beginning, on one line.
pub(super) fn shortened(text: &str) -> String {
    const SHOWN: usize = 60;
    let shown: String = text.chars().take(SHOWN).flat_map(char::escape_debug).collect();
    if text.chars().nth(SHOWN).is_some() {
        format!("{shown}…")
    } else {
        shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, valid: bool) {
        assert_eq!(text.parse::<PvcName>().is_ok(), valid, "{text:?}");
    }

    #[test]
    fn a_subdomain_is_a_name_and_nothing_else() {
        for good in ["a", "0", "reel-store", "reel.store-7.x", &"a".repeat(253)] {
            check(good, true);
        }
        for bad in [
            "",
            "-a",
            "a-",
            ".",
            "a..b",
            "a.-b",
            "Reel",
            "reel_store",
            "reel store",
            "reel/store",
            "ä",
            "a\n",
            "a\0",
            &"a".repeat(254),
        ] {
            check(bad, false);
        }
    }

    #[test]
    fn hostile_text_is_cut_and_escaped() {
        let error = format!("a\n{}", "b".repeat(900)).parse::<PvcName>().unwrap_err();
        insta::assert_snapshot!(error, @r"`a\nbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb…` is not the name of a claim: lower case letters, digits, `-` and `.`, at most 253");
    }
}
