//! Command lines of services and checks: split as a shell would, run by no shell.

/// Splits a command line at blanks, with a shell's quotes and escapes.
///
/// # Errors
/// A quote or an escape that does not end, in the words of Pebble's splitter.
pub(crate) fn split(command: &str) -> Result<Vec<String>, String> {
    let words =
        shell_words::split(command).map_err(|_| "EOF found when expecting closing quote".to_owned())?;
    let ends_in_escape = command.chars().rev().take_while(|c| *c == '\\').count() % 2 == 1;
    if ends_in_escape {
        Err("EOF found after escape character".to_owned())
    } else {
        Ok(words)
    }
}

/// Splits the command of a service; default arguments in `[ … ]` are given as any other.
///
/// # Errors
/// Also brackets in wrong places.
pub(crate) fn split_service(name: &str, command: &str) -> Result<Vec<String>, String> {
    split(command)
        .and_then(without_brackets)
        .map_err(|reason| format!("cannot parse service {name:?} command: {reason}"))
}

fn without_brackets(words: Vec<String>) -> Result<Vec<String>, String> {
    #[derive(PartialEq)]
    enum Place {
        Before,
        Inside,
        Behind,
    }
    let mut place = Place::Before;
    let mut argv = Vec::new();
    for word in words {
        place = match (place, word.as_str()) {
            (Place::Inside, "[") => return Err("cannot nest [ ... ] groups".to_owned()),
            (Place::Inside, "]") => Place::Behind,
            (Place::Behind, _) => return Err("cannot have any arguments after [ ... ] group".to_owned()),
            (Place::Before, "[") if argv.is_empty() => {
                return Err("cannot start command with [ ... ] group".to_owned());
            }
            (Place::Before, "[") => Place::Inside,
            (Place::Before, "]") => return Err("cannot have ] outside of [ ... ] group".to_owned()),
            (place @ (Place::Before | Place::Inside), _) => {
                argv.push(word);
                place
            }
        };
    }
    Ok(argv)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(command: &str, expect: Result<&[&str], &str>) {
        let seen = split_service("kettle", command);
        let expect = expect
            .map(|words| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>())
            .map_err(|reason| format!("cannot parse service \"kettle\" command: {reason}"));
        assert_eq!(seen, expect, "{command}");
    }

    #[test]
    fn command_lines() {
        check(
            "boil --hot 'two words' \"a b\" c\\ d",
            Ok(&["boil", "--hot", "two words", "a b", "c d"]),
        );
        check("boil [ --cups 2 ]", Ok(&["boil", "--cups", "2"]));
        check("boil 'x", Err("EOF found when expecting closing quote"));
        check("boil \\", Err("EOF found after escape character"));
        check("boil [ a [ b ] ]", Err("cannot nest [ ... ] groups"));
        check(
            "boil [ a ] b",
            Err("cannot have any arguments after [ ... ] group"),
        );
        check("[ boil ]", Err("cannot start command with [ ... ] group"));
        check("boil ]", Err("cannot have ] outside of [ ... ] group"));
    }
}
