//! What the charm and its libraries log with `tracing`, collected and sent to Juju in few calls.
//!
//! Events enter, `juju-log` calls leave: one for each run of lines of the same level, split where a message would be
//! longer than an argument may be. A dispatch that logs nothing makes no call. Levels below INFO are dropped: what
//! HTTP libraries say there would make every dispatch loud.

use std::fmt::{self, Write as _};
use std::sync::{Arc, Mutex, PoisonError};

use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

use crate::error::Error;
use crate::hookcmds::{self, Level};
use crate::text::LONGEST_ARGUMENT;
use crate::transport::Transport;

/// The lines not sent yet.
#[derive(Debug, Default, Clone)]
pub(crate) struct Log(Arc<Mutex<Vec<Line>>>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    level: Level,
    text: String,
}

impl Log {
    /// Runs `act` and collects what it logs on this thread.
    pub(crate) fn collect<T>(&self, act: impl FnOnce() -> T) -> T {
        let subscriber = tracing_subscriber::registry().with(Collector(self.clone()));
        tracing::subscriber::with_default(subscriber, act)
    }

    /// Sends the collected lines. On failure they are given back, for another way out.
    pub(crate) fn send(&self, transport: &dyn Transport) -> Result<(), (Error, Vec<String>)> {
        let lines = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let mut messages = messages(&lines).into_iter();
        while let Some((level, message)) = messages.next() {
            if let Err(error) = hookcmds::juju_log(transport, level, &message) {
                let unsent = std::iter::once(message).chain(messages.map(|(_, message)| message));
                return Err((error, unsent.collect()));
            }
        }
        Ok(())
    }

    /// Collects a line that comes from no macro.
    pub(crate) fn error(&self, text: String) {
        self.push(Line {
            level: Level::Error,
            text,
        });
    }

    fn push(&self, line: Line) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }
}

/// One message for each run of lines of the same level, none too long.
fn messages(lines: &[Line]) -> Vec<(Level, String)> {
    lines
        .chunk_by(|one, next| one.level == next.level)
        .filter_map(|run| {
            let text = run
                .iter()
                .map(|line| line.text.as_str())
                .collect::<Vec<_>>()
                .join("\n");
            run.first().map(|line| (line.level, text))
        })
        .flat_map(|(level, text)| {
            split(&text, LONGEST_ARGUMENT)
                .into_iter()
                .map(move |part| (level, part))
        })
        .collect()
}

/// Cuts a text into parts of at most `longest` bytes: at the last line end within reach, else between characters.
fn split(text: &str, longest: usize) -> Vec<String> {
    let mut parts = Vec::new();
    let mut rest = text;
    while rest.len() > longest {
        let (head, tail) = rest.split_at(rest.floor_char_boundary(longest.max(4)));
        let (part, next) = match (tail.strip_prefix('\n'), head.rsplit_once('\n')) {
            (Some(next), _) => (head, next),
            (None, Some((part, partial))) if !part.is_empty() => {
                (part, rest.split_at(head.len() - partial.len()).1)
            }
            (None, _) => (head, tail),
        };
        parts.push(part.to_owned());
        rest = next;
    }
    parts.push(rest.to_owned());
    parts
}

/// The `tracing` layer that fills a [`Log`].
struct Collector(Log);

impl<S: Subscriber> Layer<S> for Collector {
    fn enabled(&self, metadata: &Metadata<'_>, _context: Context<'_, S>) -> bool {
        *metadata.level() <= LevelFilter::INFO
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::INFO)
    }

    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        let mut text = Text::default();
        event.record(&mut text);
        self.0.push(Line {
            level: level(*event.metadata().level()),
            text: text.line(),
        });
    }
}

fn level(level: tracing::Level) -> Level {
    match level {
        tracing::Level::TRACE => Level::Trace,
        tracing::Level::DEBUG => Level::Debug,
        tracing::Level::INFO => Level::Info,
        tracing::Level::WARN => Level::Warning,
        tracing::Level::ERROR => Level::Error,
    }
}

/// An event as text: the message, then the other fields as `name=value`.
#[derive(Default)]
struct Text {
    message: String,
    fields: String,
}

impl Text {
    fn line(self) -> String {
        match (self.message.is_empty(), self.fields.is_empty()) {
            (false, true) => self.message,
            (true, _) => self.fields.trim_start().to_owned(),
            (false, false) => self.message + &self.fields,
        }
    }
}

impl Visit for Text {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            self.message.push_str(value);
        } else {
            self.record_debug(field, &value);
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Writing to a `String` cannot fail.
        let _ = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            name => write!(self.fields, " {name}={value:?}"),
        };
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn line(level: Level, text: &str) -> Line {
        Line {
            level,
            text: text.to_owned(),
        }
    }

    #[test]
    fn lines_of_one_level_in_a_row_are_one_message() {
        use Level::{Error, Info};
        let lines = [
            line(Info, "a"),
            line(Info, "b"),
            line(Error, "c"),
            line(Info, "d"),
        ];
        let expect =
            [(Info, "a\nb"), (Error, "c"), (Info, "d")].map(|(level, text)| (level, text.to_owned()));
        assert_eq!(messages(&lines), expect);
        assert_eq!(messages(&[]), []);
    }

    #[test]
    fn a_message_is_cut_at_a_line_end_where_there_is_one() {
        assert_eq!(split("abc\nde\nfgh", 8), ["abc\nde", "fgh"]);
        assert_eq!(split("abcdefgh\nij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(split("äöüß", 5), ["äö", "üß"]);
    }

    proptest! {
        #[test]
        fn parts_are_short_enough_and_lose_nothing_but_line_ends(text in "[ab\n🎬é]{0,60}", longest in 4..20_usize) {
            let parts = split(&text, longest);
            prop_assert!(parts.iter().all(|part| part.len() <= longest));
            let without = |text: &str| text.replace('\n', "");
            prop_assert_eq!(without(&parts.concat()), without(&text));
        }
    }
}
