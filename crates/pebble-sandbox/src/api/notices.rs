//! `/v1/notices`.

use super::Answer;
use crate::daemon::Daemon;
use crate::duration::GoDuration;
use crate::notice::{Filter, Occurrence};
use crate::server::{Access, Query, Refusal, Reply, Request, Standing};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const KEY_BYTES: usize = 256;
const DATA_BYTES: usize = 4 * 1024;

pub(super) async fn list(daemon: &Daemon, request: &Request) -> Answer {
    let user_id = whose(&request.query, request.standing)?;
    let wanted = request.query.list("types");
    let known = |kind: &String| matches!(kind.as_str(), "change-update" | "custom" | "warning");
    let kinds: Vec<String> = wanted.iter().filter(|kind| known(kind)).cloned().collect();
    if kinds.is_empty() && !wanted.is_empty() {
        // Types of a newer Pebble: there are no such notices.
        return Ok(Reply::Sync(json!([])));
    }
    let after = match request.query.get("after") {
        "" => None,
        text => {
            let time = text.parse::<Timestamp>();
            Some(time.map_err(|error| Refusal::bad(format_args!("invalid \"after\" timestamp: {error}")))?)
        }
    };
    let timeout = request.query.duration("timeout");
    let timeout = timeout.map_err(|error| Refusal::bad(format_args!("invalid timeout: {error}")))?;
    let filter = Filter {
        user_id,
        kinds,
        keys: request.query.list("keys"),
        after,
    };
    Reply::of(match timeout {
        Some(timeout) => daemon.notices.wait(&filter, timeout.0).await,
        None => daemon.notices.list(&filter),
    })
}

/// Whose notices are shown: by default those of the peer, and the public ones.
fn whose(query: &Query, standing: Standing) -> Result<Option<u32>, Refusal> {
    let admin = standing.may(Access::Admin);
    for filter in ["user-id", "users"] {
        if query.has(filter) && !admin {
            return Err(Refusal::forbidden(format_args!(
                "only admins may use the {filter:?} filter"
            )));
        }
    }
    match (query.has("users"), query.has("user-id")) {
        (false, false) => Ok(standing.uid),
        (true, true) => Err(Refusal::bad(
            r#"cannot use both "users" and "user-id" parameters"#,
        )),
        (true, false) if query.get("users") == "all" => Ok(None),
        (true, false) => Err(Refusal::bad(r#"invalid "users" filter: must be "all""#)),
        (false, true) => {
            let text = query.get("user-id");
            let uid = text
                .parse()
                .map_err(|error| Refusal::bad(format_args!("invalid \"user-id\" filter: {error}")))?;
            Ok(Some(uid))
        }
    }
}

pub(super) fn get(daemon: &Daemon, id: &str, request: &Request) -> Answer {
    let unknown = || Refusal::not_found(format_args!("cannot find notice with ID {id:?}")).without_kind();
    let notice = daemon.notices.get(id).ok_or_else(unknown)?;
    let mine = notice.user_id.is_none() || notice.user_id == request.standing.uid;
    if !mine && !request.standing.may(Access::Admin) {
        return Err(Refusal::forbidden(format_args!(
            "not allowed to access notice with id {id:?}"
        )));
    }
    Reply::of(notice)
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case", default)]
struct Add {
    action: String,
    #[serde(rename = "type")]
    kind: String,
    key: String,
    repeat_after: String,
    data: Option<Value>,
}

pub(super) async fn add(daemon: &Daemon, request: Request) -> Answer {
    let user_id = request.standing.uid;
    let Add {
        action,
        kind,
        key,
        repeat_after,
        data,
    } = request.json("cannot decode request body").await?;
    if action != "add" {
        return Err(Refusal::bad(format_args!("invalid action {action:?}")));
    }
    if kind != "custom" {
        return Err(Refusal::bad(format_args!(
            "invalid type {kind:?} (can only add \"custom\" notices)"
        )));
    }
    if !is_custom_key(&key) {
        return Err(Refusal::bad(format_args!(
            "invalid key {key:?} (must be in \"example.com/path\" format)"
        )));
    }
    if key.len() > KEY_BYTES {
        return Err(Refusal::bad(format_args!(
            "key must be {KEY_BYTES} bytes or less"
        )));
    }
    let repeat_after = match repeat_after.as_str() {
        "" => None,
        text => {
            let pause = text.parse::<GoDuration>();
            let pause = pause.map_err(|error| Refusal::bad(format_args!("invalid repeat-after: {error}")))?;
            Some(pause).filter(|pause| !pause.0.is_zero())
        }
    };
    let data = read_data(data)?;
    let id = daemon.notices.add(
        Occurrence {
            user_id,
            kind,
            key,
            data,
            repeat_after,
        },
        crate::log::now(),
    );
    Ok(Reply::Sync(json!({ "id": id })))
}

fn read_data(data: Option<Value>) -> Result<BTreeMap<String, String>, Refusal> {
    let Some(data) = data else {
        return Ok(BTreeMap::new());
    };
    if data.to_string().len() > DATA_BYTES {
        return Err(Refusal::bad(format_args!(
            "total size of data must be {DATA_BYTES} bytes or less"
        )));
    }
    serde_json::from_value(data)
        .map_err(|error| Refusal::bad(format_args!("cannot decode notice data: {error}")))
}

/// `example.com/path`: a domain of at least two labels, then at least one path part; all in lower case, digits and
/// inner hyphens.
fn is_custom_key(key: &str) -> bool {
    let word = |word: &str| {
        let mut parts = word.split('-');
        parts.all(|part| {
            !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        })
    };
    match key.split_once('/') {
        Some((domain, path)) => {
            domain.contains('.') && domain.split('.').all(word) && path.split('/').all(word)
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_custom_key;

    #[test]
    fn custom_keys() {
        for good in ["example.com/foo", "a.b/c/d-e", "x-1.y/0"] {
            assert!(is_custom_key(good), "{good}");
        }
        for bad in [
            "",
            "foo",
            "foo/bar",
            "example.com",
            "example.com/",
            "Example.com/x",
            "a..b/c",
            "a.b/-c",
            "a.b//c",
        ] {
            assert!(!is_custom_key(bad), "{bad}");
        }
    }
}
