//! The addresses that pods get: 10.1.0.0/16, one after the other.

/// Gives addresses. They are taken up again from the first when all were given.
#[derive(Debug, Default)]
pub(super) struct Addresses {
    last: u16,
}

impl Addresses {
    /// The next one that is not in use.
    pub(super) fn next(&mut self, in_use: impl Fn(&str) -> bool) -> String {
        loop {
            // The first address is the network's.
            self.last = self.last.wrapping_add(1).max(1);
            let [high, low] = self.last.to_be_bytes();
            let address = format!("10.1.{high}.{low}");
            if !in_use(&address) {
                return address;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(last: u16, in_use: &[&str], expect: &str) {
        let address = Addresses { last }.next(|address| in_use.contains(&address));
        assert_eq!(address, expect, "{last} {in_use:?}");
    }

    #[test]
    fn no_pod_gets_the_address_of_another() {
        check(0, &[], "10.1.0.1");
        check(255, &[], "10.1.1.0");
        check(1, &["10.1.0.2", "10.1.0.3"], "10.1.0.4");
        check(u16::MAX, &["10.1.0.1"], "10.1.0.2");
    }
}
