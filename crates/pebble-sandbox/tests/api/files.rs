//! `/v1/files`.

use crate::harness::{Answer, Daemon};
use serde_json::{Value, json};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

const BOUNDARY: &str = "0123456789abcdef0123456789abcdef";

fn write(daemon: &Daemon, items: &Value, contents: &[(&str, &[u8])]) -> Answer {
    let mut body = Vec::new();
    let mut part = |disposition: String, content: &[u8]| {
        let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; {disposition}\r\n\r\n");
        body.extend([head.as_bytes(), content, b"\r\n"].concat());
    };
    let request = json!({"action": "write", "files": items});
    part(r#"name="request""#.to_owned(), request.to_string().as_bytes());
    for (path, content) in contents {
        part(format!(r#"name="files"; filename="{path}""#), content);
    }
    body.extend(format!("--{BOUNDARY}--\r\n").into_bytes());
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    daemon.ask("POST", "/v1/files", &[("Content-Type", &kind)], body)
}

/// Writes one file and gives the error of its item.
fn write_one(daemon: &Daemon, path: &str, more: &Value) -> Value {
    let mut item = json!({"path": path});
    item.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    let answer = write(daemon, &json!([item]), &[(path, b"hello")]);
    assert_eq!(answer.status, 200, "{:?}", answer.refusal());
    assert_eq!(answer.result()[0]["path"], json!(path));
    answer.result()[0]["error"].clone()
}

fn error(kind: &str, message: &str) -> Value {
    json!({"kind": kind, "message": message})
}

#[test]
fn files_are_written_whole_or_not_at_all() {
    let daemon = Daemon::start();
    let dir = daemon.dir.path().to_owned();
    let path = |name: &str| dir.join(name).display().to_string();
    let big: Vec<u8> = (0..1_000_000_u32).map(|number| number.to_le_bytes()[1]).collect();
    let items = json!([
        {"path": path("a b"), "permissions": "600"},
        {"path": path("new/deep/big"), "make-dirs": true},
        {"path": path("forgotten")},
    ]);
    let contents = [
        (path("a b"), b"\r\n--x\r\n".to_vec()),
        (path("new/deep/big"), big.clone()),
    ];
    let contents: Vec<(&str, &[u8])> = contents
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_slice()))
        .collect();
    let result = write(&daemon, &items, &contents).result();
    assert_eq!(result[0], json!({"path": path("a b")}));
    assert_eq!(result[1], json!({"path": path("new/deep/big")}));
    let missing = format!("no file content for path {:?}", path("forgotten"));
    assert_eq!(result[2]["error"], error("generic-file-error", &missing));
    assert_eq!(std::fs::read(path("a b")).unwrap(), b"\r\n--x\r\n");
    assert_eq!(std::fs::read(path("new/deep/big")).unwrap(), big);
    let mode = |name: &str| std::fs::metadata(path(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!(
        (mode("a b"), mode("new/deep/big"), mode("new/deep")),
        (0o600, 0o644, 0o755)
    );

    let inode = std::fs::metadata(path("a b")).unwrap().ino();
    symlink(path("a b"), path("link")).unwrap();
    assert_eq!(write_one(&daemon, &path("a b"), &json!({})), Value::Null);
    assert_ne!(
        std::fs::metadata(path("a b")).unwrap().ino(),
        inode,
        "replaced, not overwritten"
    );
    let left: Vec<_> = std::fs::read_dir(&dir)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert!(
        left.iter().all(|name| !name.to_string_lossy().ends_with('~')),
        "{left:?}"
    );
}

#[test]
fn files_that_cannot_be_written_have_an_error() {
    let daemon = Daemon::start();
    let dir = daemon.dir.path().display().to_string();
    let message = |value: &Value| value["message"].as_str().unwrap().to_owned();
    let missing = write_one(&daemon, &format!("{dir}/nope/a.txt"), &json!({}));
    assert_eq!(missing["kind"], json!("not-found"));
    let text = message(&missing);
    assert!(text.starts_with(&format!("open {dir}/nope/a.txt.")), "{text}");
    assert!(text.ends_with("~: no such file or directory"), "{text}");
    let relative = r#"paths must be absolute, got "rel/a.txt""#;
    assert_eq!(
        write_one(&daemon, "rel/a.txt", &json!({})),
        error("generic-file-error", relative)
    );
    let nobody = "cannot look up user and group: user: unknown user nouser";
    let place = format!("{dir}/x");
    assert_eq!(
        write_one(&daemon, &place, &json!({"user": "nouser"})),
        error("generic-file-error", nobody)
    );
    let mode = r#"permissions must be a 3-digit octal string, got "9""#;
    assert_eq!(
        write_one(&daemon, &place, &json!({"permissions": "9"})),
        error("generic-file-error", mode)
    );
    std::fs::create_dir(format!("{dir}/sub")).unwrap();
    let taken = write_one(&daemon, &format!("{dir}/sub"), &json!({}));
    assert_eq!(taken["kind"], json!("generic-file-error"));
    let text = message(&taken);
    assert!(
        text.starts_with("rename ") && text.ends_with(": file exists"),
        "{text}"
    );
    let below = write_one(&daemon, &format!("{dir}/log/x/y"), &json!({"make-dirs": true}));
    let expect = format!("cannot create directory: mkdir {dir}/log: not a directory");
    assert_eq!(below, error("generic-file-error", &expect));
}

#[test]
fn requests_to_write_are_checked() {
    let daemon = Daemon::start();
    let check = |answer: &Answer, expect: &str| assert_eq!(answer.refusal(), (400, expect.to_owned()));
    check(
        &write(&daemon, &json!([{"path": "/x"}]), &[("/y", b"")]),
        r#"no metadata for path "/y""#,
    );
    check(&write(&daemon, &json!([]), &[]), "must specify one or more files");
    let post =
        |kind: &str, body: &'static str| daemon.ask("POST", "/v1/files", &[("Content-Type", kind)], body);
    check(
        &post("multipart/form-data; boundary=short", ""),
        r#"invalid boundary "short""#,
    );
    check(&post("text/plain", "{}"), r#"invalid media type "text/plain""#);
    check(
        &post("application/json", r#"{"action":"write"}"#),
        r#"must use multipart with "write" action"#,
    );
    check(
        &post("application/json", r#"{"action":"x"}"#),
        r#"invalid action "x""#,
    );
    check(&daemon.get("/v1/files?action=x"), r#"invalid action "x""#);
    check(
        &daemon.get("/v1/files?action=read&path=/x"),
        "must accept multipart/form-data",
    );
}

#[test]
fn files_are_read_with_a_verdict_each() {
    let daemon = Daemon::start();
    let dir = daemon.dir.path().display().to_string();
    let big = vec![b'z'; 300_000];
    std::fs::write(format!("{dir}/a.txt"), "hello").unwrap();
    std::fs::write(format!("{dir}/big"), &big).unwrap();
    let query =
        format!("/v1/files?action=read&path={dir}/a.txt&path={dir}/nope&path={dir}&path={dir}/big&path=rel");
    let answer = daemon.ask("GET", &query, &[("Accept", "multipart/form-data")], "");
    let kind = answer.headers["content-type"].to_str().unwrap();
    let boundary = kind.strip_prefix("multipart/form-data; boundary=").unwrap();
    let text = String::from_utf8(answer.body.to_vec()).unwrap();
    let parts: Vec<&str> = text.split(&format!("--{boundary}")).collect();
    assert_eq!(parts.len(), 5, "two files, the verdicts, and the ends");
    let part = |name: &str, content: &str| {
        format!(
            "\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{dir}/{name}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n{content}\r\n"
        )
    };
    assert_eq!(parts[1], part("a.txt", "hello"));
    assert!(parts[2] == part("big", std::str::from_utf8(&big).unwrap()));
    assert_eq!(parts[4], "--\r\n");
    let (head, verdicts) = parts[3].split_once("\r\n\r\n").unwrap();
    assert!(
        head.contains("Content-Disposition: form-data; name=\"response\""),
        "{head}"
    );
    let verdicts: Value = serde_json::from_str(verdicts).unwrap();
    assert_eq!(
        (&verdicts["type"], &verdicts["status-code"]),
        (&json!("sync"), &json!(200))
    );
    let expect = json!([
        {"path": format!("{dir}/a.txt")},
        {"path": format!("{dir}/nope"), "error": error("not-found", &format!("stat {dir}/nope: no such file or directory"))},
        {"path": dir, "error": error("generic-file-error", &format!("can only read a regular file: {dir:?}"))},
        {"path": format!("{dir}/big")},
        {"path": "rel", "error": error("generic-file-error", "paths must be absolute, got \"rel\"")},
    ]);
    assert_eq!(verdicts["result"], expect);
}

#[test]
fn directories_are_made_and_paths_removed() {
    let daemon = Daemon::start();
    let dir = daemon.dir.path().display().to_string();
    let make = |item: Value| {
        daemon
            .post("/v1/files", json!({"action": "make-dirs", "dirs": [item]}))
            .result()[0]["error"]
            .clone()
    };
    let remove = |item: Value| {
        daemon
            .post("/v1/files", json!({"action": "remove", "paths": [item]}))
            .result()[0]["error"]
            .clone()
    };
    let mode = |name: &str| {
        std::fs::metadata(format!("{dir}/{name}"))
            .unwrap()
            .permissions()
            .mode()
            & 0o7777
    };

    assert_eq!(make(json!({"path": format!("{dir}/w")})), Value::Null);
    assert_eq!(mode("w"), 0o755);
    assert_eq!(
        make(json!({"path": format!("{dir}/w")})),
        error("generic-file-error", &format!("mkdir {dir}/w: file exists"))
    );
    assert_eq!(
        make(json!({"path": format!("{dir}/w/"), "make-parents": true})),
        Value::Null
    );
    let deep = json!({"path": format!("{dir}/q/e"), "permissions": "711"});
    let missing = format!("mkdir {dir}/q/e.mkdir-new: no such file or directory");
    assert_eq!(make(deep.clone()), error("not-found", &missing));
    let mut with_parents = deep;
    with_parents["make-parents"] = json!(true);
    assert_eq!(make(with_parents), Value::Null);
    assert_eq!((mode("q"), mode("q/e")), (0o711, 0o711));
    let relative = r#"paths must be absolute, got "rel""#;
    assert_eq!(
        make(json!({"path": "rel"})),
        error("generic-file-error", relative)
    );
    let file = format!("mkdir {dir}/log: not a directory");
    assert_eq!(
        make(json!({"path": format!("{dir}/log")})),
        error("generic-file-error", &file)
    );

    let full = format!("remove {dir}/q: directory not empty");
    assert_eq!(
        remove(json!({"path": format!("{dir}/q")})),
        error("generic-file-error", &full)
    );
    assert_eq!(
        remove(json!({"path": format!("{dir}/q"), "recursive": true})),
        Value::Null
    );
    assert!(!std::fs::exists(format!("{dir}/q")).unwrap());
    assert_eq!(remove(json!({"path": format!("{dir}/w")})), Value::Null);
    let gone = format!("remove {dir}/nope: no such file or directory");
    assert_eq!(
        remove(json!({"path": format!("{dir}/nope")})),
        error("not-found", &gone)
    );
    assert_eq!(
        remove(json!({"path": format!("{dir}/nope"), "recursive": true})),
        Value::Null
    );
    symlink(&dir, format!("{dir}/loop")).unwrap();
    assert_eq!(
        remove(json!({"path": format!("{dir}/loop"), "recursive": true})),
        Value::Null
    );
    assert!(std::fs::exists(&dir).unwrap(), "the link, not its target");
}

#[test]
fn files_are_listed() {
    let daemon = Daemon::start();
    let dir = daemon.dir.path().join("list");
    std::fs::create_dir(&dir).unwrap();
    std::fs::write(dir.join("b.txt"), "12345").unwrap();
    std::fs::create_dir(dir.join("a")).unwrap();
    symlink("b.txt", dir.join("c")).unwrap();
    nix::unistd::mkfifo(&dir.join("d"), nix::sys::stat::Mode::from_bits_truncate(0o600)).unwrap();
    let dir = dir.display().to_string();
    let list = |more: &str| -> Vec<String> {
        let entries = daemon
            .get(&format!("/v1/files?action=list&path={dir}{more}"))
            .result();
        let entries = entries.as_array().unwrap().iter();
        entries
            .map(|entry| format!("{} {} {}", entry["name"], entry["type"], entry["size"]).replace('"', ""))
            .collect()
    };
    assert_eq!(
        list(""),
        [
            "a directory null",
            "b.txt file 5",
            "c symlink null",
            "d named-pipe null"
        ]
    );
    assert_eq!(list("&pattern=*.txt"), ["b.txt file 5"]);
    assert_eq!(list("&itself=true"), ["list directory null"]);
    assert_eq!(list("/b.txt"), ["b.txt file 5"]);
    let seen = daemon
        .get(&format!("/v1/files?action=list&path={dir}/b.txt"))
        .result()[0]
        .clone();
    let uid = nix::unistd::getuid().as_raw();
    assert_eq!(
        (&seen["path"], &seen["permissions"], &seen["user-id"]),
        (&json!(format!("{dir}/b.txt")), &json!("644"), &json!(uid))
    );
    assert!(seen["last-modified"].is_string() && seen["user"].is_string() && seen["group"].is_string());

    let answer = daemon.get("/v1/files?action=list&path=/nope");
    assert_eq!(
        answer.refusal(),
        (404, "stat /nope: no such file or directory".to_owned())
    );
    assert_eq!(answer.result()["kind"], json!("not-found"));
    let relative = (400, r#"path must be absolute, got "rel""#.to_owned());
    assert_eq!(daemon.get("/v1/files?action=list&path=rel").refusal(), relative);
}
