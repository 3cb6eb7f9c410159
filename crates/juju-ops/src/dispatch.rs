//! The whole imperative shell around a charm: one dispatch from its environment to its exit code.
//!
//! A charm, the environment, a transport and a clock enter; the exit code leaves. Three ends: settled or waiting
//! (0, the status says why), blocked (0, the status says what a person must do), error (1, logged once with its
//! causes; the status stays as it is and Juju tries again).

use std::io::Write as _;
use std::process::ExitCode;
use std::rc::Rc;

use crate::action::ActionError;
use crate::charm::Charm;
use crate::clock::{Clock, SystemClock};
use crate::context::JujuContext;
use crate::converge::converge;
use crate::error::{Error, chain};
use crate::event::{ActionEvent, Event};
use crate::hookcmds;
use crate::log::Log;
use crate::text;
use crate::transport::{Forked, Transport};
use crate::unit::Unit;

/// Runs a charm for the hook or action that Juju started this process for. This is all a charm's `main` does.
pub fn main<C: Charm>(mut charm: C) -> ExitCode {
    let log = Log::default();
    log_panics(&log);
    let environment = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    ExitCode::from(dispatch(
        &mut charm,
        environment,
        &(Rc::new(Forked) as Rc<dyn Transport>),
        &SystemClock::new(),
        &log,
    ))
}

/// A panic ends the process where it is: what was logged until then, and the panic itself, is sent before.
fn log_panics(log: &Log) {
    let log = log.clone();
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        log.error(format!("the charm panicked: {panic}"));
        send(&log, &Forked);
        usual(panic);
    }));
}

/// One dispatch; the exit code is 0 or 1.
pub(crate) fn dispatch<C: Charm>(
    charm: &mut C,
    environment: impl IntoIterator<Item = (String, String)>,
    transport: &Rc<dyn Transport>,
    clock: &dyn Clock,
    log: &Log,
) -> u8 {
    let clock = LoggingClock {
        clock,
        log,
        transport: transport.as_ref(),
    };
    let code = log.collect(|| match run(charm, environment, transport, &clock) {
        Ok(()) => 0,
        Err(error) => {
            tracing::error!("{}", chain(&error));
            1
        }
    });
    send(log, transport.as_ref());
    code
}

fn run<C: Charm>(
    charm: &mut C,
    environment: impl IntoIterator<Item = (String, String)>,
    transport: &Rc<dyn Transport>,
    clock: &dyn Clock,
) -> Result<(), C::Error> {
    let context = JujuContext::from_environ(environment).map_err(Error::from)?;
    let unit = Unit::new(context, Rc::clone(transport));
    if let Event::Action(action) = unit.event() {
        act(charm, &unit, action)?;
        return Ok(unit.flush()?);
    }
    let status = converge(charm, &unit, clock)?;
    unit.flush()?;
    // Last, for Juju shows it at once even if the dispatch fails after it.
    Ok(unit.show(&status)?)
}

/// Runs an action. One that fails is no failed dispatch: who ran it is told why.
fn act<C: Charm>(charm: &mut C, unit: &Unit, action: &ActionEvent) -> Result<(), Error> {
    let Err(error) = charm.act(unit, action) else {
        return Ok(());
    };
    let why = chain(&error);
    match error {
        ActionError::Framework(_) => tracing::error!("cannot run action `{}`: {why}", action.name),
        ActionError::Unknown { .. }
        | ActionError::Parameters(_)
        | ActionError::Results(_)
        | ActionError::Failed(_) => {}
    }
    hookcmds::action_fail(unit.transport(), &text::argument(&why))
}

/// Sends what was logged before time passes, for the pod may not live to the end of the dispatch.
struct LoggingClock<'a> {
    clock: &'a dyn Clock,
    log: &'a Log,
    transport: &'a dyn Transport,
}

impl Clock for LoggingClock<'_> {
    fn now(&self) -> std::time::Duration {
        self.clock.now()
    }

    fn sleep(&self, duration: std::time::Duration) {
        send(self.log, self.transport);
        self.clock.sleep(duration);
    }
}

/// Sends what was logged. Where even that fails only the standard error is left, which Juju logs as a warning.
fn send(log: &Log, transport: &dyn Transport) {
    if let Err((error, unsent)) = log.send(transport) {
        let mut stderr = std::io::stderr().lock();
        for line in std::iter::once(chain(&error)).chain(unsent) {
            // There is no further place to report to.
            let _ = writeln!(stderr, "{line}");
        }
    }
}
