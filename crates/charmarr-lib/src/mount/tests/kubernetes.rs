//! Mounting, adopting and unmounting on an API server that does server-side apply: what is there afterwards, who owns it,
//! and that no pod is replaced without need.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use charm_kube::kube::Config;
use charm_kube::{Cluster, ClusterError, Conflict};
use kube_sandbox::{Apply, Delete, KubeSandbox, Options, Patch};
use serde_json::{Value, json};

use super::reels;
use crate::FIELD_MANAGER;
use crate::mount::{Agreement, Mounted, SharedMount, StatefulSet, act};

const MODEL: &str = "cinema";
const APP: &str = "booth";
const CONTAINER: &str = "jukebox";

/// An API server with the `StatefulSet` that Juju made for application `booth`.
struct World {
    sandbox: KubeSandbox,
    cluster: Cluster,
    _folder: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let sandbox = KubeSandbox::start(Options {
            data_dir: folder.path().to_owned(),
            nfs_exports: [].into(),
        })
        .unwrap();
        let juju = sandbox.client("system:juju", "juju");
        juju.create(&json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": MODEL}}))
            .unwrap();
        juju.create(&made_by_juju()).unwrap();
        let world = Self {
            cluster: cluster(&sandbox),
            sandbox,
            _folder: folder,
        };
        world.trust();
        world
    }

    /// What `juju trust` gives to the application.
    fn trust(&self) {
        let juju = self.sandbox.client("system:juju", "juju");
        let everything = json!([{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]);
        let role = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "rules": everything,
            "metadata": {"name": APP, "namespace": MODEL}});
        let binding = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding",
            "metadata": {"name": APP, "namespace": MODEL},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": APP},
            "subjects": [{"kind": "ServiceAccount", "name": APP, "namespace": MODEL}]});
        juju.create(&role).unwrap();
        juju.create(&binding).unwrap();
    }

    fn stateful_set(&self) -> StatefulSet {
        self.cluster.get(APP).unwrap().unwrap()
    }

    fn seen(&self) -> Mounted {
        Mounted::read(&self.stateful_set(), CONTAINER)
    }

    fn agreement(&self) -> Agreement {
        self.seen().agreement(CONTAINER, &reels())
    }

    fn mount(&self, wanted: &SharedMount) -> Result<(), ClusterError> {
        act::mount(&self.cluster, APP, CONTAINER, &self.seen(), wanted)
    }

    fn unmount(&self) -> Result<(), ClusterError> {
        act::unmount(&self.cluster, APP, CONTAINER, &self.seen())
    }

    fn object(&self) -> Value {
        self.sandbox
            .client("system:admin", "test")
            .get("StatefulSet", Some(MODEL), APP)
            .unwrap()
    }

    fn generation(&self) -> i64 {
        self.object()["metadata"]["generation"].as_i64().unwrap()
    }

    /// What must be as before when we have gone.
    fn shape(&self) -> [Value; 3] {
        let object = self.object();
        let meta = &object["metadata"];
        [
            object["spec"].clone(),
            meta["labels"].clone(),
            meta["annotations"].clone(),
        ]
    }

    fn patch_as(&self, manager: &str, patch: &Value) {
        self.sandbox
            .client("system:someone", manager)
            .patch("StatefulSet", Some(MODEL), APP, &Patch::Strategic(patch.clone()))
            .unwrap();
    }
}

fn cluster(sandbox: &KubeSandbox) -> Cluster {
    let pem = sandbox.ca_pem();
    let mut config = Config::new(format!("https://{}", sandbox.address()).parse().unwrap());
    config.default_namespace = MODEL.to_owned();
    config.root_cert = Some(vec![der(&pem)]);
    config.auth_info.token = Some(sandbox.service_account_token(MODEL, APP).into());
    Cluster::connect(config, FIELD_MANAGER).unwrap()
}

/// The bytes of a certificate in PEM.
fn der(pem: &str) -> Vec<u8> {
    let text: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    STANDARD.decode(text).unwrap()
}

fn made_by_juju() -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "StatefulSet",
        "metadata": {"name": APP, "namespace": MODEL, "labels": {"app.kubernetes.io/managed-by": "juju"},
            "annotations": {"app.juju.is/uuid": "u"}},
        "spec": {
            "podManagementPolicy": "Parallel", "replicas": 1, "serviceName": "booth-endpoints",
            "selector": {"matchLabels": {"app.kubernetes.io/name": APP}},
            "template": {
                "metadata": {"labels": {"app.kubernetes.io/name": APP}},
                "spec": {
                    "volumes": [{"name": "charm-data", "emptyDir": {}}],
                    "containers": [
                        {"name": "charm", "image": "charm-base", "volumeMounts": [{"name": "charm-data", "mountPath": "/charm/bin"}]},
                        {"name": CONTAINER, "image": "jukebox", "volumeMounts": [{"name": "charm-data", "mountPath": "/charm/container"}]},
                    ],
                },
            },
        },
    })
}

/// What a Python charm patches into the template.
fn pythons(claim: &str, path: &str) -> Value {
    json!({"spec": {"template": {"spec": {
        "volumes": [{"name": "charmarr-shared-data", "persistentVolumeClaim": {"claimName": claim}}],
        "containers": [{"name": CONTAINER, "volumeMounts": [{"name": "charmarr-shared-data", "mountPath": path}]}],
    }}}})
}

