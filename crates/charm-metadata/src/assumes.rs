//! What a charm assumes of the controller and cloud it is deployed on (`assumes`).

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// One entry of `assumes`; all entries of the list must hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub enum Assumption {
    /// A feature is there, such as `k8s-api` or `juju >= 3.6`.
    Feature(Feature),
    /// At least one holds.
    AnyOf(Vec<Assumption>),
    /// Each holds.
    AllOf(Vec<Assumption>),
}

/// A named feature, with a bound on its version or without.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feature {
    /// Such as `juju` or `k8s-api`.
    pub name: String,
    /// Such as `>= 3.6`.
    pub version: Option<(Comparison, Vec<u32>)>,
}

/// How a version is compared. Juju knows only these two in `assumes`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `>=`
    AtLeast,
    /// `<`
    Below,
}

impl Feature {
    /// Whether a controller that has this feature in `version` (major, minor, patch; missing parts are 0) is enough.
    pub fn accepts(&self, version: &[u32]) -> bool {
        let part = |version: &[u32], at: usize| version.get(at).copied().unwrap_or(0);
        let Some((comparison, bound)) = &self.version else {
            return true;
        };
        let order = (0..bound.len().max(version.len()))
            .map(|at| part(version, at).cmp(&part(bound, at)))
            .find(|order| order.is_ne())
            .unwrap_or(std::cmp::Ordering::Equal);
        match comparison {
            Comparison::AtLeast => order.is_ge(),
            Comparison::Below => order.is_lt(),
        }
    }
}

impl FromStr for Feature {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused =
            || format!("cannot read `{text}`: expected a feature such as `k8s-api` or `juju >= 3.6`");
        let end = text.find(['<', '>', '=', '!', ' ']).unwrap_or(text.len());
        let (name, rest) = text.split_at(end);
        let version = match rest.trim() {
            "" => None,
            bound => Some(parse_bound(bound).ok_or_else(refused)?),
        };
        if crate::names::is_action(name) {
            Ok(Self {
                name: name.to_owned(),
                version,
            })
        } else {
            Err(refused())
        }
    }
}

fn parse_bound(text: &str) -> Option<(Comparison, Vec<u32>)> {
    let (comparison, version) = if let Some(version) = text.strip_prefix(">=") {
        (Comparison::AtLeast, version)
    } else {
        (Comparison::Below, text.strip_prefix('<')?)
    };
    let parts = version
        .trim()
        .split('.')
        .map(|part| part.parse().ok())
        .collect::<Option<Vec<u32>>>()?;
    (2..=3).contains(&parts.len()).then_some((comparison, parts))
}

impl fmt::Display for Feature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        let Some((comparison, version)) = &self.version else {
            return Ok(());
        };
        let version = version.iter().map(u32::to_string).collect::<Vec<_>>().join(".");
        let sign = match comparison {
            Comparison::AtLeast => ">=",
            Comparison::Below => "<",
        };
        write!(f, " {sign} {version}")
    }
}

#[derive(Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "expected a feature such as `k8s-api`, or one of `any-of` and `all-of` with a list"
)]
enum Written {
    Feature(String),
    Group(BTreeMap<String, Vec<Written>>),
}

impl TryFrom<Written> for Assumption {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let group = match written {
            Written::Feature(text) => return text.parse().map(Self::Feature),
            Written::Group(group) => group,
        };
        let count = group.len();
        match group.into_iter().next() {
            Some((key, members)) if count == 1 && key == "any-of" => all(members).map(Self::AnyOf),
            Some((key, members)) if count == 1 && key == "all-of" => all(members).map(Self::AllOf),
            _ => Err("expected a feature, or one of `any-of` and `all-of`".to_owned()),
        }
    }
}

fn all(members: Vec<Written>) -> Result<Vec<Assumption>, String> {
    members.into_iter().map(Assumption::try_from).collect()
}

impl From<Assumption> for Written {
    fn from(assumption: Assumption) -> Self {
        let group = |key: &str, members: Vec<Assumption>| {
            Self::Group(BTreeMap::from([(
                key.to_owned(),
                members.into_iter().map(Self::from).collect(),
            )]))
        };
        match assumption {
            Assumption::Feature(feature) => Self::Feature(feature.to_string()),
            Assumption::AnyOf(members) => group("any-of", members),
            Assumption::AllOf(members) => group("all-of", members),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feature_is_a_name_with_an_optional_bound() {
        let check = |text: &str, expect: Option<&str>| {
            assert_eq!(
                text.parse::<Feature>()
                    .ok()
                    .map(|feature| feature.to_string())
                    .as_deref(),
                expect,
                "{text}"
            );
        };
        check("k8s-api", Some("k8s-api"));
        check("juju >= 3.6", Some("juju >= 3.6"));
        check("juju>=3.6.2", Some("juju >= 3.6.2"));
        check("juju < 4.0", Some("juju < 4.0"));
        check("juju == 3.6", None);
        check("juju >= 3", None);
        check("juju >= three.six", None);
        check("", None);
    }

    #[test]
    fn versions_compare_by_number() {
        let check = |text: &str, version: &[u32], expect: bool| {
            assert_eq!(
                text.parse::<Feature>().unwrap().accepts(version),
                expect,
                "{text} {version:?}"
            );
        };
        check("juju >= 3.6", &[3, 6], true);
        check("juju >= 3.6", &[3, 6, 14], true);
        check("juju >= 3.10", &[3, 6], false);
        check("juju < 4.0", &[3, 6, 14], true);
        check("juju < 4.0", &[4, 0, 0], false);
        check("k8s-api", &[1], true);
    }
}
