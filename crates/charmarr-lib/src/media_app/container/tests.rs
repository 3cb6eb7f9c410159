//! What is made of Pebble's answers, on a server that gives one after the other and then is gone.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::thread::JoinHandle;
use std::time::Duration;

use super::{CONFIG, Done, Ready, Unprepared, WorkloadContainer};
use crate::types::{Gid, Uid};

/// An answer, and how long Pebble takes for it.
type Answer = (Duration, String);

const AT_ONCE: Duration = Duration::ZERO;
/// How long the application may take.
const TIMEOUT: Duration = Duration::from_secs(5);

struct Server {
    container: WorkloadContainer,
    asked: JoinHandle<Vec<String>>,
    _folder: tempfile::TempDir,
}

impl Server {
    fn with(script: Vec<Answer>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("pebble.socket");
        let listener = UnixListener::bind(&socket).unwrap();
        let play = move || {
            let answers = script.into_iter();
            answers
                .map(|answer| one(&listener.accept().unwrap().0, answer))
                .collect()
        };
        Self {
            container: WorkloadContainer::with("jukebox", socket),
            asked: std::thread::spawn(play),
            _folder: folder,
        }
    }

    /// What was asked: method, path and body.
    fn asked(self) -> Vec<String> {
        self.asked.join().unwrap()
    }
}

fn one(mut stream: &UnixStream, (after, result): Answer) -> String {
    let mut reader = BufReader::new(stream);
    let mut head = Vec::new();
    for line in reader.by_ref().lines() {
        let line = line.unwrap();
        if line.is_empty() {
            break;
        }
        head.push(line.to_lowercase());
    }
    let length = head.iter().find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    reader.read_exact(&mut body).unwrap();
    std::thread::sleep(after);
    let answer =
        format!(r#"{{"type":"sync","status-code":200,"status":"OK","change":"5","result":{result}}}"#);
    let length = answer.len();
    // A client without patience has gone.
    let _ = write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{answer}"
    );
    let line = head[0].trim_end_matches(" http/1.1");
    format!("{line} {}", String::from_utf8(body).unwrap())
        .trim()
        .to_owned()
}

/// The two checks: how often the readiness check succeeded, and how the watch stands.
fn checks(successes: u32, watch: &str) -> Answer {
    let checks = format!(
        r#"[{{"name":"jukebox-answers","status":"{watch}","threshold":1}},
            {{"name":"jukebox-ready","status":"up","successes":{successes},"threshold":3}}]"#
    );
    (AT_ONCE, checks)
}

fn good() -> Answer {
    (AT_ONCE, "{}".to_owned())
}

fn bad() -> Answer {
    (AT_ONCE, r#"{"error":"connection refused"}"#.to_owned())
}

const LIST: &str = "get /v1/checks?names=jukebox-ready%2cjukebox-answers";
const ASK: &str = r#"post /v1/checks/refresh {"name":"jukebox-answers"}"#;
const TELL: &str = r#"post /v1/checks/refresh {"name":"jukebox-ready"}"#;

#[track_caller]
fn check(script: Vec<Answer>, expect: Option<(bool, bool, bool)>, asked: &[&str]) {
    let mut server = Server::with(script);
    let ready = server.container.ready(TIMEOUT).unwrap();
    let expect = expect.map(|(answers, known, watched)| Ready {
        answers,
        known,
        watched,
    });
    assert_eq!(ready, expect);
    assert_eq!(server.asked(), asked);
}

#[test]
fn what_the_readiness_check_has_seen_is_not_asked_again() {
    check(vec![checks(7, "inactive")], Some((true, true, false)), &[LIST]);
    check(vec![checks(7, "up")], Some((true, true, true)), &[LIST]);
}

#[test]
fn an_application_that_never_answered_is_asked_and_kubernetes_told() {
    check(
        vec![checks(0, "inactive"), good(), good()],
        Some((true, true, false)),
        &[LIST, ASK, TELL],
    );
    check(
        vec![checks(0, "up"), good(), bad()],
        Some((true, false, true)),
        &[LIST, ASK, TELL],
    );
}

#[test]
fn a_silent_application_is_asked_unless_pebble_tells_anyway() {
    check(
        vec![checks(0, "inactive"), bad()],
        Some((false, false, false)),
        &[LIST, ASK],
    );
    check(
        vec![checks(0, "up"), bad()],
        Some((false, false, true)),
        &[LIST, ASK],
    );
    check(vec![checks(0, "down")], Some((false, false, true)), &[LIST]);
}

/// Pebble answers when the check's time is over, which is the time that this client gives it for anything else.
#[test]
fn an_application_that_takes_all_the_time_of_its_check_is_silent_and_no_error() {
    let late = r#"{"error":"check timed out after 5s"}"#.to_owned();
    check(
        vec![
            checks(0, "inactive"),
            (TIMEOUT + Duration::from_millis(200), late),
        ],
        Some((false, false, false)),
        &[LIST, ASK],
    );
}

#[test]
fn a_pebble_that_goes_away_is_no_error() {
    check(vec![checks(0, "inactive")], None, &[LIST]);
    check(Vec::new(), None, &[]);
}

#[test]
fn what_was_started_is_asked_anew_until_it_answers() {
    let mut server = Server::with(vec![
        good(),
        checks(7, "inactive"),
        bad(),
        checks(7, "inactive"),
        good(),
        good(),
        checks(8, "inactive"),
    ]);
    let container = &mut server.container;
    container.start().unwrap();

    let answers: Vec<bool> = (0..3)
        .map(|_| container.ready(TIMEOUT).unwrap().unwrap().answers)
        .collect();

    assert_eq!(answers, [false, true, true]);
    assert_eq!(server.asked()[1..], [LIST, ASK, LIST, ASK, TELL, LIST]);
}

fn owner() -> (Uid, Gid) {
    (1234.try_into().unwrap(), 4321.try_into().unwrap())
}

#[track_caller]
fn check_config(answer: &str, remembered: bool, expect: bool) {
    let server = Server::with(vec![(AT_ONCE, answer.to_owned())]);
    let (uid, gid) = owner();
    let done = Done {
        layer: true,
        config: remembered,
    };
    assert_eq!(server.container.config_is_given(uid, gid, done).unwrap(), expect);
    server.asked();
}

#[test]
fn settings_are_given_when_that_was_done_to_the_end() {
    let folder = |user: u32| {
        format!(
            r#"[{{"path":"{CONFIG}","name":"config","type":"directory","permissions":"755",
                "last-modified":"2026-11-24T04:24:29Z","user-id":{user},"group-id":0}}]"#
        )
    };
    check_config(&folder(1234), true, true);
    // As a `chown` leaves it that was killed after the folder itself.
    check_config(&folder(1234), false, false);
    // As another volume looks.
    check_config(&folder(0), true, false);
}

#[test]
fn settings_that_take_too_long_are_waited_for() {
    let (uid, gid) = owner();
    let mut server = Server::with(vec![(TIMEOUT + Duration::from_millis(200), "null".to_owned())]);

    assert!(!server.container.give_config(uid, gid).unwrap());

    assert_eq!(server.container.unprepared, Some(Unprepared::ConfigInTime));
    let asked = server.asked().remove(0);
    assert!(
        asked.starts_with("post /v1/exec") && asked.contains(r#"["chown","-R","1234:4321","/config"]"#),
        "{asked}"
    );
}
