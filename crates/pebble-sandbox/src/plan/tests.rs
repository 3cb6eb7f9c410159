use super::*;
use std::time::Duration;

fn layer(label: &str, text: &str) -> Layer {
    parse_layer(label, text).unwrap()
}

fn stack(layers: &[(&str, &str)]) -> Layers {
    let mut stack = Layers::default();
    for (label, text) in layers {
        stack
            .add(
                layer(label, text),
                Addition {
                    combine: true,
                    inner: false,
                },
            )
            .unwrap();
    }
    stack
}

/// The plan of some layers, as it is printed.
fn plan(layers: &[(&str, &str)]) -> String {
    stack(layers).plan().to_yaml().unwrap()
}

#[test]
fn an_empty_plan_is_an_empty_map() {
    assert_eq!(plan(&[]), "{}\n");
    assert_eq!(plan(&[("blank", "summary: nothing\n")]), "{}\n");
}

#[test]
fn a_plan_is_printed_in_the_order_of_the_specification() {
    let text = r#"{"services": {"loom": {"command": "/bin/weave --fast", "override": "replace", "summary": "Weaves",
        "startup": "enabled", "environment": {"B": "2", "A": "one two"}, "user-id": 1001, "group-id": 1002,
        "after": ["dye"], "on-check-failure": {"up": "restart"}, "kill-delay": "1500ms", "backoff-factor": 2.5},
        "dye": {"command": "dye", "override": "replace"}},
        "checks": {"up": {"override": "replace", "level": "ready", "period": "70s", "timeout": "90s",
        "http": {"url": "http://localhost:8080/ping"}}},
        "log-targets": {"far": {"override": "replace", "type": "loki", "location": "http://x", "services": ["all"]}}}"#;
    insta::assert_snapshot!(plan(&[("app", text)]), @r#"
    services:
        dye:
            override: replace
            command: dye
        loom:
            summary: Weaves
            startup: enabled
            override: replace
            command: /bin/weave --fast
            after:
                - dye
            environment:
                A: one two
                B: "2"
            user-id: 1001
            group-id: 1002
            on-check-failure:
                up: restart
            backoff-factor: 2.5
            kill-delay: 1.5s
    checks:
        up:
            override: replace
            level: ready
            period: 1m10s
            timeout: 1m10s
            threshold: 3
            http:
                url: http://localhost:8080/ping
    log-targets:
        far:
            type: loki
            location: http://x
            services:
                - all
            override: replace
    "#);
}

#[test]
fn merging_appends_lists_merges_maps_and_replaces_the_rest() {
    let below = "
services:
  loom: {override: replace, command: weave, summary: old, requires: [dye], environment: {A: a, B: b}, user: root}
  dye: {override: replace, command: dye}
  spin: {override: replace, command: spin}
checks:
  up: {override: replace, tcp: {port: 80}, threshold: 5}
";
    let above = "
services:
  loom: {override: merge, summary: new, requires: [spin], environment: {B: c}, kill-delay: 1s}
  dye: {override: replace, command: dye --blue}
checks:
  up: {override: merge, tcp: {host: inn}, period: 1s}
";
    insta::assert_snapshot!(plan(&[("below", below), ("above", above)]), @r#"
    services:
        dye:
            override: replace
            command: dye --blue
        loom:
            summary: new
            override: replace
            command: weave
            requires:
                - dye
                - spin
            environment:
                A: a
                B: c
            user: root
            kill-delay: 1s
        spin:
            override: replace
            command: spin
    checks:
        up:
            override: replace
            period: 1s
            threshold: 5
            tcp:
                port: 80
                host: inn
    "#);
}

#[test]
fn a_layer_of_the_same_label_is_combined_or_refused() {
    let mut stack = stack(&[("app", "services: {loom: {override: replace, command: weave}}")]);
    let again = layer("app", "services: {loom: {override: merge, user: heron}}");
    let refused = stack.add(
        again.clone(),
        Addition {
            combine: false,
            inner: false,
        },
    );
    assert_eq!(refused.unwrap_err().to_string(), r#"layer "app" already exists"#);
    let plan = stack
        .add(
            again,
            Addition {
                combine: true,
                inner: false,
            },
        )
        .unwrap();
    assert_eq!(
        (
            plan.services["loom"].command.as_str(),
            plan.services["loom"].user.as_str()
        ),
        ("weave", "heron")
    );
}

#[test]
fn an_invalid_plan_changes_nothing() {
    let mut stack = stack(&[("app", "services: {loom: {override: replace, command: weave}}")]);
    let bad = layer("more", "services: {dye: {override: replace}}");
    assert!(
        stack
            .add(
                bad,
                Addition {
                    combine: true,
                    inner: false
                }
            )
            .is_err()
    );
    assert_eq!(stack.plan().services.keys().collect::<Vec<_>>(), ["loom"]);
}

#[test]
fn families_of_layers_stay_together() {
    let mut stack = stack(&[("one/a", ""), ("two", "")]);
    let inner = layer("one/b", "");
    let refused = stack
        .add(
            inner.clone(),
            Addition {
                combine: false,
                inner: false,
            },
        )
        .unwrap_err();
    assert_eq!(refused, AddError::NotInner);
    stack
        .add(
            inner,
            Addition {
                combine: false,
                inner: true,
            },
        )
        .unwrap();
    // Behind its family now; a further one of the last family is no insertion.
    stack
        .add(
            layer("two/x", ""),
            Addition {
                combine: false,
                inner: false,
            },
        )
        .unwrap();
}

#[test]
fn layers_are_read_from_a_directory() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).unwrap();
    std::fs::create_dir(dir.path().join("002-more.d")).unwrap();
    write(
        "001-base.yaml",
        "services: {loom: {override: replace, command: weave}}",
    );
    write(
        "002-more.d/001-blue.yaml",
        "services: {loom: {override: merge, command: weave --blue}}",
    );
    write("README", "not a layer");
    let mut stack = Layers::default();
    stack.read_dir(dir.path()).unwrap();
    assert_eq!(stack.plan().services["loom"].command, "weave --blue");
    write("3-bad.yaml", "");
    let refused = Layers::default().read_dir(dir.path()).unwrap_err().to_string();
    assert_eq!(
        refused,
        r#"invalid layer filename: "3-bad.yaml" (must look like "123-some-label.yaml")"#
    );
    Layers::default().read_dir(&dir.path().join("nope")).unwrap();
}

