//! The probe of an `http` check: a GET that must be answered with a 2xx status, redirects followed.

use super::probe::{connect, first_lines, with_details};
use crate::plan::HttpCheck;
use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{HOST, LOCATION, USER_AGENT};
use hyper::{Request, Response, Uri};
use hyper_util::rt::TokioIo;

/// As many as Go's client follows.
const REDIRECTS: usize = 10;
/// Of an answer's body, no more than this is read.
const BODY_BYTES: usize = 64 * 1024;

/// Asks once.
///
/// # Errors
/// Why there was no good answer, in the words of Go's client.
pub(super) async fn probe(check: &HttpCheck) -> Result<(), String> {
    let failed = |reason: String| format!("Get {:?}: {reason}", check.url);
    let mut url: Uri = check.url.parse().map_err(|_| failed("invalid URL".to_owned()))?;
    for _ in 0..=REDIRECTS {
        let response = get(&url, check).await.map_err(failed)?;
        let status = response.status();
        let target = response
            .headers()
            .get(LOCATION)
            .and_then(|target| target.to_str().ok());
        match target.filter(|_| status.is_redirection()) {
            Some(target) => {
                url = resolve(&url, target).ok_or_else(|| failed("invalid redirect".to_owned()))?;
            }
            None if status.is_success() => return Ok(()),
            None => {
                let body = Limited::new(response.into_body(), BODY_BYTES).collect().await;
                let body = body.map_or_else(|_| Bytes::new(), http_body_util::Collected::to_bytes);
                return Err(with_details(
                    format!("non-2xx status code {}", status.as_u16()),
                    &first_lines(&body),
                ));
            }
        }
    }
    Err(failed(format!("stopped after {REDIRECTS} redirects")))
}

async fn get(url: &Uri, check: &HttpCheck) -> Result<Response<Incoming>, String> {
    let scheme = url.scheme_str().unwrap_or_default();
    if scheme != "http" {
        return Err(format!("unsupported protocol scheme {scheme:?}"));
    }
    let host = url.host().ok_or("http: no Host in request URL")?;
    let stream = connect(host, url.port_u16().unwrap_or(80)).await?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| error.to_string())?;
    tokio::spawn(connection);
    let path = url.path_and_query().map_or("/", |path| path.as_str());
    let authority = url
        .authority()
        .map(hyper::http::uri::Authority::as_str)
        .unwrap_or_default();
    let mut request = Request::get(path).header(USER_AGENT, "pebble-sandbox");
    let names_host = check
        .headers
        .keys()
        .any(|name| name.eq_ignore_ascii_case(HOST.as_str()));
    if !names_host {
        request = request.header(HOST, authority);
    }
    for (name, value) in &check.headers {
        request = request.header(name, value);
    }
    let request = request
        .body(Empty::<Bytes>::new())
        .map_err(|error| error.to_string())?;
    sender
        .send_request(request)
        .await
        .map_err(|error| error.to_string())
}

/// Where a `Location` leads: another server, or another path of this one.
fn resolve(from: &Uri, target: &str) -> Option<Uri> {
    if target.contains("://") {
        return target.parse().ok();
    }
    let base = from.path().rsplit_once('/').map_or("", |(base, _)| base);
    let path = if target.starts_with('/') {
        target.to_owned()
    } else {
        format!("{base}/{target}")
    };
    format!("{}://{}{path}", from.scheme_str()?, from.authority()?)
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirects_are_resolved() {
        let check = |target: &str, expect: &str| {
            let from: Uri = "http://inn:8080/a/b?c".parse().unwrap();
            assert_eq!(resolve(&from, target).unwrap().to_string(), expect);
        };
        check("/x", "http://inn:8080/x");
        check("x", "http://inn:8080/a/x");
        check("http://pub/x", "http://pub/x");
    }
}
