//! States that cannot be: the checker of `ops-scenario`, the testing kit of `juju-ops` and the sandbox judge the same cases, and
//! say the same, or the case says why not.
//!
//! The cases are data (`cases/consistency`). There is one for every refusal in the checker's source: the checker is watched
//! while it judges, and tells what was never reached. It needs Python 3.12; without it only ours are compared with the data,
//! and where `CI` is set that is a failure.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "all of it is test: it fails by panic"
)]

mod case;
mod checker;
mod kit;
mod sandbox;

use case::{Case, Subject};
use std::collections::BTreeSet;

/// Refusals of the checker that no state can lead to.
const UNREACHABLE: [&str; 1] = [
    // A `State` keeps its storages in a set.
    "check_storages_consistency: f'duplicate storage in State: storage {s.name} with index {s",
];

/// Every case whose verdict by `subject` is not what the case says.
fn differences(subject: Subject, refusals: impl Fn(&Case) -> Vec<String>) -> Vec<String> {
    let cases = case::all();
    let put = cases.iter().filter(|case| !case.cannot.contains_key(&subject));
    put.filter_map(|case| {
        let refusals = refusals(case);
        let differs = case.refused_by.contains(&subject) == refusals.is_empty();
        differs.then(|| format!("{}: {refusals:?}", case.name))
    })
    .collect()
}

/// Every refusal, so that none is for another reason than the one that its case is about.
fn reasons(subject: Subject, refusals: impl Fn(&Case) -> Vec<String>) -> String {
    let cases = case::all();
    let refused = cases.iter().filter(|case| case.refused_by.contains(&subject));
    let lines: Vec<String> = refused
        .map(|case| format!("{}: {}", case.name, refusals(case).join("; ")))
        .collect();
    lines.join("\n")
}

