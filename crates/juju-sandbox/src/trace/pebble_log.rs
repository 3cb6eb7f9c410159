//! The calls a Pebble served, read from its own verbose log.
//!
//! Enters: one line of what `pebble run --verbose` prints. Leaves: the request, or nothing for any other line.

/// One request that a Pebble answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PebbleRequest {
    /// `GET`, `POST`.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// The answer's HTTP status.
    pub code: u16,
}

/// The request in a line such as `2026-01-02T03:04:05.678Z [pebble] GET /v1/plan?format=yaml 123.4µs 200`, the form in
/// which Pebble's daemon logs requests when it runs with `--verbose`.
pub fn parse_request(line: &str) -> Option<PebbleRequest> {
    let (_, rest) = line.split_once(" [pebble] ")?;
    let mut words = rest.split_whitespace();
    let (method, path, _duration, code) = (words.next()?, words.next()?, words.next()?, words.next()?);
    let known = matches!(method, "GET" | "POST" | "PUT" | "DELETE" | "PATCH" | "HEAD");
    if !known || !path.starts_with('/') || words.next().is_some() {
        return None;
    }
    Some(PebbleRequest {
        method: method.to_owned(),
        path: path.to_owned(),
        code: code.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expect: Option<(&str, &str, u16)>) {
        let found = parse_request(line);
        let found = found
            .as_ref()
            .map(|one| (one.method.as_str(), one.path.as_str(), one.code));
        assert_eq!(found, expect, "{line}");
    }

    #[test]
    fn only_answered_requests_are_read() {
        let time = "2026-01-02T03:04:05.678Z";
        check(
            &format!("{time} [pebble] GET /v1/plan?format=yaml 123.4µs 200"),
            Some(("GET", "/v1/plan?format=yaml", 200)),
        );
        check(
            &format!("{time} [pebble] POST /v1/layers 1.2ms 400"),
            Some(("POST", "/v1/layers", 400)),
        );
        check(&format!("{time} [pebble] Started daemon."), None);
        check(&format!("{time} [pebble] GET it now please"), None);
        check(&format!("{time} [web] GET /v1/plan 1ms 200"), None);
        check("GET /v1/plan 1ms 200", None);
        check("", None);
    }
}
