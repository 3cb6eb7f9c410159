//! Reading a kubeconfig: the file's current context becomes an endpoint. Only what stands in the file itself (or in
//! files it names) is used; no command is run for a credential.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::Error;
use super::https::Endpoint;

/// # Errors
/// When the file cannot be read, or its current context lacks an https server with its CA, or a token or client
/// certificate.
pub(super) fn read(path: &Path) -> Result<Endpoint, Error> {
    let wrong = |reason: &str| Error::Kubeconfig {
        path: path.to_owned(),
        reason: reason.to_owned(),
    };
    let file: Value =
        serde_saphyr::from_str(&fs_err::read_to_string(path)?).map_err(|error| wrong(&error.to_string()))?;
    let context_name = file.get("current-context").and_then(Value::as_str);
    let context =
        named(&file, "contexts", "context", context_name).ok_or_else(|| wrong("no current context"))?;
    let chosen = |list, item| named(&file, list, item, context.get(item).and_then(Value::as_str));
    let cluster = chosen("clusters", "cluster").ok_or_else(|| wrong("its context names no cluster"))?;
    let user = chosen("users", "user").ok_or_else(|| wrong("its context names no user"))?;

    let server = cluster.get("server").and_then(Value::as_str).unwrap_or_default();
    let (host, port) = address(server).ok_or_else(|| wrong("its server is not https://HOST[:PORT]"))?;
    let ca = pem(cluster, "certificate-authority").ok_or_else(|| wrong("its cluster has no readable CA"))?;
    if let Some(token) = user.get("token").and_then(Value::as_str) {
        return Endpoint::with_token(host, port, &ca, token.to_owned());
    }
    match (pem(user, "client-certificate"), pem(user, "client-key")) {
        (Some(certificate), Some(key)) => Endpoint::with_certificate(host, port, &ca, &certificate, &key),
        _ => Err(wrong("its user has neither a token nor a client certificate")),
    }
}

fn named<'a>(file: &'a Value, list: &str, item: &str, name: Option<&str>) -> Option<&'a Value> {
    let entries = file.get(list)?.as_array()?;
    let entry = entries
        .iter()
        .find(|entry| name.is_some() && entry.get("name").and_then(Value::as_str) == name)?;
    entry.get(item)
}

/// `key-data` in base64, or the file that `key` names.
fn pem(part: &Value, key: &str) -> Option<String> {
    if let Some(data) = part.get(format!("{key}-data")).and_then(Value::as_str) {
        return String::from_utf8(STANDARD.decode(data).ok()?).ok();
    }
    fs_err::read_to_string(part.get(key)?.as_str()?).ok()
}

fn address(server: &str) -> Option<(&str, u16)> {
    let authority = server.strip_prefix("https://")?.trim_end_matches('/');
    match authority.rsplit_once(':') {
        Some((host, port)) => Some((host, port.parse().ok()?)),
        None => Some((authority, 443)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs_err::write(file.path(), text).unwrap();
        let error = read(file.path()).map(|_| ()).unwrap_err().to_string();
        assert_eq!(error.split_once("`: ").unwrap().1, expect);
    }

    #[test]
    fn what_is_missing_is_named() {
        let contexts = "contexts: [{name: c, context: {cluster: k, user: u}}]\ncurrent-context: c\n";
        let clusters = |server: &str| {
            format!(
                "clusters: [{{name: k, cluster: {{server: '{server}', certificate-authority-data: Yg==}}}}]\n"
            )
        };
        check("contexts: []", "no current context");
        check(contexts, "its context names no cluster");
        let text = format!("{contexts}{}", clusters("https://x:1"));
        check(&text, "its context names no user");
        let text = format!(
            "{contexts}{}users: [{{name: u, user: {{}}}}]",
            clusters("http://x")
        );
        check(&text, "its server is not https://HOST[:PORT]");
        let text = format!(
            "{contexts}{}users: [{{name: u, user: {{}}}}]",
            clusters("https://x")
        );
        check(&text, "its user has neither a token nor a client certificate");
    }

    #[test]
    fn the_port_of_https_is_the_default() {
        assert_eq!(address("https://10.0.0.1"), Some(("10.0.0.1", 443)));
        assert_eq!(address("https://host:6443/"), Some(("host", 6443)));
        assert_eq!(address("https://host:port"), None);
    }
}
