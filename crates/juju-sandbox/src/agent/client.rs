//! The other end of a hook command: the program a charm calls. Enters: its name, arguments and environment. Leaves: what
//! the agent answers, as output and exit code. It reads its standard input only when the agent asks for it, and starts
//! quickly: no runtime, no parser of arguments.

use super::{frame, socket};
use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;
use std::process::ExitCode;

/// Runs the hook command `name` with `args` (without the name).
pub fn tool_main(name: &str, args: &[String]) -> ExitCode {
    match run(name, args) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            // Nothing can be said where even this cannot be written.
            let _ = writeln!(io::stderr(), "ERROR {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(name: &str, args: &[String]) -> io::Result<u8> {
    let variable = |name: &str| {
        std::env::var(name)
            .map_err(|_| io::Error::other(format!("{name} not set: hook commands run only in a hook")))
    };
    let context = variable("JUJU_CONTEXT_ID")?;
    let address = variable("JUJU_AGENT_SOCKET_ADDRESS")?;
    let call = |kind: &str, input: &[u8]| {
        let mut parts = vec![context.as_bytes(), name.as_bytes(), kind.as_bytes(), input];
        parts.extend(args.iter().map(String::as_bytes));
        let mut stream = socket::connect(Path::new(&address))?;
        frame::write(&mut stream, &parts)?;
        frame::read(&mut stream)
    };
    let mut answer = call("none", b"")?;
    if let [kind, path] = answer.as_slice()
        && kind == b"input"
    {
        let path = String::from_utf8_lossy(path).into_owned();
        answer = match read_input(&path) {
            Ok(input) => call("given", &input)?,
            Err(why) => call("failed", why.as_bytes())?,
        };
    }
    let [kind, code, stdout, stderr, file] = answer.as_slice() else {
        return Err(io::ErrorKind::InvalidData.into());
    };
    if kind != b"done" {
        return Err(io::ErrorKind::InvalidData.into());
    }
    if file.is_empty() {
        io::stdout().write_all(stdout)?;
    } else {
        fs::write(String::from_utf8_lossy(file).as_ref(), stdout)?;
    }
    io::stderr().write_all(stderr)?;
    let code = String::from_utf8_lossy(code);
    code.parse().map_err(|_| io::ErrorKind::InvalidData.into())
}

/// The content of `path`, `-` being the standard input; or why not, as Go says it.
fn read_input(path: &str) -> Result<Vec<u8>, String> {
    if path == "-" {
        let mut input = Vec::new();
        return match io::stdin().read_to_end(&mut input) {
            Ok(_) => Ok(input),
            Err(error) => Err(format!("read /dev/stdin: {}", go_text(&error))),
        };
    }
    fs::read(path).map_err(|error| format!("open {path}: {}", go_text(&error)))
}

/// The system's texts, as Go spells them.
fn go_text(error: &io::Error) -> String {
    let texts = [
        (io::ErrorKind::NotFound, "no such file or directory"),
        (io::ErrorKind::PermissionDenied, "permission denied"),
        (io::ErrorKind::IsADirectory, "is a directory"),
    ];
    let text = texts.into_iter().find(|(kind, _)| *kind == error.kind());
    text.map_or_else(|| error.to_string(), |(_, text)| text.to_owned())
}
