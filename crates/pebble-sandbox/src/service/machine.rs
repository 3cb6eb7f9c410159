//! The life of one service as a pure state machine: happenings enter, effects leave. It knows no process and no clock;
//! at most one timer runs, set by [`Effect::Timer`] and answered by [`Happening::Elapsed`].

use crate::plan::{Action, Service};
use std::time::Duration;

/// A start counts as good when the process lives this long.
pub(super) const OKAY_DELAY: Duration = Duration::from_secs(1);
/// How long a process may take to disappear after SIGKILL.
const FAIL_DELAY: Duration = Duration::from_secs(5);

/// Where a service stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    Stopped,
    Starting,
    Running,
    Terminating,
    Killing,
    Backoff,
    Exited,
}

impl Phase {
    /// The word that `GET /v1/services` shows.
    pub(crate) fn status(self) -> &'static str {
        match self {
            Self::Starting | Self::Running => "active",
            Self::Stopped | Self::Terminating | Self::Killing => "inactive",
            Self::Backoff => "backoff",
            Self::Exited => "error",
        }
    }
}

/// What can happen to a service.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Happening {
    Start,
    Stop,
    /// The change that started it was aborted.
    AbortStart,
    /// The process asked for by [`Effect::Launch`] could not be started.
    LaunchFailed(String),
    Exited(i32),
    Elapsed,
    CheckFailed(Action),
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Effect {
    Launch,
    Terminate,
    Kill,
    Timer(Duration),
    /// The answer to the order in hand: nothing to do (and why), or a refusal.
    Answer(Result<Option<String>, String>),
    /// The answer to the last start.
    Started(Result<(), String>),
    /// The answer to the last stop.
    Stopped(Result<(), String>),
    /// The daemon is to end.
    End(Ending),
    Log(String),
}

/// Why the daemon ends because of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    Success,
    ServiceFailure,
    CheckFailure,
}

/// The state of one service.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Machine {
    name: String,
    pub(crate) phase: Phase,
    /// Whether the process is being ended only to be started again.
    restarting: bool,
    backoff: Backoff,
}

/// How often and how long a service was held back.
#[derive(Debug, Clone, PartialEq, Default)]
struct Backoff {
    count: u32,
    delay: Option<Duration>,
}

