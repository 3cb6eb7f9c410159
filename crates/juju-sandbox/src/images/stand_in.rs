//! The program behind a stand-in: it listens on a port and answers one path.
//!
//! Enters: its arguments. Leaves: an exit code, when it cannot do what they ask for.

use super::chown;
use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// The longest head of a request that is read.
const HEAD_LIMIT: usize = 8 * 1024;
/// How long a client may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Runs the stand-in program when `arguments` (without the program's name) ask for it: `--port N --path P --silent-for S`,
/// in one argument or several, since a `#!` line passes all that follows the program as one. Anything behind is ignored: it is what the
/// real program would have got. `None` when the arguments ask for something else.
pub fn stand_in(arguments: &[String]) -> Option<ExitCode> {
    let words: Vec<&str> = arguments
        .iter()
        .flat_map(|argument| argument.split_whitespace())
        .collect();
    let ended = match *words.as_slice() {
        // The second word is the script's own name.
        [chown::VERB, _, ref rest @ ..] => chown::chown(rest),
        ["--port", port, "--path", path, "--silent-for", seconds, ..] => serve_as_told(port, path, seconds),
        _ => return None,
    };
    Some(match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            // Nobody may be reading.
            let _ = writeln!(io::stderr(), "stand-in: {why}");
            ExitCode::FAILURE
        }
    })
}

fn serve_as_told(port: &str, path: &str, seconds: &str) -> io::Result<()> {
    let port = port.parse().map_err(io::Error::other)?;
    let silent_for = Duration::from_secs(seconds.parse().map_err(io::Error::other)?);
    serve(port, &[path], silent_for)
}

/// Answers these paths with 200, for ever. What connects in the beginning is not answered before this time has passed.
///
/// # Errors
/// When it cannot listen.
pub(crate) fn serve(port: u16, paths: &[&str], silent_for: Duration) -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, port))?;
    let start = Instant::now();
    for connection in listener.incoming() {
        let paths: Vec<String> = paths.iter().map(ToString::to_string).collect();
        // A client that goes away spoils its own connection only.
        std::thread::spawn(move || {
            std::thread::sleep(silent_for.saturating_sub(start.elapsed()));
            connection.and_then(|connection| answer(connection, &paths))
        });
    }
    Ok(())
}

fn answer(mut connection: TcpStream, paths: &[String]) -> io::Result<()> {
    connection.set_read_timeout(Some(PATIENCE))?;
    connection.set_write_timeout(Some(PATIENCE))?;
    let mut head = Vec::new();
    let mut block = [0_u8; 1024];
    while !ended(&head) && head.len() < HEAD_LIMIT {
        match connection.read(&mut block)? {
            0 => break,
            got => head.extend_from_slice(block.get(..got).unwrap_or_default()),
        }
    }
    connection.write_all(response(&head, paths).as_bytes())
}

fn ended(head: &[u8]) -> bool {
    head.windows(4).any(|window| window == b"\r\n\r\n")
}

/// The whole answer to a request with this head.
fn response(head: &[u8], paths: &[String]) -> String {
    let text = String::from_utf8_lossy(head);
    let asked = text
        .split_whitespace()
        .nth(1)
        .and_then(|target| target.split('?').next());
    let (status, body) = match asked {
        Some(asked) if paths.iter().any(|path| path == asked) => ("200 OK", "stand-in\n"),
        Some(_) => ("404 Not Found", "stand-in: nothing here\n"),
        None => ("400 Bad Request", "stand-in: no request\n"),
    };
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(head: &str, expect: &str) {
        let answer = response(head.as_bytes(), &["/ping".to_owned()]);
        assert_eq!(answer.lines().next(), Some(expect), "{head:?}");
    }

    #[test]
    fn one_path_is_answered() {
        check("GET /ping HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK");
        check("GET /ping?full=1 HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK");
        check("GET /pingpong HTTP/1.1\r\n\r\n", "HTTP/1.1 404 Not Found");
        check("", "HTTP/1.1 400 Bad Request");
    }

    #[test]
    fn other_arguments_are_not_for_this_program() {
        let words = |text: &str| text.split('|').map(str::to_owned).collect::<Vec<_>>();
        assert!(stand_in(&words("download|/data/film|100")).is_none());
        assert!(stand_in(&[]).is_none());
        assert!(stand_in(&words("--port 80 --path /ping|/usr/bin/kettle|--boil")).is_none());
        let refused = stand_in(&words(
            "--port nonsense --path /ping --silent-for 0|/usr/bin/kettle|--boil",
        ));
        assert_eq!(refused, Some(ExitCode::FAILURE));
    }
}
