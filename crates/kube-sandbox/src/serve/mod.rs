//! The API over https, as kube and lightkube speak it. Enters: bytes. Leaves: requests for `api`, and its answers as bytes.
//! Must not know what a request means.

mod answer;
mod certificates;
mod discovery;
mod gate;
mod path;
mod port;
mod watch;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Method, header};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio_rustls::TlsAcceptor;

use crate::api::{Answer, Api, PatchKind, Query, Request, Verb};
use crate::auth::{self, User};
use crate::calls::{ApiCall, FaultAnswer};
use crate::sandbox::Error;
use crate::status::StatusError;

use answer::{Reply, WireResponse};
pub(crate) use gate::Gate;
use port::{Latch, Port};

/// The largest body that is read, in bytes: what the API server takes too.
const BODY_LIMIT: usize = 3 * 1024 * 1024;
/// Threads that serve; a listener of calls may block one of them.
const THREADS: usize = 4;

/// A running server; it ends when it is dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) ca_pem: String,
    latch: Latch,
    runtime: Option<Runtime>,
}

/// What every connection shares.
struct Shared {
    api: Arc<Api>,
    gate: Arc<Gate>,
    latch: Latch,
}

/// The connection is closed without an answer.
#[derive(Debug, thiserror::Error)]
#[error("closed")]
struct Closed;

impl Server {
    /// Listens on a free port of 127.0.0.1.
    pub(crate) fn start(api: Arc<Api>, gate: Arc<Gate>) -> Result<Server, Error> {
        let certificates = certificates::make()?;
        let io = |operation, source| Error::Io {
            operation,
            subject: "127.0.0.1:0".to_owned(),
            source,
        };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name("kube-sandbox")
            .enable_all()
            .build()
            .map_err(|source| io("start threads for", source))?;
        let (port, latch) = {
            let _entered = runtime.enter();
            Port::open().map_err(|source| io("listen on", source))?
        };
        let address = port.address();
        let acceptor = TlsAcceptor::from(Arc::new(certificates.server));
        let shared = Shared {
            api,
            gate,
            latch: latch.clone(),
        };
        runtime.spawn(accept(port, acceptor, Arc::new(shared)));
        Ok(Server {
            address,
            ca_pem: certificates.ca_pem,
            latch,
            runtime: Some(runtime),
        })
    }

