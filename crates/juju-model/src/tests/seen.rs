//! What a hook may see: members and databags.

use super::*;

/// Who may read which bag: as the table of Juju's documentation on relations has it.
#[test]
fn the_matrix_of_databags() {
    let mut play = Play::related(2, 1);
    play.act("shelf/0", |run| app_bag(run, "db", "own", "app"));
    play.settle();
    let owners = [
        "shelf", "shelf/0", "shelf/1", "reader", "reader/0", "reader/9", "nosuch", "nosuch/0",
    ];
    let mut table = Vec::new();
    for unit in ["shelf/0", "shelf/1"] {
        play.perform(Operation::UpdateStatus { unit: name_of(unit) });
        play.step(unit, |run| {
            for (id, view) in &run.relations {
                for owner in owners {
                    let bag = owner
                        .parse()
                        .map(BagOwner::Unit)
                        .or_else(|_| owner.parse().map(BagOwner::App));
                    let changes = Changes::default();
                    let read = run.read_bag(*id, &bag.expect("a name"), &changes);
                    let read = match read {
                        Ok(Some(settings)) => format!("{} keys", settings.len()),
                        Ok(None) => "no relation".to_owned(),
                        Err(refused) => refused.to_string(),
                    };
                    table.push(format!("{unit} {} {owner}: {read}", view.endpoint));
                }
            }
            Changes::default()
        });
    }
    insta::assert_snapshot!(table.join("\n"), @r#"
    shelf/0 cluster shelf: 0 keys
    shelf/0 cluster shelf/0: 3 keys
    shelf/0 cluster shelf/1: 3 keys
    shelf/0 cluster reader: permission denied
    shelf/0 cluster reader/0: permission denied
    shelf/0 cluster reader/9: permission denied
    shelf/0 cluster nosuch: permission denied
    shelf/0 cluster nosuch/0: permission denied
    shelf/0 db shelf: 1 keys
    shelf/0 db shelf/0: 3 keys
    shelf/0 db shelf/1: permission denied
    shelf/0 db reader: 0 keys
    shelf/0 db reader/0: 3 keys
    shelf/0 db reader/9: cannot read settings for unit "reader/9" in relation "reader:store shelf:db": unit "reader/9": settings not found
    shelf/0 db nosuch: permission denied
    shelf/0 db nosuch/0: permission denied
    shelf/1 cluster shelf: 0 keys
    shelf/1 cluster shelf/0: 3 keys
    shelf/1 cluster shelf/1: 3 keys
    shelf/1 cluster reader: permission denied
    shelf/1 cluster reader/0: permission denied
    shelf/1 cluster reader/9: permission denied
    shelf/1 cluster nosuch: permission denied
    shelf/1 cluster nosuch/0: permission denied
    shelf/1 db shelf: permission denied
    shelf/1 db shelf/0: permission denied
    shelf/1 db shelf/1: 3 keys
    shelf/1 db reader: 0 keys
    shelf/1 db reader/0: 3 keys
    shelf/1 db reader/9: cannot read settings for unit "reader/9" in relation "reader:store shelf:db": unit "reader/9": settings not found
    shelf/1 db nosuch: permission denied
    shelf/1 db nosuch/0: permission denied
    "#);
}

#[test]
fn members_while_units_come_and_go() {
    let mut play = Play::new();
    play.deploy("shelf", 1);
    play.deploy("reader", 2);
    play.start_all();
    play.settle();
    play.integrate();
    let mut seen = Vec::new();
    let mut watch = |play: &mut Play| {
        for _ in 0..100 {
            while play
                .step("reader/0", |_| Changes::default())
                .or_else(|| play.step("reader/1", |_| Changes::default()))
                .is_some()
            {}
            let Some(hook) = play.world.next_hook(&name_of("shelf/0")) else {
                break;
            };
            play.step("shelf/0", |run| {
                let view = run.own_relation().and_then(|id| run.relations.get(&id));
                let members =
                    view.map(|view| view.members.iter().map(ToString::to_string).collect::<Vec<_>>());
                seen.push(format!(
                    "{hook}: {:?} {:?}",
                    members.unwrap_or_default(),
                    view.map(|view| view.remote_app.to_string())
                ));
                Changes::default()
            });
        }
    };
    watch(&mut play);
    play.scale("reader", 1);
    watch(&mut play);
    play.unrelate();
    watch(&mut play);
    insta::assert_snapshot!(seen.join("\n"), @r#"
    db-relation-created: [] Some("reader")
    db-relation-joined: ["reader/0"] Some("reader")
    db-relation-changed: ["reader/0"] Some("reader")
    db-relation-joined: ["reader/0", "reader/1"] Some("reader")
    db-relation-changed: ["reader/0", "reader/1"] Some("reader")
    db-relation-departed: ["reader/0"] Some("reader")
    db-relation-departed: [] Some("reader")
    db-relation-broken: [] Some("reader")
    "#);
}

#[test]
fn a_hook_reads_its_own_writes_and_the_bag_of_one_who_left() {
    let mut play = Play::related(1, 2);
    play.act("reader/1", |run| unit_bag(run, "store", "note", "bye"));
    play.settle();
    play.scale("reader", 1);
    let hook = play.step("shelf/0", |run| {
        let id = run.own_relation().expect("a relation hook");
        let left = BagOwner::Unit(name_of("reader/1"));
        let mut changes = Changes::default();
        let read = run
            .read_bag(id, &left, &changes)
            .expect("readable")
            .expect("a relation");
        assert_eq!(read.get("note").map(String::as_str), Some("bye"));
        changes
            .app_bags
            .insert(id, BTreeMap::from([("a".to_owned(), "b".to_owned())]));
        let own = run
            .read_bag(id, &BagOwner::App(name_of("shelf")), &changes)
            .expect("readable");
        assert_eq!(own.and_then(|own| own.get("a")).map(String::as_str), Some("b"));
        changes
    });
    assert_eq!(
        hook.map(|hook| hook.to_string()).as_deref(),
        Some("db-relation-departed")
    );
}

#[test]
fn goals() {
    let mut play = Play::related(2, 1);
    play.world
        .set_unit_status(&name_of("shelf/0"), StatusKind::Active, "");
    play.scale("shelf", 1);
    let goals = play.world.goal_state(&name_of("shelf/0"));
    let shown = |goals: &BTreeMap<String, Goal>| {
        goals
            .iter()
            .map(|(name, goal)| format!("{name} {}", goal.status))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let relations: Vec<_> = goals
        .relations
        .iter()
        .map(|(endpoint, goals)| format!("{endpoint}: {}", shown(goals)))
        .collect();
    insta::assert_snapshot!(format!("{}\n{}", shown(&goals.units), relations.join("\n")), @r"
    shelf/0 active, shelf/1 dying
    db: reader joined, reader/0 unknown
    ");
}

#[test]
fn an_action_s_end() {
    let mut play = Play::related(1, 1);
    let shelf: UnitName = name_of("shelf/0");
    let mut run = |end: &dyn Fn(&mut World, ActionId, &Hook)| {
        let params = serde_json::Map::new();
        let queued = play.perform(Operation::Run {
            unit: shelf.clone(),
            action: name_of("backup"),
            params,
        });
        let Outcome::Queued(id) = queued else {
            panic!("not queued")
        };
        let hook = play.world.next_hook(&shelf).expect("due");
        play.world.begin(&shelf, &hook).expect("due");
        play.world.set_action_result(id, &["path"], "/x");
        end(&mut play.world, id, &hook);
        let action = &play.world.actions()[&id];
        let results = serde_json::Value::Object(action.results.clone());
        format!("{} {:?} {results}", action.status, action.message)
    };
    let commit = |world: &mut World, hook: &Hook| {
        world
            .commit(&name_of("shelf/0"), hook, Changes::default())
            .expect("accepted");
    };
    let ends = [
        run(&|world, id, hook| {
            world.set_action_output(id, 0, "out", "");
            commit(world, hook);
        }),
        run(&|world, id, hook| {
            world.set_action_failure(id, "no space");
            commit(world, hook);
        }),
        run(&|world, id, hook| {
            world.set_action_output(id, 3, "", "err");
            world.fail(&name_of("shelf/0"), hook, "exit status 3");
        }),
    ];
    insta::assert_snapshot!(ends.join("\n"), @r#"
    completed "" {"path":"/x","return-code":0,"stdout":"out"}
    failed "no space" {"path":"/x"}
    failed "exit status 3" {"path":"/x","return-code":3,"stderr":"err"}
    "#);
}
