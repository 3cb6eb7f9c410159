//! The rules for names, as Juju's own packages check them. Text in, yes or no out.

/// Charm and storage names: lower case words joined by `-`; no word after the first is only digits.
pub(crate) fn is_charm_or_storage(name: &str) -> bool {
    let mut words = name.split('-');
    words.next().is_some_and(is_first_word)
        && words.all(|word| is_word(word) && word.bytes().any(|byte| byte.is_ascii_lowercase()))
}

/// Endpoint names: lower case words joined by `-` or `_`.
pub(crate) fn is_endpoint(name: &str) -> bool {
    let mut words = name.split(['-', '_']);
    words.next().is_some_and(is_first_word) && words.all(is_word)
}

/// Action names: lower case letters, digits and inner hyphens.
pub(crate) fn is_action(name: &str) -> bool {
    let inner = |byte: u8| is_word_byte(byte) || byte == b'-';
    name.bytes().all(inner) && !name.is_empty() && !name.starts_with('-') && !name.ends_with('-')
}

/// Container names: DNS labels.
pub(crate) fn is_container(name: &str) -> bool {
    is_action(name) && name.len() <= 63
}

/// Why Juju keeps `name` for itself, if it does. Charms whose own name begins with `juju-` may use every name.
pub(crate) fn reserved(charm: &str, name: &str) -> Option<&'static str> {
    if charm.starts_with("juju-") {
        None
    } else if name == "juju" {
        Some("\"juju\" is a reserved name")
    } else if name.starts_with("juju-") {
        Some("the \"juju-\" prefix is reserved")
    } else {
        None
    }
}

fn is_first_word(word: &str) -> bool {
    is_word(word) && word.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase())
}

fn is_word(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(is_word_byte)
}

fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rule: fn(&str) -> bool, good: &[&str], bad: &[&str]) {
        for name in good {
            assert!(rule(name), "`{name}` should pass");
        }
        for name in bad {
            assert!(!rule(name), "`{name}` should not pass");
        }
    }

    #[test]
    fn each_kind_of_name_has_its_rule() {
        check(
            is_charm_or_storage,
            &["lamp", "lamp-k8s", "l4mp-4k"],
            &["", "Lamp", "4lamp", "lamp-", "lamp-4", "lamp_k8s"],
        );
        check(
            is_endpoint,
            &["db", "db_admin", "db-2"],
            &["", "2db", "db-", "db--x", "-db", "dB"],
        );
        check(
            is_action,
            &["a", "0", "re-start", "a--b"],
            &["", "-a", "a-", "A", "a_b"],
        );
        check(is_container, &["web", "web-1"], &["", "Web", "web_1"]);
        assert!(is_container(&"a".repeat(63)));
        assert!(!is_container(&"a".repeat(64)));
    }

    #[test]
    fn only_juju_charms_use_reserved_names() {
        assert!(reserved("lamp", "juju").is_some());
        assert!(reserved("lamp", "juju-info").is_some());
        assert_eq!(reserved("lamp", "jujube"), None);
        assert_eq!(reserved("juju-dashboard", "juju-info"), None);
    }
}
