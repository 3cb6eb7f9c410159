use super::*;
use crate::duration::GoDuration;

/// A machine that was driven through `before`.
fn after(before: &[Happening], config: &Service) -> Machine {
    let mut machine = Machine::new("mill");
    for happening in before {
        machine.on(happening.clone(), config);
    }
    machine
}

fn check(before: &[Happening], now: &Happening, phase: Phase, effects: &[Effect]) {
    check_with(&Service::default(), before, now, phase, effects);
}

fn check_with(config: &Service, before: &[Happening], now: &Happening, phase: Phase, effects: &[Effect]) {
    let mut machine = after(before, config);
    let seen: Vec<Effect> = machine
        .on(now.clone(), config)
        .into_iter()
        .filter(|effect| !matches!(effect, Effect::Log(_)))
        .collect();
    assert_eq!(
        (machine.phase, seen.as_slice()),
        (phase, effects),
        "{before:?} then {now:?}"
    );
}

fn note(text: &str) -> Effect {
    Effect::Answer(Ok(Some(text.to_owned())))
}

fn seconds(seconds: u64) -> Effect {
    Effect::Timer(Duration::from_secs(seconds))
}

use Happening::{AbortStart, CheckFailed, Elapsed, Exited, LaunchFailed, Start, Stop};

#[test]
fn starting() {
    check(&[], &Start, Phase::Starting, &[Effect::Launch, seconds(1)]);
    check(
        &[Start],
        &Elapsed,
        Phase::Running,
        &[Effect::Started(Ok(())), seconds(30)],
    );
    check(
        &[Start],
        &Start,
        Phase::Starting,
        &[note("Service \"mill\" already started.")],
    );
    check(
        &[Start, Elapsed],
        &Start,
        Phase::Running,
        &[note("Service \"mill\" already started.")],
    );
    check(
        &[Start, Exited(1)],
        &Start,
        Phase::Starting,
        &[Effect::Launch, seconds(1)],
    );
    check(
        &[Start, LaunchFailed("x".into())],
        &Start,
        Phase::Starting,
        &[Effect::Launch, seconds(1)],
    );
    let refusal = Effect::Answer(Err("cannot start service while terminating".to_owned()));
    check(&[Start, Elapsed, Stop], &Start, Phase::Terminating, &[refusal]);
    let failed = Effect::Started(Err("no such file".to_owned()));
    check(
        &[Start],
        &LaunchFailed("no such file".to_owned()),
        Phase::Stopped,
        &[failed],
    );
    let aborted = Effect::Started(Err("start aborted, sent SIGKILL to process".to_owned()));
    check(
        &[Start],
        &AbortStart,
        Phase::Killing,
        &[Effect::Kill, aborted, seconds(5)],
    );
    check(&[Start, Elapsed], &AbortStart, Phase::Running, &[]);
}

#[test]
fn stopping() {
    check(
        &[],
        &Stop,
        Phase::Stopped,
        &[note("Service \"mill\" already stopped.")],
    );
    check(
        &[Start, Elapsed],
        &Stop,
        Phase::Terminating,
        &[Effect::Terminate, seconds(5)],
    );
    check(
        &[Start, Elapsed, Stop],
        &Stop,
        Phase::Terminating,
        &[note("Service \"mill\" already stopping.")],
    );
    check(
        &[Start, Elapsed, Stop],
        &Exited(0),
        Phase::Stopped,
        &[Effect::Stopped(Ok(()))],
    );
    check(
        &[Start, Elapsed, Stop],
        &Elapsed,
        Phase::Killing,
        &[Effect::Kill, seconds(5)],
    );
    check(
        &[Start, Elapsed, Stop, Elapsed],
        &Exited(137),
        Phase::Stopped,
        &[Effect::Stopped(Ok(()))],
    );
    let stuck = "cannot stop service: process still running after SIGTERM and SIGKILL".to_owned();
    check(
        &[Start, Elapsed, Stop, Elapsed],
        &Elapsed,
        Phase::Stopped,
        &[Effect::Stopped(Err(stuck))],
    );
    check(
        &[Start, Exited(1)],
        &Stop,
        Phase::Stopped,
        &[Effect::Stopped(Ok(()))],
    );
    let early = Effect::Started(Err("stopped before the 1s okay delay".to_owned()));
    check(
        &[Start],
        &Stop,
        Phase::Terminating,
        &[early, Effect::Terminate, seconds(5)],
    );
}

