//! The other end of a hook command: the program a charm calls. Enters: its name, arguments and environment. Leaves: what
//! the agent answers, as output and exit code. It reads its standard input only when the agent asks for it, and starts
//! quickly: no runtime, no parser of arguments.

use super::{frame, socket};
use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;
use std::process::ExitCode;

/// Runs the hook command `name` with `args` (without the name) for the charm that called this program.
pub fn tool_main(name: &str, args: &[String]) -> ExitCode {
    let mut caller = Caller {
        variable: &|name| std::env::var(name).ok(),
        stdin: &mut io::stdin(),
        stdout: &mut io::stdout(),
        stderr: &mut io::stderr(),
    };
    ExitCode::from(caller.call(name, args))
}

/// Who calls: an environment and three streams.
pub(super) struct Caller<'a> {
    pub(super) variable: &'a dyn Fn(&str) -> Option<String>,
    pub(super) stdin: &'a mut dyn Read,
    pub(super) stdout: &'a mut dyn Write,
    pub(super) stderr: &'a mut dyn Write,
}

impl Caller<'_> {
    /// Calls a hook command; leaves its exit code.
    pub(super) fn call(&mut self, name: &str, args: &[String]) -> u8 {
        self.try_call(name, args).unwrap_or_else(|error| {
            // Nothing can be said where even this cannot be written.
            let _unsaid = writeln!(self.stderr, "ERROR {error}");
            1
        })
    }

    fn try_call(&mut self, name: &str, args: &[String]) -> io::Result<u8> {
        let context = self.needed("JUJU_CONTEXT_ID")?;
        let address = self.needed("JUJU_AGENT_SOCKET_ADDRESS")?;
        let ask = |inputs: &[(String, Result<Vec<u8>, String>)]| {
            let count = inputs.len().to_string();
            let mut parts = vec![context.as_bytes(), name.as_bytes(), count.as_bytes()];
            for (path, input) in inputs {
                let (kind, bytes) = match input {
                    Ok(bytes) => ("given", bytes.as_slice()),
                    Err(why) => ("failed", why.as_bytes()),
                };
                parts.extend([path.as_bytes(), kind.as_bytes(), bytes]);
            }
            parts.extend(args.iter().map(String::as_bytes));
            let mut stream = socket::connect(Path::new(&address))?;
            frame::write(&mut stream, &parts)?;
            frame::read(&mut stream)
        };
        let mut inputs = Vec::new();
        let mut answer = ask(&inputs)?;
        while let [kind, path] = answer.as_slice()
            && kind == b"input"
        {
            let path = String::from_utf8_lossy(path).into_owned();
            let input = self.read_input(&path);
            inputs.push((path, input));
            answer = ask(&inputs)?;
        }
        let [_, code, stdout, stderr, file] = answer.as_slice() else {
            return Err(io::ErrorKind::InvalidData.into());
        };
        if file.is_empty() {
            self.stdout.write_all(stdout)?;
        } else {
            fs::write(String::from_utf8_lossy(file).as_ref(), stdout)?;
        }
        self.stderr.write_all(stderr)?;
        let code = String::from_utf8_lossy(code);
        code.parse().map_err(|_| io::ErrorKind::InvalidData.into())
    }

    fn needed(&self, name: &str) -> io::Result<String> {
        let unset = || io::Error::other(format!("{name} not set: hook commands run only in a hook"));
        (self.variable)(name).ok_or_else(unset)
    }

    /// The content of `path`, `-` being the standard input; or why not, as Go says it.
    fn read_input(&mut self, path: &str) -> Result<Vec<u8>, String> {
        if path == "-" {
            let mut input = Vec::new();
            let read = self.stdin.read_to_end(&mut input);
            return read
                .map(|_| input)
                .map_err(|error| format!("read /dev/stdin: {}", go_text(&error)));
        }
        fs::read(path).map_err(|error| format!("open {path}: {}", go_text(&error)))
    }
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
