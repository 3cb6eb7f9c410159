//! Names: RFC 1123 labels and subdomains, path segments.

const SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const LABEL_VALUE: &str = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

/// Why a text is no subdomain.
pub(super) fn subdomain(text: &str) -> Option<String> {
    check(text, 253, text.split('.').all(is_label), SUBDOMAIN)
}

/// Why a text is no label.
pub(super) fn label(text: &str) -> Option<String> {
    check(text, 63, is_label(text), LABEL)
}

/// Why a text cannot stand in a path.
pub(super) fn path_segment(text: &str) -> Option<String> {
    if matches!(text, "." | "..") {
        return Some(format!("may not be '{text}'"));
    }
    ['/', '%']
        .into_iter()
        .find(|c| text.contains(*c))
        .map(|c| format!("may not contain '{c}'"))
}

/// Why a text is no value of a label.
pub(super) fn label_value(text: &str) -> Option<String> {
    let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let ends = |c: Option<char>| c.is_none_or(|c| c.is_ascii_alphanumeric());
    let well_formed = text.chars().all(inner) && ends(text.chars().next()) && ends(text.chars().next_back());
    check(text, 63, well_formed, LABEL_VALUE)
}

fn check(text: &str, limit: usize, well_formed: bool, else_text: &str) -> Option<String> {
    if text.len() > limit {
        return Some(format!("must be no more than {limit} characters"));
    }
    (!well_formed).then(|| else_text.to_owned())
}

fn is_label(text: &str) -> bool {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !text.is_empty() && text.chars().all(inner) && !text.starts_with('-') && !text.ends_with('-')
}
