//! Medians and ratios of what was measured, as JSON or as a table.

use serde::{Deserialize, Serialize};

use crate::table;

/// One line of `measured.jsonl`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) struct Measured {
    micros: u64,
    peak_kibibytes: u64,
}

/// Medians of one kind of dispatch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Subject {
    name: String,
    wall_micros: u64,
    peak_kibibytes: u64,
    hook_commands: usize,
    api_calls: usize,
}

/// Everything that one run measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Report {
    pub(super) runs: u32,
    pub(super) consumers: usize,
    pub(super) subjects: Vec<Subject>,
}

impl Subject {
    pub(super) fn of(name: &str, measured: &[Measured], (hook_commands, api_calls): (usize, usize)) -> Self {
        Self {
            name: name.to_owned(),
            wall_micros: median(measured.iter().map(|one| one.micros)),
            peak_kibibytes: median(measured.iter().map(|one| one.peak_kibibytes)),
            hook_commands,
            api_calls,
        }
    }
}

impl Report {
    pub(super) fn to_text(&self) -> String {
        let rows: Vec<Vec<String>> = self.subjects.iter().map(|subject| self.row(subject)).collect();
        let header = [
            "dispatch",
            "wall ms",
            "times the last row",
            "peak MiB",
            "hook commands",
            "API calls",
        ];
        format!(
            "medians of {} steady dispatches each, {} related applications\n\n{}",
            self.runs,
            self.consumers,
            table::render(&header, &rows)
        )
    }

    fn row(&self, subject: &Subject) -> Vec<String> {
        let slowest = self.subjects.last().map_or(0, |last| last.wall_micros);
        let tenths = slowest * 10 / subject.wall_micros.max(1);
        vec![
            subject.name.clone(),
            format!(
                "{}.{:02}",
                subject.wall_micros / 1000,
                subject.wall_micros % 1000 / 10
            ),
            format!("{}.{}", tenths / 10, tenths % 10),
            format!(
                "{}.{}",
                subject.peak_kibibytes / 1024,
                subject.peak_kibibytes % 1024 * 10 / 1024
            ),
            subject.hook_commands.to_string(),
            subject.api_calls.to_string(),
        ]
    }
}

/// The middle one; the upper of two.
fn median(values: impl Iterator<Item = u64>) -> u64 {
    let mut values: Vec<u64> = values.collect();
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_is_told() {
        assert_eq!(median([9, 1, 5].into_iter()), 5);
        assert_eq!(median([4, 1, 2, 3].into_iter()), 3);
        assert_eq!(median(std::iter::empty()), 0);
    }

    #[test]
    fn the_table_tells_how_many_times_faster_than_the_last() {
        let subject = |name, wall_micros, peak_kibibytes| Subject {
            name: String::from(name),
            wall_micros,
            peak_kibibytes,
            hook_commands: 10,
            api_calls: 1,
        };
        let report = Report {
            runs: 3,
            consumers: 5,
            subjects: vec![subject("ours", 20_150, 6_656), subject("theirs", 906_750, 51_200)],
        };
        insta::assert_snapshot!(report.to_text(), @r"
        medians of 3 steady dispatches each, 5 related applications

        dispatch  wall ms  times the last row  peak MiB  hook commands  API calls
        ours      20.15    45.0                6.5       10             1
        theirs    906.75   1.0                 50.0      10             1
        ");
    }
}
