//! What units say for themselves, and the units of one application to each other.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "test helpers fail by panicking"
)]

use juju_ops::testing::{Context, Declaration, Outcome, RelationState, State, Trigger, on};
use juju_ops::{
    Interface, JsonDatabag, PeerInterface, Peers, Published, RelationId, Remote, Requires, Unit,
    UnitInterface,
};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Plan {
    primary: String,
}

impl JsonDatabag for Plan {
    const KEY: &'static str = "plan";
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Seat {
    port: u16,
}

impl JsonDatabag for Seat {
    const KEY: &'static str = "seat";
}

struct Cluster;

impl PeerInterface for Cluster {
    const NAME: &'static str = "cluster";
    type App = Plan;
    type Unit = Seat;
}

struct Database;

impl Interface for Database {
    const NAME: &'static str = "database";
    type Provider = ();
    type Requirer = ();
}

impl UnitInterface for Database {
    type ProviderUnit = Seat;
    type RequirerUnit = Seat;
}

const CLUSTER: Peers<Cluster> = Peers::new("cluster");
const DB: Requires<Database> = Requires::new("db");

fn peers() -> RelationState {
    let mut peers = RelationState::new(0, "cluster", "ring");
    let bag = |seat: &str| [("seat".to_owned(), seat.to_owned())].into();
    peers.remote_units = [
        ("ring/1".to_owned(), bag(r#"{"port":1}"#)),
        ("ring/2".to_owned(), bag(r#"{"port":-2}"#)),
        ("ring/3".to_owned(), [].into()),
    ]
    .into();
    let address = ("ingress-address".to_owned(), "10.152.183.20".to_owned());
    peers.local_unit_data = [address, ("old".to_owned(), "1".to_owned())].into();
    peers
}

fn state() -> State {
    State::new("ring/0")
        .with_relation(peers())
        .with_relation(RelationState::new(2, "db", "base"))
}

fn context() -> Context {
    Context::new(Declaration::new("ring").peers("cluster").requires("db"))
}

fn with<T>(state: &State, act: impl FnOnce(&Unit) -> T) -> (T, Outcome) {
    context().with_unit(&on::config_changed(), state, act).unwrap()
}

fn id(text: &str) -> RelationId {
    text.parse().unwrap()
}

#[test]
fn each_unit_at_the_other_side_is_a_value_read_once_and_only_when_asked_for() {
    let ((), outcome) = with(&state(), |unit| {
        unit.relations(&CLUSTER).unwrap();
        let seats = unit.remote_units(&CLUSTER, &id("cluster:0")).unwrap();
        assert_eq!(unit.remote_units(&CLUSTER, &id("cluster:0")).unwrap(), seats);
        let said: Vec<String> = seats
            .iter()
            .map(|(unit, seat)| match seat {
                Remote::Ready(seat) => format!("{unit} {}", seat.port),
                Remote::Invalid(invalid) => format!("{unit} {invalid}"),
                Remote::NotYet => format!("{unit} nothing"),
                Remote::Unreadable => format!("{unit} unreadable"),
            })
            .collect();
        assert_eq!(
            said,
            [
                "ring/1 1",
                "ring/2 `port`: invalid value: integer `-2`, expected u16",
                "ring/3 nothing"
            ]
        );
        assert_eq!(unit.remote_units(&DB, &id("db:2")).unwrap().len(), 1);
        let wrong = unit.remote_units(&DB, &id("cluster:0")).unwrap_err();
        assert_eq!(
            wrong.to_string(),
            "cannot use `cluster:0` at endpoint `db`: it is a relation of another"
        );
    });
    let lists = outcome
        .calls
        .iter()
        .filter(|call| call.command == "relation-list" && !call.args.contains(&"--app".into()));
    assert_eq!(lists.count(), 2);
}

#[test]
fn a_unit_speaks_for_itself_and_leaves_jujus_addresses() {
    let seat = Seat { port: 7 };
    let ((), outcome) = with(&state(), |unit| {
        let id = id("cluster:0");
        assert_eq!(unit.own_bag(&CLUSTER, &id).unwrap(), None);
        let write = || unit.write_own_bag(&CLUSTER, &id, &seat).unwrap();
        assert_eq!((write(), write()), (Published::Written, Published::Unchanged));
        assert_eq!(unit.own_bag(&CLUSTER, &id).unwrap(), Some(seat.clone()));
    });
    let bag = &outcome.state.relations[0].local_unit_data;
    let keys: Vec<&str> = bag.keys().map(String::as_str).collect();
    assert_eq!(keys, ["ingress-address", "seat"]);
    assert_eq!(outcome.commands(), ["relation-get", "relation-set"]);
}

#[test]
fn peers_have_one_bag_of_the_application_that_the_leader_writes() {
    let plan = Plan {
        primary: "ring/0".to_owned(),
    };
    let ((), outcome) = with(&state().leading(), |unit| {
        let silent = unit.relations(&CLUSTER).unwrap();
        assert_eq!(
            (&silent[0].remote, &silent[0].published),
            (&Remote::NotYet, &None)
        );
        let leader = unit.leader().unwrap().unwrap();
        let publish = || leader.publish(&CLUSTER, &id("cluster:0"), &plan).unwrap();
        assert_eq!((publish(), publish()), (Published::Written, Published::Unchanged));
        let told = unit.relations(&CLUSTER).unwrap();
        assert_eq!(told[0].remote, Remote::Ready(plan.clone()));
        assert_eq!(told[0].published, Some(plan.clone()));
    });
    let reads = outcome
        .commands()
        .iter()
        .filter(|name| **name == "relation-get")
        .count();
    assert_eq!(reads, 1, "{:?}", outcome.calls);

    let follower = State {
        leader: false,
        ..outcome.state
    };
    let ((), _) = with(&follower, |unit| {
        assert_eq!(
            unit.relations(&CLUSTER).unwrap()[0].remote,
            Remote::Ready(plan.clone())
        );
    });
}

#[test]
fn a_unit_that_goes_away_is_refused_without_an_error() {
    let check = |trigger: &Trigger, is_error: bool| {
        let refusing = context()
            .failing(
                "relation-list",
                2,
                "invalid value \"2\" for option -r: relation not found",
            )
            .failing("relation-set", 1, "permission denied");
        let ((units, written), _) = refusing
            .with_unit(trigger, &state(), |unit| {
                let id = id("db:2");
                let written = unit.write_own_bag(&DB, &id, &Seat { port: 1 });
                if written.is_ok() {
                    assert_eq!(unit.own_bag(&DB, &id).unwrap(), Some(Seat { port: 1 }));
                }
                (unit.remote_units(&DB, &id), written)
            })
            .unwrap();
        assert_eq!((units.is_err(), written.is_err()), (is_error, is_error));
        if let Ok(written) = written {
            assert_eq!(written, Published::Refused);
        }
    };
    check(&on::stop(), false);
    check(
        &on::relation_departed(&state().relations[1], "base/0", "ring/0"),
        false,
    );
    check(
        &on::relation_departed(&state().relations[0], "ring/1", "ring/1"),
        true,
    );
    check(&on::update_status(), true);
}

#[test]
fn a_unit_that_may_not_be_read_while_the_relation_goes_away_is_still_there() {
    let read = |trigger: &Trigger| {
        let denied = context().failing("relation-get", 1, "permission denied");
        let units = |unit: &Unit| unit.remote_units(&DB, &id("db:2"));
        denied.with_unit(trigger, &state(), units).unwrap().0
    };
    let units = read(&on::stop()).unwrap();
    assert_eq!(units.into_values().collect::<Vec<_>>(), [Remote::Unreadable]);
    assert!(read(&on::update_status()).unwrap_err().is_denied());
}
