//! Which cases a harness plays, by the arguments that every test program of cargo takes: words of a name, `--exact`,
//! `--skip WORDS`, `--list`. Arguments and cases enter, the cases to play leave.

use libtest_mimic::Arguments;

/// What the command line asks for.
pub(crate) struct Selection(Arguments);

impl Selection {
    /// Reads the arguments of this program; it ends here when one is unknown.
    pub(crate) fn from_args() -> Self {
        Self(Arguments::from_args())
    }

    /// The cases that are asked for, by their names; none where they were only to be listed, which is done here.
    ///
    /// # Errors
    /// When nothing was asked for and there is no case: a harness that plays none proves nothing.
    pub(crate) fn of<T>(
        &self,
        mut cases: Vec<T>,
        name: impl Fn(&T) -> &str,
    ) -> Result<Option<Vec<T>>, &'static str> {
        cases.retain(|case| self.has(name(case)));
        let asked = self.0.filter.is_some() || !self.0.skip.is_empty();
        if cases.is_empty() && !asked {
            return Err("there is no case");
        }
        if self.0.list {
            for case in &cases {
                println!("{}: test", name(case));
            }
            return Ok(None);
        }
        Ok(Some(cases))
    }

    fn has(&self, name: &str) -> bool {
        let fits = |words: &String| {
            if self.0.exact {
                name == words
            } else {
                name.contains(words.as_str())
            }
        };
        self.0.filter.as_ref().is_none_or(fits) && !self.0.skip.iter().any(fits)
    }
}
