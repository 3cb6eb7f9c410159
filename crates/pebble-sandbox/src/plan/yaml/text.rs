//! How one text stands in YAML: plain, in quotes, or as a block. Pure.

use super::meaning::means_something_else;

/// A literal block: `|`, whether the first line is indented, what becomes of the last line ends, and the lines.
pub(super) fn write_block(out: &mut String, text: &str, indent: usize) {
    out.push('|');
    if text.starts_with([' ', '\n']) {
        out.push('4');
    }
    if !text.ends_with('\n') {
        out.push('-');
    } else if text.ends_with("\n\n") || text == "\n" {
        out.push('+');
    }
    for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
        out.push('\n');
        if !line.is_empty() {
            out.push_str(&" ".repeat(indent));
            out.push_str(line);
        }
    }
    out.push('\n');
}

/// A text plain or in quotes.
pub(super) fn on_one_line(text: &str) -> String {
    if means_something_else(text)
        || !text
            .chars()
            .all(|character| character != '\t' && is_printable(character))
    {
        double_quoted(text)
    } else if breaks_the_syntax(text) {
        format!("'{}'", text.replace('\'', "''"))
    } else {
        text.to_owned()
    }
}

fn double_quoted(text: &str) -> String {
    let mut out = String::from('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0' => out.push_str("\\0"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{b}' => out.push_str("\\v"),
            '\u{c}' => out.push_str("\\f"),
            '\u{1b}' => out.push_str("\\e"),
            '\u{85}' => out.push_str("\\N"),
            '\u{2028}' => out.push_str("\\L"),
            '\u{2029}' => out.push_str("\\P"),
            other if is_printable(other) => out.push(other),
            other => out.push_str(&by_number(other)),
        }
    }
    out.push('"');
    out
}

fn by_number(character: char) -> String {
    match u32::from(character) {
        number @ ..=0xff => format!("\\x{number:02X}"),
        number @ ..=0xffff => format!("\\u{number:04X}"),
        number => format!("\\U{number:08X}"),
    }
}

pub(super) fn fits_a_block(text: &str) -> bool {
    let printable = |character| character == '\n' || character == '\t' || is_printable(character);
    text.chars().all(printable) && !text.contains(" \n") && !text.ends_with(' ')
}

/// Line ends count as not printable.
fn is_printable(character: char) -> bool {
    matches!(character,
        ' '..='~' | '\u{a0}'..='\u{2027}' | '\u{202a}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}')
}

/// Whether a plain text would not be read as this text, though YAML allows it.
fn breaks_the_syntax(text: &str) -> bool {
    let mut characters = text.chars();
    let first = characters.next();
    let alone = characters.next().is_none_or(|second| second == ' ');
    let starts = match first {
        Some(
            '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`',
        ) => true,
        Some('?' | ':' | '-') => alone,
        Some(_) | None => false,
    };
    starts
        || text.starts_with("---")
        || text.starts_with("...")
        || text.starts_with(' ')
        || text.ends_with([' ', ':'])
        || text.contains(": ")
        || text.contains(" #")
}

#[cfg(test)]
mod tests {
    fn check(text: &str, expect: &str) {
        let written = crate::plan::yaml::to_string(&std::collections::BTreeMap::from([("k", text)])).unwrap();
        assert_eq!(written, format!("k: {expect}\n"), "{text:?}");
    }

    #[test]
    fn texts_are_quoted_only_where_they_must_be() {
        for plain in [
            "a",
            "127.0.0.1",
            "http://x/",
            "a,b [c]",
            ":x",
            "-x",
            "1.2.3",
            "=",
            "Inf",
            "ünï",
            "12:61",
            "2001-13-01",
            "a:b",
            "a#b",
        ] {
            check(plain, plain);
        }
        for number in [
            "1.5",
            "0x1F",
            "1_000",
            "007",
            "1e3",
            ".5",
            "+1",
            "0o17",
            "-0b1",
            "12:30:45",
            "2001-1-2",
            "2001-01-02T03:04:05Z",
            "2001-1-2 3:04:05.6",
        ] {
            check(number, &format!("\"{number}\""));
        }
        for word in ["", "~", "null", "True", "off", "n", ".inf"] {
            check(word, &format!("\"{word}\""));
        }
        for (text, expect) in [
            ("-", "'-'"),
            ("- x", "'- x'"),
            ("a: b's", "'a: b''s'"),
            ("a #b", "'a #b'"),
            ("key:", "'key:'"),
            (" a ", "' a '"),
            ("@x", "'@x'"),
            ("---", "'---'"),
            ("tab\there", r#""tab\there""#),
            ("\u{7}", r#""\a""#),
            ("a \nb", r#""a \nb""#),
        ] {
            check(text, expect);
        }
        for (text, expect) in [
            ("a\nb", "|-\n    a\n    b"),
            ("a\n", "|\n    a"),
            ("a\n\n", "|+\n    a\n"),
            ("  a\nb", "|4-\n      a\n    b"),
            ("a\n\n b", "|-\n    a\n\n     b"),
        ] {
            check(text, expect);
        }
    }
}
