//! Answers the commands of a running hook. Enters: calls on its socket, one at a time. Leaves: answers from the hook's
//! context. A call that needs input is answered with where to read it and comes again with it, so that nobody waits for a
//! slow reader.

use super::context::HookContext;
use super::frame;
use super::tools::{Answer, Call};
use nix::sys::socket::{Shutdown, shutdown};
use std::collections::BTreeMap;
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How long a client may take over one frame.
const PATIENCE: Duration = Duration::from_secs(10);

/// Serves `context` on `listener` while `act` runs.
pub(super) fn serve_while<T>(
    listener: &UnixListener,
    context: &Mutex<HookContext<'_>>,
    act: impl FnOnce() -> io::Result<T>,
) -> io::Result<T> {
    std::thread::scope(|scope| {
        scope.spawn(|| {
            // Ends with the first error: the listener was shut down.
            for stream in listener.incoming().map_while(Result::ok) {
                // A client that hangs up or sends nonsense has only itself to blame.
                let _its_own_fault = serve(&stream, context);
            }
        });
        let _closing = Closing(listener);
        act()
    })
}

/// Wakes the thread that waits for clients, however the hook ends.
struct Closing<'a>(&'a UnixListener);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        let _nobody_waits = shutdown(self.0.as_raw_fd(), Shutdown::Both);
    }
}

fn serve(mut stream: &UnixStream, context: &Mutex<HookContext<'_>>) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let parts = frame::read(&mut stream)?;
    let mut context = context.lock().unwrap_or_else(PoisonError::into_inner);
    let answer = match decode(parts, &context.run().context_id) {
        Some(call) => context.answer(&call),
        None => Answer::failed(1, "bad request: no such context"),
    };
    drop(context);
    let number = |number: u8| number.to_string();
    match answer {
        Answer::NeedsInput(path) => frame::write(&mut stream, &[b"input", path.as_bytes()]),
        Answer::Done {
            code,
            stdout,
            stderr,
            file,
        } => {
            let file = file.unwrap_or_default();
            let code = number(code);
            let parts = [
                b"done",
                code.as_bytes(),
                stdout.as_bytes(),
                stderr.as_bytes(),
                file.as_bytes(),
            ];
            frame::write(&mut stream, &parts)
        }
    }
}

/// `context id, command, count of inputs, (path, kind, content)…, arguments…`
fn decode(parts: Vec<Vec<u8>>, context_id: &str) -> Option<Call> {
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let mut parts = parts.into_iter();
    if text(parts.next()?) != context_id {
        return None;
    }
    let name = text(parts.next()?);
    let count: usize = text(parts.next()?).parse().ok()?;
    let mut inputs = BTreeMap::new();
    for _ in 0..count {
        let (path, kind, content) = (text(parts.next()?), text(parts.next()?), parts.next()?);
        let content = if kind == "given" {
            Ok(content)
        } else {
            Err(text(content))
        };
        inputs.insert(path, content);
    }
    let args = parts.map(text).collect();
    Some(Call { name, args, inputs })
}
