//! Operations that are impossible.

use super::*;

#[track_caller]
fn check(play: &mut Play, operation: Operation) -> String {
    let before = play.world.clone();
    let refused = play.world.perform(operation).expect_err("impossible");
    assert_eq!(play.world, before, "a refused operation changes nothing");
    refused.to_string()
}

/// What is refused, and Juju's own words for it. Each word's place in Juju's source stands at its [`Reason`].
#[track_caller]
fn check_words(play: &mut Play, table: impl IntoIterator<Item = (Operation, &'static str)>) {
    for (operation, words) in table {
        let name = operation.to_string();
        assert_eq!(check(play, operation), format!("cannot {name}: {words}"));
    }
}

fn integrate(a: &str, b: &str) -> Operation {
    Operation::Integrate {
        a: name_of(a),
        b: name_of(b),
    }
}

#[test]
fn refusals_read_as_juju_s_do() {
    let mut play = Play::related(1, 1);
    let app = |app: &str| name_of::<AppName>(app);
    let set = |option: &str, value: &str| Operation::Config {
        app: app("shelf"),
        values: [(option.to_owned(), value.to_owned())].into(),
        reset: [].into(),
    };
    let resolve = |unit: &str| Operation::Resolve {
        unit: name_of(unit),
        retry: true,
    };
    let run = |unit: &str, action: &str| Operation::Run {
        unit: name_of(unit),
        action: name_of(action),
        params: [].into_iter().collect(),
    };
    let again = Operation::Deploy(Box::new(deployment("shelf", charm("shelf"))));
    let attach = Operation::AttachResource {
        app: app("shelf"),
        name: "nosuch".to_owned(),
        content: Vec::new(),
    };
    let scale = Operation::ScaleApplication {
        app: app("gone"),
        units: 2,
    };
    let remove = Operation::RemoveApplication { app: app("gone") };
    let table = [
        (again, "application already exists"),
        (remove, r#"application "gone" not found"#),
        (scale, r#"application "gone" does not exist"#),
        (set("nosuch", "1"), r#"unknown option "nosuch""#),
        (set("port", "many"), r#"option "port" expected int, got "many""#),
        (attach, "resource#shelf/nosuch not found"),
        (run("shelf/7", "backup"), r#""unit-shelf-7" not found"#),
        (run("gone/0", "backup"), r#""unit-gone-0" not found"#),
        (
            run("shelf/0", "nosuch"),
            r#"action "nosuch" not defined on unit "shelf/0""#,
        ),
        (resolve("shelf/7"), r#"unit "shelf/7" not found"#),
        (resolve("shelf/0"), r#"unit "shelf/0" is not in an error state"#),
    ];
    check_words(&mut play, table);
}

#[test]
fn refusals_of_relations_read_as_juju_s_do() {
    let mut play = Play::related(1, 1);
    play.deploy("second", 1);
    let other = deployment("other", charm("shelf"));
    play.perform(Operation::Deploy(Box::new(other)));
    let part = |a: &str, b: &str| Operation::RemoveRelation {
        a: name_of(a),
        b: name_of(b),
    };
    let exceeded =
        "establishing a new relation for reader:store would exceed its maximum relation limit of 1";
    let table = [
        (integrate("gone", "shelf"), r#"application "gone" not found"#),
        (
            integrate("reader:nosuch", "shelf"),
            r#"application "reader" has no "nosuch" relation"#,
        ),
        (integrate("reader", "second"), "no relations found"),
        (integrate("shelf", "shelf"), "no relations found"),
        (
            integrate("reader", "shelf"),
            "relation reader:store shelf:db already exists; establishing a new relation for reader:store would exceed its \
             maximum relation limit of 1",
        ),
        (integrate("reader", "other"), exceeded),
        (
            part("second", "shelf"),
            r#"relation matching "second shelf" not found"#,
        ),
        (part("gone", "shelf"), r#"application "gone" not found"#),
    ];
    check_words(&mut play, table);
}

#[test]
fn refusals_of_a_refresh_read_as_juju_s_do() {
    let mut play = Play::related(1, 1);
    let stored = deployment("stored", charm("stored"));
    play.perform(Operation::Deploy(Box::new(stored)));
    let refresh = |app: &str, charm: CharmFacts| Operation::Refresh {
        app: name_of(app),
        charm: Box::new(charm),
        resources: BTreeMap::new(),
    };
    let bare = |name: &str| CharmFacts {
        name: name.to_owned(),
        ..CharmFacts::default()
    };
    let mut limited = charm("shelf");
    limited
        .endpoints
        .entry(name_of("db"))
        .and_modify(|endpoint| endpoint.limit = Some(0));
    let mut moved = charm("stored");
    moved
        .storage
        .entry(name_of("config"))
        .and_modify(|storage| storage.location = None);
    let table = [
        (
            refresh("shelf", charm("reader")),
            r#"cannot refresh "shelf-k8s" to "reader-k8s""#,
        ),
        (
            refresh("shelf", bare("shelf-k8s")),
            r#"would break relation "reader:store shelf:db""#,
        ),
        (
            refresh("shelf", limited),
            "new charm version imposes a maximum relation limit of 0 for shelf:db which cannot be satisfied by the number of \
             already established relations (1)",
        ),
        (
            refresh("stored", bare("stored-k8s")),
            r#"required storage "config" removed"#,
        ),
        (
            refresh("stored", moved),
            r#"existing storage "config" location changed from "/config" to """#,
        ),
    ];
    check_words(&mut play, table);
}

#[test]
fn all_reasons_at_once() {
    let mut play = Play::related(1, 1);
    let config = [("port", "many"), ("nosuch", "1")]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into();
    let deploy = Deploy {
        config,
        ..deployment("shelf", charm("shelf"))
    };
    insta::assert_snapshot!(check(&mut play, Operation::Deploy(Box::new(deploy))), @r#"cannot deploy `shelf`: application already exists; unknown option "nosuch"; option "port" expected int, got "many""#);
    let values = [("port".to_owned(), "x".to_owned())].into();
    let reset = ["gone".to_owned()].into();
    insta::assert_snapshot!(check(&mut play, Operation::Config { app: name_of("shelf"), values, reset }), @r#"cannot configure `shelf`: option "port" expected int, got "x"; unknown option "gone""#);
}

#[test]
fn an_ambiguous_relation() {
    let mut play = Play::new();
    let mut facts = charm("shelf");
    facts.endpoints.insert(
        name_of("db2"),
        Endpoint {
            role: Role::Provides,
            interface: "sql".to_owned(),
            limit: None,
        },
    );
    play.perform(Operation::Deploy(Box::new(deployment("shelf", facts))));
    play.deploy("reader", 1);
    let (a, b) = (name_of("reader"), name_of("shelf"));
    insta::assert_snapshot!(check(&mut play, Operation::Integrate { a, b }), @r#"cannot integrate `reader` with `shelf`: ambiguous relation: "reader shelf" could refer to "reader:store shelf:db"; "reader:store shelf:db2""#);
    let (a, b) = (name_of("reader"), name_of("shelf:db2"));
    play.perform(Operation::Integrate { a, b });
}

#[test]
fn a_relation_that_is_dying_is_there_as_long_as_units_are_in_it() {
    let mut play = Play::related(1, 1);
    play.unrelate();
    let (a, b) = (name_of("reader"), name_of("shelf"));
    insta::assert_snapshot!(check(&mut play, Operation::Integrate { a, b }), @"cannot integrate `reader` with `shelf`: relation reader:store shelf:db is dying, but not yet removed; establishing a new relation for reader:store would exceed its maximum relation limit of 1");
}

#[test]
fn actions() {
    let mut play = Play::related(1, 1);
    let run = |unit: &str, action: &str, params: serde_json::Value| Operation::Run {
        unit: name_of(unit),
        action: name_of(action),
        params: params.as_object().cloned().unwrap_or_default(),
    };
    let wrong = json!({"target": 1, "depth": 0, "more": true});
    insta::assert_snapshot!(check(&mut play, run("shelf/0", "backup", wrong)), @r#"cannot run `backup` on `shelf/0`: validation failed: (root) : additional property "more" is not allowed, given {"depth":0,"more":true,"target":1}; (root).depth : must be greater than 1, given "0"; (root).target : must be of type string, given 1"#);
    let Outcome::Queued(id) = play.perform(run("shelf/0", "backup", json!({"depth": 2}))) else {
        panic!("not queued")
    };
    let params = serde_json::Value::Object(play.world.actions()[&id].params.clone());
    assert_eq!(params, json!({"target": "local", "depth": 2}), "with its default");
}

#[test]
fn what_is_going_cannot_be_used() {
    let mut play = Play::related(1, 1);
    play.perform(Operation::RemoveApplication {
        app: name_of("shelf"),
    });
    let app: AppName = name_of("shelf");
    let refused = [
        check(
            &mut play,
            Operation::ScaleApplication {
                app: app.clone(),
                units: 2,
            },
        ),
        check(
            &mut play,
            Operation::Integrate {
                a: name_of("shelf"),
                b: name_of("reader"),
            },
        ),
        check(&mut play, Operation::Trust { app, remove: false }),
        check(
            &mut play,
            Operation::Resolve {
                unit: name_of("reader/0"),
                retry: true,
            },
        ),
    ];
    insta::assert_snapshot!(refused.join("\n"), @r#"
    cannot scale `shelf` to 2: application "shelf" is not alive
    cannot integrate `shelf` with `reader`: application "shelf" is not alive
    cannot trust `shelf`: application "shelf" is not alive
    cannot resolve `reader/0`: unit "reader/0" is not in an error state
    "#);
    play.perform(Operation::RemoveApplication {
        app: name_of("shelf"),
    });
}

#[test]
fn a_refresh_keeps_what_fits() {
    let mut play = Play::related(1, 1);
    play.configure("port", "81");
    let mut facts = charm("shelf");
    facts.options.insert(
        "port".to_owned(),
        OptionFacts {
            kind: OptionType::String,
            default: None,
        },
    );
    play.perform(Operation::Refresh {
        app: name_of("shelf"),
        charm: Box::new(facts),
        resources: BTreeMap::new(),
    });
    assert!(
        play.world
            .application(&name_of("shelf"))
            .is_some_and(|app| app.config.is_empty())
    );
}

#[test]
fn peer_relations_follow_the_endpoints_of_a_refreshed_charm() {
    let mut play = Play::new();
    play.deploy("shelf", 2);
    play.start_all();
    play.settle();
    play.log.clear();
    let refresh = |play: &mut Play, charm: CharmFacts| {
        play.perform(Operation::Refresh {
            app: name_of("shelf"),
            charm: Box::new(charm),
            resources: BTreeMap::new(),
        });
        let relations = play.world.relations().values();
        let keys: Vec<_> = relations.map(Relation::key).collect();
        keys.join(", ")
    };
    let mut without = charm("shelf");
    without.endpoints.remove(&name_of("cluster"));
    assert_eq!(refresh(&mut play, without.clone()), "");
    assert_eq!(play.settled(), "", "no hook tells that it is gone");
    assert_eq!(refresh(&mut play, charm("shelf")), "shelf:cluster");
    insta::assert_snapshot!(play.settled(), @r"
    shelf/0 cluster-relation-joined shelf/1
    shelf/0 cluster-relation-changed shelf/1
    shelf/1 cluster-relation-joined shelf/0
    shelf/1 cluster-relation-changed shelf/0
    ");
}

#[test]
fn another_content_is_a_reason_for_new_pods_and_the_same_is_none() {
    let mut play = Play::new();
    let mut deploy = deployment("shelf", charm("shelf"));
    let resource = Resource {
        file: "book.txt".to_owned(),
        content: None,
    };
    deploy.resources = [("book".to_owned(), resource)].into();
    play.perform(Operation::Deploy(Box::new(deploy)));
    let mut attach = |content: &str| {
        play.perform(Operation::AttachResource {
            app: name_of("shelf"),
            name: "book".to_owned(),
            content: content.into(),
        });
        let application = &play.world.applications()[&name_of::<AppName>("shelf")];
        application.charm_modified_version
    };
    assert_eq!([attach("a"), attach("a"), attach("b")], [1, 1, 2]);
}
