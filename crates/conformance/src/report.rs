//! What came of running cases against one subject. Names and texts enter, one printable summary leaves.

use std::fmt;

/// One case whose subject did not answer as the case says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The name of the case: a sentence.
    pub case: String,
    /// Which step differs, what was wanted and what was answered; a few lines.
    pub what: String,
}

/// The outcome of all cases on one subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What kind of program: `kubernetes`, `pebble`.
    pub engine: &'static str,
    /// Which one answered, such as `the real API server`.
    pub subject: String,
    /// How many cases ran.
    pub cases: usize,
    /// Those that differ, in the order of the cases.
    pub differences: Vec<Difference>,
}

/// `kubernetes: 150 cases, 0 differences (the real API server)`, then a paragraph for each difference.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (engine, cases, count) = (self.engine, self.cases, self.differences.len());
        write!(
            f,
            "{engine}: {cases} cases, {count} differences ({})",
            self.subject
        )?;
        for Difference { case, what } in &self.differences {
            write!(f, "\n- {case}")?;
            for line in what.lines() {
                write!(f, "\n    {line}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_difference_is_listed_by_name() {
        let report = Report {
            engine: "kubernetes",
            subject: "a subject".into(),
            cases: 7,
            differences: vec![Difference {
                case: "a volume is mounted".into(),
                what: "step 2\nwanted 200, got 409".into(),
            }],
        };
        insta::assert_snapshot!(report, @r"
        kubernetes: 7 cases, 1 differences (a subject)
        - a volume is mounted
            step 2
            wanted 200, got 409
        ");
    }
}
