//! The API, one file per resource: what a request asks of the rooms, and how their answer looks. No state is kept here.

mod changes;
mod checks;
mod exec;
mod files;
mod identities;
mod logs;
mod metrics;
mod notices;
mod plan;
mod services;
mod signals;
mod system;

use crate::daemon::Daemon;
use crate::duration::GoDuration;
use crate::server::{Body, Peer, Query, Refusal, Reply, Request, Route, Standing, route};
use hyper::Response;
use hyper::body::Incoming;
use std::sync::Arc;
use std::time::Instant;

/// What a handler gives back.
type Answer = Result<Reply, Refusal>;

/// Answers one request, and logs it.
pub(crate) async fn answer(
    daemon: &Arc<Daemon>,
    peer: Peer,
    mut request: hyper::Request<Incoming>,
) -> Response<Body> {
    let began = Instant::now();
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let upgrade = hyper::upgrade::on(&mut request);
    let found = route(&method, uri.path());
    let logged = found.as_ref().map_or(true, Route::is_logged);
    let answer = match found {
        Ok(route) => {
            let standing = Standing::of(peer, daemon.powers.own().uid, &daemon.identities);
            let (head, body) = request.into_parts();
            let query = Query::parse(uri.query().unwrap_or_default());
            let request = Request {
                query,
                headers: head.headers,
                standing,
                body,
                upgrade,
            };
            dispatch(daemon, route, request).await
        }
        Err(refusal) => Err(refusal),
    };
    let response = answer.map_or_else(Refusal::into_response, Reply::into_response);
    if logged {
        let (took, status) = (GoDuration(began.elapsed()), response.status().as_u16());
        daemon.log.line(&format!("{method} {uri} {took} {status}"));
    }
    response
}

async fn dispatch(daemon: &Arc<Daemon>, route: Route, request: Request) -> Answer {
    if !request.standing.may(route.access()) {
        return Err(Refusal::no_access());
    }
    match route {
        Route::SystemInfo => Ok(system::info(daemon)),
        Route::Health => system::health(daemon, &request),
        Route::Plan => plan::get(daemon, &request),
        Route::AddLayer => plan::add_layer(daemon, request).await,
        Route::Services => services::list(daemon, &request),
        Route::ActOnServices => services::act(daemon, request).await,
        Route::Changes => changes::list(daemon, &request),
        Route::Change(id) => changes::get(daemon, &id),
        Route::WaitChange(id) => changes::wait(daemon, &id, &request).await,
        Route::AbortChange(id) => changes::abort(daemon, &id, request).await,
        Route::Files => files::get(&request),
        Route::ActOnFiles => files::post(daemon, request).await,
        Route::Exec => exec::start(daemon, request).await,
        Route::TaskWebsocket { task, socket } => exec::connect(daemon, &task, &socket, request),
        Route::Checks => checks::list(daemon, &request),
        Route::ActOnChecks => checks::act(daemon, request).await,
        Route::RefreshCheck => checks::refresh(daemon, request).await,
        Route::Notices => notices::list(daemon, &request).await,
        Route::Notice(id) => notices::get(daemon, &id, &request),
        Route::AddNotice => notices::add(daemon, request).await,
        Route::Signals => signals::send(daemon, request).await,
        Route::Logs => logs::read(daemon, &request),
        Route::Identities => identities::list(daemon),
        Route::ActOnIdentities => identities::act(daemon, request).await,
        Route::Metrics => Ok(metrics::get(daemon)),
    }
}

/// The level of checks that a query asks for; empty if it asks for none.
fn level(query: &Query) -> Result<&str, Refusal> {
    match query.get("level") {
        level @ ("" | "alive" | "ready") => Ok(level),
        _ => Err(Refusal::bad(r#"level must be "alive" or "ready""#)),
    }
}
