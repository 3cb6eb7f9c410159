//! Whatever happens in whatever order: in the end everybody has been told everything, and what is removed is gone.

use super::*;
use proptest::prelude::*;

#[derive(Clone, Copy, Debug)]
enum Event {
    Scale(&'static str, u32),
    Integrate,
    Unrelate,
    Configure(u8),
    /// The n-th unit takes a turn, writing a bag.
    Step(usize, u8),
    /// The n-th unit's next hook fails.
    Fail(usize),
    /// The n-th unit's next hook is killed with its pod.
    Kill(usize),
    /// The n-th unit is told to end.
    Stop(usize),
    /// The n-th unit's agent starts; in a new pod or not.
    Start(usize, bool),
    Wait(u64),
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let app = prop::sample::select(vec!["shelf", "reader"]);
    let unit = 0_usize..5;
    let event = prop_oneof![
        2 => (app, 0_u32..3).prop_map(|(app, units)| Event::Scale(app, units)),
        2 => Just(Event::Integrate),
        1 => Just(Event::Unrelate),
        1 => any::<u8>().prop_map(Event::Configure),
        20 => (unit.clone(), 0_u8..4).prop_map(|(unit, value)| Event::Step(unit, value)),
        2 => unit.clone().prop_map(Event::Fail),
        2 => unit.clone().prop_map(Event::Kill),
        1 => unit.clone().prop_map(Event::Stop),
        3 => (unit, any::<bool>()).prop_map(|(unit, new)| Event::Start(unit, new)),
        1 => (0_u64..20).prop_map(Event::Wait),
    ];
    prop::collection::vec(event, 0..120)
}

impl Play {
    fn nth(&self, index: usize) -> Option<UnitName> {
        let units = self.world.unit_names();
        let count = units.len();
        units.into_iter().cycle().nth(index).filter(|_| count > 0)
    }

    /// Begins the next hook of the n-th unit, if it has one.
    fn begin(&mut self, index: usize) -> Option<(UnitName, Hook, HookRun)> {
        let unit = self.nth(index)?;
        let hook = self.world.next_hook(&unit)?;
        let run = self.world.begin(&unit, &hook).expect("what is next is due");
        Some((unit, hook, run))
    }

    fn happen(&mut self, event: Event) {
        match event {
            // Impossible at that moment is fine.
            Event::Scale(app, units) => {
                drop(self.world.perform(Operation::ScaleApplication {
                    app: name_of(app),
                    units,
                }));
            }
            Event::Integrate => {
                let (a, b) = (name_of("shelf"), name_of("reader"));
                drop(self.world.perform(Operation::Integrate { a, b }));
            }
            Event::Unrelate => {
                let (a, b) = (name_of("shelf"), name_of("reader"));
                drop(self.world.perform(Operation::RemoveRelation { a, b }));
            }
            Event::Configure(port) => self.configure("port", &port.to_string()),
            Event::Step(index, value) => {
                if let Some((unit, hook, run)) = self.begin(index) {
                    let endpoint = if unit.app().as_str() == "shelf" {
                        "db"
                    } else {
                        "store"
                    };
                    let changes = bags(&run, endpoint, "value", &value.to_string(), run.leader);
                    self.world
                        .commit(&unit, &hook, changes)
                        .expect("a leader or a unit may write");
                }
            }
            Event::Fail(index) => {
                if let Some((unit, hook, _)) = self.begin(index) {
                    self.world.fail(&unit, &hook, "exit status 1");
                }
            }
            Event::Kill(index) => {
                if let Some((unit, ..)) = self.begin(index) {
                    self.world.agent_gone(&unit);
                }
            }
            Event::Stop(index) => {
                if let Some(unit) = self.nth(index) {
                    self.world.agent_stopping(&unit);
                }
            }
            Event::Start(index, new_pod) => {
                if let Some(unit) = self.nth(index) {
                    self.start(&unit.to_string(), new_pod);
                }
            }
            Event::Wait(seconds) => self.world.advance_to(self.world.now() + seconds),
        }
    }

    /// All pods run again, and all that is owed is done; units that were awaited come too.
    fn calm(&mut self) {
        let down = |unit: &Unit| unit.agent.process != Process::Up;
        self.settle();
        loop {
            let mut units = self.world.unit_names();
            units.retain(|name| self.world.unit(name).is_some_and(down));
            if let Some(retry) = self.world.next_retry() {
                self.world.advance_to(retry);
            } else if units.is_empty() {
                break;
            }
            for unit in &units {
                self.start(&unit.to_string(), true);
            }
            self.settle();
        }
    }

    /// Everyone who should know it knows everything.
    fn assert_told(&self) {
        for relation in self.world.relations().values() {
            assert_eq!(relation.life, Life::Alive, "a dying relation is gone");
            for name in relation.sides.iter().flat_map(|side| &side.members) {
                let remote = relation.remote(name.app()).expect("two sides");
                let seen = &self.world.unit(name).expect("a member exists").agent.relations[&relation.id];
                let others = remote.members.iter().filter(|other| *other != name);
                let expect: BTreeMap<_, _> = others
                    .map(|other| (other.clone(), remote.units[other].version))
                    .collect();
                assert_eq!(
                    (&seen.members, seen.app_version),
                    (&expect, remote.bag.version),
                    "{name}"
                );
            }
        }
        for (name, app) in self.world.applications() {
            let scale = usize::try_from(app.scale).unwrap_or_default();
            assert_eq!(
                (app.units.len(), app.leader.is_some()),
                (scale, scale > 0),
                "{name}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn in_the_end_all_is_told_and_what_is_removed_is_gone(events in events()) {
        let mut play = Play::new();
        play.deploy("shelf", 1);
        play.deploy("reader", 1);
        for event in events {
            play.happen(event);
        }
        play.calm();
        play.assert_told();
        for app in ["shelf", "reader"] {
            play.perform(Operation::RemoveApplication { app: name_of(app) });
        }
        play.calm();
        prop_assert!(play.world.applications().is_empty() && play.world.relations().is_empty());
    }
}
