//! How far what is there is what is wanted.

use serde_json::{Value, json};

use super::{claim_volume, mount_at, owner, reels, stateful_set};
use crate::mount::{Agreement, Mounted};

#[track_caller]
fn check(volumes: Value, mounts: Value, managers: Value, expect: &Agreement) {
    let mounted = Mounted::read(&stateful_set(volumes, mounts, managers), "jukebox");
    assert_eq!(mounted.agreement("jukebox", &reels()), *expect);
}

fn blocked(owner: Option<&str>, what: &str) -> Agreement {
    Agreement::Blocked {
        owner: owner.map(str::to_owned),
        what: what.to_owned(),
    }
}

#[test]
fn as_wanted_and_ours_alone_is_settled() {
    let (volumes, mounts) = (json!([claim_volume("reel-store")]), json!([mount_at("/reels")]));
    check(
        volumes.clone(),
        mounts.clone(),
        json!([owner("charmarr", "Apply", &["/reels"])]),
        &Agreement::Settled,
    );
    let status = json!({"manager": "kube-controller-manager", "operation": "Update", "subresource": "status",
        "fieldsV1": {"f:status": {"f:replicas": {}}}});
    check(
        volumes,
        mounts,
        json!([status, owner("charmarr", "Apply", &["/reels"])]),
        &Agreement::Settled,
    );
}

#[test]
fn what_is_not_there_or_different_or_not_ours_is_applied() {
    let ours = json!([owner("charmarr", "Apply", &["/reels"])]);
    check(json!([]), json!([]), json!([]), &Agreement::Apply);
    check(
        json!([claim_volume("reel-store")]),
        json!([]),
        ours.clone(),
        &Agreement::Apply,
    );
    check(
        json!([claim_volume("other")]),
        json!([mount_at("/reels")]),
        ours,
        &Agreement::Apply,
    );
    let old = json!([owner("charmarr", "Apply", &["/old"])]);
    check(
        json!([claim_volume("reel-store")]),
        json!([mount_at("/old")]),
        old,
        &Agreement::Apply,
    );
    // A Python charm mounted it: equal values are adopted by the same apply, others are refused by the server.
    let theirs = json!([owner("python", "Update", &["/reels"])]);
    check(
        json!([claim_volume("reel-store")]),
        json!([mount_at("/reels")]),
        theirs,
        &Agreement::Apply,
    );
    let patched = json!([owner("charmarr", "Update", &["/reels"])]);
    check(
        json!([claim_volume("reel-store")]),
        json!([mount_at("/reels")]),
        patched,
        &Agreement::Apply,
    );
    check(
        json!([claim_volume("reel-store")]),
        json!([mount_at("/reels")]),
        json!([]),
        &Agreement::Apply,
    );
}

#[test]
fn what_another_manager_owns_too_is_adopted() {
    let (volumes, mounts) = (json!([claim_volume("reel-store")]), json!([mount_at("/reels")]));
    let ours = owner("charmarr", "Apply", &["/reels"]);
    let both = json!([
        ours,
        owner("python", "Update", &["/reels"]),
        owner("juju", "Update", &["/reels"])
    ]);
    let co_owners = vec!["juju".to_owned(), "python".to_owned()];
    check(
        volumes.clone(),
        mounts.clone(),
        both,
        &Agreement::Adopt { co_owners },
    );
    let both = json!([ours, owner("charmarr", "Update", &["/reels"])]);
    let co_owners = vec!["charmarr".to_owned()];
    check(volumes, mounts, both, &Agreement::Adopt { co_owners });
}

#[test]
fn what_an_apply_would_not_put_right_is_told() {
    let theirs = |path: &str| json!([owner("python", "Update", &[path])]);
    check(
        json!([{"name": "charmarr-shared-data", "emptyDir": {}}]),
        json!([mount_at("/reels")]),
        theirs("/reels"),
        &blocked(Some("python"), "volume charmarr-shared-data is no writable claim"),
    );
    check(
        json!([claim_volume("reel-store")]),
        json!([{"name": "charmarr-shared-data", "mountPath": "/reels", "subPath": "films"}]),
        theirs("/reels"),
        &blocked(Some("python"), "`/reels` is a part of the volume or read-only"),
    );
    // Applied, ours would be a second mount of the same volume: between two mounts no hardlink can be made.
    check(
        json!([claim_volume("reel-store")]),
        json!([mount_at("/old")]),
        theirs("/old"),
        &blocked(Some("python"), "the volume is mounted at `/old` too"),
    );
    check(
        json!([claim_volume("reel-store")]),
        json!([mount_at("/old")]),
        json!([]),
        &blocked(None, "the volume is mounted at `/old` too"),
    );
}

#[track_caller]
fn check_hidden(mounts: Value, expect: Option<&str>) {
    let mounted = Mounted::read(&stateful_set(json!([]), mounts, json!([])), "jukebox");
    assert_eq!(mounted.hidden(&reels()), expect);
}

#[test]
fn another_mount_of_the_container_is_never_hidden() {
    let other = |path: &str| json!([{"name": "booth-config-0", "mountPath": path}]);
    check_hidden(other("/config"), None);
    check_hidden(other("/reels"), Some("/reels"));
    check_hidden(other("/reels/"), Some("/reels/"));
    check_hidden(other("/reels/new"), Some("/reels/new"));
    check_hidden(other("/"), Some("/"));
    check_hidden(json!([mount_at("/reels")]), None);
}

#[test]
fn odd_objects_are_read() {
    let empty = Mounted::read(&serde_json::from_value(json!({})).unwrap(), "jukebox");
    assert!(!empty.is_there());
    let only_mount = Mounted::read(
        &stateful_set(json!([]), json!([mount_at("/reels")]), json!([{}])),
        "jukebox",
    );
    assert!(only_mount.is_there());
    let nulls =
        json!({"metadata": {"managedFields": null}, "spec": {"template": {"spec": {"containers": []}}}});
    assert!(!Mounted::read(&serde_json::from_value(nulls).unwrap(), "jukebox").is_there());
}
