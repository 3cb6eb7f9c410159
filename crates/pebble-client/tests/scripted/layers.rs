//! Layers: the same after a way through YAML, and compared with what Pebble makes of them.

use std::time::Duration;

use pebble_client::{Check, CheckStartup, Layer, Level, LogTarget, OnExit, Override, Plan, Service, Startup};

fn full() -> Layer {
    let mut web = Service::new("serve --name 'a b' [ --fast ]")
        .summary("Serves")
        .startup(Startup::Enabled)
        .user_id(1000)
        .group_id(1001)
        .env("NUMBER", "007")
        .env("YES", "on")
        .env("EMPTY", "")
        .env("COLON", "a: b # c")
        .working_dir("/srv")
        .on_check_failure("up", OnExit::FailureShutdown);
    web.after = vec!["db".to_owned()];
    web.requires = vec!["db".to_owned()];
    web.on_success = Some(OnExit::Ignore);
    web.backoff_delay = Some(Duration::from_millis(1500));
    web.backoff_factor = Some(1.5);
    let up = Check::http("http://localhost:8080/ping")
        .level(Level::Ready)
        .period(Duration::from_secs(10))
        .timeout(Duration::from_secs(3))
        .threshold(5);
    Layer::new()
        .summary("All")
        .service("web", web)
        .service("db", Service::new("db"))
        .check("up", up)
        .check("exec", Check::exec("test -e /x"))
        .check("port", Check::tcp(80))
        .log_target("loki", LogTarget::loki("http://loki:3100/loki/api/v1/push"))
}

#[test]
fn a_layer_survives_yaml() {
    let sent = serde_json::to_string(&full()).unwrap();
    assert_eq!(serde_saphyr::from_str::<Layer>(&sent).unwrap(), full());
    let yaml = serde_saphyr::to_string(&full()).unwrap();
    assert_eq!(serde_saphyr::from_str::<Layer>(&yaml).unwrap(), full());
    assert_eq!(serde_json::to_string(&Layer::new()).unwrap(), "{}");
}

#[test]
fn a_plan_contains_the_layer_it_was_made_of() {
    let plan = Plan::parse(&serde_saphyr::to_string(&full()).unwrap()).unwrap();
    assert!(plan.contains(&full()));
    assert!(plan.contains(&Layer::new()));
}

/// As Pebble prints a plan: its own order, indentation, and defaults written out for checks.
const PLAN: &str = "\
services:
    web:
        startup: enabled
        override: replace
        command: serve
        environment:
            PORT: \"8080\"
        kill-delay: 5s
checks:
    up:
        override: replace
        startup: enabled
        period: 10s
        timeout: 3s
        threshold: 3
        http:
            url: http://localhost:8080
    unheard-of-later:
        override: replace
        novelty: 1
";

#[test]
fn defaults_written_out_or_not_are_the_same() {
    let plan = Plan::parse(PLAN).unwrap();
    let web = || {
        Service::new("serve")
            .startup(Startup::Enabled)
            .env("PORT", "8080")
    };
    let check = |layer: Layer, expect: bool| assert_eq!(plan.contains(&layer), expect, "{layer:?}");
    check(Layer::new().service("web", web()), true);
    check(
        Layer::new().service(
            "web",
            Service {
                kill_delay: Some(Duration::from_secs(5)),
                ..web()
            },
        ),
        true,
    );
    check(
        Layer::new().service(
            "web",
            Service {
                kill_delay: Some(Duration::from_secs(6)),
                ..web()
            },
        ),
        false,
    );
    check(Layer::new().service("web", web().env("PORT", "8081")), false);
    check(Layer::new().service("web", web().env("MORE", "")), false);
    check(
        Layer::new().service("web", Service::new("serve").env("PORT", "8080")),
        false,
    );
    check(
        Layer::new().service(
            "web",
            Service {
                r#override: Override::Merge,
                ..web()
            },
        ),
        false,
    );
    check(Layer::new().service("other", web()), false);

    let up = || Check::http("http://localhost:8080");
    check(Layer::new().check("up", up()), true);
    check(
        Layer::new().check("up", up().threshold(3).period(Duration::from_secs(10))),
        true,
    );
    check(Layer::new().check("up", up().level(Level::Ready)), false);
    check(Layer::new().check("up", Check::tcp(8080)), false);
}

#[test]
fn a_short_period_caps_the_timeout() {
    let plan = Plan::parse(
        "checks: {up: {override: replace, startup: enabled, period: 1s, timeout: 1s, threshold: 3, tcp: {port: 9}}}",
    )
    .unwrap();
    assert!(plan.contains(&Layer::new().check("up", Check::tcp(9).period(Duration::from_secs(1)))));
}

#[test]
fn words_of_a_later_pebble_are_unknown_and_the_rest_of_the_plan_is_read() {
    let plan = "\
services:
    theirs:
        override: extend
        startup: on-demand
        command: serve
        on-failure: hibernate
    ours:
        override: replace
        command: serve
checks:
    theirs:
        override: replace
        level: awake
        startup: on-demand
        tcp:
            port: 80
";
    let plan = Plan::parse(plan).unwrap();
    let theirs = &plan.services["theirs"];
    assert_eq!(
        (theirs.r#override, theirs.startup, theirs.on_failure),
        (Override::Unknown, Some(Startup::Unknown), Some(OnExit::Unknown))
    );
    let check = &plan.checks["theirs"];
    assert_eq!(
        (check.level, check.startup),
        (Some(Level::Unknown), Some(CheckStartup::Unknown))
    );
    assert!(plan.contains(&Layer::new().service("ours", Service::new("serve"))));
}

#[test]
fn an_unknown_word_is_not_sent() {
    let mut service = Service::new("serve");
    service.on_failure = Some(OnExit::Unknown);
    assert!(serde_json::to_string(&Layer::new().service("web", service)).is_err());
}
