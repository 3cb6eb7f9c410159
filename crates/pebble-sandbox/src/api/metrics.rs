//! `/v1/metrics`, in the text format of Prometheus.

use crate::daemon::Daemon;
use crate::metrics::text;
use crate::server::{Reply, body_of};
use hyper::Response;
use hyper::header::{CONTENT_TYPE, HeaderValue};

pub(super) fn get(daemon: &Daemon) -> Reply {
    let mut response = Response::new(body_of(text(&daemon.services.counts(), &daemon.checks.counts())));
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    Reply::Raw(response)
}