#[test]
fn the_kit_judges_as_the_cases_say() {
    assert_eq!(differences(Subject::Kit, kit::refusals), Vec::<String>::new());
    insta::assert_snapshot!(reasons(Subject::Kit, kit::refusals), @r#"
    an action that is not declared: action `dance` is not declared
    an action of a charm without actions: action `dance` is not declared
    a parameter that is not declared: parameter `row` is not declared
    a parameter that is not declared, of an action that takes any: parameter `row` is not declared
    a text where a whole number is declared: parameter `tickets` is "many", not of type Integer
    a number with a fraction where a whole one is declared: parameter `tickets` is 1.5, not of type Integer
    a list where a map is declared: parameter `buyer` is [1], not of type Object
    a text where a list is declared: parameter `rows` is "first", not of type Array
    an action whose name Juju does not take: cannot use `Sell` as an action name
    an action whose name ends in a dash: Juju takes no charm that declares the name `sell-`
    an action with a name that Juju keeps for itself: action `juju-sell` has a name that Juju reserves
    an option that is not declared: option `seats` is not declared
    an option of a charm without options: option `seats` is not declared
    a text where a number is declared: option `seats` is "many", not of type Int
    a number where a text is declared: option `film` is 7, not of type String
    a text where true or false is declared: option `colour` is "maybe", not of type Boolean
    true where a whole number is declared: option `seats` is true, not of type Int
    a secret option that holds no URI of a secret: option `key` is "secret:short", not of type Secret
    a secret option that is a number: option `key` is 7, not of type Secret
    a secret option before Juju 3.4: option `key` is a secret, which Juju 3.3.7 does not know: it came with 3.4
    a default that is not of the option's type: the default of option `seats` is not of type Int
    a secret before Juju 3: `secret-changed` is a hook that Juju 2.9.51 does not have: secrets came with 3.0
    leader-elected on a unit that does not lead: `leader-elected` runs on a unit that does not lead
    a relation at an endpoint that is not declared: endpoint `stage` is not declared
    a relation hook about a relation that is not there: relation `screen:9` is not in the state
    two relations of the same number: two relations have the same id
    a peer endpoint that is related to another application: peer endpoint `ushers` is related to `odeon`, not to `cinema`
    an application that is related to itself: endpoint `screen` is related to its own application
    a unit that is its own peer: `cinema/0` is its own peer at `ushers`
    a changed relation with nobody at the other side: `screen-relation-changed` needs a remote unit
    a hook about a unit that is not in the relation: `odeon/5` is not in relation `screen:1`
    one name for two endpoints: endpoint `screen` is declared under provides and requires
    an endpoint with a name that Juju keeps for itself: endpoint `juju-screen` has a name that Juju reserves
    an endpoint whose name Juju does not take: Juju takes no charm that declares the name `Screen`
    an endpoint with two dashes in a row in its name: Juju takes no charm that declares the name `film--store`
    a storage that is not declared is attached: storage `posters` is not declared
    a storage whose name Juju does not take: Juju takes no charm that declares the name `reels-7`
    a container that is not declared is ready: container `projector` is not declared
    a container whose name Kubernetes does not take: cannot use `Web` as a container name
    a container whose name is too long for Kubernetes: cannot use `a234567890b234567890c234567890d234567890e234567890f234567890g234` as a container name
    a port that is none: `0/tcp` is no port
    "#);
}

#[test]
fn the_sandbox_judges_as_the_cases_say() {
    let found = differences(Subject::Sandbox, sandbox::refusals);
    assert_eq!(found, Vec::<String>::new());
    insta::assert_snapshot!(reasons(Subject::Sandbox, sandbox::refusals), @r#"
    an action that is not declared: action "dance" not defined on unit "cinema/0"
    an action of a charm without actions: action "dance" not defined on unit "cinema/0"
    a parameter that is not declared: validation failed: (root) : additional property "row" is not allowed, given {"row":1}
    a text where a whole number is declared: validation failed: (root).tickets : must be of type integer, given "many"
    a number with a fraction where a whole one is declared: validation failed: (root).tickets : must be of type integer, given 1.5
    a list where a map is declared: validation failed: (root).buyer : must be of type object, given [1]
    a text where a list is declared: validation failed: (root).rows : must be of type array, given "first"
    a parameter of a type that JSON Schema does not know: cannot use charm `cinema`: actions.yaml: invalid params schema for action schema sell: tickets: unknown type "ticket"
    an action whose name Juju does not take: cannot use charm `cinema`: actions.yaml: bad action name Sell
    an action whose name ends in a dash: cannot use charm `cinema`: actions.yaml: bad action name sell-
    an action with a name that Juju keeps for itself: cannot use charm `cinema`: actions.yaml: cannot use action name juju-sell: the "juju-" prefix is reserved
    an option that is not declared: cannot deploy `cinema`: unknown option "seats"
    an option of a charm without options: cannot deploy `cinema`: unknown option "seats"
    a text where a number is declared: cannot deploy `cinema`: option "seats" expected int, got "many"
    a text where true or false is declared: cannot deploy `cinema`: option "colour" expected boolean, got "maybe"
    true where a whole number is declared: cannot deploy `cinema`: option "seats" expected int, got "true"
    an option of a type that Juju does not know: cannot use charm `cinema`: config.yaml: invalid config: option "film" has unknown type "reel"
    a secret option that holds no URI of a secret: cannot deploy `cinema`: option "key" expected secret, got "secret:short"
    a secret option that is a number: cannot deploy `cinema`: option "key" expected secret, got "7"
    a default that is not of the option's type: cannot use charm `cinema`: config.yaml: invalid config default: option "seats" expected int, got "many"
    a relation at an endpoint that is not declared: cannot integrate `cinema:stage` with `odeon`: application "cinema" has no "stage" relation
    a peer endpoint that is related to another application: cannot integrate `cinema:ushers` with `odeon`: no relations found
    an application that is related to itself: cannot integrate `cinema:screen` with `cinema`: no relations found
    one name for two endpoints: cannot use charm `cinema`: metadata.yaml: charm "cinema" using a duplicated relation name: "screen"
    an endpoint with a name that Juju keeps for itself: cannot use charm `cinema`: metadata.yaml: charm "cinema" using a reserved relation name: "juju-screen"
    an endpoint whose name Juju does not take: cannot use charm `cinema`: metadata.yaml: relation name "Screen" not valid
    an endpoint with two dashes in a row in its name: cannot use charm `cinema`: metadata.yaml: relation name "film--store" not valid
    a storage whose name Juju does not take: cannot use charm `cinema`: metadata.yaml: charm "cinema" storage "reels-7": name not valid
    a container whose name Kubernetes does not take: cannot use charm `cinema`: metadata.yaml: parsing containers: container name "Web" not valid
    a container whose name is too long for Kubernetes: cannot use charm `cinema`: metadata.yaml: parsing containers: container name "a234567890b234567890c234567890d234567890e234567890f234567890g234" not valid
    a resource that is not declared: cannot deploy `cinema`: unrecognized resource "poster"
    "#);
}

#[test]
fn the_checker_judges_as_the_cases_say_and_every_refusal_of_it_has_a_case() {
    let Some(verdicts) = checker::verdicts() else {
        return;
    };
    let found = differences(Subject::Checker, |case| verdicts.refusals[&case.name].clone());
    assert_eq!(found, Vec::<String>::new());
    assert_eq!(verdicts.unreached, UNREACHABLE);
}

#[test]
fn whoever_differs_has_a_reason_and_nobody_has_one_for_nothing() {
    let mut names = BTreeSet::new();
    for case in case::all() {
        assert!(
            names.insert(case.name.clone()),
            "two cases are called `{}`",
            case.name
        );
        let asked: BTreeSet<Subject> = Subject::ALL
            .into_iter()
            .filter(|subject| !case.cannot.contains_key(subject))
            .collect();
        assert!(case.refused_by.is_subset(&asked), "{}", case.name);
        let agree = case.refused_by.is_empty() || case.refused_by == asked;
        assert_eq!(agree, case.because.is_none(), "{}", case.name);
    }
}
