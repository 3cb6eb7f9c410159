//! The network of a pod.

use std::fs;
use std::io::Write;
use std::net::{TcpListener, TcpStream};

use juju_sandbox::pods::{Door, Isolation, PodNetwork, spawn};

use super::in_network;
use crate::host::{open_folder, run, said, shell, until};
use crate::inside;

pub(super) fn a_pod_shares_its_network(isolation: Isolation) {
    let (root, other) = (open_folder(), open_folder());
    let network = PodNetwork::new(isolation, &[]).unwrap();
    // Free on the host, so that nobody there answers.
    let address = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .to_string();
    let mut server = in_network(shell(root.path(), ""), &network);
    server.argv = [inside::PROGRAM, "inside", "serve", address.as_str(), "sonarr"]
        .map(String::from)
        .into();
    server.log = Some(root.path().join("log"));
    let _server = spawn(&server, isolation).unwrap();
    until("the server listens", || {
        fs::read_to_string(root.path().join("log"))
            .unwrap()
            .contains("listening")
    });
    let ask = shell(other.path(), &format!("{} inside ask {address}", inside::PROGRAM));
    assert_eq!(
        said(&run(&in_network(ask.clone(), &network), isolation)),
        "sonarr"
    );
    assert!(
        TcpStream::connect(&address).is_err(),
        "the host is in the pod's network"
    );
    let elsewhere = PodNetwork::new(isolation, &[]).unwrap();
    assert!(
        !run(&in_network(ask, &elsewhere), isolation).success(),
        "two pods are in one network"
    );
}

pub(super) fn a_door_leads_to_the_host(isolation: Isolation) {
    let root = open_folder();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().take(2) {
            stream.unwrap().write_all(b"from the host").unwrap();
        }
    });
    let inside = "127.0.0.1:6443".parse().unwrap();
    let network = PodNetwork::new(isolation, &[Door { inside, host }]).unwrap();
    let ask = |address: &str| {
        let spec = shell(root.path(), &format!("{} inside ask {address}", inside::PROGRAM));
        run(&in_network(spec, &network), isolation)
    };
    assert_eq!(
        [said(&ask("127.0.0.1:6443")), said(&ask("127.0.0.1:6443"))],
        ["from the host", "from the host"]
    );
    assert!(
        !ask(&host.to_string()).success(),
        "the host can be reached without a door"
    );
    let taken = PodNetwork::new(isolation, &[Door { inside, host }, Door { inside, host }]).unwrap_err();
    assert!(
        taken.to_string().contains("cannot listen on `127.0.0.1:6443`"),
        "{taken}"
    );
}
