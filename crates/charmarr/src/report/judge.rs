//! The verdict: whether each application and title holds, and whether a break ended as it has to.

use std::collections::BTreeMap;

use super::{App, Import, Moment, Report, Status};
use crate::scenario::{Act, Ending};

impl App {
    /// Works on the volume that the others work on.
    fn trouble(&self, shared: Option<(u64, u64)>) -> Option<String> {
        let Status { status, message } = &self.status;
        if status != "active" {
            return Some(format!("is {status}: {message}"));
        }
        let workload = self.workload.as_ref()?;
        if !self.volume_seen {
            return Some("does not see the volume in its container".to_owned());
        }
        if self.volume != shared {
            let claim = self.claim.as_deref().unwrap_or_default();
            return Some(format!("is on another volume than the others (claim `{claim}`)"));
        }
        (!workload.ends_with("active")).then(|| "does not run its workload".to_owned())
    }
}

impl Moment {
    fn says(&self, unit: &str, status: &str, message: &str) -> bool {
        let said = self.units.iter().find(|said| said.unit == unit);
        said.is_some_and(|said| said.status.status == status && said.status.message == message)
    }

    fn has_claims(&self, claims: &[(&str, &str)]) -> bool {
        let found = self.standing.claims.iter();
        let found = found.map(|(name, phase)| (name.as_str(), phase.as_str()));
        found.eq(claims.iter().copied())
    }

    /// Each pod is still there under its name, and neither the same object nor at the same address.
    fn has_other_pods(&self, before: &Self) -> bool {
        let (now, before) = (&self.standing.pods, &before.standing.pods);
        let other = |(name, (uid, address)): (&String, &(String, String))| {
            now.get(name)
                .is_some_and(|(new_uid, new_address)| new_uid != uid && new_address != address)
        };
        now.len() == before.len() && before.iter().all(other)
    }
}

impl Report {
    /// Says of each application and title whether it holds, and of the run whether it went as it had to: with what `acts` and
    /// `ends` demand of the moments before each act and of the end.
    #[must_use]
    pub fn judged(mut self, acts: &[Act], ends: &[Ending]) -> Self {
        let shared = self.shared_volume();
        for app in &mut self.apps {
            app.trouble = app.trouble(shared);
        }
        self.ok = self.troubles.is_empty()
            && self.apps.iter().all(|app| app.trouble.is_none())
            && self.imports.iter().all(Import::is_hardlink);
        self.missed = self.all_missed(acts, ends);
        self.ok &= self.missed.is_empty();
        let broken = !(acts.is_empty() && ends.is_empty());
        self.as_expected = broken.then_some(self.missed.is_empty());
        self
    }

    fn all_missed(&self, acts: &[Act], ends: &[Ending]) -> Vec<String> {
        let demands = acts.iter().map(|act| act.ends.as_slice()).chain([ends]);
        let moments = self.meanwhile.iter().chain([&self.end]);
        let before = std::iter::once(None).chain(self.meanwhile.iter().map(Some));
        let missed = demands
            .zip(moments)
            .zip(before)
            .flat_map(|((ends, now), before)| {
                ends.iter()
                    .filter_map(move |end| Some(format!("{}: {}", now.when, self.missed(end, now, before)?)))
            });
        missed.collect()
    }

    /// The volume that most applications are on.
    fn shared_volume(&self) -> Option<(u64, u64)> {
        let mut counts: BTreeMap<(u64, u64), usize> = BTreeMap::new();
        for volume in self.apps.iter().filter_map(|app| app.volume) {
            *counts.entry(volume).or_default() += 1;
        }
        counts
            .into_iter()
            .max_by_key(|(_, count)| *count)
            .map(|(volume, _)| volume)
    }

    /// What should have been at that moment and is not. `before`: the moment before it.
    fn missed(&self, end: &Ending, now: &Moment, before: Option<&Moment>) -> Option<String> {
        let holds = |title: &str| {
            let mut imports = self.imports.iter();
            imports.any(|import| import.title == title && import.is_hardlink())
        };
        let (is_so, should) = match end {
            Ending::Says {
                unit,
                status,
                message,
            } => (
                now.says(unit, status, message),
                format!("{unit} should be {status}: {message}"),
            ),
            Ending::NotImported { title } => {
                (!holds(title), format!("{title} should not have been imported"))
            }
            Ending::Imported { title } => (holds(title), format!("{title} should have been imported")),
            Ending::Claims(claims) => (
                now.has_claims(claims),
                format!("the claims should be {claims:?}, not {:?}", now.standing.claims),
            ),
            Ending::Changes { app, times } => {
                let found = now.standing.changes.get(*app);
                let should =
                    format!("the StatefulSet {app} should have been changed {times} times, not {found:?}");
                (found == Some(times), should)
            }
            Ending::PodsReplaced => (
                before.is_some_and(|before| now.has_other_pods(before)),
                "every pod should have been replaced".to_owned(),
            ),
        };
        (!is_so).then_some(should)
    }
}
