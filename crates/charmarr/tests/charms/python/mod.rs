//! Charms in Python and ours in one model, in both directions: Python charms with the classes of the design document, and
//! with those of the original library.
//!
//! They need Python 3.12 or newer. Where it cannot be had the cases are counted as ignored and said to be left out; where
//! `CI` is set they fail.

mod kit;
mod mixed;
mod provider;
mod requirer;

use libtest_mimic::Trial;

/// A name and what it shows.
type Case = (&'static str, fn());

/// The cases; ignored where there is no Python for them.
#[expect(clippy::print_stderr, reason = "what is left out is said")]
pub(crate) fn trials() -> impl Iterator<Item = Trial> {
    let left_out = kit::environment().is_none() && std::env::var_os("CI").is_none();
    if left_out {
        eprintln!("LEFT OUT: the Python charms; make what they need with testenv/python/build");
    }
    let cases: [&[Case]; 3] = [provider::CASES, requirer::CASES, mixed::CASES];
    cases.into_iter().flatten().map(move |&(name, case)| {
        let trial = Trial::test(name, move || {
            case();
            Ok(())
        });
        trial.with_ignored_flag(left_out)
    })
}
