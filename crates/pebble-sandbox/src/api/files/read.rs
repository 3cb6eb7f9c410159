//! Reading files: one multipart answer with a part per readable file, and the verdicts at its end.

use super::super::Answer;
use super::{FileError, ItemResult, absolute};
use crate::random;
use crate::server::{Refusal, Reply, Request, envelope_text, stream_body};
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};
use serde_json::json;
use std::fs::File;
use std::io::Read;
use tokio::sync::mpsc;

const CHUNK_BYTES: usize = 64 * 1024;

type Pieces = mpsc::Sender<Bytes>;

pub(super) fn read(request: &Request) -> Answer {
    let paths: Vec<String> = request.query.all("path").map(str::to_owned).collect();
    if paths.is_empty() {
        return Err(Refusal::bad("must specify one or more paths"));
    }
    let accepted = request
        .header("accept")
        .split(',')
        .any(|kind| kind.trim().starts_with("multipart/form-data"));
    if !accepted {
        return Err(Refusal::bad("must accept multipart/form-data"));
    }
    let boundary = random::uuid().map_err(Refusal::internal)?.replace('-', "");
    let content_type = HeaderValue::from_str(&format!("multipart/form-data; boundary={boundary}"));
    let (pieces, body) = mpsc::channel(4);
    tokio::task::spawn_blocking(move || send(&paths, &boundary, &pieces));
    let mut response = Response::new(stream_body(body));
    response
        .headers_mut()
        .insert(CONTENT_TYPE, content_type.map_err(Refusal::internal)?);
    Ok(Reply::Raw(response))
}

/// Sends all parts, until the client is gone.
fn send(paths: &[String], boundary: &str, pieces: &Pieces) {
    let results: Vec<ItemResult> = paths
        .iter()
        .map(|path| ItemResult::of(path, send_file(path, boundary, pieces)))
        .collect();
    let envelope = envelope_text(StatusCode::OK, "sync", Some(&json!(results)), None);
    let head = part_head(boundary, r#"form-data; name="response""#, "application/json");
    put(pieces, format!("{head}{envelope}\n\r\n--{boundary}--\r\n").into());
}

fn send_file(path: &str, boundary: &str, pieces: &Pieces) -> Result<(), FileError> {
    let absolute = absolute(path)?;
    let found = absolute
        .metadata()
        .map_err(|error| FileError::io("stat", absolute, &error))?;
    if !found.is_file() {
        return Err(FileError::generic(format!(
            "can only read a regular file: {path:?}"
        )));
    }
    let mut file = File::open(absolute).map_err(|error| FileError::io("open", absolute, &error))?;
    let name = path.replace('\\', "\\\\").replace('"', "\\\"");
    let disposition = format!("form-data; name=\"files\"; filename=\"{name}\"");
    put(
        pieces,
        part_head(boundary, &disposition, "application/octet-stream").into(),
    );
    let outcome = send_content(&mut file, pieces);
    put(pieces, "\r\n".into());
    outcome.map_err(|error| FileError::io("read", absolute, &error))
}

fn send_content(file: &mut File, pieces: &Pieces) -> std::io::Result<()> {
    loop {
        let mut chunk = Vec::with_capacity(CHUNK_BYTES);
        let limit = u64::try_from(CHUNK_BYTES).unwrap_or(u64::MAX);
        if file.by_ref().take(limit).read_to_end(&mut chunk)? == 0 || !put(pieces, chunk.into()) {
            return Ok(());
        }
    }
}

fn part_head(boundary: &str, disposition: &str, kind: &str) -> String {
    format!("--{boundary}\r\nContent-Disposition: {disposition}\r\nContent-Type: {kind}\r\n\r\n")
}

/// False if the client is gone.
fn put(pieces: &Pieces, piece: Bytes) -> bool {
    pieces.blocking_send(piece).is_ok()
}
