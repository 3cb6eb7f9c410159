//! How Go's standard library spells operating system errors: clients see these texts.

use std::io;

/// The text of an error number as Go prints it, for example `no such file or directory`.
pub(crate) fn errno(error: &io::Error) -> String {
    match error.raw_os_error() {
        Some(number) => nix::errno::Errno::from_raw(number).desc().to_lowercase(),
        None => error.to_string(),
    }
}

/// The first letter in upper case: `start` becomes `Start`.
pub(crate) fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_numbers_read_as_in_go() {
        for (number, expect) in [
            (nix::libc::ENOENT, "no such file or directory"),
            (nix::libc::EEXIST, "file exists"),
            (nix::libc::ENOTEMPTY, "directory not empty"),
            (nix::libc::EACCES, "permission denied"),
            (nix::libc::ECONNREFUSED, "connection refused"),
        ] {
            assert_eq!(errno(&io::Error::from_raw_os_error(number)), expect);
        }
    }

    #[test]
    fn words_are_capitalized() {
        assert_eq!(capitalized("replan"), "Replan");
        assert_eq!(capitalized(""), "");
    }
}