    /// Refuses connections, or takes them again; returns when it does.
    pub(crate) fn listen(&self, open: bool) {
        self.latch.set(open);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn accept(mut port: Port, acceptor: TlsAcceptor, shared: Arc<Shared>) {
    loop {
        let stream = port.accept().await;
        // connected just before the port was closed
        if shared.gate.is_available() {
            tokio::spawn(serve(stream, acceptor.clone(), shared.clone()));
        }
    }
}

async fn serve(stream: TcpStream, acceptor: TlsAcceptor, shared: Arc<Shared>) {
    let _ = stream.set_nodelay(true);
    let Ok(stream) = acceptor.accept(stream).await else {
        return;
    };
    let service = service_fn(|request| answer(request, shared.clone()));
    // an error here is a client that went away or a connection that was closed on purpose
    let _ = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn answer(request: hyper::Request<Incoming>, shared: Arc<Shared>) -> Result<WireResponse, Closed> {
    let started = Instant::now();
    if !shared.gate.is_available() {
        return Err(Closed);
    }
    let (parts, body) = request.into_parts();
    let body = Limited::new(body, BODY_LIMIT).collect().await;
    let mut call = ApiCall {
        user: String::new(),
        verb: parts.method.as_str().to_ascii_lowercase(),
        resource: parts.uri.path().to_owned(),
        subresource: None,
        namespace: None,
        name: None,
        query: parts.uri.query().unwrap_or_default().to_owned(),
        status: 0,
        millis: 0,
        unserved: None,
    };
    let reply = match body {
        Ok(body) => reply(&parts, &body.to_bytes(), &shared, &mut call),
        Err(_) => Reply::Failure(StatusError::plain(
            413,
            "RequestEntityTooLarge",
            "the request is too large",
        )),
    };
    call.millis = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    call.status = reply.code();
    tokio::task::block_in_place(|| shared.gate.tell(&call));
    match reply {
        Reply::Closed => Err(Closed),
        Reply::Watch(request, revision) => Ok(watch::stream(
            shared.api.clone(),
            shared.gate.clone(),
            &request,
            revision,
        )),
        Reply::Success(answer) => Ok(answer::success(&answer)),
        Reply::Failure(error) => Ok(answer::failure(&error)),
        Reply::Text(code, text) => Ok(answer::text(code, text)),
    }
}

fn reply(parts: &hyper::http::request::Parts, body: &[u8], shared: &Shared, call: &mut ApiCall) -> Reply {
    let path = parts.uri.path();
    if discovery::is_health(path) {
        return Reply::Text(200, "ok");
    }
    let Some(user) = authenticate(parts, &shared.gate) else {
        return Reply::Failure(StatusError::unauthorized());
    };
    call.user.clone_from(&user.name);
    if let Some(document) = discovery::document(path) {
        return Reply::Success(Answer::ok(document));
    }
    if path::parse(path).is_none() {
        let verb = parts.method.as_str().to_ascii_lowercase();
        return match auth::authorize_path(&shared.api.store(), &user, &verb, path) {
            Ok(()) => Reply::Text(
                404,
                "404 page not found
",
            ),
            Err(error) => Reply::Failure(error),
        };
    }
    let request = match read(parts, body, user) {
        Ok(request) => request,
        Err(error) => return Reply::Failure(error),
    };
    request.verb.as_str().clone_into(&mut call.verb);
    call.resource.clone_from(&request.resource);
    call.subresource.clone_from(&request.subresource);
    call.namespace.clone_from(&request.namespace);
    call.name.clone_from(&request.name);
    call.unserved = request.unserved();
    match shared.gate.fault(call) {
        Some(FaultAnswer::Drop) => return Reply::Closed,
        Some(FaultAnswer::GoDown) => {
            shared.gate.set_available(false);
            shared.latch.wish(false);
            return Reply::Closed;
        }
        Some(FaultAnswer::Status(code)) => return Reply::Failure(injected(code)),
        None => {}
    }
    match shared.api.handle(&request) {
        Ok(list) if request.verb == Verb::Watch => {
            let revision = list
                .body
                .pointer("/metadata/resourceVersion")
                .and_then(Value::as_str);
            let revision = revision.and_then(|text| text.parse().ok()).unwrap_or_default();
            Reply::Watch(Box::new(request), revision)
        }
        Ok(answer) => Reply::Success(answer),
        Err(error) if error.code == 404 && !discovery::is_served(&request.group) => Reply::Text(
            404,
            "404 page not found
",
        ),
        Err(error) => Reply::Failure(error),
    }
}

fn authenticate(parts: &hyper::http::request::Parts, gate: &Gate) -> Option<User> {
    let header = parts.headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    gate.user_of(header.strip_prefix("Bearer ")?)
}

fn read(parts: &hyper::http::request::Parts, body: &[u8], user: User) -> Result<Request, StatusError> {
    let place = path::parse(parts.uri.path()).ok_or_else(StatusError::no_such_path)?;
    let mut query = Query::parse(parts.uri.query().unwrap_or_default());
    let header = |name| {
        parts
            .headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    header(header::USER_AGENT)
        .split('/')
        .next()
        .unwrap_or_default()
        .clone_into(&mut query.agent);
    if query.agent.is_empty() {
        "unknown".clone_into(&mut query.agent);
    }
    let verb = match (&parts.method, place.name.is_some()) {
        (&Method::GET, true) => Verb::Get,
        (&Method::GET, false) if query.watch => Verb::Watch,
        (&Method::GET, false) => Verb::List,
        (&Method::POST, false) => Verb::Create,
        // to create below an object is to act on it
        (&Method::POST, true) if place.subresource.is_some() => Verb::Create,
        (&Method::PUT, true) => Verb::Update,
        (&Method::PATCH, true) => Verb::Patch(patch_kind(header(header::CONTENT_TYPE))?),
        (&Method::DELETE, true) => Verb::Delete,
        (&Method::DELETE, false) => Verb::DeleteCollection,
        _ => {
            let text = "the server does not allow this method on the requested resource";
            return Err(StatusError::plain(405, "MethodNotAllowed", text));
        }
    };
    Ok(Request {
        user,
        verb,
        group: place.group,
        version: place.version,
        resource: place.resource,
        subresource: place.subresource,
        namespace: place.namespace,
        name: place.name,
        query,
        body: parse_body(body)?,
    })
}

fn patch_kind(content_type: &str) -> Result<PatchKind, StatusError> {
    Ok(match content_type.split(';').next().unwrap_or_default().trim() {
        "application/apply-patch+yaml" | "application/apply-patch+json" => PatchKind::Apply,
        "application/strategic-merge-patch+json" => PatchKind::Strategic,
        "application/merge-patch+json" => PatchKind::Merge,
        "application/json-patch+json" => PatchKind::Json,
        _ => {
            let text = "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml, application/strategic-merge-patch+json";
            return Err(StatusError::plain(415, "UnsupportedMediaType", text));
        }
    })
}

/// JSON, or YAML.
fn parse_body(body: &[u8]) -> Result<Value, StatusError> {
    if body.is_empty() {
        return Ok(Value::Null);
    }
    if let Ok(value) = serde_json::from_slice(body) {
        return Ok(value);
    }
    let text = std::str::from_utf8(body).map_err(|_| StatusError::bad_request("the body is not UTF-8"))?;
    serde_saphyr::from_str(text)
        .map_err(|why| StatusError::bad_request(format!("error decoding YAML: {why}")))
}

fn injected(code: u16) -> StatusError {
    let reason = match code {
        429 => "TooManyRequests",
        500 => "InternalError",
        503 => "ServiceUnavailable",
        504 => "Timeout",
        _ => "",
    };
    StatusError::plain(code, reason, format!("injected fault {code}"))
}
