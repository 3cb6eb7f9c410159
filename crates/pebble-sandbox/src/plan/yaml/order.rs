//! The order of names in which `web2` comes before `web10`. Pure.

use serde::{Serialize, Serializer};
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// For the maps of a plan: their keys in natural order.
///
/// # Errors
/// Those of the serializer.
pub(in crate::plan) fn in_natural_order<V: Serialize, S: Serializer>(
    map: &BTreeMap<String, V>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut members: Vec<_> = map.iter().collect();
    members.sort_by(|(left, _), (right, _)| natural(left, right));
    serializer.collect_map(members)
}

/// Natural order: runs of digits count as numbers, other signs come before letters.
fn natural(left: &str, right: &str) -> Ordering {
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    let mut after_digit = false;
    for (index, (a, b)) in left.iter().zip(&right).enumerate() {
        if a == b {
            after_digit = a.is_ascii_digit();
            continue;
        }
        return match (a.is_alphabetic(), b.is_alphabetic()) {
            (true, true) => a.cmp(b),
            (true, false) if after_digit => Ordering::Less,
            (true, false) => Ordering::Greater,
            (false, true) if after_digit => Ordering::Greater,
            (false, true) => Ordering::Less,
            (false, false) => {
                let zero_inside = (*a == '0' || *b == '0')
                    && left
                        .iter()
                        .take(index)
                        .rev()
                        .take_while(|c| c.is_ascii_digit())
                        .any(|c| *c != '0');
                let (x, y) = (
                    number(&left, index, zero_inside),
                    number(&right, index, zero_inside),
                );
                x.cmp(&y).then(a.cmp(b))
            }
        };
    }
    left.len().cmp(&right.len())
}

/// The run of digits at `index`: its value and where it ends. `inside` a number its zeros count.
fn number(characters: &[char], index: usize, inside: bool) -> (u64, usize) {
    let digits = characters
        .iter()
        .skip(index)
        .map_while(|character| character.to_digit(10));
    digits.fold((u64::from(inside), index), |(value, end), digit| {
        (value.saturating_mul(10).saturating_add(digit.into()), end + 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_ordered_as_one_counts() {
        let mut names = [
            "web10", "web2", "web", "Web", "web-x", "_a", "0", "a-b", "aB", "web02",
        ];
        names.sort_by(|left, right| natural(left, right));
        assert_eq!(
            names,
            [
                "_a", "0", "Web", "a-b", "aB", "web", "web-x", "web2", "web02", "web10"
            ]
        );
    }
}
