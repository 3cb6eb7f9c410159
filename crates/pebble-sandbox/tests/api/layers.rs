//! `/v1/layers` and `/v1/plan`.

use crate::harness::{Daemon, is_real};
use serde_json::json;

#[test]
fn a_layer_becomes_the_plan() {
    let daemon = Daemon::start();
    assert_eq!(daemon.get("/v1/plan?format=yaml").result(), json!("{}\n"));
    assert_eq!(
        daemon.get("/v1/plan").refusal(),
        (400, r#"invalid format """#.to_owned())
    );
    daemon.layer(
        "services:\n  web:\n    override: replace\n    command: sleep 60\n    environment: {PORT: '80'}\n",
    );
    let plan = "services:\n    web:\n        override: replace\n        command: sleep 60\n        \
                environment:\n            PORT: \"80\"\n";
    assert_eq!(daemon.get("/v1/plan?format=yaml").result(), json!(plan));
}

#[test]
fn requests_about_layers_are_checked() {
    let daemon = Daemon::start();
    let base = json!({"action": "add", "combine": false, "label": "app", "format": "yaml", "layer": ""});
    let check = |member: &str, value: serde_json::Value, expect: (u16, &str)| {
        let mut body = base.clone();
        body[member] = value;
        let (status, message) = daemon.post("/v1/layers", body).refusal();
        assert_eq!((status, message.as_str()), expect, "{member}");
    };
    check("action", json!("del"), (400, r#"invalid action "del""#));
    check("label", json!(""), (400, "label must be set"));
    check("format", json!("json"), (400, r#"invalid format "json""#));
    let reserved = r#"cannot parse layer YAML: cannot use reserved label prefix "pebble-""#;
    check("label", json!("pebble-x"), (400, reserved));
    assert_eq!(daemon.post("/v1/layers", base.clone()).result(), json!(true));
    check("label", json!("app"), (400, r#"layer "app" already exists"#));
    let (status, message) = daemon.ask("POST", "/v1/layers", &[], "{").refusal();
    assert_eq!(
        (status, message.starts_with("cannot decode request body: ")),
        (400, true),
        "{message}"
    );
}

/// Every layer with the message of its refusal.
fn check_all(cases: &[(&str, &str)]) {
    let daemon = Daemon::start();
    for (layer, expect) in cases {
        assert_eq!(
            daemon.try_layer("app", layer).refusal(),
            (400, (*expect).to_owned()),
            "{layer}"
        );
    }
    assert_eq!(
        daemon.get("/v1/plan?format=yaml").result(),
        json!("{}\n"),
        "nothing was added"
    );
}

#[test]
fn every_entry_needs_an_override() {
    check_all(&[
        (
            "services: {x: {command: c}}",
            r#"layer "app" must define "override" for service "x""#,
        ),
        (
            "services: {x: {override: on}}",
            r#"layer "app" has invalid "override" value for service "x""#,
        ),
        (
            "checks: {c: {tcp: {port: 1}}}",
            r#"layer "app" must define "override" for check "c""#,
        ),
        (
            "log-targets: {t: {type: loki}}",
            r#"layer "app" must define "override" for log target "t""#,
        ),
    ]);
}

#[test]
fn unknown_fields_and_sections_are_refused() {
    let unknown = |section: &str, line: u32, kind: &str| {
        format!(
            "cannot parse layer YAML: cannot parse layer \"app\" section \"{section}\": yaml: unmarshal errors:\n  \
             line {line}: field bogus not found in type plan.{kind}"
        )
    };
    // Lines are counted within the section.
    check_all(&[
        (
            "services:\n  x:\n    bogus: 1\n",
            &unknown("services", 2, "Service"),
        ),
        (
            "summary: s\nservices:\n  x:\n    override: merge\n    bogus: 1\n",
            &unknown("services", 3, "Service"),
        ),
        ("services: {x: {bogus: 1}}", &unknown("services", 1, "Service")),
        ("checks:\n  c:\n    bogus: 1\n", &unknown("checks", 2, "Check")),
        (
            "checks:\n  c:\n    http:\n      bogus: 1\n",
            &unknown("checks", 3, "HTTPCheck"),
        ),
        (
            "checks:\n  c:\n    tcp: {bogus: 1}\n",
            &unknown("checks", 2, "TCPCheck"),
        ),
        (
            "checks:\n  c:\n    exec: {bogus: 1}\n",
            &unknown("checks", 2, "ExecCheck"),
        ),
        (
            "log-targets:\n  t:\n    bogus: 1\n",
            &unknown("log-targets", 2, "LogTarget"),
        ),
        (
            "x: {}\n",
            r#"cannot parse layer YAML: cannot parse layer "app": unknown section "x""#,
        ),
    ]);
}

#[test]
fn text_that_is_no_yaml_is_refused() {
    let (status, message) = Daemon::start().try_layer("app", "services: {x: [}\n").refusal();
    let begins = r#"cannot parse layer YAML: cannot parse layer "app": yaml: "#;
    assert_eq!((status, message.starts_with(begins)), (400, true), "{message}");
}

#[test]
fn bad_services_are_refused() {
    let service = |text: &str| format!("services: {{x: {{override: replace, command: c, {text}}}}}");
    let parse = |reason: &str| format!("cannot parse layer YAML: {reason}");
    let action = |member: &str, action: &str| {
        parse(&format!(r#"plan service "x" {member} action "{action}" invalid"#))
    };
    let quote = r#"plan service "x" command invalid: cannot parse service "x" command: EOF found when expecting closing quote"#;
    let factor = r#"plan service "x" backoff-factor must be 1.0 or greater, not 0.5"#;
    let circle = "services:\n  a: {override: replace, command: c, after: [b]}\n  b: {override: replace, command: c, after: [a]}";
    check_all(&[
        (
            "services: {pebble: {}}",
            &parse(r#"cannot use reserved service name "pebble""#),
        ),
        (
            "services: {-x: {}}",
            &parse(r#"cannot use service name "-x": starting with "-" not allowed"#),
        ),
        (
            "services: {x: null}",
            &parse(r#"service object cannot be null for service "x""#),
        ),
        (
            "services: {x: {override: replace}}",
            r#"plan must define "command" for service "x""#,
        ),
        (
            "services: {x: {override: replace, command: \"a 'b\"}}",
            &parse(quote),
        ),
        (&service("on-success: y"), &action("on-success", "y")),
        (&service("on-failure: y"), &action("on-failure", "y")),
        (
            &service("on-check-failure: {c: y}"),
            &action("on-check-failure", "y"),
        ),
        (
            &service("on-success: success-shutdown"),
            &action("on-success", "success-shutdown"),
        ),
        (&service("backoff-factor: 0.5"), &parse(factor)),
        (circle, "services in before/after loop: a, b"),
    ]);
}

#[test]
fn bad_checks_are_refused() {
    let check = |text: &str| format!("checks: {{c: {{override: replace, {text}}}}}");
    let parse = |reason: &str| format!("cannot parse layer YAML: {reason}");
    let one_of = r#"plan must specify one of "http", "tcp", or "exec" for check "c""#;
    let context = r#"plan check "c" service context specifies non-existent service "y""#;
    let duration = r#"cannot parse layer "app" section "checks": invalid duration "soon""#;
    let nobody = r#"plan check "c" has invalid user/group: user: unknown user nouser"#;
    check_all(&[
        (
            "checks: {c: null}",
            &parse(r#"check object cannot be null for check "c""#),
        ),
        (&check("period: soon"), &parse(duration)),
        (&check("level: alive"), one_of),
        (&check("tcp: {port: 1}, exec: {command: c}"), one_of),
        (&check("http: {}"), r#"plan must set "url" for http check "c""#),
        (&check("tcp: {}"), r#"plan must set "port" for tcp check "c""#),
        (
            &check("exec: {}"),
            r#"plan must set "command" for exec check "c""#,
        ),
        (
            &check("level: y"),
            &parse(r#"plan check "c" level must be "alive" or "ready""#),
        ),
        (
            &check("startup: y"),
            &parse(r#"plan check "c" startup must be "enabled" or "disabled""#),
        ),
        (
            &check("period: 0s"),
            &parse(r#"plan check "c" period must not be zero"#),
        ),
        (
            &check("timeout: 0s"),
            &parse(r#"plan check "c" timeout must not be zero"#),
        ),
        (&check("exec: {command: c, service-context: y}"), context),
        (&check("exec: {command: c, user: nouser}"), &parse(nobody)),
    ]);
}

#[test]
fn bad_log_targets_are_refused() {
    let target = |text: &str| format!("log-targets: {{t: {{override: replace, {text}}}}}");
    let reserved =
        r#"cannot parse layer YAML: log target "t": label "pebble_x" uses reserved prefix "pebble_""#;
    let unknown = r#"log target "t" specifies unknown service "y""#;
    check_all(&[
        (
            &target("type: loki"),
            r#"plan must define "location" for log target "t""#,
        ),
        (&target("type: loki, location: x, services: [y]"), unknown),
        (
            &target("type: loki, location: x, labels: {pebble_x: y}"),
            reserved,
        ),
    ]);
    if !is_real() {
        // The lists of types differ between versions of Pebble.
        let none = r#"plan must define "type" ("loki" or "opentelemetry") for log target "t""#;
        check_all(&[(&target("location: x"), none)]);
    }
}
