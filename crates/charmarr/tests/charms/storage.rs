//! The storage charm alone: its backends, what may change, and what removal leaves.

use charmarr::scenario::{Operation, STORAGE, Scenario};
use juju_sandbox::kube::Delete;
use serde_json::Value;

use charmarr::engine::Engine;
use juju_sandbox::model::Operation as Verb;

use crate::stack::{Case, Stack, demo_of};

pub(crate) const CASES: &[Case] = &[
    ("storage::a_missing_option_is_named", unconfigured),
    ("storage::nfs_comes_with_a_volume_of_its_own", nfs),
    ("storage::a_host_folder_must_exist_and_is_a_directory", hostpath),
    ("storage::another_user_is_published_again", another_user),
    ("storage::what_is_fixed_is_blocked_and_stays_published", fixed),
    ("storage::removal_keeps_the_claim", kept),
    ("storage::removal_deletes_the_claim_when_asked", cleaned_up),
    (
        "storage::a_claim_of_the_original_charm_is_not_left_behind",
        original,
    ),
    ("storage::a_deleted_claim_is_withdrawn_and_not_made_anew", deleted),
    ("storage::a_new_leader_does_what_the_old_one_did", new_leader),
    (
        "storage::a_new_leader_knows_of_a_claim_that_is_gone",
        new_leader_without_claim,
    ),
    ("storage::scaled_to_0_and_back_the_claim_is_the_same", paused),
    ("storage::a_volume_that_was_left_behind_is_reclaimed", found_again),
];

const CLAIM: &str = "charmarr-shared-storage";

const NFS: &[(&str, &str)] = &[
    ("backend-type", "native-nfs"),
    ("nfs-server", "nas.example"),
    ("nfs-path", "/export"),
];

/// The storage charm with this configuration.
fn storage_with(config: &'static [(&'static str, &'static str)], apps: &[&str]) -> Scenario {
    let mut scenario = demo_of(apps);
    for operation in &mut scenario.operations {
        if let Operation::Deploy(application) = operation
            && application.app == STORAGE
        {
            application.config = config;
        }
    }
    scenario
}

fn settled(on: &Engine, scenario: &Scenario) -> Stack {
    let mut stack = Stack::arranged(on, scenario);
    stack.settle();
    stack
}

/// The name of the claim's volume, where the charm makes one.
fn volume_of(stack: &Stack) -> String {
    format!("{}.{CLAIM}", stack.model())
}

fn unconfigured(on: &Engine) {
    let mut stack = settled(on, &storage_with(&[], &[]));
    assert_eq!(stack.status("storage/0"), "blocked: backend-type not configured");
    stack.config("storage", "backend-type", "storage-class");
    assert_eq!(stack.status("storage/0"), "blocked: storage-class not configured");
    stack.config("storage", "storage-class", "local-path");
    assert_eq!(stack.status("storage/0"), "active");
}

fn nfs(on: &Engine) {
    let stack = settled(on, &storage_with(NFS, &[]));
    assert_eq!(stack.status("storage/0"), "active");
    let volume = stack.object("PersistentVolume", &volume_of(&stack)).unwrap();
    assert_eq!(volume["spec"]["nfs"]["server"], "nas.example");
    assert_eq!(volume["spec"]["persistentVolumeReclaimPolicy"], "Retain");
    let claim = stack.object("PersistentVolumeClaim", CLAIM).unwrap();
    assert_eq!(claim["spec"]["volumeName"], volume_of(&stack));
    assert_eq!(claim["status"]["phase"], "Bound");
}

fn hostpath(on: &Engine) {
    let config = &[("backend-type", "hostpath"), ("hostpath", "/nowhere/media")];
    let stack = settled(on, &storage_with(config, &[]));
    assert_eq!(stack.status("storage/0"), "active");
    let volume = stack.object("PersistentVolume", &volume_of(&stack)).unwrap();
    let expected = serde_json::json!({"path": "/nowhere/media", "type": "Directory"});
    assert_eq!(volume["spec"]["hostPath"], expected);
}

