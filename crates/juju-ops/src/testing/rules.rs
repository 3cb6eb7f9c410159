//! Texts as Juju takes them: versions, ports, and the names that a charm declares.

pub(super) fn is_version(text: &str) -> bool {
    text.split('.').count() >= 2 && text.starts_with(|first: char| first.is_ascii_digit())
}

/// Whether a version is this one or a later one.
pub(super) fn is_at_least(version: &str, least: &[u32]) -> bool {
    let numbers: Vec<u32> = version
        .split('.')
        .map_while(|number| number.parse().ok())
        .collect();
    numbers.as_slice() >= least
}

/// Lower-case words with single dashes or underscores between them.
pub(super) fn is_endpoint(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase()) && name.split(['-', '_']).all(is_word)
}

/// Lower-case words with single dashes between them, each with a letter in it.
pub(super) fn is_storage(name: &str) -> bool {
    name.split('-')
        .all(|word| is_word(word) && word.contains(|letter: char| letter.is_ascii_lowercase()))
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
}

pub(super) fn is_port(text: &str) -> bool {
    let number = text.strip_suffix("/tcp").or_else(|| text.strip_suffix("/udp"));
    text == "icmp" || number.is_some_and(|number| number.parse::<u16>().is_ok_and(|port| port > 0))
}
