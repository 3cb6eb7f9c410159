//! What must hold of a container.

mod entering;
mod files;
mod lifetime;
mod network;
mod program;

use juju_sandbox::pods::{ContainerSpec, Isolation, Mount, Network, PodNetwork};

type Case = (&'static str, fn(Isolation));

macro_rules! cases {
    ($($room:ident: $($case:ident)+;)+) => { &[$($((stringify!($case), $room::$case)),+),+] };
}

pub(crate) const ALL: &[Case] = cases! {
    program:
        probe_finds_it
        the_environment_is_what_was_given
        users_and_groups
        it_sees_only_itself
        output_is_whole_and_apart
        a_spec_that_cannot_be_is_refused;
    files:
        a_link_is_real_and_the_users_own
        two_containers_see_one_inode
        no_link_from_one_mount_to_another
        the_system_cannot_be_written
        a_read_only_mount_cannot_be_written
        what_the_root_has_wins
        links_in_the_root_stay_inside
        a_log_gets_both_streams;
    lifetime:
        the_end_is_told_as_it_was
        orphans_are_reaped_and_end_with_it
        terminate_asks_and_kill_does_not
        dropping_it_ends_it
        twenty_at_once
        killing_the_host_program_leaves_nothing;
    entering:
        exec_runs_next_to_it
        exec_does_not_wait_for_a_daemon
        exec_says_why_not;
    network:
        a_pod_shares_its_network
        a_door_leads_to_the_host;
};

const FILM_LOVER: (u32, u32) = (1000, 1001);

/// The user that a file of `uid` has on the host: our own where there is only one.
fn seen_outside(uid: u32, isolation: Isolation) -> u32 {
    if isolation == Isolation::Full {
        uid
    } else {
        nix::unistd::getuid().as_raw()
    }
}

fn as_user(mut spec: ContainerSpec, (uid, gid): (u32, u32)) -> ContainerSpec {
    (spec.uid, spec.gid) = (uid, gid);
    spec
}

fn with_mounts(mut spec: ContainerSpec, mounts: impl IntoIterator<Item = Mount>) -> ContainerSpec {
    spec.mounts.extend(mounts);
    spec
}

fn in_network(mut spec: ContainerSpec, network: &PodNetwork) -> ContainerSpec {
    spec.network = Network::Pod(network.clone());
    spec
}