impl Machine {
    pub(crate) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            phase: Phase::Stopped,
            restarting: false,
            backoff: Backoff::default(),
        }
    }

    /// Moves on, and says what is to be done.
    pub(crate) fn on(&mut self, happening: Happening, config: &Service) -> Vec<Effect> {
        match happening {
            Happening::Start => self.start(),
            Happening::Stop => self.stop(config),
            Happening::AbortStart => self.abort_start(),
            Happening::LaunchFailed(reason) => self.launch_failed(reason, config),
            Happening::Exited(code) => self.exited(code, config),
            Happening::Elapsed => self.elapsed(config),
            Happening::CheckFailed(action) => self.check_failed(action, config),
        }
    }

    fn start(&mut self) -> Vec<Effect> {
        match self.phase {
            Phase::Starting | Phase::Running => {
                vec![Effect::Answer(Ok(Some(format!(
                    "Service {:?} already started.",
                    self.name
                ))))]
            }
            Phase::Terminating => vec![Effect::Answer(Err(
                "cannot start service while terminating".to_owned()
            ))],
            Phase::Killing => vec![Effect::Answer(Err(
                "cannot start service while killing".to_owned()
            ))],
            Phase::Stopped | Phase::Backoff | Phase::Exited => {
                self.backoff = Backoff::default();
                self.phase = Phase::Starting;
                vec![Effect::Launch, Effect::Timer(OKAY_DELAY)]
            }
        }
    }

    fn stop(&mut self, config: &Service) -> Vec<Effect> {
        let nothing = |what: &str| {
            vec![Effect::Answer(Ok(Some(format!(
                "Service {:?} {what}.",
                self.name
            ))))]
        };
        match self.phase {
            Phase::Stopped => nothing("already stopped"),
            Phase::Terminating | Phase::Killing => nothing("already stopping"),
            Phase::Exited => {
                let effects = nothing("had already exited");
                self.phase = Phase::Stopped;
                effects
            }
            Phase::Backoff => {
                self.phase = Phase::Stopped;
                vec![
                    Effect::Log("stopped while waiting for backoff".to_owned()),
                    Effect::Stopped(Ok(())),
                ]
            }
            Phase::Starting => {
                let mut effects = vec![Effect::Started(
                    Err("stopped before the 1s okay delay".to_owned()),
                )];
                effects.extend(self.terminate(config, false));
                effects
            }
            Phase::Running => self.terminate(config, false),
        }
    }

    fn terminate(&mut self, config: &Service, restarting: bool) -> Vec<Effect> {
        self.phase = Phase::Terminating;
        self.restarting = restarting;
        vec![Effect::Terminate, Effect::Timer(config.kill_delay())]
    }

    fn abort_start(&mut self) -> Vec<Effect> {
        if self.phase != Phase::Starting {
            return Vec::new();
        }
        self.phase = Phase::Killing;
        self.restarting = false;
        let answer = Effect::Started(Err("start aborted, sent SIGKILL to process".to_owned()));
        vec![Effect::Kill, answer, Effect::Timer(FAIL_DELAY)]
    }

    fn launch_failed(&mut self, reason: String, config: &Service) -> Vec<Effect> {
        if self.phase == Phase::Starting {
            self.phase = Phase::Stopped;
            return vec![Effect::Started(Err(reason))];
        }
        let mut effects = vec![Effect::Log(reason)];
        effects.extend(self.back_off("restart", config));
        effects
    }

    fn exited(&mut self, code: i32, config: &Service) -> Vec<Effect> {
        match self.phase {
            Phase::Starting => {
                let action = config.action_after_exit(code == 0).as_str();
                let reason = format!("exited quickly with code {code}, will {action}");
                let mut effects = vec![Effect::Started(Err(reason))];
                effects.extend(self.ended_by_itself(code, config));
                effects
            }
            Phase::Running => self.ended_by_itself(code, config),
            Phase::Terminating | Phase::Killing if self.restarting => {
                let mut effects = vec![Effect::Log("exited after check failure, restarting".to_owned())];
                effects.extend(self.back_off("on-check-failure", config));
                effects
            }
            Phase::Terminating | Phase::Killing => {
                self.phase = Phase::Stopped;
                vec![Effect::Log("stopped".to_owned()), Effect::Stopped(Ok(()))]
            }
            // It was given up on, and ended late.
            Phase::Stopped | Phase::Backoff | Phase::Exited => Vec::new(),
        }
    }

    fn ended_by_itself(&mut self, code: i32, config: &Service) -> Vec<Effect> {
        let success = code == 0;
        let cause = if success { "on-success" } else { "on-failure" };
        let action = config.action_after_exit(success);
        let mut effects = vec![Effect::Log(format!("stopped unexpectedly with code {code}"))];
        let ending = match action {
            Action::Restart => {
                effects.extend(self.back_off(cause, config));
                return effects;
            }
            Action::Ignore => {
                self.phase = if success { Phase::Stopped } else { Phase::Exited };
                let text = format!("{cause} action is \"ignore\", not doing anything further");
                effects.push(Effect::Log(text));
                return effects;
            }
            Action::Shutdown if success => Ending::Success,
            Action::SuccessShutdown => Ending::Success,
            Action::Shutdown | Action::FailureShutdown => Ending::ServiceFailure,
        };
        self.phase = Phase::Exited;
        effects.push(Effect::Log(format!(
            "{cause} action is {:?}, triggering shutdown",
            action.as_str()
        )));
        effects.push(Effect::End(ending));
        effects
    }

    fn back_off(&mut self, cause: &str, config: &Service) -> Vec<Effect> {
        let delay = self.backoff.next(config);
        self.phase = Phase::Backoff;
        let shown = crate::duration::GoDuration(delay);
        let count = self.backoff.count;
        let text =
            format!("{cause} action is \"restart\", waiting ~{shown} before restart (backoff {count})");
        vec![Effect::Log(text), Effect::Timer(delay)]
    }

    fn elapsed(&mut self, config: &Service) -> Vec<Effect> {
        let reset = Effect::Timer(config.backoff_limit());
        match self.phase {
            Phase::Starting => {
                self.phase = Phase::Running;
                vec![Effect::Started(Ok(())), reset]
            }
            Phase::Running => {
                self.backoff = Backoff::default();
                Vec::new()
            }
            Phase::Backoff => {
                self.phase = Phase::Running;
                vec![Effect::Launch, reset]
            }
            Phase::Terminating => {
                self.phase = Phase::Killing;
                vec![Effect::Kill, Effect::Timer(FAIL_DELAY)]
            }
            Phase::Killing => {
                self.phase = Phase::Stopped;
                let text = "process still running after SIGTERM and SIGKILL";
                vec![
                    Effect::Log(text.to_owned()),
                    Effect::Stopped(Err(format!("cannot stop service: {text}"))),
                ]
            }
            Phase::Stopped | Phase::Exited => Vec::new(),
        }
    }

    fn check_failed(&mut self, action: Action, config: &Service) -> Vec<Effect> {
        if !matches!(self.phase, Phase::Running | Phase::Backoff | Phase::Exited) {
            return Vec::new();
        }
        match action {
            Action::Shutdown | Action::FailureShutdown => vec![Effect::End(Ending::CheckFailure)],
            Action::SuccessShutdown => vec![Effect::End(Ending::Success)],
            Action::Restart if self.phase == Phase::Running => self.terminate(config, true),
            Action::Restart if self.phase == Phase::Exited => self.back_off("on-check-failure", config),
            Action::Restart | Action::Ignore => Vec::new(),
        }
    }
}

impl Backoff {
    /// The next delay: first `backoff-delay`, then each time `backoff-factor` longer, up to `backoff-limit`.
    fn next(&mut self, config: &Service) -> Duration {
        let limit = config.backoff_limit();
        let delay = match self.delay {
            None => config.backoff_delay(),
            Some(last) if last >= limit => limit,
            Some(last) => {
                let longer = Duration::try_from_secs_f64(last.as_secs_f64() * config.backoff_factor());
                longer.map_or(limit, |longer| longer.min(limit))
            }
        };
        self.count += 1;
        self.delay = Some(delay);
        delay
    }
}

#[cfg(test)]
#[path = "machine_tests.rs"]
mod tests;