fn another_user(on: &Engine) {
    let mut stack = Stack::of(on, &["radarr"]);
    stack.config("storage", "puid", "2000");
    assert_eq!(stack.published_to("radarr")["puid"], 2000);
    assert_eq!(stack.status("radarr/0"), "active");
}

fn fixed(on: &Engine) {
    let mut stack = Stack::of(on, &["radarr"]);
    let published = stack.published_to("radarr");
    for (option, live, wanted) in [
        ("size", "100Gi", "200Gi"),
        ("storage-class", "local-path", "other"),
        ("access-mode", "ReadWriteMany", "ReadWriteOnce"),
    ] {
        stack.config("storage", option, wanted);
        assert_eq!(
            stack.status("storage/0"),
            format!(
                "blocked: Cannot change {option} from '{live}' to '{wanted}' once the claim exists: run `juju config storage {option}={live}`"
            )
        );
        assert_eq!(stack.published_to("radarr"), published);
        stack.config("storage", option, live);
        assert_eq!(stack.status("storage/0"), "active: 1 app: radarr");
    }
    assert_eq!(stack.status("radarr/0"), "active");
}

fn kept(on: &Engine) {
    let mut stack = Stack::of(on, &[]);
    stack.remove("storage");
    assert!(stack.object("PersistentVolumeClaim", CLAIM).is_some());
}

fn cleaned_up(on: &Engine) {
    let mut stack = settled(on, &storage_with(NFS, &[]));
    stack.config("storage", "cleanup-on-remove", "true");
    stack.remove("storage");
    stack.settle();
    eventually(|| stack.object("PersistentVolumeClaim", CLAIM).is_none());
    // An export or a folder is nobody's to delete, and its volume says where it is.
    eventually(|| phase(&stack, "PersistentVolume", &volume_of(&stack)) == "Released");
}

/// Kubernetes' controllers take their time on a real cluster.
fn eventually(holds: impl Fn() -> bool) {
    let pause = std::time::Duration::from_millis(200);
    let tried = (0..100).any(|_| {
        holds() || {
            std::thread::sleep(pause);
            false
        }
    });
    assert!(tried, "it did not come about in 20 s");
}

fn delete_claim(stack: &Stack) {
    let model = Some(stack.model());
    let kubectl = stack.sandbox.kubectl();
    kubectl
        .delete("PersistentVolumeClaim", model, CLAIM, &Delete::default())
        .unwrap();
}

fn phase(stack: &Stack, kind: &str, name: &str) -> Value {
    stack.object(kind, name).unwrap()["status"]["phase"].clone()
}

/// As after a model was destroyed and made again: the claim went with it, and the volume is left.
fn found_again(on: &Engine) {
    let scenario = storage_with(NFS, &[]);
    let mut stack = settled(on, &scenario);
    stack.remove("storage");
    delete_claim(&stack);
    stack.settle();
    let left = stack.object("PersistentVolume", &volume_of(&stack)).unwrap();
    assert_eq!(left["status"]["phase"], "Released");

    stack.arrange(&scenario);
    stack.settle();

    assert_eq!(stack.status("storage/0"), "active");
    assert_eq!(phase(&stack, "PersistentVolumeClaim", CLAIM), "Bound");
    let found = stack.object("PersistentVolume", &volume_of(&stack)).unwrap();
    assert_eq!(found["metadata"]["uid"], left["metadata"]["uid"]);
}

fn scale(stack: &mut Stack, units: u32) {
    let app = "storage".parse().unwrap();
    stack.perform(Verb::ScaleApplication { app, units });
    stack.settle();
}

fn lead(stack: &mut Stack, unit: &str) {
    stack.perform(Verb::MoveLeadership {
        to: unit.parse().unwrap(),
    });
    stack.settle();
}

