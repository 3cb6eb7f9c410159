//! Counts of services and checks as Prometheus reads them: pure.

/// Writes one block per metric of each service and check.
///
/// Services: name, active, starts. Checks: name, up (if it runs), successes, failures.
pub(crate) fn text(services: &[(String, bool, u64)], checks: &[(String, Option<bool>, u64, u64)]) -> String {
    let mut out = String::new();
    let mut block = |(name, kind, help): Metric, label: &str, who: &str, value: u64| {
        let value = value.to_string();
        out.extend(["# HELP ", name, " ", help, "\n# TYPE ", name, " ", kind, "\n"]);
        out.extend([name, "{", label, "=\"", who, "\"} ", &value, "\n\n"]);
    };
    for (name, active, starts) in services {
        block(ACTIVE, "service", name, u64::from(*active));
        block(STARTS, "service", name, *starts);
    }
    for (name, up, successes, failures) in checks {
        if let Some(up) = up {
            block(UP, "check", name, u64::from(*up));
        }
        block(SUCCESSES, "check", name, *successes);
        block(FAILURES, "check", name, *failures);
    }
    out
}

/// Name, kind and meaning.
type Metric = (&'static str, &'static str, &'static str);

const ACTIVE: Metric = (
    "pebble_service_active",
    "gauge",
    "Whether the service is currently active (1) or not (0)",
);
const STARTS: Metric = (
    "pebble_service_start_count",
    "counter",
    "Number of times the service has started",
);
const UP: Metric = (
    "pebble_check_up",
    "gauge",
    "Whether the health check is up (1) or not (0)",
);
const SUCCESSES: Metric = (
    "pebble_check_success_count",
    "counter",
    "Number of times the check has succeeded",
);
const FAILURES: Metric = (
    "pebble_check_failure_count",
    "counter",
    "Number of times the check has failed",
);

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
