//! In which order services start and stop. `requires` says which services belong together, `after` and `before` say
//! who goes first.

use super::{FormatError, Service};
use std::collections::{BTreeMap, BTreeSet};

type Services = BTreeMap<String, Service>;

/// Services that depend on each other, in order. Different lanes go on side by side.
pub(crate) type Lane = Vec<String>;

/// The named services and all that they require, in the order of starting.
///
/// # Errors
/// A service that does not exist, or services that wait for each other.
pub(crate) fn start_lanes(services: &Services, names: &[String]) -> Result<Vec<Lane>, FormatError> {
    let chosen = closure(services, names, |_, service| service.requires.clone())?;
    lanes(services, &chosen, Direction::Start)
}

/// The named services and all that require them, in the order of stopping.
///
/// # Errors
/// As [`start_lanes`].
pub(crate) fn stop_lanes(services: &Services, names: &[String]) -> Result<Vec<Lane>, FormatError> {
    let dependants = |name: &str, _: &Service| {
        let requires_it = |(other, service): (&String, &Service)| {
            service
                .requires
                .iter()
                .any(|required| required == name)
                .then(|| other.clone())
        };
        services.iter().filter_map(requires_it).collect()
    };
    let chosen = closure(services, names, dependants)?;
    lanes(services, &chosen, Direction::Stop)
}

#[derive(Clone, Copy)]
enum Direction {
    Start,
    Stop,
}

fn lanes(services: &Services, chosen: &BTreeSet<String>, way: Direction) -> Result<Vec<Lane>, FormatError> {
    let ordered = sort(&waits_for(services, chosen, way))?;
    Ok(split_into_lanes(services, &ordered))
}

/// `names` and everything that `more` adds, again and again.
fn closure(
    services: &Services,
    names: &[String],
    more: impl Fn(&str, &Service) -> Vec<String>,
) -> Result<BTreeSet<String>, FormatError> {
    let mut chosen = BTreeSet::new();
    let mut pending = names.to_vec();
    while let Some(name) = pending.pop() {
        let Some(service) = services.get(&name) else {
            return Err(FormatError(format!("service {name:?} does not exist")));
        };
        if chosen.insert(name.clone()) {
            pending.extend(more(&name, service));
        }
    }
    Ok(chosen)
}

/// For each chosen service those that must go first.
fn waits_for<'a>(
    services: &'a Services,
    chosen: &'a BTreeSet<String>,
    way: Direction,
) -> BTreeMap<&'a str, BTreeSet<&'a str>> {
    let mut first: BTreeMap<&str, BTreeSet<&str>> = chosen
        .iter()
        .map(|name| (name.as_str(), BTreeSet::new()))
        .collect();
    for (name, service) in services.iter().filter(|(name, _)| chosen.contains(*name)) {
        let (after, before) = match way {
            Direction::Start => (&service.after, &service.before),
            Direction::Stop => (&service.before, &service.after),
        };
        for earlier in after.iter().filter(|other| chosen.contains(*other)) {
            first.entry(name).or_default().insert(earlier);
        }
        for later in before.iter().filter(|other| chosen.contains(*other)) {
            first.entry(later).or_default().insert(name);
        }
    }
    first
}

/// Takes, again and again, the first service that waits for nobody; what cannot be taken waits in a circle.
fn sort(waits_for: &BTreeMap<&str, BTreeSet<&str>>) -> Result<Vec<String>, FormatError> {
    let mut left = waits_for.clone();
    let mut ordered = Vec::new();
    while let Some(next) = left
        .iter()
        .find(|(_, first)| first.is_empty())
        .map(|(name, _)| *name)
    {
        left.remove(next);
        for first in left.values_mut() {
            first.remove(next);
        }
        ordered.push(next.to_owned());
    }
    if left.is_empty() {
        return Ok(ordered);
    }
    Err(FormatError(format!(
        "services in before/after loop: {}",
        circle(&left).join(", ")
    )))
}

/// Of services of which each waits for another, those that are in the first circle.
fn circle<'a>(waiting: &BTreeMap<&'a str, BTreeSet<&'a str>>) -> Vec<&'a str> {
    let mut path: Vec<&str> = Vec::new();
    let mut next = waiting.keys().next().copied();
    while let Some(name) = next {
        if let Some(start) = path.iter().position(|seen| *seen == name) {
            path.drain(..start);
            break;
        }
        path.push(name);
        next = waiting.get(name).and_then(|first| first.first().copied());
    }
    path.sort_unstable();
    path
}

/// Puts services that are connected by `requires` into one lane, keeping their order.
fn split_into_lanes(services: &Services, ordered: &[String]) -> Vec<Lane> {
    let mut lanes: Vec<Lane> = Vec::new();
    for name in ordered {
        let related = |other: &String| requires(services, name, other) || requires(services, other, name);
        let (joined, apart): (Vec<Lane>, Vec<Lane>) =
            lanes.into_iter().partition(|lane| lane.iter().any(related));
        lanes = apart;
        let mut lane: Lane = joined.into_iter().flatten().collect();
        lane.push(name.clone());
        lane.sort_by_key(|member| ordered.iter().position(|other| other == member));
        lanes.push(lane);
    }
    lanes.sort_by_key(|lane| ordered.iter().position(|name| Some(name) == lane.first()));
    lanes
}

fn requires(services: &Services, name: &str, other: &str) -> bool {
    services
        .get(name)
        .is_some_and(|service| service.requires.iter().any(|required| required == other))
}