#[test]
fn exits_and_their_actions() {
    let quickly = Effect::Started(Err("exited quickly with code 3, will restart".to_owned()));
    let half = Effect::Timer(Duration::from_millis(500));
    check(&[Start], &Exited(3), Phase::Backoff, &[quickly, half.clone()]);
    check(
        &[Start, Elapsed],
        &Exited(0),
        Phase::Backoff,
        std::slice::from_ref(&half),
    );
    check(
        &[Start, Elapsed, Exited(1)],
        &Elapsed,
        Phase::Running,
        &[Effect::Launch, seconds(30)],
    );
    let actions = [
        ("ignore", 0, Phase::Stopped, None),
        ("ignore", 4, Phase::Exited, None),
        ("shutdown", 0, Phase::Exited, Some(Ending::Success)),
        ("shutdown", 4, Phase::Exited, Some(Ending::ServiceFailure)),
        ("success-shutdown", 4, Phase::Exited, Some(Ending::Success)),
        ("failure-shutdown", 0, Phase::Exited, Some(Ending::ServiceFailure)),
    ];
    for (action, code, phase, ending) in actions {
        let config = Service {
            on_success: action.into(),
            on_failure: action.into(),
            ..Service::default()
        };
        let effects: Vec<Effect> = ending.map(Effect::End).into_iter().collect();
        check_with(&config, &[Start, Elapsed], &Exited(code), phase, &effects);
    }
    let ignoring = Service {
        on_failure: "ignore".into(),
        ..Service::default()
    };
    check_with(
        &ignoring,
        &[Start, Elapsed, Exited(4)],
        &Stop,
        Phase::Stopped,
        &[note("Service \"mill\" had already exited.")],
    );
}

#[test]
fn backoff_grows_to_its_limit_and_is_forgotten() {
    let config = Service {
        backoff_delay: Some(GoDuration(Duration::from_secs(2))),
        backoff_factor: Some(3.0),
        backoff_limit: Some(GoDuration(Duration::from_secs(10))),
        ..Service::default()
    };
    let mut history = vec![Start, Elapsed];
    for expect in [2, 6, 10, 10] {
        check_with(&config, &history, &Exited(1), Phase::Backoff, &[seconds(expect)]);
        history.extend([Exited(1), Elapsed]);
    }
    history.push(Elapsed);
    check_with(&config, &history, &Exited(1), Phase::Backoff, &[seconds(2)]);
    history.extend([Exited(1), Elapsed, LaunchFailed("gone".into())]);
    check_with(
        &config,
        &history,
        &Elapsed,
        Phase::Running,
        &[Effect::Launch, seconds(10)],
    );
}

#[test]
fn failed_checks() {
    let running = [Start, Elapsed];
    let restart = CheckFailed(Action::Restart);
    check(
        &running,
        &restart.clone(),
        Phase::Terminating,
        &[Effect::Terminate, seconds(5)],
    );
    let terminating = [Start, Elapsed, restart.clone()];
    check(
        &terminating,
        &Exited(143),
        Phase::Backoff,
        &[Effect::Timer(Duration::from_millis(500))],
    );
    check(&running, &CheckFailed(Action::Ignore), Phase::Running, &[]);
    check(
        &running,
        &CheckFailed(Action::Shutdown),
        Phase::Running,
        &[Effect::End(Ending::CheckFailure)],
    );
    check(
        &running,
        &CheckFailed(Action::SuccessShutdown),
        Phase::Running,
        &[Effect::End(Ending::Success)],
    );
    check(&[], &restart, Phase::Stopped, &[]);
    check(&[Start], &restart, Phase::Starting, &[]);
}
