//! Listing a directory, or one file.

use super::super::Answer;
use super::FileError;
use crate::process::Accounts;
use crate::server::{Query, Refusal, Reply};
use jiff::{Timestamp, Unit};
use serde::Serialize;
use std::fs::Metadata;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// One entry, as the API shows it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct FileInfo {
    path: String,
    name: String,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    permissions: String,
    last_modified: String,
    user_id: u32,
    user: String,
    group_id: u32,
    group: String,
}

pub(super) fn list(query: &Query) -> Answer {
    let (path, pattern) = (query.get("path"), query.get("pattern"));
    if path.is_empty() {
        return Err(Refusal::bad("must specify path"));
    }
    let itself = match query.get("itself") {
        "true" => true,
        "" | "false" => false,
        _ => return Err(Refusal::bad(r#"itself parameter must be "true" or "false""#)),
    };
    if !path.starts_with('/') {
        return Err(Refusal::bad(format_args!("path must be absolute, got {path:?}")));
    }
    let mut entries = entries(Path::new(path), itself).map_err(FileError::into_refusal)?;
    entries.sort_by(|one, other| one.0.cmp(&other.0));
    let accounts = Accounts::read();
    let named = |(path, _): &(PathBuf, Metadata)| pattern.is_empty() || matches(pattern, &file_name(path));
    let infos: Vec<FileInfo> = entries
        .into_iter()
        .filter(named)
        .map(|(path, seen)| info(&path, &seen, &accounts))
        .collect();
    Reply::of(infos)
}

fn entries(path: &Path, itself: bool) -> Result<Vec<(PathBuf, Metadata)>, FileError> {
    let found = path
        .metadata()
        .map_err(|error| FileError::io("stat", path, &error))?;
    if itself || !found.is_dir() {
        return Ok(vec![(path.to_owned(), found)]);
    }
    let failed = |error: std::io::Error| FileError::io("open", path, &error);
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(path).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        match entry.metadata() {
            Ok(found) => entries.push((entry.path(), found)),
            // Removed meanwhile.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(FileError::io("lstat", &entry.path(), &error)),
        }
    }
    Ok(entries)
}

fn info(path: &Path, seen: &Metadata, accounts: &Accounts) -> FileInfo {
    let (uid, gid) = (seen.uid(), seen.gid());
    FileInfo {
        path: path.display().to_string(),
        name: file_name(path),
        kind: kind(seen),
        size: seen.is_file().then_some(seen.len()),
        permissions: format!("{:03o}", seen.permissions().mode() & 0o777),
        last_modified: seen.modified().map(second).unwrap_or_default(),
        user_id: uid,
        user: accounts
            .user_by_id(uid)
            .map(|user| user.name.clone())
            .unwrap_or_default(),
        group_id: gid,
        group: accounts.group_name(gid).unwrap_or_default().to_owned(),
    }
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .map_or_else(|| "/".to_owned(), |name| name.to_string_lossy().into_owned())
}

fn kind(seen: &Metadata) -> &'static str {
    let kind = seen.file_type();
    if kind.is_file() {
        "file"
    } else if kind.is_dir() {
        "directory"
    } else if kind.is_symlink() {
        "symlink"
    } else if kind.is_socket() {
        "socket"
    } else if kind.is_fifo() {
        "named-pipe"
    } else if kind.is_block_device() || kind.is_char_device() {
        "device"
    } else {
        "unknown"
    }
}

fn second(time: SystemTime) -> String {
    let time = Timestamp::try_from(time).and_then(|time| time.round(Unit::Second));
    time.map(|time| time.to_string()).unwrap_or_default()
}

/// Whether a name fits a pattern of `*`, `?`, `[a-z]`, `[^a]` and `\x`, as Go's `path.Match`.
fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    fits(&pattern, &name)
}

fn fits(pattern: &[char], name: &[char]) -> bool {
    match (pattern, name) {
        ([], name) => name.is_empty(),
        (['*', rest @ ..], name) => {
            (0..=name.len()).any(|taken| fits(rest, name.get(taken..).unwrap_or_default()))
        }
        (['?', rest @ ..], [_, name @ ..]) => fits(rest, name),
        (['[', class @ ..], [first, name @ ..]) => match in_class(class, *first) {
            Some((true, rest)) => fits(rest, name),
            Some((false, _)) | None => false,
        },
        (['\\', wanted, rest @ ..] | [wanted, rest @ ..], [first, name @ ..]) => {
            wanted == first && fits(rest, name)
        }
        (_, []) => false,
    }
}

/// Whether `letter` is in the class that begins here, and what follows the class; `None` if it does not end.
fn in_class(class: &[char], letter: char) -> Option<(bool, &[char])> {
    let (negated, mut class) = match class {
        ['^', rest @ ..] => (true, rest),
        class => (false, class),
    };
    let mut found = false;
    loop {
        class = match class {
            [']', rest @ ..] => return Some((found != negated, rest)),
            [low, '-', high, rest @ ..] if *high != ']' => {
                found |= (*low..=*high).contains(&letter);
                rest
            }
            [single, rest @ ..] => {
                found |= *single == letter;
                rest
            }
            [] => return None,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns() {
        for (pattern, name, expect) in [
            ("*.txt", "a.txt", true),
            ("*.txt", "a.text", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("[a-c]x", "bx", true),
            ("[^a-c]x", "bx", false),
            ("[ab", "a", false),
            (r"\*", "*", true),
            ("*", "", true),
            ("", "a", false),
        ] {
            assert_eq!(matches(pattern, name), expect, "{pattern} {name}");
        }
    }
}
