//! Texts of others made fit for the place they go to.
//!
//! Any text enters, one that cannot make a call fail leaves: a neighbour's data ends up in statuses and reasons, and a
//! dispatch must not fail for how long it is or for what characters it holds.

use std::borrow::Cow;

/// The longest argument Linux takes, in bytes: 128 KiB with its final zero byte.
pub(crate) const LONGEST_ARGUMENT: usize = 128 * 1024 - 1;
/// The longest line shown to a person, in bytes.
const LONGEST_LINE: usize = 1024;
/// Stands for what was cut off.
const CUT: char = '…';

/// One line for a person: control characters become spaces, and what is beyond 1 KiB is cut off.
pub(crate) fn line(text: &str) -> String {
    cut(text, LONGEST_LINE).replace(char::is_control, " ")
}

/// What fits into an argument: no zero bytes, and no more than Linux takes.
pub(crate) fn argument(text: &str) -> String {
    cut(text, LONGEST_ARGUMENT).replace('\0', " ")
}

/// The beginning of a text, between characters, at most `longest` bytes.
fn cut(text: &str, longest: usize) -> Cow<'_, str> {
    if text.len() <= longest {
        return text.into();
    }
    let end = text.floor_char_boundary(longest.saturating_sub(CUT.len_utf8()));
    let (beginning, _) = text.split_at(end);
    format!("{beginning}{CUT}").into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_line_has_no_control_characters_and_an_end() {
        assert_eq!(line("two\nlines\0"), "two lines ");
        assert_eq!(line(&"é".repeat(512)), "é".repeat(512));
        assert_eq!(line(&"é".repeat(513)), format!("{}…", "é".repeat(510)));
        assert_eq!(argument("two\nlines\0"), "two\nlines ");
    }

    proptest! {
        #[test]
        fn no_text_is_too_long(text in "[a\0\n🎬é]{0,60}", times in 1..6000_usize) {
            let text = text.repeat(times);
            prop_assert!(line(&text).len() <= LONGEST_LINE);
            prop_assert!(argument(&text).len() <= LONGEST_ARGUMENT);
        }
    }
}
