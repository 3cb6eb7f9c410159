//! What a Kubernetes API server was asked, from its audit log: one JSON object a line (`audit.k8s.io/v1`).

use crate::json::text;
use fs_err as fs;
use kube_sandbox::ApiCall;
use serde_json::Value;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

/// A log that is read from where it ended the last time.
#[derive(Debug)]
pub(super) struct Log {
    path: PathBuf,
    read: u64,
}

impl Log {
    /// What is in it already is somebody else's.
    pub(super) fn from_now_on(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            read: fs::metadata(path).map_or(0, |file| file.len()),
        }
    }

    /// The calls that were answered since. A log that cannot be read tells nothing: it must not change what a charm sees.
    pub(super) fn read(&mut self) -> Vec<ApiCall> {
        let lines = self.new_lines().unwrap_or_default();
        let events = lines.lines().filter_map(|line| serde_json::from_str(line).ok());
        events.filter_map(|event: Value| call(&event)).collect()
    }

    fn new_lines(&mut self) -> io::Result<String> {
        let mut file = fs::File::open(&self.path)?;
        file.seek(SeekFrom::Start(self.read))?;
        let mut text = String::new();
        file.read_to_string(&mut text)?;
        // A line that is being written is read the next time.
        text.truncate(text.rfind('\n').map_or(0, |end| end + 1));
        self.read += u64::try_from(text.len()).unwrap_or_default();
        Ok(text)
    }
}

/// One event of the log; none while the request is not answered yet.
fn call(event: &Value) -> Option<ApiCall> {
    if text(event, "/stage") != "ResponseComplete" {
        return None;
    }
    let some = |pointer| Some(text(event, pointer).to_owned()).filter(|text| !text.is_empty());
    let time = |pointer| text(event, pointer).parse::<jiff::Timestamp>().ok();
    let took = time("/requestReceivedTimestamp").zip(time("/stageTimestamp"));
    let took = took.map_or(0, |(from, to)| to.as_millisecond() - from.as_millisecond());
    let code = event.pointer("/responseStatus/code").and_then(Value::as_u64);
    Some(ApiCall {
        user: text(event, "/user/username").to_owned(),
        verb: text(event, "/verb").to_owned(),
        resource: some("/objectRef/resource")?,
        subresource: some("/objectRef/subresource"),
        namespace: some("/objectRef/namespace"),
        name: some("/objectRef/name"),
        query: text(event, "/requestURI")
            .split_once('?')
            .map_or(String::new(), |(_, query)| query.to_owned()),
        status: code.and_then(|code| u16::try_from(code).ok()).unwrap_or_default(),
        millis: u64::try_from(took).unwrap_or_default(),
        unserved: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    const LINE: &str = r#"{"kind":"Event","stage":"ResponseComplete","requestURI":"/apis/apps/v1/namespaces/media/statefulsets/radarr?fieldManager=x","verb":"patch","user":{"username":"system:serviceaccount:media:radarr"},"objectRef":{"resource":"statefulsets","namespace":"media","name":"radarr"},"responseStatus":{"code":200},"requestReceivedTimestamp":"2026-01-02T03:04:05.100000Z","stageTimestamp":"2026-01-02T03:04:05.107000Z"}"#;

    #[test]
    fn each_answered_call_is_read_once() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        writeln!(file, "{LINE}").unwrap();
        let mut log = Log::from_now_on(file.path());
        assert_eq!(log.read(), [], "it was there before");

        writeln!(file, "{LINE}").unwrap();
        write!(file, "{}", LINE.get(..40).unwrap()).unwrap();
        let calls = log.read();
        assert_eq!(calls.len(), 1);
        let call = &calls[0];
        assert_eq!(call.user, "system:serviceaccount:media:radarr");
        assert_eq!(
            (call.verb.as_str(), call.resource.as_str(), call.status),
            ("patch", "statefulsets", 200)
        );
        assert_eq!((call.query.as_str(), call.millis), ("fieldManager=x", 7));

        writeln!(file, "{}", LINE.get(40..).unwrap()).unwrap();
        assert_eq!(log.read().len(), 1, "the rest of the line came");
    }

    #[test]
    fn a_log_that_is_not_there_tells_nothing() {
        assert_eq!(Log::from_now_on(Path::new("/no/such/log")).read(), []);
    }
}
