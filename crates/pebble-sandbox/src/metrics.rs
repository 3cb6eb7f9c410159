//! Counts of services and checks as Prometheus reads them: pure.

/// Writes one block per metric that has values.
///
/// Services: name, active, starts. Checks: name, up (if it runs), successes, failures.
pub(crate) fn text(services: &[(String, bool, u64)], checks: &[(String, Option<bool>, u64, u64)]) -> String {
    let mut out = String::new();
    let mut block = |name: &str, kind: &str, help: &str, label: &str, values: Vec<(&str, u64)>| {
        if values.is_empty() {
            return;
        }
        out.extend(["# HELP ", name, " ", help, "\n# TYPE ", name, " ", kind, "\n"]);
        for (who, value) in values {
            out.extend([name, "{", label, "=\"", who, "\"} ", &value.to_string(), "\n"]);
        }
    };
    let active = services
        .iter()
        .map(|(name, active, _)| (name.as_str(), u64::from(*active)))
        .collect();
    block(
        "pebble_service_active",
        "gauge",
        "Whether the service is currently active (1) or not (0)",
        "service",
        active,
    );
    let starts = services
        .iter()
        .map(|(name, _, starts)| (name.as_str(), *starts))
        .collect();
    block(
        "pebble_service_start_count",
        "counter",
        "Number of times the service has started",
        "service",
        starts,
    );
    let up = checks
        .iter()
        .filter_map(|(name, up, ..)| Some((name.as_str(), u64::from((*up)?))))
        .collect();
    block(
        "pebble_check_up",
        "gauge",
        "Whether the health check is up (1) or not (0)",
        "check",
        up,
    );
    let successes = checks
        .iter()
        .map(|(name, _, successes, _)| (name.as_str(), *successes))
        .collect();
    block(
        "pebble_check_success_count",
        "counter",
        "Number of times the check has succeeded",
        "check",
        successes,
    );
    let failures = checks
        .iter()
        .map(|(name, _, _, failures)| (name.as_str(), *failures))
        .collect();
    block(
        "pebble_check_failure_count",
        "counter",
        "Number of times the check has failed",
        "check",
        failures,
    );
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn metrics() {
        let services = [("loom".to_owned(), true, 3)];
        let checks = [("dye".to_owned(), None, 5, 6)];
        insta::assert_snapshot!(super::text(&services, &checks), @r#"
        # HELP pebble_service_active Whether the service is currently active (1) or not (0)
        # TYPE pebble_service_active gauge
        pebble_service_active{service="loom"} 1
        # HELP pebble_service_start_count Number of times the service has started
        # TYPE pebble_service_start_count counter
        pebble_service_start_count{service="loom"} 3
        # HELP pebble_check_success_count Number of times the check has succeeded
        # TYPE pebble_check_success_count counter
        pebble_check_success_count{check="dye"} 5
        # HELP pebble_check_failure_count Number of times the check has failed
        # TYPE pebble_check_failure_count counter
        pebble_check_failure_count{check="dye"} 6
        "#);
    }
}
