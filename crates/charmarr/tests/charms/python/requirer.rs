//! Our storage charm, and applications in Python.

use super::Case;
use super::kit::arranged;
use crate::stack::{Stack, demo_of};

pub(crate) const CASES: &[Case] = &[("python::requirer::a_life_at_our_storage", life)];

const DOCUMENTED: &str = "documented-requirer";
const LIBRARY: &str = "library-requirer";
const PUBLISHED: &str =
    r#"{"pvc_name":"charmarr-shared-storage","mount_path":"/data","puid":1000,"pgid":1000}"#;

/// Started once, because each hook in Python costs a second of processor time.
fn life() {
    let mut stack = arranged(&[DOCUMENTED, LIBRARY], &demo_of(&[]));
    for requirer in [DOCUMENTED, LIBRARY] {
        stack.integrate(requirer, "storage");
    }
    stack.settle();
    both_read_what_we_publish(&mut stack);
    changes_are_followed(&mut stack);
    a_removed_relation_is_noticed(&mut stack);
    a_late_comer_is_told_at_once(&mut stack);
}

fn both_read_what_we_publish(stack: &mut Stack) {
    assert_eq!(
        stack.status("storage/0"),
        "active: 2 apps: documented-requirer, library-requirer"
    );
    assert_eq!(
        stack.status("documented-requirer/0"),
        "active: charmarr-shared-storage at /data"
    );
    assert_eq!(
        stack.status("library-requirer/0"),
        "active: charmarr-shared-storage at /data as 1000:1000"
    );
    for requirer in [DOCUMENTED, LIBRARY] {
        let said = format!(r#"{{"instance_name":"{requirer}"}}"#);
        assert_eq!(
            stack.texts(requirer),
            [Some(said), Some(PUBLISHED.to_owned())],
            "{requirer}"
        );
        let mount = ("charmarr-shared-storage".to_owned(), "/data".to_owned());
        assert_eq!(stack.mounts(requirer), [mount], "{requirer}");
    }
}

fn changes_are_followed(stack: &mut Stack) {
    stack.config("storage", "puid", "2000");
    stack.config("storage", "pgid", "3000");
    assert_eq!(
        stack.status("library-requirer/0"),
        "active: charmarr-shared-storage at /data as 2000:3000"
    );
    let set = stack.object("StatefulSet", LIBRARY).unwrap();
    assert_eq!(
        set["spec"]["template"]["spec"]["securityContext"]["fsGroup"],
        3000
    );
    assert_eq!(
        stack.status("documented-requirer/0"),
        "active: charmarr-shared-storage at /data"
    );
}

fn a_removed_relation_is_noticed(stack: &mut Stack) {
    stack.separate(LIBRARY, "storage");
    assert_eq!(stack.status("storage/0"), "active: 1 app: documented-requirer");
    assert_eq!(
        stack.status("library-requirer/0"),
        "blocked: Waiting for media-storage relation"
    );
    assert_eq!(stack.mounts(LIBRARY), []);

    stack.separate(DOCUMENTED, "storage");
    assert_eq!(stack.status("storage/0"), "active");
    // The document leaves the clean-up to a person.
    assert_eq!(
        stack.status("documented-requirer/0"),
        "waiting: Waiting for shared storage"
    );
    assert_eq!(stack.mounts(DOCUMENTED).len(), 1);
}

fn a_late_comer_is_told_at_once(stack: &mut Stack) {
    stack.integrate(LIBRARY, "storage");
    stack.settle();
    assert_eq!(stack.status("storage/0"), "active: 1 app: library-requirer");
    assert_eq!(
        stack.status("library-requirer/0"),
        "active: charmarr-shared-storage at /data as 2000:3000"
    );
}
