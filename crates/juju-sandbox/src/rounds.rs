//! Rounds of work until one brings no news.

/// More rounds than a chain of writes, controllers and pods takes.
const MOST: u32 = 50;

/// Does `round` until it says that nothing happened; false when something still did after the last of many.
///
/// # Errors
/// The first error of a round.
pub(crate) fn until_quiet<E>(mut round: impl FnMut() -> Result<bool, E>) -> Result<bool, E> {
    for _ in 0..MOST {
        if !round()? {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(news: u32, expect: (bool, u32)) {
        let mut done = 0;
        let quiet = until_quiet(|| {
            done += 1;
            Ok::<_, ()>(done <= news)
        });
        assert_eq!((quiet.unwrap(), done), expect, "{news}");
    }

    #[test]
    fn what_never_comes_to_rest_is_told_from_what_does() {
        check(0, (true, 1));
        check(3, (true, 4));
        check(u32::MAX, (false, MOST));
    }
}