#[test]
fn mounted_once_and_unmounted_without_a_trace() {
    let world = World::new();
    let (before, generation) = (world.shape(), world.generation());
    assert_eq!(world.agreement(), Agreement::Apply);

    world.mount(&reels()).unwrap();
    assert_eq!(world.agreement(), Agreement::Settled);
    assert_eq!(world.generation(), generation + 1);

    let mounted = world.object();
    world.mount(&reels()).unwrap();
    assert_eq!(world.object(), mounted);

    world.unmount().unwrap();
    assert_eq!(world.shape(), before);
    let unmounted = world.object();
    world.unmount().unwrap();
    assert_eq!(world.object()["spec"], unmounted["spec"]);
}

#[test]
fn another_claim_or_path_is_one_change() {
    let world = World::new();
    world.mount(&reels()).unwrap();
    let generation = world.generation();
    let moved = SharedMount {
        claim: "other-store".parse().unwrap(),
        path: "/films".parse().unwrap(),
    };
    world.mount(&moved).unwrap();
    assert_eq!(world.generation(), generation + 1);
    assert_eq!(world.seen().agreement(CONTAINER, &moved), Agreement::Settled);
    assert_eq!(world.seen().points.len(), 1);
}

/// A charm in Python mounted the volume before us, or Juju made the `StatefulSet` again with it.
#[track_caller]
fn check_adoption(manager: &str) {
    let world = World::new();
    let before = world.shape();
    world.patch_as(manager, &pythons("reel-store", "/reels"));
    let generation = world.generation();
    assert_eq!(world.agreement(), Agreement::Apply);

    world.mount(&reels()).unwrap();
    let co_owners = vec![manager.to_owned()];
    assert_eq!(world.agreement(), Agreement::Adopt { co_owners });

    act::adopt(&world.cluster, APP, &world.stateful_set()).unwrap();
    assert_eq!(world.agreement(), Agreement::Settled);
    assert_eq!(world.generation(), generation);

    world.unmount().unwrap();
    assert_eq!(world.shape(), before);
}

#[test]
fn what_others_mounted_is_adopted_without_a_roll_out() {
    check_adoption("python");
    check_adoption("juju");
}

#[test]
fn an_object_that_changed_since_it_was_seen_is_read_again_and_adopted() {
    let world = World::new();
    world.patch_as("python", &pythons("reel-store", "/reels"));
    world.mount(&reels()).unwrap();
    let seen = world.stateful_set();
    world.patch_as("person", &json!({"metadata": {"labels": {"row": "first"}}}));

    act::adopt(&world.cluster, APP, &seen).unwrap();

    assert_eq!(world.agreement(), Agreement::Settled);
    assert_eq!(world.object()["metadata"]["labels"]["row"], "first");
}

#[test]
fn what_another_owns_too_is_unmounted_all_the_same() {
    let world = World::new();
    let before = world.shape();
    world.patch_as("python", &pythons("reel-store", "/reels"));
    world.mount(&reels()).unwrap();

    world.unmount().unwrap();

    assert_eq!(world.shape(), before);
}

#[test]
fn another_claim_of_another_manager_is_told_and_left_alone() {
    let world = World::new();
    world.patch_as("python", &pythons("other-store", "/reels"));
    let before = world.shape();

    let refused = world.mount(&reels());

    let Err(ClusterError::Conflict(Conflict::Owner { manager, fields })) = refused else {
        panic!("not refused: {refused:?}");
    };
    assert_eq!(manager, "python");
    assert_eq!(
        fields,
        [r#".spec.template.spec.volumes[name="charmarr-shared-data"].persistentVolumeClaim.claimName"#]
    );
    assert_eq!(world.shape(), before);
}

#[test]
fn what_juju_applies_again_leaves_the_mount() {
    let world = World::new();
    world.mount(&reels()).unwrap();
    let juju =
        json!({"spec": {"template": {"spec": {"containers": [{"name": CONTAINER, "image": "jukebox:2"}]}}}});
    world.patch_as("juju", &juju);
    assert_eq!(world.agreement(), Agreement::Settled);
}

#[test]
fn only_the_object_that_was_looked_at_is_changed() {
    let world = World::new();
    let seen = world.seen();
    let admin = world.sandbox.client("system:admin", "test");
    admin
        .delete("StatefulSet", Some(MODEL), APP, &Delete::default())
        .unwrap();
    let refused = act::mount(&world.cluster, APP, CONTAINER, &seen, &reels());
    assert!(
        matches!(refused, Err(ClusterError::Conflict(Conflict::Stale { .. }))),
        "{refused:?}"
    );
}

#[test]
fn without_trust_the_missing_right_is_named() {
    let world = World::new();
    let seen = world.seen();
    let admin = world.sandbox.client("system:admin", "test");
    admin
        .delete("RoleBinding", Some(MODEL), APP, &Delete::default())
        .unwrap();

    let refused = act::mount(&world.cluster, APP, CONTAINER, &seen, &reels());

    let Err(ClusterError::Forbidden { verb, resource, .. }) = refused else {
        panic!("not refused: {refused:?}");
    };
    assert_eq!((verb.as_str(), resource.as_str()), ("patch", "statefulsets"));
}

#[test]
fn an_apply_of_someone_else_under_another_name_stays() {
    let world = World::new();
    let theirs = json!({"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": APP, "namespace": MODEL,
        "labels": {"tier": "front"}}});
    world
        .sandbox
        .client("system:someone", "person")
        .apply(&theirs, Apply::default())
        .unwrap();
    let before = world.shape();
    world.mount(&reels()).unwrap();
    world.unmount().unwrap();
    assert_eq!(world.shape(), before);
}
