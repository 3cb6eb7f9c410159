//! `/v1/logs`: JSON lines, for as long as the client follows.

use super::Answer;
use crate::daemon::Daemon;
use crate::server::{Query, Refusal, Reply, Request, stream_body};
use crate::service_log::{Entry, ServiceLogs};
use hyper::Response;
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use std::sync::Arc;
use tokio::sync::mpsc;

const DEFAULT_LINES: usize = 30;

pub(super) fn read(daemon: &Daemon, request: &Request) -> Answer {
    let follow = match request.query.get("follow") {
        "true" => true,
        "" | "false" => false,
        _ => return Err(Refusal::bad(r#"follow parameter must be "true" or "false""#)),
    };
    let last = lines(&request.query, follow)?;
    let mut services = request.query.list("services");
    if services.is_empty() {
        services = daemon.plan().services.keys().cloned().collect();
    }
    let logs = Arc::clone(&daemon.service_logs);
    let (sender, pieces) = mpsc::channel(16);
    tokio::spawn(async move {
        // The client may go away at any time.
        let _ = send(&logs, &services, last, follow, &sender).await;
    });
    let mut response = Response::new(stream_body(pieces));
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"));
    Ok(Reply::Raw(response))
}

/// How many lines are wanted; `None` is all.
fn lines(query: &Query, follow: bool) -> Result<Option<usize>, Refusal> {
    match query.get("n") {
        "" if follow => Ok(Some(0)),
        "" => Ok(Some(DEFAULT_LINES)),
        "-1" => Ok(None),
        text => {
            let number = text
                .parse()
                .map_err(|_| Refusal::bad("n must be -1, 0, or a positive integer"))?;
            Ok(Some(number))
        }
    }
}

type Gone = mpsc::error::SendError<Bytes>;

async fn send(
    logs: &ServiceLogs,
    services: &[String],
    last: Option<usize>,
    follow: bool,
    to: &mpsc::Sender<Bytes>,
) -> Result<(), Gone> {
    let mut growth = logs.growth();
    let mut sent = logs.newest();
    for entry in logs
        .read(services, 0, last)
        .into_iter()
        .filter(|entry| entry.number <= sent)
    {
        to.send(line(&entry)).await?;
    }
    if !follow {
        return Ok(());
    }
    loop {
        for entry in logs.read(services, sent, None) {
            sent = entry.number;
            to.send(line(&entry)).await?;
        }
        tokio::select! {
            grown = growth.changed() => if grown.is_err() { return Ok(()) },
            () = to.closed() => return Ok(()),
        }
    }
}

fn line(entry: &Entry) -> Bytes {
    let text = serde_json::to_string(entry).unwrap_or_default();
    Bytes::from(text + "\n")
}
