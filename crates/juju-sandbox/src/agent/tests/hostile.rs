//! Callers that do not behave, and places that are awkward.

use super::*;
use std::io::{Read, Write};
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixStream;

/// A runner that does `act` with the environment, and succeeds.
struct Act<F>(F);

impl<F: Fn(&BTreeMap<String, String>)> HookRunner for Act<F> {
    fn run(&self, invocation: &HookInvocation) -> io::Result<HookExit> {
        (self.0)(&invocation.env);
        Ok(HookExit {
            code: Some(0),
            ..HookExit::default()
        })
    }
}

#[test]
fn nonsense_on_the_socket_disturbs_nobody() {
    let stage = Stage::new();
    stage.configure(1);
    let act = Act(|env: &BTreeMap<String, String>| {
        let socket = &env["JUJU_AGENT_SOCKET_ADDRESS"];
        for nonsense in [
            &b""[..],
            b"GET / HTTP/1.1\r\n\r\n",
            &[0xff; 64],
            &[0, 0, 0, 0],
            &[0, 0, 0, 9, 0, 0, 0, 1, b'x'],
        ] {
            let mut stream = UnixStream::connect(socket).unwrap();
            stream.write_all(nonsense).unwrap();
            stream.shutdown(std::net::Shutdown::Write).unwrap();
            let _whatever_it_says = stream.read_to_end(&mut Vec::new());
        }
        let mut other = env.clone();
        other.insert("JUJU_CONTEXT_ID".to_owned(), "shelf/0-start-1".to_owned());
        assert_eq!(
            call(&other, "is-leader"),
            "$ is-leader\n! 1 bad request: no such context\n"
        );
        other.remove("JUJU_CONTEXT_ID");
        assert!(call(&other, "is-leader").contains("JUJU_CONTEXT_ID not set"));
        assert_eq!(call(env, "is-leader"), "$ is-leader\nTrue\n");
    });
    assert_eq!(stage.run("shelf/0", &act).unwrap(), HookEnd::Committed);
}

#[test]
fn a_charm_may_call_from_many_threads() {
    let stage = Stage::new();
    stage.configure(1);
    let act = Act(|env: &BTreeMap<String, String>| {
        std::thread::scope(|scope| {
            for index in 0..16 {
                scope.spawn(move || call(env, &format!("state-set k{index}=v")));
            }
        });
    });
    assert_eq!(stage.run("shelf/0", &act).unwrap(), HookEnd::Committed);
    assert_eq!(
        stage
            .world()
            .unit(&"shelf/0".parse().unwrap())
            .unwrap()
            .state
            .len(),
        16
    );
}

#[test]
fn the_socket_may_be_removed_and_its_folder_may_have_a_long_name() {
    let mut stage = Stage::new();
    let deep = stage.site.agent_dir.join("d".repeat(100)).join("e".repeat(100));
    std::fs::create_dir_all(&deep).unwrap();
    (stage.site.agent_dir, stage.site.agent_dir_seen) = (deep.clone(), deep);
    stage.configure(1);
    let act = Act(|env: &BTreeMap<String, String>| {
        assert_eq!(call(env, "is-leader"), "$ is-leader\nTrue\n");
        std::fs::remove_file(&env["JUJU_AGENT_SOCKET_ADDRESS"]).unwrap();
        assert!(call(env, "is-leader").contains("! 1 "));
    });
    assert_eq!(stage.run("shelf/0", &act).unwrap(), HookEnd::Committed);
}

#[test]
fn a_resource_goes_where_no_link_of_the_charm_leads() {
    let stage = Stage::new();
    let secret = stage.site.agent_dir.join("secret");
    let resources = stage.site.agent_dir.join("resources");
    let get = |file: &str| {
        stage.give("book", file);
        stage.play("shelf/0", &["resource-get book"])
    };
    std::fs::write(&secret, "mine").unwrap();
    std::fs::create_dir(&resources).unwrap();
    symlink(&secret, resources.join("book.txt")).unwrap();
    assert!(get("book.txt").contains("! 1 could not download resource"));
    assert!(get("other.txt").ends_with("/resources/other.txt"));
    std::fs::remove_dir_all(&resources).unwrap();
    symlink(stage.site.agent_dir.join("charm"), &resources).unwrap();
    assert!(get("dispatch").contains("! 1 could not download resource"));
    assert_eq!(std::fs::read_to_string(&secret).unwrap(), "mine");
}

#[test]
fn output_goes_to_the_file_that_was_asked_for() {
    let stage = Stage::new();
    stage.configure(1);
    let file = stage.site.agent_dir.join("answer");
    let command = format!("config-get port -o {}", file.display());
    stage.play("shelf/0", &[&command]);
    assert_eq!(std::fs::read_to_string(file).unwrap(), "1\n");
}
