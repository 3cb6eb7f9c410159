//! What a charm does in a hook and what it must see, as one text. The text enters, commands with their wanted answers
//! leave, and the shell script that runs them.
//!
//! ```text
//! $ relation-get --format=json - pot/0
//! {"leaf":"green"}
//! $ relation-list
//! ! 2 no relation id specified
//! $ config-get
//! ...
//! exit 1
//! ```
//!
//! `$` begins a shell command; the lines below it are its output, with the placeholders of [`crate::pattern`]. `! 2 text`
//! means that it ends with 2 and says `ERROR text` on its standard error; lines after it go on with that error. `...` is
//! any output. `exit 1` at the end is the exit code of the hook, 0 when there is none.

use super::record::Ran;
use crate::pattern::{self, Bound};

/// A hook's commands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Script {
    pub(super) commands: Vec<Command>,
    pub(super) exit: u8,
}

/// One command and what it must answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Command {
    pub(super) line: String,
    /// The wanted answer in the form of [`shown`]; `None`: any.
    pub(super) answer: Option<String>,
}

impl Script {
    /// Reads the text.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut script = Self::default();
        let mut lines = text.lines().peekable();
        while let Some(line) = lines.next() {
            if let Some(code) = line.strip_prefix("exit ") {
                if lines.peek().is_some() {
                    return Err(format!("`{line}` is not the last line"));
                }
                script.exit = code.parse().map_err(|_| format!("cannot read `{line}`"))?;
                continue;
            }
            let command = line
                .strip_prefix("$ ")
                .ok_or_else(|| format!("`{line}` belongs to no command"))?;
            let mut answer = String::new();
            while let Some(line) = lines.next_if(|line| !line.starts_with("$ ") && !line.starts_with("exit "))
            {
                answer.push_str(line);
                answer.push('\n');
            }
            script.commands.push(Command {
                line: command.to_owned(),
                answer: Some(answer).filter(|answer| answer != "...\n"),
            });
        }
        Ok(script)
    }

    /// The shell script: `run` is a function of the charm's `dispatch`.
    pub(super) fn shell(&self) -> String {
        let runs: Vec<String> = self
            .commands
            .iter()
            .map(|command| format!("run {}\n", quoted(&command.line)))
            .collect();
        format!("{}code={}\n", runs.concat(), self.exit)
    }
}

impl Command {
    /// Whether it answered as it must; binds the names of its placeholders.
    ///
    /// # Errors
    /// What was wanted and what was answered.
    pub(super) fn check(&self, ran: &Ran, bound: &mut Bound) -> Result<(), String> {
        let got = shown(ran);
        match &self.answer {
            Some(wanted) if !pattern::text(wanted, &got, bound) => Err(format!(
                "$ {}\nwanted:\n{}got:\n{}",
                self.line,
                indented(pattern::fill(wanted, bound).lines()),
                indented(got.lines())
            )),
            Some(_) | None => Ok(()),
        }
    }
}

/// What a command answered, as a script says it.
pub(super) fn shown(ran: &Ran) -> String {
    let mut text = ran.stdout.clone();
    if !text.is_empty() && !text.ends_with('\n') {
        text.push_str("(no end of line)\n");
    }
    text + &match (ran.code, ran.stderr.strip_prefix("ERROR ")) {
        (Some(0), None) => ran.stderr.clone(),
        (Some(code), Some(message)) => format!("! {code} {message}"),
        (Some(code), None) => format!("? {code} {}\n", ran.stderr.trim_end()),
        (None, _) => "(did not end)\n".to_owned(),
    }
}

fn quoted(line: &str) -> String {
    format!("'{}'", line.replace('\'', r"'\''"))
}

/// Each line with spaces before it.
pub(super) fn indented<'a>(lines: impl IntoIterator<Item = &'a str>) -> String {
    lines.into_iter().flat_map(|line| ["    ", line, "\n"]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_commands_with_their_answers() {
        let text =
            "$ echo it's\nit's\n$ relation-list\n! 2 no relation id specified\n$ config-get\n...\nexit 3\n";
        let script = Script::parse(text).unwrap();
        assert_eq!(script.exit, 3);
        let answers: Vec<_> = script
            .commands
            .iter()
            .map(|command| command.answer.as_deref())
            .collect();
        assert_eq!(
            answers,
            [Some("it's\n"), Some("! 2 no relation id specified\n"), None]
        );
        insta::assert_snapshot!(script.shell(), @r"
        run 'echo it'\''s'
        run 'relation-list'
        run 'config-get'
        code=3
        ");
    }

    #[test]
    fn a_text_that_is_no_script_is_told() {
        assert_eq!(
            Script::parse("green\n"),
            Err("`green` belongs to no command".to_owned())
        );
        assert_eq!(
            Script::parse("exit 1\n$ true\n"),
            Err("`exit 1` is not the last line".to_owned())
        );
    }

    #[test]
    fn an_answer_is_compared_with_what_is_wanted() {
        let ran = |stdout: &str, stderr: &str, code| Ran {
            line: "x".to_owned(),
            stdout: stdout.to_owned(),
            stderr: stderr.to_owned(),
            code: Some(code),
        };
        let command = |answer: &str| Command {
            line: "x".to_owned(),
            answer: Some(answer.to_owned()),
        };
        let mut bound = Bound::new();
        let wanted = command("secret:<word:id>\n");
        assert_eq!(wanted.check(&ran("secret:9m4e\n", "", 0), &mut bound), Ok(()));
        assert_eq!(bound.get("id").map(String::as_str), Some("9m4e"));
        assert!(command("").check(&ran("", "ERROR no\n", 1), &mut bound).is_err());
        assert_eq!(
            command("! 1 no\n").check(&ran("", "ERROR no\n", 1), &mut bound),
            Ok(())
        );
        assert!(command("a\n").check(&ran("a", "", 0), &mut bound).is_err());
    }
}
