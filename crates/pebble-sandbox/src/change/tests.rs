use super::*;
use futures_util::FutureExt;
use std::time::Duration;

fn job(name: &str, outcome: Result<(), &str>) -> Job {
    let outcome = outcome.map_err(str::to_owned);
    let work: Work = Box::new(move |_| std::future::ready(outcome).boxed());
    Job {
        kind: "knit".to_owned(),
        summary: format!("Knit {name:?}"),
        work,
    }
}

fn perform(stages: Vec<Stage>) -> (ChangeView, Arc<Notices>) {
    let notices = Arc::new(Notices::default());
    let changes = Arc::new(Changes::new(Arc::clone(&notices)));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let view = runtime.block_on(async {
        let id = changes.perform(
            Subject {
                kind: "knit".into(),
                ..Subject::default()
            },
            stages,
        );
        tokio::time::timeout(Duration::from_secs(10), changes.ready(&id))
            .await
            .unwrap()
            .unwrap()
    });
    (view, notices)
}

fn statuses(stages: Vec<Stage>) -> (&'static str, Vec<&'static str>) {
    let (view, _) = perform(stages);
    (view.status, view.tasks.iter().map(|task| task.status).collect())
}

#[test]
fn what_follows_a_failure_is_held() {
    let (ok, bad) = (|| job("sock", Ok(())), || job("hat", Err("no wool")));
    assert_eq!(statuses(vec![]), ("Done", vec![]));
    assert_eq!(
        statuses(vec![vec![vec![ok(), ok()]]]),
        ("Done", vec!["Done", "Done"])
    );
    assert_eq!(
        statuses(vec![vec![vec![bad(), ok()], vec![ok()]]]),
        ("Error", vec!["Error", "Hold", "Done"])
    );
    assert_eq!(
        statuses(vec![vec![vec![bad()]], vec![vec![ok()]]]),
        ("Error", vec!["Error", "Hold"])
    );
}

#[test]
fn errors_are_told_with_their_tasks() {
    let lanes = vec![
        vec![job("hat", Err("no wool"))],
        vec![job("sock", Err("no needles"))],
    ];
    let (view, _) = perform(vec![lanes]);
    assert_eq!(
        view.err.as_deref(),
        Some("cannot perform the following tasks:\n- Knit \"hat\" (no wool)\n- Knit \"sock\" (no needles)")
    );
}

#[test]
fn every_step_of_a_change_is_noticed() {
    let (_, notices) = perform(vec![vec![vec![job("sock", Ok(())), job("hat", Ok(()))]]]);
    let seen = notices.get("1").unwrap();
    // Spawned, begun, done.
    assert_eq!(
        (seen.occurrences, seen.key.as_str(), seen.user_id),
        (3, "1", None)
    );
    assert_eq!(
        seen.last_data,
        BTreeMap::from([("kind".to_owned(), "knit".to_owned())])
    );
}

#[test]
fn aborting_holds_what_did_not_begin() {
    let changes = Arc::new(Changes::new(Arc::default()));
    let tasks = ["first", "second"].map(|name| ("knit".to_owned(), name.to_owned()));
    let (id, handles) = changes.create(Subject::default(), tasks);
    assert!(handles[0].begin());
    let view = changes.abort(&id).unwrap().unwrap();
    assert_eq!((view.status, view.ready), ("Abort", false));
    assert!(!handles[1].begin());
    assert_eq!(handles[0].aborted().now_or_never(), Some(()));
    handles[0].end(Ok(()));
    let view = changes.view(&id).unwrap();
    assert_eq!((view.status, view.ready), ("Done", true));
    assert_eq!(changes.abort(&id).unwrap().unwrap_err(), NothingPending);
    assert!(changes.abort("99").is_none());
}
