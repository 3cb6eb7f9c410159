//! Rules that a test of the tests breaks on purpose, to see that the tests notice. Every other build keeps them all.

/// A rule that can be broken, one at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(
    not(feature = "mutations"),
    expect(unreachable_pub, reason = "only a build with `mutations` can name one")
)]
pub enum Rule {
    /// A replan leaves a running service alone whose definition is the plan's.
    ReplanLeavesUnchanged,
}

/// Which rules hold: all but the broken one.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Rules {
    broken: Option<Rule>,
}

impl Rules {
    /// All but this one.
    #[cfg(feature = "mutations")]
    pub(crate) fn without(rule: Rule) -> Self {
        Rules { broken: Some(rule) }
    }

    /// True if the rule holds.
    pub(crate) fn keep(self, rule: Rule) -> bool {
        self.broken != Some(rule)
    }
}