#[test]
fn checks_have_defaults() {
    let plan = stack(&[(
        "app",
        "checks: {up: {override: replace, tcp: {port: 80}, period: 2s}}",
    )])
    .plan();
    let check = &plan.checks["up"];
    assert_eq!(
        (
            check.threshold,
            check.period(),
            check.timeout(),
            check.starts_by_itself()
        ),
        (3, Duration::from_secs(2), Duration::from_secs(2), true)
    );
}

#[test]
fn an_exec_check_takes_over_the_context_of_its_service() {
    let text = "
services: {loom: {override: replace, command: weave, user: heron, working-dir: /srv, environment: {A: a, B: b}}}
checks: {up: {override: replace, exec: {command: 'true', service-context: loom, environment: {B: c}}}}
";
    let check = stack(&[("app", text)]).plan().complete_check("up").unwrap();
    let context = check.exec.unwrap().context();
    assert_eq!(
        (context.user.as_str(), context.working_dir.as_str()),
        ("heron", "/srv")
    );
    assert_eq!(context.environment.into_values().collect::<Vec<_>>(), ["a", "c"]);
}

fn services(text: &str) -> BTreeMap<String, Service> {
    parse_layer("order", text).unwrap().entries.services
}

#[test]
fn lanes_follow_requires_and_order_follows_after_and_before() {
    let check = |text: &str, names: &[&str], start: &str, stop: &str| {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let services = services(text);
        assert_eq!(
            format!("{:?}", start_lanes(&services, &names).unwrap()),
            start,
            "{text}"
        );
        assert_eq!(
            format!("{:?}", stop_lanes(&services, &names).unwrap()),
            stop,
            "{text}"
        );
    };
    let text = "services: {a: {requires: [b], after: [b]}, b: {}, c: {}}";
    check(text, &["a"], r#"[["b", "a"]]"#, r#"[["a"]]"#);
    check(text, &["b"], r#"[["b"]]"#, r#"[["a", "b"]]"#);
    check(text, &["a", "c"], r#"[["b", "a"], ["c"]]"#, r#"[["a"], ["c"]]"#);
    let text = "services: {a: {before: [b]}, b: {}}";
    check(text, &["b", "a"], r#"[["a"], ["b"]]"#, r#"[["b"], ["a"]]"#);
    check(text, &[], "[]", "[]");
}

#[test]
fn services_that_wait_for_each_other_are_named() {
    let check = |text: &str, expect: &str| {
        let services = services(text);
        let names: Vec<String> = services.keys().cloned().collect();
        assert_eq!(start_lanes(&services, &names).unwrap_err().to_string(), expect);
    };
    check(
        "services: {a: {after: [b]}, b: {after: [a]}}",
        "services in before/after loop: a, b",
    );
    check(
        "services: {c: {after: [d]}, d: {before: [e]}, e: {before: [d]}}",
        "services in before/after loop: d, e",
    );
    let unknown = start_lanes(&BTreeMap::new(), &["zz".to_owned()]).unwrap_err();
    assert_eq!(unknown.to_string(), r#"service "zz" does not exist"#);
}
