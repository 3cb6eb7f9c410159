//! Operations that are impossible.

use super::*;

#[track_caller]
fn check(play: &mut Play, operation: Operation) -> String {
    let before = play.world.clone();
    let refused = play.world.perform(operation).expect_err("impossible");
    assert_eq!(play.world, before, "a refused operation changes nothing");
    refused.to_string()
}

#[test]
fn all_reasons_at_once() {
    let mut play = Play::related(1, 1);
    let mut facts = charm("shelf");
    facts.options.insert(
        "odd".to_owned(),
        OptionFacts {
            kind: OptionType::Int,
            default: Some(ConfigValue::Boolean(true)),
        },
    );
    let reserved = Endpoint {
        role: Role::Provides,
        interface: "x".to_owned(),
        limit: None,
    };
    facts.endpoints.insert(name_of("juju-x"), reserved);
    let config = [("port", "many"), ("nosuch", "1")]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into();
    let deploy = Deploy {
        app: name_of("shelf"),
        charm: facts,
        trust: false,
        config,
        units: 1,
    };
    insta::assert_snapshot!(check(&mut play, Operation::Deploy(Box::new(deploy))), @"cannot deploy `shelf`: endpoint `juju-x` with interface `x` of the charm uses a reserved name; option `odd` of the charm has a default that is not of type int; application `shelf` already exists; unknown option `nosuch`; option `port` expected int, got `many`");
    let values = [("port".to_owned(), "x".to_owned())].into();
    let reset = ["gone".to_owned()].into();
    insta::assert_snapshot!(check(&mut play, Operation::Config { app: name_of("shelf"), values, reset }), @"cannot configure `shelf`: option `port` expected int, got `x`; unknown option `gone`");
}

#[test]
fn relations() {
    let mut play = Play::related(1, 1);
    play.deploy("second", 1);
    let mut facts = charm("shelf");
    facts.name = "other".to_owned();
    let deploy = Deploy {
        app: name_of("other"),
        charm: facts,
        trust: false,
        config: BTreeMap::new(),
        units: 1,
    };
    play.perform(Operation::Deploy(Box::new(deploy)));
    let mut refused = Vec::new();
    let pairs = [
        ("reader", "shelf"),
        ("reader", "other"),
        ("reader", "second"),
        ("shelf", "shelf"),
        ("nosuch", "gone"),
        ("reader:nosuch", "shelf:gone"),
    ];
    for (a, b) in pairs {
        let (a, b) = (name_of(a), name_of(b));
        refused.push(check(&mut play, Operation::Integrate { a, b }));
    }
    let (a, b) = (name_of("second"), name_of("shelf"));
    refused.push(check(&mut play, Operation::RemoveRelation { a, b }));
    insta::assert_snapshot!(refused.join("\n"), @r"
    cannot integrate `reader` with `shelf`: relation `reader:store shelf:db` already exists; a new relation for `reader:store` would exceed its maximum relation limit of 1
    cannot integrate `reader` with `other`: a new relation for `reader:store` would exceed its maximum relation limit of 1
    cannot integrate `reader` with `second`: no endpoints of `reader` and `second` fit each other
    cannot integrate `shelf` with `shelf`: application `shelf` cannot be related to itself
    cannot integrate `nosuch` with `gone`: application `nosuch` not found; application `gone` not found
    cannot integrate `reader:nosuch` with `shelf:gone`: application `reader` has no endpoint `nosuch`; application `shelf` has no endpoint `gone`
    cannot remove relation of `second` with `shelf`: relation between `second` and `shelf` not found
    ");
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
    let deploy = Deploy {
        app: name_of("shelf"),
        charm: facts,
        trust: false,
        config: BTreeMap::new(),
        units: 1,
    };
    play.perform(Operation::Deploy(Box::new(deploy)));
    play.deploy("reader", 1);
    let (a, b) = (name_of("reader"), name_of("shelf"));
    insta::assert_snapshot!(check(&mut play, Operation::Integrate { a, b }), @"cannot integrate `reader` with `shelf`: ambiguous: could be `reader:store shelf:db` or `reader:store shelf:db2`");
    let (a, b) = (name_of("reader"), name_of("shelf:db2"));
    play.perform(Operation::Integrate { a, b });
}

#[test]
fn actions() {
    let mut play = Play::related(1, 1);
    let run = |unit: &str, action: &str, params: serde_json::Value| Operation::Run {
        unit: name_of(unit),
        action: name_of(action),
        params: params.as_object().cloned().unwrap_or_default(),
    };
    let refused = [
        check(&mut play, run("shelf/7", "nosuch", json!({}))),
        check(
            &mut play,
            run(
                "shelf/0",
                "backup",
                json!({"target": 1, "depth": 0, "more": true}),
            ),
        ),
        check(&mut play, run("shelf/0", "backup", json!({"depth": 1.5}))),
    ];
    insta::assert_snapshot!(refused.join("\n"), @r"
    cannot run `nosuch` on `shelf/7`: unit `shelf/7` not found; action `nosuch` not defined
    cannot run `backup` on `shelf/0`: parameter `depth` must be at least 1, got `0`; parameter `more` is not defined; parameter `target` must be of type string, got `1`
    cannot run `backup` on `shelf/0`: parameter `depth` must be of type integer, got `1.5`
    ");
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
    insta::assert_snapshot!(refused.join("\n"), @r"
    cannot scale `shelf` to 2: application `shelf` is being removed
    cannot integrate `shelf` with `reader`: application `shelf` is being removed
    cannot trust `shelf`: application `shelf` is being removed
    cannot resolve `reader/0`: unit `reader/0` is not in an error state
    ");
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
    });
    assert!(
        play.world
            .application(&name_of("shelf"))
            .is_some_and(|app| app.config.is_empty())
    );
    let refused = check(
        &mut play,
        Operation::Refresh {
            app: name_of("shelf"),
            charm: Box::new(charm("reader")),
        },
    );
    insta::assert_snapshot!(refused, @"cannot refresh `shelf`: the new charm has no endpoint `cluster` that fits its existing relations; the new charm has no endpoint `db` that fits its existing relations");
}
