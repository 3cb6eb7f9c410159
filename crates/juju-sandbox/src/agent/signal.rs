//! How Go's `os` package tells of a process that a signal ended, which is how Juju tells it.

/// The names that Go has for the signals 1 to 15.
const NAMES: [&str; 15] = [
    "hangup",
    "interrupt",
    "quit",
    "illegal instruction",
    "trace/breakpoint trap",
    "aborted",
    "bus error",
    "floating point exception",
    "killed",
    "user defined signal 1",
    "segmentation fault",
    "user defined signal 2",
    "broken pipe",
    "alarm clock",
    "terminated",
];

/// `signal: interrupt`
pub(super) fn told(signal: i32) -> String {
    let index = usize::try_from(signal)
        .ok()
        .and_then(|number| number.checked_sub(1));
    match index.and_then(|index| NAMES.get(index)) {
        Some(name) => format!("signal: {name}"),
        None => format!("signal: signal {signal}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signals_have_go_s_names() {
        let told = [1, 2, 15, 16, 0].map(told);
        let wanted = ["hangup", "interrupt", "terminated", "signal 16", "signal 0"];
        assert_eq!(told, wanted.map(|name| format!("signal: {name}")));
    }
}