fn new_leader(on: &Engine) {
    let mut stack = Stack::of(on, &["radarr"]);
    let published = stack.published_to("radarr");
    scale(&mut stack, 2);
    assert_eq!(
        stack.status("storage/1"),
        "active: Standby (leader manages storage)"
    );
    stack.config("storage", "claim-name", "second");
    let refused = "blocked: Cannot change claim-name from 'charmarr-shared-storage' to 'second' once the claim exists: run `juju config storage claim-name=charmarr-shared-storage`";
    assert_eq!(stack.status("storage/0"), refused);

    lead(&mut stack, "storage/1");

    assert_eq!(stack.status("storage/1"), refused);
    assert_eq!(stack.object("PersistentVolumeClaim", "second"), None);
    assert_eq!(stack.published_to("radarr"), published);
}

fn new_leader_without_claim(on: &Engine) {
    let mut stack = Stack::of(on, &[]);
    scale(&mut stack, 2);
    delete_claim(&stack);
    stack.config("storage", "puid", "1001");
    let gone = "blocked: Claim charmarr-shared-storage is gone. Restore it, or set claim-name to another name to start an empty one";
    assert_eq!(stack.status("storage/0"), gone);

    lead(&mut stack, "storage/1");

    assert_eq!(stack.status("storage/1"), gone);
    assert_eq!(stack.object("PersistentVolumeClaim", CLAIM), None);
}

/// Without units nobody can tell whether the application comes back; the claim waits for the one or the other.
fn paused(on: &Engine) {
    let mut stack = Stack::of(on, &["radarr"]);
    stack.config("storage", "cleanup-on-remove", "true");
    let before = stack.object("PersistentVolumeClaim", CLAIM).unwrap();

    scale(&mut stack, 0);
    stack.config("storage", "claim-name", "second");
    let meanwhile = stack.object("PersistentVolumeClaim", CLAIM).unwrap();
    assert_eq!(meanwhile["metadata"]["deletionTimestamp"], Value::Null);
    assert_eq!(meanwhile["metadata"]["ownerReferences"][0]["kind"], "StatefulSet");
    scale(&mut stack, 1);

    let after = stack.object("PersistentVolumeClaim", CLAIM).unwrap();
    assert_eq!(after["metadata"]["uid"], before["metadata"]["uid"]);
    assert_eq!(after["metadata"]["ownerReferences"], Value::Null);
    assert_eq!(stack.object("PersistentVolumeClaim", "second"), None);
    stack.config("storage", "claim-name", "");
    assert_eq!(stack.status("storage/0"), "active: 1 app: radarr");
}

fn original(on: &Engine) {
    let mut scenario = demo_of(&[]);
    scenario.operations.insert(
        0,
        Operation::Claim {
            name: "charmarr-shared-media",
        },
    );
    let mut stack = settled(on, &scenario);
    assert_eq!(
        stack.status("storage/0"),
        "blocked: Found claim charmarr-shared-media. Set claim-name=charmarr-shared-media to go on with it, or another name to start an empty one"
    );
    assert_eq!(stack.object("PersistentVolumeClaim", CLAIM), None);
    let before = stack
        .object("PersistentVolumeClaim", "charmarr-shared-media")
        .unwrap();

    stack.config("storage", "claim-name", "charmarr-shared-media");

    assert_eq!(stack.status("storage/0"), "active");
    let after = stack
        .object("PersistentVolumeClaim", "charmarr-shared-media")
        .unwrap();
    assert_eq!(
        after["metadata"]["resourceVersion"],
        before["metadata"]["resourceVersion"]
    );
}

fn deleted(on: &Engine) {
    let mut stack = Stack::of(on, &["radarr"]);
    delete_claim(&stack);

    stack.config("storage", "puid", "1001");

    assert_eq!(
        stack.status("storage/0"),
        "blocked: Claim charmarr-shared-storage is being deleted: it goes when no application mounts it any more"
    );
    assert_eq!(stack.published_to("radarr"), Value::Null);
    // Its data is still mounted: a roll-out would only add harm.
    assert_eq!(
        stack.status("radarr/0"),
        "waiting: Shared storage withdrawn by storage; still mounted"
    );
}
