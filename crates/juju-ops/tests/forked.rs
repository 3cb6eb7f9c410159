//! Hook commands as programs: exit codes, pipes, and programs that are not there.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "test helpers fail by panicking"
)]

use std::path::Path;
use std::process::Command;

use juju_ops::{Forked, Transport, TransportError};

/// A hook command that is this shell script. Another process writes it: a program that this one had open could still be held
/// open by a child of another test, and would be busy.
fn script(directory: &Path, body: &str) -> String {
    let path = directory.join("tool").to_str().unwrap().to_owned();
    let body = format!("#!/bin/sh\n{body}\n");
    let written = Command::new("/bin/sh")
        .args([
            "-c",
            r#"printf %s "$2" > "$1" && chmod 755 "$1""#,
            "sh",
            &path,
            &body,
        ])
        .status();
    assert!(written.unwrap().success());
    path
}

#[test]
fn exit_code_and_both_outputs_come_back() {
    let directory = tempfile::tempdir().unwrap();
    let tool = script(
        directory.path(),
        r#"echo "$#:$1:$2"; echo "ERROR no" >&2; exit 2"#,
    );
    let output = Forked.call(&tool, &["a b", "--c=*"], None).unwrap();
    assert_eq!(
        (output.code, output.stdout, output.stderr),
        (2, b"2:a b:--c=*\n".to_vec(), b"ERROR no\n".to_vec())
    );
}

#[test]
fn more_than_a_pipe_holds_goes_in_and_comes_out() {
    let directory = tempfile::tempdir().unwrap();
    let tool = script(directory.path(), "cat");
    let much = vec![b'x'; 1 << 20];
    assert_eq!(Forked.call(&tool, &[], Some(&much)).unwrap().stdout, much);
}

#[test]
fn a_command_that_does_not_read_its_input_speaks_for_itself() {
    let directory = tempfile::tempdir().unwrap();
    let tool = script(directory.path(), "exit 1");
    assert_eq!(
        Forked.call(&tool, &[], Some(&vec![b'x'; 1 << 20])).unwrap().code,
        1
    );
}

#[test]
fn without_input_there_is_none() {
    let directory = tempfile::tempdir().unwrap();
    let tool = script(directory.path(), "cat");
    assert!(Forked.call(&tool, &[], None).unwrap().stdout.is_empty());
}

#[test]
fn a_program_that_is_not_there_is_a_clear_error() {
    let directory = tempfile::tempdir().unwrap();
    let absent = directory.path().join("absent");
    assert!(matches!(
        Forked.call(absent.to_str().unwrap(), &[], None),
        Err(TransportError::NotFound)
    ));
    let wrapper = script(directory.path(), "exec no-such-hook-command");
    assert!(matches!(
        Forked.call(&wrapper, &[], None),
        Err(TransportError::NotFound)
    ));
}

#[test]
fn a_killed_program_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    let tool = script(directory.path(), "kill -9 $$");
    assert!(matches!(
        Forked.call(&tool, &[], None),
        Err(TransportError::Signal)
    ));
}

#[test]
fn each_answer_stands_in_the_place_of_its_question() {
    let directory = tempfile::tempdir().unwrap();
    let tool = script(directory.path(), r#"sleep "$1"; echo "$2"; exit "$3""#);
    let questions: Vec<[String; 3]> = (0..9)
        .map(|number| {
            [
                if number == 0 { "0.2" } else { "0" }.into(),
                number.to_string(),
                (number % 2).to_string(),
            ]
        })
        .collect();
    let each: Vec<Vec<&str>> = questions
        .iter()
        .map(|args| args.iter().map(String::as_str).collect())
        .collect();
    let answers: Vec<(i32, String)> = Forked
        .call_each(&tool, &each)
        .into_iter()
        .map(|answer| answer.unwrap())
        .map(|output| (output.code, String::from_utf8(output.stdout).unwrap()))
        .collect();
    let expected: Vec<_> = (0..9).map(|number| (number % 2, format!("{number}\n"))).collect();
    assert_eq!(answers, expected);
    assert!(Forked.call_each(&tool, &[]).is_empty());
}

#[test]
fn questions_of_one_kind_run_at_once() {
    let directory = tempfile::tempdir().unwrap();
    // Each waits up to ten seconds for the other's file: in turn, the first would wait in vain.
    let tool = script(
        directory.path(),
        r#"cd "$1"; : > "$2"; for _ in $(seq 100); do [ -e "$3" ] && exit 0; sleep 0.1; done; exit 1"#,
    );
    let folder = directory.path().to_str().unwrap();
    let answers = Forked.call_each(&tool, &[vec![folder, "a", "b"], vec![folder, "b", "a"]]);
    let codes: Vec<i32> = answers.into_iter().map(|answer| answer.unwrap().code).collect();
    assert_eq!(codes, [0, 0]);
}

#[test]
fn each_question_to_a_program_that_is_not_there_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    let absent = directory.path().join("absent");
    let answers = Forked.call_each(absent.to_str().unwrap(), &[vec![], vec![]]);
    assert_eq!(answers.len(), 2);
    assert!(
        answers
            .iter()
            .all(|answer| matches!(answer, Err(TransportError::NotFound)))
    );
}
