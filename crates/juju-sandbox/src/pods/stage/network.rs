//! The process that keeps the network of a pod and its doors to the host.
//!
//! A network namespace belongs to a thread: one thread makes the new network and listens there, the others stay in the host's
//! and can connect to it. An accepted connection is handed from one side to the other.

use std::io;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::fd::AsRawFd;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use nix::sched::{CloneFlags, unshare};
use nix::sys::socket::{
    AddressFamily, MsgFlags, NetlinkAddr, SockFlag, SockProtocol, SockType, recv, sendto, socket,
};
use nix::unistd::gettid;

use super::outer::enter_user_namespace;
use super::{During, StageError, plan};
use crate::pods::Door;
use crate::pods::control::{Control, NetworkPlan, Report, Request};

/// A connection that somebody inside made, and the door that it came through.
type Arrival = (Door, TcpStream);

pub(super) fn run(control: &Control) -> Result<(), StageError> {
    let plan: NetworkPlan = plan(control)?;
    enter_user_namespace(&plan.user)?;
    let (arrive, arrivals) = channel();
    let (opened, ready) = channel();
    thread::spawn(move || {
        let _ = opened.send(open_network(&plan.doors, &arrive));
        // The network lives as long as this thread.
        loop {
            thread::park();
        }
    });
    let thread = ready
        .recv()
        .map_err(io::Error::other)
        .during(|| "make a network".into())??;
    thread::spawn(move || carry_all(&arrivals));
    let _ = control.send(&Report::Ready(thread));
    while let Ok(Some(Request::Terminate)) = control.receive() {}
    Ok(())
}

/// Moves this thread into a new network and listens at every door; returns the thread's number.
fn open_network(doors: &[Door], arrive: &Sender<Arrival>) -> Result<i32, StageError> {
    unshare(CloneFlags::CLONE_NEWNET).during(|| "make a network".into())?;
    bring_loopback_up().during(|| "bring the loopback device up".into())?;
    for door in doors.iter().copied() {
        let listener = TcpListener::bind(door.inside).during(|| format!("listen on `{}`", door.inside))?;
        let arrive = arrive.clone();
        // A thread is born into the network of the one who starts it.
        thread::spawn(move || {
            listener
                .incoming()
                .flatten()
                .try_for_each(|stream| arrive.send((door, stream)))
        });
    }
    Ok(gettid().as_raw())
}

fn carry_all(arrivals: &Receiver<Arrival>) {
    for (door, inside) in arrivals {
        // A host that does not answer closes the connection, which is all that the one inside would see anyway.
        thread::spawn(move || TcpStream::connect(door.host).and_then(|outside| carry(&inside, &outside)));
    }
}

/// Carries bytes both ways until both sides have said all.
fn carry(inside: &TcpStream, outside: &TcpStream) -> io::Result<()> {
    inside.set_nodelay(true)?;
    outside.set_nodelay(true)?;
    thread::scope(|scope| {
        scope.spawn(|| carry_one_way(inside, outside));
        carry_one_way(outside, inside);
    });
    Ok(())
}

fn carry_one_way(mut from: &TcpStream, mut to: &TcpStream) {
    // Whatever ended it, the other side must learn that no more will come.
    let _ = io::copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Write);
}

/// `ip link set lo up`, as one message of `rtnetlink(7)`: the loopback device of a new network is always number 1.
fn bring_loopback_up() -> nix::Result<()> {
    const RTM_NEWLINK: u16 = 16;
    const REQUEST_WITH_ANSWER: u16 = 0x1 | 0x4;
    const LOOPBACK: i32 = 1;
    const IFF_UP: u32 = 1;
    let mut message = Vec::new();
    // nlmsghdr: length, type, flags, sequence number, port
    message.extend(32_u32.to_ne_bytes());
    message.extend(RTM_NEWLINK.to_ne_bytes());
    message.extend(REQUEST_WITH_ANSWER.to_ne_bytes());
    message.extend([0; 8]);
    // ifinfomsg: family, padding, type, device, flags, which flags to change
    message.extend([0; 4]);
    message.extend(LOOPBACK.to_ne_bytes());
    message.extend(IFF_UP.to_ne_bytes());
    message.extend(IFF_UP.to_ne_bytes());
    let netlink = socket(
        AddressFamily::Netlink,
        SockType::Raw,
        SockFlag::SOCK_CLOEXEC,
        SockProtocol::NetlinkRoute,
    )?;
    sendto(
        netlink.as_raw_fd(),
        &message,
        &NetlinkAddr::new(0, 0),
        MsgFlags::empty(),
    )?;
    let mut answer = [0; 256];
    let length = recv(netlink.as_raw_fd(), &mut answer, MsgFlags::empty())?;
    netlink_result(answer.get(..length).unwrap_or_default())
}

/// An answer is a header of 16 bytes and a negative error number, or 0 (`netlink(7)`).
fn netlink_result(answer: &[u8]) -> nix::Result<()> {
    let code = answer
        .get(16..20)
        .and_then(|code| code.try_into().ok())
        .map(i32::from_ne_bytes);
    match code {
        Some(0) => Ok(()),
        Some(code) => Err(nix::errno::Errno::from_raw(-code)),
        None => Err(nix::errno::Errno::EBADMSG),
    }
}
