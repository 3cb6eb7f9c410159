//! What is written in each case, as tables of the writes' names.

use super::*;

fn model() -> Model {
    Model {
        name: "parlour".to_owned(),
        uuid: "6f1c0000-0000-4000-8000-000000000001".to_owned(),
        controller_uuid: "6f1c0000-0000-4000-8000-000000000002".to_owned(),
        juju_version: "3.6.8".to_owned(),
    }
}

fn app() -> Application {
    Application {
        name: "teapot".to_owned(),
        trust: false,
        units: 1,
        charm_modified_version: 0,
        workloads: vec![Workload {
            name: "kettle".to_owned(),
            image: "example/kettle:1".to_owned(),
            mounts: vec![("leaves".to_owned(), "/leaves".to_owned())],
            uid: None,
            gid: None,
        }],
        storages: vec![Storage {
            name: "leaves".to_owned(),
            size: "1Gi".to_owned(),
            location: "/var/lib/juju/storage/leaves/0".to_owned(),
            read_only: false,
        }],
        ports: BTreeSet::new(),
    }
}

fn names(writes: &[Write]) -> Vec<String> {
    let of = |value: &Value, path: &str| {
        value
            .pointer(path)
            .and_then(Value::as_str)
            .unwrap_or("?")
            .to_owned()
    };
    writes
        .iter()
        .map(|write| match write {
            Write::Ensure(object) => {
                format!("ensure {} {}", of(object, "/kind"), of(object, "/metadata/name"))
            }
            Write::Patch { target, .. } => format!("patch {} {}", target.kind, target.name),
            Write::Delete(target) => format!("delete {} {}", target.kind, target.name),
        })
        .collect()
}

fn check(change: impl FnOnce(&mut Application), expect: &[&str]) {
    let before = app();
    let mut wanted = app();
    change(&mut wanted);
    assert_eq!(names(&writes(&model(), Some(&before), &wanted)), expect);
}

#[test]
fn a_new_application_gets_all_its_objects() {
    insta::assert_snapshot!(names(&writes(&model(), None, &app())).join("\n"), @r"
    ensure Secret teapot-application-config
    ensure ServiceAccount teapot
    ensure Role teapot
    ensure RoleBinding teapot
    ensure ClusterRole parlour-teapot
    ensure ClusterRoleBinding parlour-teapot
    ensure Service teapot-endpoints
    ensure Service teapot
    ensure StatefulSet teapot
    ");
}

#[test]
fn a_change_writes_only_what_juju_writes() {
    check(|_| {}, &[]);
    check(|app| app.units = 3, &["patch StatefulSet teapot"]);
    check(
        |app| app.charm_modified_version = 1,
        &["patch StatefulSet teapot"],
    );
    check(
        |app| app.trust = true,
        &[
            "patch Role teapot",
            "patch ClusterRole parlour-teapot",
            "patch StatefulSet teapot",
        ],
    );
    check(
        |app| {
            app.ports.insert(Port {
                number: 80,
                protocol: "tcp".to_owned(),
            });
        },
        &["patch Service teapot"],
    );
}

#[test]
fn scale_writes_replicas_alone() {
    let wanted = Application { units: 4, ..app() };
    let writes = writes(&model(), Some(&app()), &wanted);
    let [Write::Patch { patch, .. }] = writes.as_slice() else {
        panic!("{writes:?}")
    };
    assert_eq!(*patch, json!({ "spec": { "replicas": 4 } }));
}

#[test]
fn closing_the_last_port_brings_the_placeholder_back() {
    let mut open = app();
    open.ports.insert(Port {
        number: 80,
        protocol: "tcp".to_owned(),
    });
    let writes = writes(&model(), Some(&open), &app());
    let [Write::Patch { patch, .. }] = writes.as_slice() else {
        panic!("{writes:?}")
    };
    insta::assert_snapshot!(patch.to_string(), @r#"{"spec":{"ports":[{"$patch":"delete","port":80,"protocol":"TCP"},{"name":"placeholder","port":65535,"protocol":"TCP","targetPort":65535}]}}"#);
}

#[test]
fn workloads_are_sorted_and_take_ports_in_turn() {
    let mut two = app();
    two.workloads.push(Workload {
        name: "cups".to_owned(),
        image: "example/cups:1".to_owned(),
        mounts: Vec::new(),
        uid: Some(10_001),
        gid: None,
    });
    let object = statefulset::object(&model(), &two);
    let spec = object.pointer("/spec/template/spec").unwrap();
    let containers: Vec<String> = spec["containers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| format!("{} {}", one["name"].as_str().unwrap(), one["args"]))
        .collect();
    insta::assert_snapshot!(containers.join("\n"), @r#"
    charm ["run","--http",":38812","--verbose"]
    cups ["run","--create-dirs","--hold","--http",":38813","--verbose"]
    kettle ["run","--create-dirs","--hold","--http",":38814","--verbose"]
    "#);
    assert_eq!(spec["securityContext"]["fsGroup"], 170);
    assert_eq!(
        statefulset::object(&model(), &app()).pointer("/spec/template/spec/securityContext"),
        None
    );
}

#[test]
fn a_storage_is_one_claim_mounted_in_charm_and_workload() {
    let object = statefulset::object(&model(), &app());
    let template = object
        .pointer("/spec/volumeClaimTemplates/0/metadata/name")
        .unwrap();
    let mounts: Vec<String> = object
        .pointer("/spec/template/spec/containers")
        .unwrap()
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|container| container["volumeMounts"].as_array().unwrap())
        .filter(|mount| mount["name"] == *template)
        .map(|mount| mount["mountPath"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(mounts, ["/var/lib/juju/storage/leaves/0", "/leaves"]);
    assert!(
        template.as_str().unwrap().starts_with("teapot-leaves-"),
        "{template}"
    );
}
