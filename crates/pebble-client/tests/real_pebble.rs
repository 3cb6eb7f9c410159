//! The client against a real Pebble, where `PEBBLE` names its program, as `./run test` sees to. Without one each test says that
//! nothing was tested, and where `CI` is set it fails.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "this test starts a program and fails by panicking"
)]

use std::{
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use pebble_client::{
    Check, CheckStatus, Combine, Current, Error, Exec, File, FileType, Layer, MakeDir, Pebble, Service,
    Startup,
};

/// Ends Pebble, and with it its services, when dropped.
struct Daemon {
    process: Child,
    dir: tempfile::TempDir,
}

impl Daemon {
    /// None where there is no program.
    fn start() -> Option<(Self, Pebble)> {
        let Some(program) = std::env::var_os("PEBBLE") else {
            eprintln!("LEFT OUT: the real Pebble; `./run test` builds it where Go is there");
            assert!(std::env::var_os("CI").is_none(), "the real Pebble was left out");
            return None;
        };
        let dir = tempfile::tempdir().unwrap();
        let process = Command::new(program)
            .args(["run", "--create-dirs", "--hold"])
            .env("PEBBLE", dir.path().join("pebble"))
            .env("PEBBLE_SOCKET", dir.path().join("pebble.socket"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let pebble = Pebble::new(dir.path().join("pebble.socket"));
        until(|| match pebble.system_info() {
            Err(error) if error.is_unreachable() => false,
            info => info.unwrap().version.starts_with('v'),
        });
        Some((Self { process, dir }, pebble))
    }

    fn path(&self, name: &str) -> String {
        self.dir.path().join(name).to_str().unwrap().to_owned()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // So that Pebble ends its services.
        let id = Pid::from_raw(self.process.id().cast_signed());
        let _ = kill(id, Signal::SIGTERM);
        let _ = self.process.wait();
    }
}

fn until(mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(20), "it never held");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn services_and_checks() {
    let Some((_daemon, pebble)) = Daemon::start() else {
        return;
    };
    assert!(pebble.plan().unwrap().contains(&Layer::new()));
    let layer = Layer::new()
        .summary("Both")
        .service(
            "web",
            Service::new("sleep 600")
                .startup(Startup::Enabled)
                .env("NUMBER", "007")
                .env("YES", "on"),
        )
        .check(
            "good",
            Check::exec("true")
                .period(Duration::from_millis(100))
                .timeout(Duration::from_secs(3)),
        )
        .check(
            "bad",
            Check::exec("false")
                .period(Duration::from_millis(50))
                .threshold(2),
        )
        .check("slow", Check::tcp(1));
    assert!(!pebble.plan().unwrap().contains(&layer));
    pebble.add_layer("app", &layer, Combine::OnlyNew).unwrap();
    let plan = pebble.plan().unwrap();
    assert!(plan.contains(&layer), "{plan:#?}");
    assert!(matches!(
        pebble.add_layer("app", &layer, Combine::OnlyNew),
        Err(Error::Api { status: 400, .. })
    ));
    pebble.add_layer("app", &layer, Combine::WithExisting).unwrap();

    let ready = pebble
        .wait(&pebble.replan().unwrap(), Duration::from_secs(20))
        .unwrap();
    assert!(ready.ready);
    assert_eq!(pebble.services(&["web"]).unwrap()[0].current, Current::Active);
    until(|| pebble.checks(&["bad"]).unwrap()[0].status == CheckStatus::Down);
    assert_eq!(pebble.checks(&["good"]).unwrap()[0].status, CheckStatus::Up);
    assert!(!pebble.is_healthy(None).unwrap());
    pebble.signal("SIGCONT", &["web"]).unwrap();
    pebble
        .wait(&pebble.stop(&["web"]).unwrap(), Duration::from_secs(20))
        .unwrap();
    assert_eq!(pebble.services(&[]).unwrap()[0].current, Current::Inactive);
}

#[test]
fn a_service_that_fails() {
    let Some((_daemon, pebble)) = Daemon::start() else {
        return;
    };
    let layer = Layer::new().service(
        "bad",
        Service::new("sh -c 'echo oops; exit 3'").startup(Startup::Enabled),
    );
    pebble.add_layer("app", &layer, Combine::OnlyNew).unwrap();
    let error = pebble
        .wait(&pebble.replan().unwrap(), Duration::from_secs(20))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("service `bad`") && error.contains("code 3"),
        "{error}"
    );
    assert!(
        pebble
            .start(&["nope"])
            .unwrap_err()
            .to_string()
            .contains("does not exist")
    );
    assert!(pebble.change(&"999".into()).unwrap_err().is_not_found());
}

#[test]
fn files() {
    let Some((daemon, pebble)) = Daemon::start() else {
        return;
    };
    let path = daemon.path("a/b \"c\" \\ ü.txt");
    let content: Vec<u8> = (0..=255).cycle().take(3 << 20).collect();
    let file = File::new(&path, content.clone()).permissions(0o640);
    assert!(pebble.push(&file).unwrap_err().is_not_found());
    pebble.push(&file.clone().make_dirs()).unwrap();
    assert_eq!(pebble.pull(&path).unwrap(), content);
    let info = pebble.file_info(&path).unwrap().unwrap();
    assert_eq!(
        (info.kind, info.size, info.permissions.as_str()),
        (FileType::File, Some(3 << 20), "640")
    );
    assert!(pebble.pull(&daemon.path("nope")).unwrap_err().is_not_found());
    assert_eq!(pebble.file_info(&daemon.path("nope")).unwrap(), None);

    pebble
        .make_dir(&MakeDir::all(daemon.path("d/e")).permissions(0o700))
        .unwrap();
    pebble.make_dir(&MakeDir::all(daemon.path("d/e"))).unwrap();
    let names: Vec<_> = pebble
        .list(&daemon.path("d"))
        .unwrap()
        .into_iter()
        .map(|info| info.name)
        .collect();
    assert_eq!(names, ["e"]);
    assert!(matches!(
        pebble.remove(&daemon.path("d")),
        Err(Error::File {
            operation: "remove",
            ..
        })
    ));
    pebble.remove_all(&daemon.path("d")).unwrap();
    pebble.remove_all(&daemon.path("d")).unwrap();
}

#[test]
fn exec() {
    let Some((_daemon, pebble)) = Daemon::start() else {
        return;
    };
    let output = pebble
        .exec(
            &Exec::new(["sh", "-c", "cat; echo $A >&2; exit 7"])
                .env("A", "b")
                .stdin("in"),
        )
        .unwrap();
    assert_eq!(
        (output.exit_code, output.stdout, output.stderr),
        (7, b"in".to_vec(), b"b\n".to_vec())
    );

    let large = vec![b'x'; 2 << 20];
    assert_eq!(
        pebble
            .exec(&Exec::new(["cat"]).stdin(large.clone()))
            .unwrap()
            .stdout,
        large
    );
    assert_eq!(
        pebble.exec(&Exec::new(["true"]).stdin(large)).unwrap().exit_code,
        0
    );
    let killed = pebble.exec(&Exec::new(["sh", "-c", "kill -TERM $$"])).unwrap();
    assert_eq!(killed.exit_code, 143);

    let late = pebble
        .exec(&Exec::new(["sleep", "60"]).timeout(Duration::from_millis(300)))
        .unwrap_err();
    assert!(
        matches!(&late, Error::ChangeFailed(_)) && late.to_string().contains("timed out"),
        "{late}"
    );
    assert!(matches!(
        pebble.exec(&Exec::new(["nopecmd"])),
        Err(Error::Api { status: 400, .. })
    ));
    let nowhere = pebble.exec(&Exec::new(["true"]).working_dir("/nope"));
    assert!(
        matches!(nowhere, Err(Error::Api { status: 500, .. })),
        "{nowhere:?}"
    );
}
