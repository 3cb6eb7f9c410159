//! A storage charm in Python, and our applications.

use charmarr::runner::{self, Live};

use super::Case;
use super::kit::{arranged, at};
use crate::stack::{Stack, charms};

pub(crate) const CASES: &[Case] = &[
    (
        "python::provider::of_the_document_serves_our_applications",
        document,
    ),
    (
        "python::provider::on_the_library_serves_our_applications",
        library,
    ),
    (
        "python::provider::that_is_passive_tells_late_comers_later",
        late_comer,
    ),
    ("python::provider::a_life_with_one_of_our_applications", life),
];

const APPS: [&str; 5] = ["qbittorrent", "radarr", "sonarr", "plex", "overseerr"];
const DOCUMENTED: &str = "documented-provider";
const LIBRARY: &str = "library-provider";

/// The demo at a provider in Python: it judges itself, as the demo does.
#[track_caller]
fn serves(provider: &'static str, published: &str) -> Stack {
    let scenario = at(provider, &APPS);
    let mut stack = arranged(&[provider], &scenario);
    let report = runner::played(&mut stack.sandbox, &scenario, &charms(), &mut Live::new()).unwrap();
    assert!(report.ok, "{}", report.to_text());
    assert_eq!(report.imports.len(), 2);
    for app in report.apps.iter().filter(|app| app.name != provider) {
        assert_eq!(
            app.claim.as_deref(),
            Some("python-shared-storage"),
            "{}",
            app.name
        );
        let [said, read] = stack.texts(&app.name);
        assert_eq!(said, Some(format!(r#"{{"instance_name":"{}"}}"#, app.name)));
        assert_eq!(read.as_deref(), Some(published));
    }
    stack
}

fn document() {
    // The document's model has no user: ours is the usual one.
    let mut stack = serves(
        DOCUMENTED,
        r#"{"pvc_name":"python-shared-storage","mount_path":"/data"}"#,
    );
    leaves(&mut stack, DOCUMENTED);
}

fn library() {
    serves(
        LIBRARY,
        r#"{"pvc_name":"python-shared-storage","mount_path":"/data","puid":1000,"pgid":1000}"#,
    );
}

fn late_comer() {
    let mut scenario = at(DOCUMENTED, &["radarr"]);
    scenario
        .operations
        .retain(|operation| !matches!(operation, charmarr::scenario::Operation::Integrate { .. }));
    let mut stack = arranged(&[DOCUMENTED], &scenario);
    stack.settle();
    stack.integrate("radarr", DOCUMENTED);
    stack.settle();
    assert_eq!(stack.status("radarr/0"), "waiting: Waiting for shared storage");

    stack.config(DOCUMENTED, "mount-path", "/media");

    assert_eq!(stack.status("radarr/0"), "active");
    assert_eq!(stack.mounts("radarr"), [mount("python-shared-storage", "/media")]);
}

fn mount(claim: &str, path: &str) -> (String, String) {
    (claim.to_owned(), path.to_owned())
}

/// Started once, because each hook in Python costs a second of processor time.
fn life() {
    let mut stack = arranged(&[LIBRARY], &at(LIBRARY, &["radarr"]));
    stack.settle();
    assert_eq!(stack.status("radarr/0"), "active");
    assert_eq!(stack.status("library-provider/0"), "active: apps: radarr");
    withdraws(&mut stack);
    changes(&mut stack);
    leaves(&mut stack, LIBRARY);
    publishes_hostile_data(&mut stack);
}

fn withdraws(stack: &mut Stack) {
    assert_eq!(stack.mounts("radarr"), [mount("python-shared-storage", "/data")]);
    stack.config(LIBRARY, "withdraw", "true");
    assert_eq!(stack.texts("radarr")[1], None);
    assert_eq!(
        stack.status("radarr/0"),
        "waiting: Shared storage withdrawn by library-provider; still mounted"
    );
    assert_eq!(stack.mounts("radarr"), [mount("python-shared-storage", "/data")]);

    stack.config(LIBRARY, "withdraw", "false");
    assert_eq!(stack.status("radarr/0"), "active");
}

fn changes(stack: &mut Stack) {
    stack.config(LIBRARY, "mount-path", "/srv/media");
    assert_eq!(stack.status("radarr/0"), "active");
    assert_eq!(
        stack.mounts("radarr"),
        [mount("python-shared-storage", "/srv/media")]
    );

    stack.config(LIBRARY, "puid", "2000");
    assert_eq!(stack.status("radarr/0"), "active");
    assert_eq!(stack.published_to("radarr")["puid"], 2000);
}

/// Radarr without the storage that it had.
fn leaves(stack: &mut Stack, provider: &str) {
    stack.separate("radarr", provider);
    assert_eq!(
        stack.status("radarr/0"),
        "blocked: Waiting for media-storage relation"
    );
    assert_eq!(stack.mounts("radarr"), []);
    assert!(
        stack
            .object("PersistentVolumeClaim", "python-shared-storage")
            .is_some()
    );
}

/// What a Python charm can put into the bag, and what our application says of it, before and after something was mounted.
const HOSTILE: &[(&str, &str)] = &[
    (
        r#"{"pvc_name": "c", "mount_path": "../etc"}"#,
        "`mount_path`: `../etc` is not an absolute path",
    ),
    (
        r#"{"pvc_name": "c", "mount_path": "/var/run/secrets"}"#,
        "`mount_path`: `/var/run/secrets` overlaps `/var/run`, which the container needs",
    ),
    (
        r#"{"pvc_name": "Not_A_Name"}"#,
        "`pvc_name`: `Not_A_Name` is not the name of a claim: lower case letters, digits, `-` and `.`, at most 253",
    ),
    (
        r#"{"pvc_name": null}"#,
        "`pvc_name`: invalid type: null, expected a string",
    ),
    (
        r#"{"mount_path": "/data"}"#,
        "`pvc_name`: missing field `pvc_name`",
    ),
    (
        r#"{"pvc_name": "c", "puid": "1000"}"#,
        "`puid`: invalid type: string \"1000\", expected i64",
    ),
    (
        r#"{"pvc_name": "c", "pgid": -1}"#,
        "`pgid`: -1 is not an id: 0 to 2147483647",
    ),
    (r#"["c", "/data"]"#, "`config`: not a JSON object"),
];

/// To radarr, which has nothing mounted, and then once more when it has.
fn publishes_hostile_data(stack: &mut Stack) {
    let (first, others) = HOSTILE.split_first().unwrap();
    stack.config(LIBRARY, "raw", first.0);
    stack.integrate("radarr", LIBRARY);
    stack.settle();
    is_refused(stack, first);
    for data in others {
        stack.config(LIBRARY, "raw", data.0);
        is_refused(stack, data);
    }
    stack.config(LIBRARY, "raw", "pvc_name: c");
    let status = stack.status("radarr/0");
    assert!(
        status.starts_with("blocked: media-storage: `config`: not JSON"),
        "{status}"
    );

    stack.config(LIBRARY, "raw", "");
    assert_eq!(stack.status("radarr/0"), "active");

    let (raw, why) = first;
    stack.config(LIBRARY, "raw", raw);
    assert_eq!(
        stack.status("radarr/0"),
        format!("blocked: media-storage: {why}; still mounted")
    );
    assert_eq!(
        stack.mounts("radarr"),
        [mount("python-shared-storage", "/srv/media")]
    );
}

#[track_caller]
fn is_refused(stack: &mut Stack, (_, why): &(&str, &str)) {
    assert_eq!(stack.status("radarr/0"), format!("blocked: media-storage: {why}"));
    assert_eq!(stack.mounts("radarr"), []);
}
