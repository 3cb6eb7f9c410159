//! What one probe means for a check: pure counting.

/// Successes in all and failures in a row, of a check in its present run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Tally {
    pub(super) successes: u32,
    pub(super) failures: u32,
}

/// Whether a check is being performed (up) or recovered (down).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Perform,
    Recover,
}

/// What follows from a probe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing changes.
    Stay,
    /// It succeeds again, after this many failures that were too few.
    Steadied(u32),
    /// Another failure, but nothing changes.
    Stumbled,
    /// It reached its threshold.
    Fell,
    /// It is up again.
    Recovered,
}

impl Tally {
    /// Counts one probe.
    pub(super) fn count(&mut self, stage: Stage, success: bool, threshold: u32) -> Verdict {
        match (stage, success) {
            (Stage::Perform, true) => {
                self.successes = self.successes.saturating_add(1);
                match std::mem::take(&mut self.failures) {
                    0 => Verdict::Stay,
                    failures => Verdict::Steadied(failures),
                }
            }
            (Stage::Recover, true) => {
                *self = Self {
                    successes: 1,
                    failures: 0,
                };
                Verdict::Recovered
            }
            (Stage::Perform, false) => {
                self.failures = self.failures.saturating_add(1);
                if self.failures >= threshold {
                    Verdict::Fell
                } else {
                    Verdict::Stumbled
                }
            }
            (Stage::Recover, false) => {
                self.failures = self.failures.saturating_add(1);
                Verdict::Stumbled
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_falls_at_its_threshold_and_recovers_at_once() {
        let mut tally = Tally::default();
        let mut stage = Stage::Perform;
        let mut story = Vec::new();
        for success in [true, false, true, false, false, false, true, true] {
            let verdict = tally.count(stage, success, 2);
            stage = match verdict {
                Verdict::Fell => Stage::Recover,
                Verdict::Recovered => Stage::Perform,
                Verdict::Stay | Verdict::Steadied(_) | Verdict::Stumbled => stage,
            };
            story.push((verdict, tally.successes, tally.failures));
        }
        let expect = [
            (Verdict::Stay, 1, 0),
            (Verdict::Stumbled, 1, 1),
            (Verdict::Steadied(1), 2, 0),
            (Verdict::Stumbled, 2, 1),
            (Verdict::Fell, 2, 2),
            (Verdict::Stumbled, 2, 3),
            (Verdict::Recovered, 1, 0),
            (Verdict::Stay, 2, 0),
        ];
        assert_eq!(story, expect);
    }
}
