//! `multipart/form-data`, both ways: parts enter and bytes leave for a request, bytes and values for an answer.

use serde_json::{Map, Value};

use super::{
    case::FormPart,
    http::{Answer, split},
    pattern::{Bound, fill, fill_value},
};

/// The body of a form.
pub(super) fn encode(parts: &[FormPart], boundary: &str, bound: &Bound) -> Vec<u8> {
    let mut body = String::new();
    for FormPart {
        name,
        filename,
        json,
        body: content,
    } in parts
    {
        let filename = filename.as_ref().map_or_else(String::new, |path| {
            format!("; filename=\"{}\"", fill(path, bound))
        });
        let (kind, content) = match (json, content) {
            (Some(value), _) => ("application/json", fill_value(value, bound).to_string()),
            (None, content) => ("application/octet-stream", content.clone().unwrap_or_default()),
        };
        let about = format!("form-data; name=\"{name}\"{filename}");
        body.extend([
            "--",
            boundary,
            "\r\nContent-Type: ",
            kind,
            "\r\nContent-Disposition: ",
            &about,
        ]);
        body.extend(["\r\n\r\n", &content, "\r\n"]);
    }
    body.extend(["--", boundary, "--\r\n"]);
    body.into_bytes()
}

/// The parts of an answer, each as `{content-type, content-disposition, body}`; a JSON body is a value.
///
/// # Errors
/// When the answer is no form.
pub(super) fn decode(answer: &Answer) -> Result<Value, String> {
    let kind = answer.header("content-type");
    let boundary = kind
        .strip_prefix("multipart/form-data; boundary=")
        .ok_or_else(|| format!("wanted a form, got `{kind}`: {}", answer.text()))?;
    let delimiter = format!("\r\n--{boundary}");
    let whole = [b"\r\n", answer.body.as_slice()].concat();
    let (_, mut rest) =
        split(&whole, delimiter.as_bytes()).ok_or_else(|| format!("no boundary in {:?}", answer.text()))?;
    let mut parts = Vec::new();
    while let Some((part, after)) = split(rest, delimiter.as_bytes()) {
        parts.push(one(part).ok_or_else(|| format!("no head in {:?}", String::from_utf8_lossy(part)))?);
        rest = after;
    }
    if rest.starts_with(b"--") {
        Ok(parts.into())
    } else {
        Err("the form has no end".into())
    }
}

fn one(part: &[u8]) -> Option<Value> {
    let (head, body) = split(part, b"\r\n\r\n")?;
    let body = String::from_utf8_lossy(body).into_owned();
    let mut members: Map<String, Value> = String::from_utf8_lossy(head)
        .split("\r\n")
        .filter_map(|line| line.split_once(':'))
        .map(|(name, content)| (name.to_ascii_lowercase(), content.trim().into()))
        .collect();
    let is_json = members
        .get("content-type")
        .is_some_and(|kind| kind == "application/json");
    let body = match serde_json::from_str(&body) {
        Ok(json) if is_json => json,
        Ok(_) | Err(_) => Value::String(body),
    };
    members.insert("body".to_owned(), body);
    Some(members.into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_form_is_read_back() {
        let parts = [
            FormPart {
                name: "files".into(),
                filename: Some("${d}/a".into()),
                json: None,
                body: Some("x\ny".into()),
            },
            FormPart {
                name: "response".into(),
                filename: None,
                json: Some(json!({"n": 1})),
                body: None,
            },
        ];
        let bound = Bound::from([("d".to_owned(), "/srv".to_owned())]);
        let answer = Answer {
            status: 200,
            headers: [(
                "content-type".to_owned(),
                "multipart/form-data; boundary=b".to_owned(),
            )]
            .into(),
            body: encode(&parts, "b", &bound),
        };
        assert_eq!(
            decode(&answer),
            Ok(json!([
                {"content-type": "application/octet-stream", "content-disposition": "form-data; name=\"files\"; filename=\"/srv/a\"", "body": "x\ny"},
                {"content-type": "application/json", "content-disposition": "form-data; name=\"response\"", "body": {"n": 1}},
            ]))
        );
    }
}
