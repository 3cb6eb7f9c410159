//! Reading a file: the answer is a multipart body with the content and, after it, the verdict.

use futures_util::stream;

use super::{Verdict, judge};
use crate::{
    answer::Reply,
    error::Error,
    transport::{Answer, Call, Pebble},
};

/// The largest file [`Pebble::pull`] takes, in bytes.
pub const MAX_PULL: usize = 64 << 20;

impl Pebble {
    /// The content of the file at `path`.
    ///
    /// # Errors
    /// [`Error::File`] if it cannot be read ([`Error::is_not_found`] if it is not there), [`Error::TooLarge`] above
    /// [`MAX_PULL`], else see [`Error`].
    pub fn pull(&self, path: &str) -> Result<Vec<u8>, Error> {
        self.block_on(self.pull_async(path))
    }

    async fn pull_async(&self, path: &str) -> Result<Vec<u8>, Error> {
        let call = Call::get("/v1/files")
            .query("action", "read")
            .query("path", path)
            .accept("multipart/form-data");
        let answer = self.send(&call, self.timeout()).await?;
        let boundary = answer
            .media_type()
            .and_then(|media_type| multer::parse_boundary(media_type).ok());
        let Some(boundary) = boundary else {
            let status = answer.status();
            Reply::parse(&call.to_string(), status, &answer.body().await?)?;
            return Err(Error::answer(&call, "it is not multipart"));
        };
        read_parts(&call, path, answer, boundary).await
    }
}

async fn read_parts(call: &Call, path: &str, answer: Answer, boundary: String) -> Result<Vec<u8>, Error> {
    let chunks = stream::try_unfold(answer, |mut answer| async move {
        answer
            .chunk()
            .await
            .map(|chunk| chunk.map(|chunk| (chunk, answer)))
    });
    let mut parts = multer::Multipart::new(Box::pin(chunks), boundary);
    let broken = |error: multer::Error| read_error(call, error);
    let (mut content, mut judged) = (Vec::new(), false);
    while let Some(mut part) = parts.next_field().await.map_err(broken)? {
        match part.name() {
            Some("files") => {
                while let Some(chunk) = part.chunk().await.map_err(broken)? {
                    if content.len() + chunk.len() > MAX_PULL {
                        return Err(Error::TooLarge {
                            what: path.to_owned(),
                            limit: MAX_PULL,
                        });
                    }
                    content.extend_from_slice(&chunk);
                }
            }
            Some("response") => {
                let body = part.bytes().await.map_err(broken)?;
                let verdicts: Vec<Verdict> = Reply::parse(&call.to_string(), 200, &body)?.result()?;
                judge("read", path, verdicts)?;
                judged = true;
            }
            _ => {}
        }
    }
    if judged {
        Ok(content)
    } else {
        Err(Error::answer(call, "it ends before the verdict"))
    }
}

/// What broke the connection is told as such.
fn read_error(call: &Call, error: multer::Error) -> Error {
    let multer::Error::StreamReadFailed(source) = error else {
        return Error::answer(call, error);
    };
    match source.downcast::<Error>() {
        Ok(error) => *error,
        Err(source) => Error::answer(call, source),
    }
}
