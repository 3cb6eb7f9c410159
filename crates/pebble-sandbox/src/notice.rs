//! Notices: what happened, one record per user, type and key, waited for by long polls.

use crate::duration::GoDuration;
use crate::sync::locked;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;
use tokio::sync::watch;

const EXPIRE_AFTER: GoDuration = GoDuration(Duration::from_hours(168));

/// One notice, as the API shows it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Notice {
    pub(crate) id: String,
    /// Whose it is; `None` is everybody's.
    pub(crate) user_id: Option<u32>,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) key: String,
    pub(crate) first_occurred: Timestamp,
    pub(crate) last_occurred: Timestamp,
    pub(crate) last_repeated: Timestamp,
    pub(crate) occurrences: u64,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) last_data: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) repeat_after: Option<GoDuration>,
    pub(crate) expire_after: GoDuration,
}

/// One happening that becomes a notice, or repeats one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Occurrence {
    pub(crate) user_id: Option<u32>,
    pub(crate) kind: String,
    pub(crate) key: String,
    pub(crate) data: BTreeMap<String, String>,
    /// Within this time after the last repetition the notice is not repeated.
    pub(crate) repeat_after: Option<GoDuration>,
}

/// Which notices to show.
#[derive(Debug, Clone, Default)]
pub(crate) struct Filter {
    /// Those of this user and the public ones; `None` is everybody's.
    pub(crate) user_id: Option<u32>,
    pub(crate) kinds: Vec<String>,
    pub(crate) keys: Vec<String>,
    /// Only those repeated later than this.
    pub(crate) after: Option<Timestamp>,
}

/// All notices of this run of the daemon.
#[derive(Debug, Default)]
pub(crate) struct Notices {
    all: Mutex<Vec<Notice>>,
    repeated: watch::Sender<()>,
}

impl Notices {
    /// Records an occurrence at the time `now` and gives the id of its notice.
    pub(crate) fn add(&self, occurrence: Occurrence, now: Timestamp) -> String {
        let Occurrence {
            user_id,
            kind,
            key,
            data,
            repeat_after,
        } = occurrence;
        let mut all = locked(&self.all);
        let id = (all.len() + 1).to_string();
        let same = |old: &&mut Notice| old.user_id == user_id && old.kind == kind && old.key == key;
        let (id, repeated) = if let Some(old) = all.iter_mut().find(same) {
            old.occurrences += 1;
            let due = repeat_after.is_none_or(|pause| now > later(old.last_repeated, pause.0));
            if due {
                old.last_repeated = now;
            }
            old.last_occurred = now;
            old.last_data = data;
            old.repeat_after = repeat_after;
            (old.id.clone(), due)
        } else {
            all.push(Notice {
                id: id.clone(),
                user_id,
                kind,
                key,
                first_occurred: now,
                last_occurred: now,
                last_repeated: now,
                occurrences: 1,
                last_data: data,
                repeat_after,
                expire_after: EXPIRE_AFTER,
            });
            (id, true)
        };
        drop(all);
        if repeated {
            self.repeated.send_replace(());
        }
        id
    }

    pub(crate) fn get(&self, id: &str) -> Option<Notice> {
        locked(&self.all).iter().find(|notice| notice.id == id).cloned()
    }

    /// The notices that pass the filter, in the order of their last repetition.
    pub(crate) fn list(&self, filter: &Filter) -> Vec<Notice> {
        let mut notices: Vec<Notice> = locked(&self.all)
            .iter()
            .filter(|notice| filter.passes(notice))
            .cloned()
            .collect();
        notices.sort_by_key(|notice| notice.last_repeated);
        notices
    }

    /// As [`list`](Self::list), but waits up to `limit` for a first one.
    pub(crate) async fn wait(&self, filter: &Filter, limit: Duration) -> Vec<Notice> {
        let mut repeated = self.repeated.subscribe();
        let some = async {
            loop {
                let notices = self.list(filter);
                if !notices.is_empty() || repeated.changed().await.is_err() {
                    return notices;
                }
            }
        };
        tokio::time::timeout(limit, some).await.unwrap_or_default()
    }
}

impl Filter {
    fn passes(&self, notice: &Notice) -> bool {
        let chosen = |wanted: &[String], value: &String| wanted.is_empty() || wanted.contains(value);
        let mine = self.user_id.is_none() || notice.user_id.is_none() || self.user_id == notice.user_id;
        mine && chosen(&self.kinds, &notice.kind)
            && chosen(&self.keys, &notice.key)
            && self.after.is_none_or(|after| notice.last_repeated > after)
    }
}

fn later(time: Timestamp, pause: Duration) -> Timestamp {
    let pause = SignedDuration::try_from(pause).unwrap_or(SignedDuration::MAX);
    time.checked_add(pause).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn custom(key: &str, user_id: u32, repeat_after: Option<u64>) -> Occurrence {
        Occurrence {
            user_id: Some(user_id),
            kind: "custom".to_owned(),
            key: key.to_owned(),
            repeat_after: repeat_after.map(|seconds| GoDuration(Duration::from_secs(seconds))),
            ..Occurrence::default()
        }
    }

    #[test]
    fn one_record_per_user_type_and_key() {
        let notices = Notices::default();
        assert_eq!(notices.add(custom("a.b/c", 7, None), at(1)), "1");
        assert_eq!(notices.add(custom("a.b/c", 8, None), at(2)), "2");
        assert_eq!(notices.add(custom("a.b/c", 7, None), at(3)), "1");
        let seen = notices.get("1").unwrap();
        assert_eq!(
            (seen.occurrences, seen.first_occurred, seen.last_repeated),
            (2, at(1), at(3))
        );
    }

    #[test]
    fn repeats_only_after_the_pause() {
        let notices = Notices::default();
        notices.add(custom("a.b/c", 7, Some(10)), at(100));
        notices.add(custom("a.b/c", 7, Some(10)), at(105));
        assert_eq!(notices.get("1").unwrap().last_repeated, at(100));
        notices.add(custom("a.b/c", 7, Some(10)), at(111));
        assert_eq!(notices.get("1").unwrap().last_repeated, at(111));
    }

    #[test]
    fn filters() {
        let notices = Notices::default();
        notices.add(custom("a.b/c", 7, None), at(1));
        notices.add(
            Occurrence {
                kind: "change-update".into(),
                key: "1".into(),
                ..Occurrence::default()
            },
            at(2),
        );
        notices.add(custom("a.b/d", 8, None), at(3));
        let check = |filter: Filter, expect: &[&str]| {
            let ids: Vec<String> = notices
                .list(&filter)
                .into_iter()
                .map(|notice| notice.id)
                .collect();
            assert_eq!(ids, expect, "{filter:?}");
        };
        check(Filter::default(), &["1", "2", "3"]);
        check(
            Filter {
                user_id: Some(8),
                ..Filter::default()
            },
            &["2", "3"],
        );
        check(
            Filter {
                kinds: vec!["custom".into()],
                ..Filter::default()
            },
            &["1", "3"],
        );
        check(
            Filter {
                keys: vec!["a.b/d".into()],
                ..Filter::default()
            },
            &["3"],
        );
        check(
            Filter {
                after: Some(at(1)),
                ..Filter::default()
            },
            &["2", "3"],
        );
    }
}
