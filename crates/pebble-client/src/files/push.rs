//! Writing a file: a multipart body with the request and, after it, the content. Pebble writes atomically.

use serde::Serialize;

use super::{Verdict, judge, octal};
use crate::{
    error::Error,
    transport::{Call, Pebble},
};

/// A file to be written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct File {
    /// Where.
    pub path: String,
    /// What.
    pub content: Vec<u8>,
    /// Mode bits, `0o644` by default.
    pub permissions: Option<u32>,
    /// Owner by name; Pebble's user by default.
    pub user: Option<String>,
    /// Owner by number.
    pub user_id: Option<u32>,
    /// Group by name.
    pub group: Option<String>,
    /// Group by number.
    pub group_id: Option<u32>,
    /// Whether missing folders are made, with the same owner.
    pub make_dirs: bool,
}

impl File {
    /// A file with Pebble's defaults for the rest.
    pub fn new(path: impl Into<String>, content: impl Into<Vec<u8>>) -> Self {
        Self {
            path: path.into(),
            content: content.into(),
            ..Self::default()
        }
    }

    /// Sets the mode bits.
    #[must_use]
    pub fn permissions(mut self, mode: u32) -> Self {
        self.permissions = Some(mode);
        self
    }

    /// Sets owner and group by number.
    #[must_use]
    pub fn owner(mut self, user_id: u32, group_id: u32) -> Self {
        (self.user_id, self.group_id) = (Some(user_id), Some(group_id));
        self
    }

    /// Makes missing folders.
    #[must_use]
    pub fn make_dirs(mut self) -> Self {
        self.make_dirs = true;
        self
    }
}

impl Pebble {
    /// Writes a file, or replaces it.
    ///
    /// # Errors
    /// [`Error::File`] if it cannot be written, else see [`Error`].
    pub fn push(&self, file: &File) -> Result<(), Error> {
        let boundary = boundary(&file.content);
        let body = body(file, &boundary)?;
        let call = Call::post(
            "/v1/files",
            format!("multipart/form-data; boundary={boundary}"),
            body,
        );
        judge("write", &file.path, self.call(&call)?.result::<Vec<Verdict>>()?)
    }
}

#[derive(Serialize)]
struct Write<'a> {
    action: &'static str,
    files: [Entry<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Entry<'a> {
    path: &'a str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    make_dirs: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    permissions: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group_id: Option<u32>,
}

fn body(file: &File, boundary: &str) -> Result<Vec<u8>, Error> {
    let refused = |why: String| Error::Request {
        request: format!("write {}", file.path),
        why,
    };
    if file.path.contains(['\r', '\n', '\0']) {
        return Err(refused("the path has a line break or a zero byte".to_owned()));
    }
    let entry = Entry {
        path: &file.path,
        make_dirs: file.make_dirs,
        permissions: file.permissions.map(octal),
        user: file.user.as_deref(),
        user_id: file.user_id,
        group: file.group.as_deref(),
        group_id: file.group_id,
    };
    let request = serde_json::to_string(&Write {
        action: "write",
        files: [entry],
    });
    let request = request.map_err(|why| refused(why.to_string()))?;
    let filename = file.path.replace('\\', "\\\\").replace('"', "\\\"");
    let mut body = format!(
        "--{boundary}\r\nContent-Type: application/json\r\nContent-Disposition: form-data; name=\"request\"\r\n\r\n\
         {request}\r\n--{boundary}\r\nContent-Type: application/octet-stream\r\n\
         Content-Disposition: form-data; name=\"files\"; filename=\"{filename}\"\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(&file.content);
    body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    Ok(body)
}

/// A boundary that does not occur in `content`. Pebble wants 32 characters or more.
fn boundary(content: &[u8]) -> String {
    let named = |number: u64| format!("pebble-client-{number:020}");
    let mut number = 0;
    while contains(content, named(number).as_bytes()) {
        number += 1;
    }
    named(number)
}

fn contains(content: &[u8], text: &[u8]) -> bool {
    content.windows(text.len()).any(|window| window == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_boundary_is_never_in_the_content() {
        let first = boundary(b"");
        assert!(first.len() >= 32, "{first}");
        let second = boundary(first.as_bytes());
        assert_ne!(first, second);
        assert_ne!(boundary(format!("x{first}--{second}").as_bytes()), second);
    }

    #[test]
    fn a_path_cannot_add_headers() {
        assert!(body(&File::new("/a\r\nX: y", ""), "b").is_err());
        let body = String::from_utf8(body(&File::new("/a\"b\\c", ""), "b").unwrap()).unwrap();
        assert!(body.contains(r#"filename="/a\"b\\c""#), "{body}");
    }
}
