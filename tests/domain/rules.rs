//! Proves each numbered rule of `docs/spec.md` by example, as far as it lives in the domain. P5 and
//! R6 are the interface's, and so is what X1 and X4 say of addresses and pages.

use flow_environments::domain::actor::{Context, Role, Timestamp};
use flow_environments::domain::command::{Command, Into};
use flow_environments::domain::decide::decide;
use flow_environments::domain::event::Event;
use flow_environments::domain::flow::{Canvas, Piece, pieces};
use flow_environments::domain::id::{EnvironmentId, FlowId, ReleaseId, SnapshotId};
use flow_environments::domain::pipeline::Settings;
use flow_environments::domain::plan::{self, Undoing};
use flow_environments::domain::refusal::Refusal;
use flow_environments::domain::release::Arrival;
use flow_environments::domain::run::{Filled, run};
use flow_environments::domain::text::{Body, Name, Note, TextProblem, ValueText, VariableName};
use flow_environments::domain::variable::Value;

use crate::world::{World, canvas, check, name, note, variable};

fn text(value: &str) -> Value {
    Value::Text(ValueText::new(value).unwrap())
}

fn body(title: &str, text: &str) -> Canvas {
    Canvas {
        title: name(title),
        body: Body::new(text).unwrap(),
    }
}

fn refused<T: std::fmt::Debug>(result: Result<T, Refusal>) -> Refusal {
    result.unwrap_err()
}

// Building ----------------------------------------------------------------------------------------

/// B1.
#[test]
fn building_makes_a_snapshot_in_a_new_release_in_the_first_environment() {
    let mut world = World::new();
    world.create_flow("o");
    let (flow, id) = (world.flow("o"), ReleaseId::new(world.fresh()));
    let snapshot = SnapshotId::new(world.fresh());
    let into = Into::New {
        id,
        name: name("A"),
    };
    let notes = note("First try");
    let built = world
        .give(&Command::Build {
            snapshot,
            flow,
            into,
            notes: notes.clone(),
            reset: None,
        })
        .unwrap();

    let held = world.state.snapshot(snapshot).unwrap();
    assert_eq!((held.number, held.built, &held.notes), (1, built, &notes));
    let release = world.state.release(id).unwrap();
    assert_eq!(release.place.environment, world.environment("Development"));
    assert_eq!(release.place.arrival, Arrival::Build);
    assert_eq!(release.content.get(flow), Some(snapshot));
    assert_eq!(
        world
            .state
            .live(release.place.environment, flow)
            .unwrap()
            .snapshot,
        snapshot
    );
    assert_eq!(world.runs("Test", "o"), "cannot be run");
}

/// B1: into an existing release, and without notes.
#[test]
fn building_adds_a_snapshot_to_an_existing_release() {
    let mut world = World::new();
    world.build("A", &["o", "p"]);
    assert_eq!(world.content("A"), "o1 p1");
    assert_eq!(world.stack("Development", "p"), "A:p1");
    assert!(
        world
            .state
            .snapshot(world.snapshot("p1"))
            .unwrap()
            .notes
            .is_empty()
    );
}

/// B1: a snapshot is what the canvas was when it was built.
#[test]
fn a_snapshot_does_not_change_with_its_flow() {
    let mut world = World::new();
    world.build("A", &["o"]);
    world.edit_flow("o", canvas("Another"));
    let snapshot = world.state.snapshot(world.snapshot("o1")).unwrap();
    assert_eq!(snapshot.canvas, canvas("o"));
}

/// B2.
#[test]
fn a_newer_snapshot_takes_the_older_ones_place_in_release_and_stack() {
    let mut world = World::new();
    world.build("A", &["o"]);
    world.build("B", &["o"]);
    world.build("A", &["o"]);
    assert_eq!(world.content("A"), "o3");
    assert_eq!(world.stack("Development", "o"), "B:o2 A:o3");
}

/// B3.
#[test]
fn building_into_a_release_past_the_first_environment_resets_it() {
    let mut world = World::new();
    world.ship("A", &["o", "p"]);
    world.build("B", &["o", "p"]);
    world.promote("B");
    assert_eq!(world.stack("Test", "o"), "A:o1 B:o2");

    world.build("B", &["o"]);
    assert_eq!(world.place("B"), "Development");
    assert_eq!(world.content("B"), "o3 p2");
    assert_eq!(world.stack("Test", "o"), "A:o1");
    assert_eq!(world.stack("Test", "p"), "A:p1");
    assert_eq!(world.stack("Development", "o"), "A:o1 B:o3");
    assert_eq!(world.stack("Development", "p"), "A:p1 B:p2");
}

/// B3, R7, R8: a reset is shown beforehand; unseen, it does not happen.
#[test]
fn a_build_that_resets_a_release_must_have_been_shown() {
    let mut world = World::new();
    world.build("A", &["o"]);
    world.promote("A");
    let (release, flow) = (world.release("A"), world.flow("o"));
    let snapshot = SnapshotId::new(world.fresh());
    let plan = plan::reset(&world.state, release, flow, snapshot)
        .unwrap()
        .unwrap();
    check(
        &world,
        &plan,
        "o in Test: removed A:o1
         o in Development: replaced A:o1 -> A:?2",
    );
    let unseen = Command::Build {
        snapshot,
        flow,
        into: Into::Existing(release),
        notes: Note::default(),
        reset: None,
    };
    assert_eq!(
        refused(world.give(&unseen)),
        Refusal::PlanChanged {
            now: Some(Box::new(plan))
        }
    );
}

/// B4.
#[test]
fn a_release_in_the_last_environment_is_final() {
    let mut world = World::new();
    world.ship("A", &["o", "p"]);
    let (release, environment) = (world.release("A"), world.environment("Production"));
    let is_final = Refusal::Final {
        release,
        environment,
    };
    assert_eq!(refused(world.try_build("A", "o")), is_final);
    assert_eq!(refused(world.try_remove_flow("A", "o")), is_final);
    // The way out: roll it back first.
    world.roll_back("A");
    world.try_build("A", "o").unwrap();
}

/// B5.
#[test]
fn names_are_trimmed_and_have_1_to_80_characters() {
    assert_eq!(Name::new("  Orders \n").unwrap().as_str(), "Orders");
    assert_eq!(Name::new(" \t "), Err(TextProblem::Empty));
    assert!(Name::new(&"é".repeat(80)).is_ok());
    let long = TextProblem::TooLong {
        length: 81,
        limit: 80,
    };
    assert_eq!(Name::new(&"é".repeat(81)), Err(long));
    assert!(Note::new(&"ü".repeat(2_000)).is_ok());
    assert!(Note::new(&"ü".repeat(2_001)).is_err());
    assert!(serde_json::from_str::<Name>("\"\"").is_err());
}

/// B5: whoever reads a journal that was tampered with is told which limit it breaks.
#[test]
fn a_text_that_is_not_accepted_says_why() {
    let says = |problem: TextProblem| problem.to_string();
    assert_eq!(says(Name::new(" ").unwrap_err()), "the text is empty");
    assert_eq!(
        says(Name::new(&"é".repeat(81)).unwrap_err()),
        "the text has 81 characters, more than 80"
    );
    assert_eq!(
        says(VariableName::new("1st").unwrap_err()),
        "the text is not a variable's name"
    );
}

/// B5: unique without regard to case, among those that exist.
#[test]
fn names_are_unique_without_regard_to_case() {
    let mut world = World::new();
    world.build("Summer", &["Orders"]);
    let flow = world.flow("Orders");

    let id = ReleaseId::new(world.fresh());
    let build = Command::Build {
        snapshot: SnapshotId::new(world.fresh()),
        flow,
        into: Into::New {
            id,
            name: name(" SUMMER "),
        },
        notes: Note::default(),
        reset: None,
    };
    let summer = world.release("Summer");
    assert_eq!(
        refused(world.give(&build)),
        Refusal::ReleaseNameTaken(summer)
    );

    let create = Command::CreateFlow {
        flow: FlowId::new(world.fresh()),
        name: name("oRDERS"),
        canvas: canvas("Other"),
    };
    assert_eq!(refused(world.give(&create)), Refusal::FlowNameTaken(flow));

    let test = world.environment("Test");
    assert_eq!(
        refused(world.try_insert("TEST", "Development")),
        Refusal::EnvironmentNameTaken(test)
    );

    // A deleted release's name is free, and a thing may keep its own.
    world.try_delete("Summer").unwrap();
    world.give(&build).unwrap();
    let rename = Command::EditFlow {
        flow,
        name: name("ORDERS"),
        canvas: canvas("o"),
    };
    world.give(&rename).unwrap();
}

/// B5: text is data everywhere.
#[test]
fn markup_in_a_name_is_kept_as_it_is() {
    let markup = "<b onclick=\"x\">&amp;{{Name}}</b>";
    assert_eq!(Name::new(markup).unwrap().as_str(), markup);
}

// Promoting ---------------------------------------------------------------------------------------

/// P1.
#[test]
fn a_release_is_promoted_to_the_next_environment_only() {
    let mut world = World::of(&["Development", "Test", "Staging", "Production"]);
    world.build("A", &["o"]);
    for place in ["Test", "Staging", "Production"] {
        world.promote("A");
        assert_eq!(world.place("A"), place);
    }
    let (release, environment) = (world.release("A"), world.environment("Production"));
    assert_eq!(
        refused(world.try_promote("A")),
        Refusal::NoNextEnvironment {
            release,
            environment
        }
    );
}

/// P2, R7: on top of the next environment's stack, as the plan had shown.
#[test]
fn promoting_deploys_on_top_of_the_next_environment() {
    let mut world = World::new();
    world.build("A", &["o"]);
    world.promote("A");
    world.build("B", &["o", "p"]);
    let plan = plan::promotion(&world.state, world.release("B")).unwrap();
    check(
        &world,
        &plan,
        "o in Test: replaced A:o1 -> B:o2
         p in Test: introduced B:p1",
    );
    world.promote("B");
    assert_eq!(world.place("B"), "Test");
    assert_eq!(world.stack("Test", "o"), "A:o1 B:o2");
    assert_eq!(world.stack("Test", "p"), "B:p1");
}

/// P3.
#[test]
fn what_a_release_deployed_goes_on_running_in_the_environment_that_it_left() {
    let mut world = World::new();
    world.build("A", &["o"]);
    world.promote("A");
    assert_eq!(world.runs("Development", "o"), "o1");
    world.build("B", &["o"]);
    assert_eq!(world.runs("Development", "o"), "o2");
    assert_eq!(world.runs("Test", "o"), "o1");
}

/// P4.
#[test]
fn an_empty_held_or_missing_release_cannot_be_promoted() {
    let mut world = World::new();
    world.build("A", &["o"]);
    let release = world.release("A");
    world.try_hold("A", "Not yet").unwrap();
    assert_eq!(refused(world.try_promote("A")), Refusal::Held(release));
    world.try_lift("A").unwrap();
    world.try_remove_flow("A", "o").unwrap();
    assert_eq!(
        refused(world.try_promote("A")),
        Refusal::EmptyRelease(release)
    );
    world.try_delete("A").unwrap();
    assert_eq!(
        refused(world.try_promote("A")),
        Refusal::NoSuchRelease(release)
    );
}

// Rolling back ------------------------------------------------------------------------------------

/// R1.
#[test]
fn any_release_past_the_first_environment_can_be_rolled_back() {
    let mut world = World::of(&["Development", "Test", "Staging", "Production"]);
    world.ship("A", &["o"]);
    for place in ["Staging", "Test", "Development"] {
        world.roll_back("A");
        assert_eq!(world.place("A"), place);
    }
    let (release, environment) = (world.release("A"), world.environment("Development"));
    assert_eq!(
        refused(world.try_roll_back("A")),
        Refusal::NoPreviousEnvironment {
            release,
            environment
        }
    );
}

/// R1: an empty release, too.
#[test]
fn an_empty_release_can_be_rolled_back() {
    let mut world = World::new();
    world.build("A", &["o"]);
    world.promote("A");
    world.try_remove_flow("A", "o").unwrap();
    world.roll_back("A");
    assert_eq!(world.place("A"), "Development");
}

/// R2: all three kinds in one rollback.
#[test]
fn one_rollback_restores_removes_and_leaves_unaffected() {
    let mut world = World::new();
    world.ship("A", &["o", "q"]);
    world.ship("B", &["o", "p", "q"]);
    world.ship("C", &["q"]);
    check(
        &world,
        &world.plan_rollback("B"),
        "o in Production: restored B:o2 -> A:o1
         o in Test: unaffected B:o2
         q in Production: unaffected C:q3
         q in Test: replaced C:q3 -> B:q2
         p in Production: removed B:p1
         p in Test: unaffected B:p1
         warning: in Test, B:q2 over the newer C:q3",
    );
    world.roll_back("B");
    assert_eq!(world.stack("Production", "o"), "A:o1");
    assert_eq!(world.stack("Production", "p"), "");
    assert_eq!(world.stack("Production", "q"), "A:q1 C:q3");
}

/// R2, decided here: nothing of the release stays in the environment that it leaves, be it of a
/// flow that was removed from it since.
#[test]
fn rolling_back_withdraws_flows_removed_from_the_release_since() {
    let mut world = World::new();
    world.try_insert("Early", "Development").unwrap();
    world.build("A", &["o", "p"]);
    world.promote("A");
    world.promote("A");
    assert_eq!(world.place("A"), "Test");
    world.try_remove_flow("A", "p").unwrap();
    assert_eq!(world.stack("Test", "p"), "");
    // R3: Early has it from when the release passed through, and keeps it when the release returns.
    world.roll_back("A");
    assert_eq!(world.stack("Early", "p"), "A:p1");
    let plan = world.plan_rollback("A");
    check(
        &world,
        &plan,
        "o in Early: removed A:o1
         o in Development: unaffected A:o1
         p in Early: removed A:p1
         p in Development: unaffected A:p1",
    );
    world.roll_back("A");
    assert_eq!(world.stack("Early", "p"), "");
    assert_eq!(world.stack("Development", "p"), "A:p1");
}

/// R3.
#[test]
fn rolling_back_deploys_the_release_on_top_in_the_previous_environment() {
    let mut world = World::new();
    world.ship("A", &["o"]);
    world.build("B", &["o"]);
    world.promote("B");
    let at = world.roll_back("A");
    let release = world.state.release(world.release("A")).unwrap();
    assert_eq!(release.place.since, at);
    assert_eq!(world.place("A"), "Test");
    assert_eq!(world.stack("Test", "o"), "B:o2 A:o1");
}

/// R4.
#[test]
fn a_withdrawn_version_never_comes_back_by_a_later_rollback() {
    let mut world = World::new();
    for release in ["A", "B", "C", "D"] {
        world.ship(release, &["o"]);
    }
    world.roll_back("C");
    world.roll_back("D");
    assert_eq!(world.runs("Production", "o"), "o2");
    world.roll_back("B");
    assert_eq!(world.runs("Production", "o"), "o1");
}

/// R5.
#[test]
fn a_rollback_of_many_flows_is_one_event() {
    let mut world = World::new();
    world.ship("A", &["o", "p", "q", "r"]);
    let before = world.history.len();
    world.roll_back("A");
    assert_eq!(world.history.len(), before + 1);
    assert!(matches!(
        world.history.last(),
        Some(Event::RolledBack { .. })
    ));
}

/// R5: refused, nothing happens at all.
#[test]
fn a_refused_rollback_changes_nothing() {
    let mut world = World::new();
    world.build("A", &["o"]);
    let before = world.state.clone();
    refused(world.try_roll_back("A"));
    assert_eq!(world.state, before);
}

/// R7: the plan that was shown is the one that is executed.
#[test]
fn what_the_plan_shows_is_what_happens() {
    let mut world = World::new();
    world.ship("A", &["o"]);
    world.ship("B", &["o", "p"]);
    let plan = world.plan_rollback("B");
    let (from, to) = (plan.environments[0], plan.environments[1]);
    world
        .confirm_rollback("B", plan.clone(), "", false)
        .unwrap();
    for row in &plan.rows {
        for (environment, effect) in [from, to].into_iter().zip(&row.effects) {
            let live = world
                .state
                .live(environment, row.flow)
                .map(|top| top.snapshot);
            assert_eq!(live, effect.after().map(|live| live.snapshot));
        }
    }
}

/// R8.
#[test]
fn a_stale_plan_is_never_executed() {
    let mut world = World::new();
    world.ship("A", &["o"]);
    world.ship("B", &["o"]);
    let shown = world.plan_rollback("B");

    // Another person, meanwhile: A is not there to fall back to any more.
    world.roll_back("A");
    let before = world.state.clone();
    let refusal = refused(world.confirm_rollback("B", shown.clone(), "", false));
    assert_eq!(world.state, before);
    let Refusal::PlanChanged { now: Some(now) } = refusal else {
        panic!("{refusal:?}")
    };
    assert!(!now.shows_the_same_as(&shown));
    check(
        &world,
        &now,
        "o in Production: removed B:o2
         o in Test: replaced A:o1 -> B:o2",
    );
    // Shown anew, it can be confirmed.
    world.confirm_rollback("B", *now, "", false).unwrap();
    assert_eq!(world.runs("Production", "o"), "cannot be run");
}

/// R8, B3: a reset that was confirmed is no consent to another build.
#[test]
fn a_reset_is_not_executed_once_the_release_has_come_back_by_itself() {
    let mut world = World::new();
    world.build("A", &["o"]);
    world.promote("A");
    let snapshot = SnapshotId::new(world.fresh());
    let (release, flow) = (world.release("A"), world.flow("o"));
    let shown = plan::reset(&world.state, release, flow, snapshot).unwrap();
    assert!(shown.is_some());

    // Another person, meanwhile.
    world.roll_back("A");
    let build = |reset| Command::Build {
        snapshot,
        flow,
        into: Into::Existing(release),
        notes: Note::default(),
        reset,
    };
    assert_eq!(
        refused(world.give(&build(shown))),
        Refusal::PlanChanged { now: None }
    );
    world.give(&build(None)).unwrap();
}

/// V1: white space is no value: the variable stays blank, and a plan says so (V4).
#[test]
fn an_empty_text_is_no_value() {
    assert_eq!(ValueText::new(" \n "), Err(TextProblem::Empty));
    assert!(serde_json::from_str::<Value>(r#"{"text":""}"#).is_err());
}

/// V1: a value is shown as it was given, but for the white space around it.
#[test]
fn a_value_is_shown_as_it_was_given() {
    assert_eq!(
        ValueText::new(" <b>9 €</b> ").unwrap().to_string(),
        "<b>9 €</b>"
    );
}

/// B5: unique without regard to case, in every script.
#[test]
fn names_are_compared_without_regard_to_case() {
    let same = |one: &str, other: &str| {
        assert_eq!(
            Name::new(one).unwrap().key(),
            Name::new(other).unwrap().key()
        );
    };
    same("Orders", "ORDERS");
    same("Straße", "STRASSE");
    same("ΟΔΟΣ", "οδος");
}

/// V3: finding the variables of a canvas takes as long as reading it, whatever it holds.
#[test]
fn braces_that_close_nothing_are_text() {
    let hostile = "{".repeat(20_000);
    assert_eq!(
        pieces(&hostile).collect::<Vec<_>>(),
        [Piece::Plain(&hostile)]
    );
    let pieces: Vec<_> = pieces("a {{{B}} {{c} {{d}}").collect();
    let variable = |name| Piece::Variable(VariableName::new(name).unwrap());
    assert_eq!(
        pieces,
        [
            Piece::Plain("a {"),
            variable("B"),
            Piece::Plain(" {{c} "),
            variable("d")
        ]
    );
}

/// R8: what the plan does not rest on may change.
#[test]
fn a_plan_outlives_changes_that_it_does_not_speak_of() {
    let mut world = World::new();
    world.ship("A", &["o"]);
    let shown = world.plan_rollback("A");
    world.build("B", &["p"]);
    world.try_hold("B", "").unwrap();
    world.confirm_rollback("A", shown, "", false).unwrap();
}

/// R8: a plan is for one step. Another step's is no confirmation.
#[test]
fn a_plan_of_another_step_confirms_nothing() {
    let mut world = World::new();
    world.build("A", &["o"]);
    world.promote("A");
    let shown = world.plan_rollback("A");
    let release = world.release("A");
    let refusal = refused(world.give(&Command::Promote { release, shown }));
    assert!(matches!(refusal, Refusal::PlanChanged { .. }));
}

/// R9.
#[test]
fn a_rollback_keeps_reason_person_and_time() {
    let mut world = World::new();
    world.ship("A", &["o"]);
    let shown = world.plan_rollback("A");
    let at = world
        .confirm_rollback("A", shown, "Totals are wrong", false)
        .unwrap();

    let Some(Event::RolledBack { reason, .. }) = world.history.last() else {
        panic!()
    };
    assert_eq!(reason.as_str(), "Totals are wrong");
    let moment = world.state.moment(at).unwrap();
    assert_eq!(moment.by.name, name("Ada"));
    assert_eq!(moment.at.as_millis(), at.get() * 1_000);
    let place = &world.state.release(world.release("A")).unwrap().place;
    let from = world.environment("Production");
    assert_eq!(
        place.arrival,
        Arrival::Rollback {
            from,
            reason: note("Totals are wrong")
        }
    );
}

/// R10, H1.
#[test]
fn a_rollback_can_hold_the_release_in_the_same_step() {
    let mut world = World::new();
    world.ship("A", &["o"]);
    let at = world.roll_back_and_hold("A", "Totals are wrong");
    let release = world.state.release(world.release("A")).unwrap();
    let hold = release.hold.as_ref().unwrap();
    assert_eq!((hold.since, hold.reason.as_str()), (at, "Totals are wrong"));
    assert_eq!(
        refused(world.try_promote("A")),
        Refusal::Held(world.release("A"))
    );
}

/// R10, decided here: a hold that is there already stays as it is, and undoing leaves it.
#[test]
fn a_rollback_leaves_an_existing_hold_as_it_is() {
    let mut world = World::new();
    world.ship("A", &["o"]);
    let since = world.try_hold("A", "Audit").unwrap();
    let rolled_back = world.roll_back_and_hold("A", "Totals are wrong");
    let hold = |world: &World| {
        world
            .state
            .release(world.release("A"))
            .unwrap()
            .hold
            .clone()
    };
    assert_eq!(hold(&world).unwrap().since, since);
    assert_eq!(hold(&world).unwrap().reason.as_str(), "Audit");
    world.undo(rolled_back);
    assert_eq!(hold(&world).unwrap().since, since);
}

// Undoing -----------------------------------------------------------------------------------------

/// U1: each of the five steps, undone, leaves all as it was; undone again, as it was after.
#[test]
fn each_step_can_be_undone_and_the_undo_too() {
    type Act = fn(&mut World);
    let steps: [(&str, Act); 5] = [
        ("promote", |world| {
            world.promote("B");
        }),
        ("roll back", |world| {
            world.roll_back_and_hold("B", "why");
        }),
        ("reset", |world| {
            world.try_build("B", "o").unwrap();
        }),
        ("remove a flow", |world| {
            world.try_remove_flow("B", "p").unwrap();
        }),
        ("delete", |world| {
            world.try_delete("B").unwrap();
        }),
    ];
    for (step, act) in steps {
        let mut world = World::new();
        world.ship("A", &["o", "p"]);
        world.build("B", &["o", "p"]);
        world.promote("B");
        world.build("C", &["o"]);
        let before = facts(&world);
        act(&mut world);
        let after = facts(&world);
        assert_ne!(after, before, "{step}");
        let undone = world.undo(world.state.position());
        assert_eq!(facts(&world), before, "{step}, undone");
        world.undo(undone);
        assert_eq!(facts(&world), after, "{step}, undone twice");
    }
}

/// All that an undo must bring back: every stack with its heights, every release with its place.
fn facts(world: &World) -> String {
    let releases: Vec<_> = world.state.releases().collect();
    let deployments: Vec<_> = world
        .state
        .pipeline()
        .iter()
        .flat_map(|environment| world.state.deployments_in(environment.id))
        .collect();
    format!("{releases:?} {deployments:?}")
}

/// U1: a snapshot that was built stays built.
#[test]
fn undoing_a_reset_keeps_the_snapshot() {
    let mut world = World::new();
    world.build("A", &["o"]);
    world.promote("A");
    world.try_build("A", "o").unwrap();
    world.undo(world.state.position());
    assert_eq!(world.content("A"), "o1");
    assert_eq!(
        world.state.flow(world.flow("o")).unwrap().snapshots.len(),
        2
    );
    world.build("B", &["o"]);
    assert_eq!(world.content("B"), "o3");
}

/// U1: undo is an entry of its own; nothing is erased.
#[test]
fn undoing_adds_to_the_history() {
    let mut world = World::new();
    world.ship("A", &["o"]);
    let rolled_back = world.roll_back("A");
    let before = world.history.clone();
    world.undo(rolled_back);
    assert_eq!(world.history[..before.len()], before);
    assert!(matches!(
        world.history.last(),
        Some(Event::Undone { undid, .. }) if *undid == rolled_back
    ));
}

/// U1, decided here: a build that resets nothing, a hold and its lifting are no steps to undo.
#[test]
fn builds_holds_and_settings_cannot_be_undone() {
    let mut world = World::new();
    world.build("A", &["o"]);
    let built = world.state.position();
    assert_eq!(refused(world.try_undo(built)), Refusal::NotUndoable(built));
    let held = world.try_hold("A", "").unwrap();
    assert_eq!(refused(world.try_undo(held)), Refusal::NotUndoable(held));
    let lifted = world.try_lift("A").unwrap();
    assert_eq!(
        refused(world.try_undo(lifted)),
        Refusal::NotUndoable(lifted)
    );
    let inserted = world.try_insert("Staging", "Test").unwrap();
    assert_eq!(
        refused(world.try_undo(inserted)),
        Refusal::NotUndoable(inserted)
    );
}

/// U2: the same release.
#[test]
fn undo_is_refused_once_the_release_changed() {
    let mut world = World::new();
    world.build("A", &["o"]);
    let undo = world.promote("A");
    // Decided here: a hold touches the release.
    let by = world.try_hold("A", "").unwrap();
    assert_eq!(
        refused(world.try_undo(undo)),
        Refusal::ChangedSince { undo, by }
    );
    let by = world.try_lift("A").unwrap();
    assert_eq!(
        refused(world.try_undo(undo)),
        Refusal::ChangedSince { undo, by }
    );
    // And so does a build.
    let mut world = World::new();
    world.build("A", &["o", "p"]);
    let undo = world.try_remove_flow("A", "p").unwrap();
    let by = world.try_build("A", "o").unwrap();
    assert_eq!(
        refused(world.try_undo(undo)),
        Refusal::ChangedSince { undo, by }
    );
}

/// U2: one of the same stacks.
#[test]
fn undo_is_refused_once_one_of_its_stacks_changed() {
    let mut world = World::new();
    world.build("A", &["o", "p"]);
    world.build("B", &["p"]);
    let undo = world.promote("A");
    // B's promotion changes Test's stack of p. The later change is named, not the first.
    let first = world.promote("B");
    assert_eq!(
        refused(world.try_undo(undo)),
        Refusal::ChangedSince { undo, by: first }
    );
    let by = world.undo(first);
    assert_eq!(
        refused(world.try_undo(undo)),
        Refusal::ChangedSince { undo, by }
    );
}

/// U2: what has nothing in common with the step does not stand in its way.
#[test]
fn undo_is_possible_after_changes_elsewhere() {
    let mut world = World::new();
    world.build("A", &["o"]);
    world.build("B", &["p"]);
    let promoted = world.promote("A");
    world.promote("B");
    world.promote("B");
    world.undo(promoted);
    assert_eq!(world.place("A"), "Development");
    assert_eq!(world.stack("Test", "o"), "");
}

/// U2: another release has taken the name.
#[test]
fn undoing_a_deletion_is_refused_once_the_name_is_taken() {
    let mut world = World::new();
    world.build("A", &["o"]);
    let deleted = world.try_delete("A").unwrap();
    world.build("a", &["p"]);
    let by = world.release("a");
    assert_eq!(
        refused(world.try_undo(deleted)),
        Refusal::NameTakenSince {
            name: name("A"),
            by
        }
    );
    // Once it is free again, so is the undo.
    world.try_delete("a").unwrap();
    world.undo(deleted);
    assert_eq!(world.content("A"), "o1");
}

/// U2: an environment that it needs is gone.
#[test]
fn undo_is_refused_once_its_environment_is_gone() {
    let mut world = World::new();
    world.build("A", &["o"]);
    world.promote("A");
    let promoted = world.promote("A");
    world.try_remove_environment("Test").unwrap();
    let test = world.environment("Test");
    assert_eq!(
        refused(world.try_undo(promoted)),
        Refusal::EnvironmentGone(test)
    );
}

/// U3.
#[test]
fn undo_works_on_a_state_replayed_from_the_history() {
    let mut world = World::new();
    world.ship("A", &["o"]);
    world.ship("B", &["o"]);
    let rolled_back = world.roll_back("B");
    let json = serde_json::to_string(&world.undoing(rolled_back).event).unwrap();
    let event = serde_json::from_str(&json).unwrap();
    world.state = world.replayed();

    let undoing = Undoing {
        position: rolled_back,
        event,
    };
    let shown = plan::undo(&world.state, &undoing).unwrap();
    check(
        &world,
        &shown,
        "o in Test: unaffected B:o2
         o in Production: replaced A:o1 -> B:o2",
    );
    world.give(&Command::Undo { undoing, shown }).unwrap();
    assert_eq!(world.stack("Production", "o"), "A:o1 B:o2");
}

// Removing and deleting ---------------------------------------------------------------------------

/// D1.
#[test]
fn removing_a_flow_withdraws_it_where_the_release_is() {
    let mut world = World::new();
    world.ship("A", &["o"]);
    world.build("B", &["o", "p"]);
    world.promote("B");
    let plan = plan::flow_removal(&world.state, world.release("B"), world.flow("o")).unwrap();
    check(&world, &plan, "o in Test: restored B:o2 -> A:o1");
    world.try_remove_flow("B", "o").unwrap();
    assert_eq!(world.content("B"), "p1");
    assert_eq!(world.stack("Test", "o"), "A:o1");
    // Where the release only passed through, it stays (P3).
    assert_eq!(world.stack("Development", "o"), "A:o1 B:o2");

    let (release, flow) = (world.release("B"), world.flow("o"));
    assert_eq!(
        refused(world.try_remove_flow("B", "o")),
        Refusal::FlowNotInRelease { release, flow }
    );
}

/// D2.
#[test]
fn deleting_a_release_withdraws_it_everywhere_and_keeps_its_snapshots() {
    let mut world = World::new();
    world.ship("A", &["o"]);
    world.build("B", &["o", "p"]);
    world.promote("B");
    let plan = plan::deletion(&world.state, world.release("B")).unwrap();
    check(
        &world,
        &plan,
        "o in Development: restored B:o2 -> A:o1
         o in Test: restored B:o2 -> A:o1
         p in Development: removed B:p1
         p in Test: removed B:p1",
    );
    world.try_delete("B").unwrap();
    assert_eq!(world.state.release(world.release("B")), None);
    assert_eq!(world.stack("Development", "o"), "A:o1");
    assert_eq!(world.stack("Test", "o"), "A:o1");
    assert!(world.state.snapshot(world.snapshot("o2")).is_some());
    assert!(world.state.snapshot(world.snapshot("p1")).is_some());
}

/// D2, B4.
#[test]
fn a_release_in_the_last_environment_cannot_be_deleted() {
    let mut world = World::new();
    world.ship("A", &["o"]);
    let (release, environment) = (world.release("A"), world.environment("Production"));
    assert_eq!(
        refused(world.try_delete("A")),
        Refusal::Final {
            release,
            environment
        }
    );
    world.roll_back("A");
    world.try_delete("A").unwrap();
}

// Holding -----------------------------------------------------------------------------------------

/// H1.
#[test]
fn a_held_release_can_be_rolled_back_but_not_promoted() {
    let mut world = World::new();
    world.build("A", &["o"]);
    world.promote("A");
    let release = world.release("A");
    assert_eq!(refused(world.try_lift("A")), Refusal::NotHeld(release));
    world.try_hold("A", "Audit").unwrap();
    assert_eq!(
        refused(world.try_hold("A", "Again")),
        Refusal::AlreadyHeld(release)
    );
    assert_eq!(refused(world.try_promote("A")), Refusal::Held(release));
    world.roll_back("A");
    assert_eq!(refused(world.try_promote("A")), Refusal::Held(release));
    world.try_lift("A").unwrap();
    world.promote("A");
}

// Environments ------------------------------------------------------------------------------------

fn order(world: &World) -> Vec<&str> {
    world
        .state
        .pipeline()
        .iter()
        .map(|environment| environment.name().as_str())
        .collect()
}

/// E1.
#[test]
fn an_environment_can_be_inserted_between_two_and_starts_empty() {
    let mut world = World::new();
    world.ship("A", &["o"]);
    world.try_insert("Staging", "Test").unwrap();
    world.try_insert("Early", "Development").unwrap();
    assert_eq!(
        order(&world),
        ["Development", "Early", "Test", "Staging", "Production"]
    );
    let staging = world.environment("Staging");
    assert_eq!(world.state.deployments_in(staging).count(), 0);
    assert_eq!(world.runs("Staging", "o"), "cannot be run");

    let production = world.environment("Production");
    assert_eq!(
        refused(world.try_insert("Late", "Production")),
        Refusal::NotBetween(production)
    );
    assert_eq!(world.runs("Production", "o"), "o1");
}

/// E2.
#[test]
fn an_environments_settings_can_be_changed_and_one_is_the_default() {
    let mut world = World::new();
    let (test, production) = (world.environment("Test"), world.environment("Production"));
    assert_eq!(world.state.pipeline().default_environment(), production);
    let settings = Settings {
        name: name("Trial"),
        description: note("Where testers look"),
        player: name("tester"),
    };
    let change = |default| Command::ChangeEnvironment {
        environment: test,
        settings: settings.clone(),
        default,
    };
    world.give(&change(false)).unwrap();
    assert_eq!(world.state.pipeline().get(test).unwrap().settings, settings);
    assert_eq!(world.state.pipeline().default_environment(), production);
    world.give(&change(true)).unwrap();
    assert_eq!(world.state.pipeline().default_environment(), test);
    // Exactly one is: changing another's settings does not leave none.
    world.give(&change(false)).unwrap();
    assert_eq!(world.state.pipeline().default_environment(), test);
    assert_eq!(order(&world), ["Development", "Trial", "Production"]);
}

/// E3.
#[test]
fn an_environment_can_be_removed_when_nothing_is_in_it() {
    let mut world = World::new();
    world.build("A", &["o"]);
    world.promote("A");
    let (test, release) = (world.environment("Test"), world.release("A"));
    assert_eq!(
        refused(world.try_remove_environment("Test")),
        Refusal::EnvironmentInUse {
            environment: test,
            release
        }
    );
    world.promote("A");
    world.make_default("Test");
    assert_eq!(
        refused(world.try_remove_environment("Test")),
        Refusal::DefaultEnvironment(test)
    );
    world.make_default("Production");
    let plan = plan::environment_removal(&world.state, test).unwrap();
    check(&world, &plan, "o in Test: removed A:o1");
    world.try_remove_environment("Test").unwrap();
    assert_eq!(order(&world), ["Development", "Production"]);
    assert_eq!(world.state.deployments_in(test).count(), 0);
    // R3: previous is what the pipeline says now.
    world.roll_back("A");
    assert_eq!(world.place("A"), "Development");
}

/// E3: never fewer than two.
#[test]
fn the_first_and_the_last_environment_stay() {
    let mut world = World::new();
    world.make_default("Test");
    for outer in ["Development", "Production"] {
        let environment = world.environment(outer);
        assert_eq!(
            refused(world.try_remove_environment(outer)),
            Refusal::OuterEnvironment(environment)
        );
    }
}

// Variables ---------------------------------------------------------------------------------------

/// V1.
#[test]
fn a_variable_has_a_value_per_environment_and_is_blank_elsewhere() {
    let mut world = World::new();
    world.create_variable("Currency", "Test", Some(text("EUR")));
    let values = |world: &World| {
        world
            .state
            .variable(&variable("Currency"))
            .unwrap()
            .values
            .clone()
    };
    assert_eq!(
        values(&world).keys().copied().collect::<Vec<_>>(),
        [world.environment("Test")]
    );
    world.set_variable("Currency", "Production", Some(text("USD")));
    world.set_variable("Currency", "Test", None);
    let production = world.environment("Production");
    assert_eq!(
        values(&world).keys().copied().collect::<Vec<_>>(),
        [production]
    );

    let again = Command::CreateVariable {
        variable: variable("Currency"),
        environment: production,
        value: None,
    };
    let taken = Refusal::VariableNameTaken(variable("Currency"));
    assert_eq!(refused(world.give(&again)), taken);
}

/// V1.
#[test]
fn a_variables_name_is_a_letter_then_letters_digits_and_underscores() {
    for good in ["a", "Currency", "x_1", "Größe2"] {
        assert_eq!(VariableName::new(good).unwrap().as_str(), good);
    }
    for bad in ["1st", "_x", "a b", "a-b", "a}}"] {
        assert_eq!(
            VariableName::new(bad),
            Err(TextProblem::NotAVariableName),
            "{bad}"
        );
    }
    assert_eq!(VariableName::new(" "), Err(TextProblem::Empty));
}

/// V2: of a secret there is no text to show, or to write down.
#[test]
fn a_secret_is_kept_and_shown_without_its_text() {
    let mut world = World::new();
    world.create_flow("o");
    world.edit_flow("o", body("o", "Key: {{Key}}"));
    world.build("A", &["o"]);
    world.create_variable("Key", "Development", Some(Value::Secret));
    assert_eq!(world.shows("Development", "o"), "Key: [secret Key]");
    let set = serde_json::to_value(world.history.last().unwrap()).unwrap();
    assert!(set.to_string().contains("\"secret\""), "{set}");
    let at = world.state.position();
    let environment = world.environment("Development");
    let setting = &world.state.variable(&variable("Key")).unwrap().values[&environment];
    assert_eq!((setting.since, &setting.value), (at, &Value::Secret));
}

/// V3.
#[test]
fn variables_in_a_canvas_become_the_environments_values() {
    let mut world = World::new();
    world.create_flow("o");
    world.edit_flow(
        "o",
        body(
            "{{Currency}}",
            "In {{Currency}}, by {{ Gateway }}; {{1st}} {{",
        ),
    );
    world.build("A", &["o"]);
    world.promote("A");
    world.create_variable("Currency", "Development", Some(text("EUR")));
    world.set_variable("Currency", "Test", Some(text("{{Gateway}} <b>")));
    assert_eq!(
        world.shows("Development", "o"),
        "In EUR, by [missing Gateway]; {{1st}} {{"
    );
    // A value is text: what looks like a variable in it is not filled in.
    assert_eq!(
        world.shows("Test", "o"),
        "In {{Gateway}} <b>, by [missing Gateway]; {{1st}} {{"
    );
    let title = run(
        &world.state,
        world.flow("o"),
        Some(world.environment("Development")),
    );
    assert_eq!(title.unwrap().title, [Filled::Text("EUR".to_owned())]);
}

/// V3: splitting loses no character.
#[test]
fn only_whole_names_between_braces_are_variables() {
    let name = |text: &str| Piece::Variable(variable(text));
    let split = |text: &'static str| pieces(text).collect::<Vec<_>>();
    assert_eq!(
        split("{{{a}}}"),
        [Piece::Plain("{"), name("a"), Piece::Plain("}")]
    );
    assert_eq!(split("{{a{{b}}"), [Piece::Plain("{{a"), name("b")]);
    assert_eq!(split("{{a}}{{b}}"), [name("a"), name("b")]);
    assert_eq!(
        split("{{}} {{ä b}} }}{{"),
        [Piece::Plain("{{}} {{ä b}} }}{{")]
    );
    assert_eq!(split(""), []);
}

/// V4.
#[test]
fn plans_warn_of_variables_that_are_undefined_or_blank() {
    let mut world = World::new();
    world.create_flow("o");
    world.edit_flow("o", body("{{Currency}}", "{{Gateway}} {{Currency}}"));
    world.build("A", &["o"]);
    world.create_variable("Currency", "Development", Some(text("EUR")));
    let plan = plan::promotion(&world.state, world.release("A")).unwrap();
    check(
        &world,
        &plan,
        "o in Test: introduced A:o1
         warning: Currency of A:o1 is blank in Test
         warning: Gateway of A:o1 is undefined in Test",
    );
    world.set_variable("Currency", "Test", Some(text("EUR")));
    world.create_variable("Gateway", "Test", Some(Value::Secret));
    let plan = plan::promotion(&world.state, world.release("A")).unwrap();
    check(&world, &plan, "o in Test: introduced A:o1");
}

/// V4: a rollback warns of what comes up again, not of what goes on running.
#[test]
fn a_rollback_warns_of_variables_of_what_becomes_live() {
    let mut world = World::new();
    world.create_flow("o");
    world.edit_flow("o", body("o", "{{Lost}}"));
    world.ship("A", &["o"]);
    world.edit_flow("o", canvas("o"));
    world.ship("B", &["o"]);
    check(
        &world,
        &world.plan_rollback("B"),
        "o in Production: restored B:o2 -> A:o1
         o in Test: unaffected B:o2
         warning: Lost of A:o1 is undefined in Production",
    );
}

// Running -----------------------------------------------------------------------------------------

/// X1: without an environment, the default one is meant.
#[test]
fn running_without_an_environment_means_the_default_one() {
    let mut world = World::new();
    world.ship("A", &["o"]);
    world.build("B", &["o"]);
    let default = |world: &World| {
        let run = run(&world.state, world.flow("o"), None).unwrap();
        (run.deployment.environment, run.snapshot.number)
    };
    assert_eq!(default(&world), (world.environment("Production"), 1));
    world.make_default("Development");
    assert_eq!(default(&world), (world.environment("Development"), 2));
}

/// X2.
#[test]
fn running_resolves_to_the_live_snapshot_whichever_release_it_came_from() {
    let mut world = World::new();
    world.ship("A", &["o", "p"]);
    world.ship("B", &["o"]);
    assert_eq!(world.runs("Production", "o"), "o2");
    assert_eq!(world.runs("Production", "p"), "p1");
    world.create_flow("q");
    assert_eq!(world.runs("Production", "q"), "cannot be run");

    let nowhere = EnvironmentId::new(world.fresh());
    assert_eq!(
        refused(run(&world.state, world.flow("o"), Some(nowhere))),
        Refusal::NoSuchEnvironment(nowhere)
    );
}

/// X3.
#[test]
fn every_environment_but_the_last_asks_for_a_signed_in_user() {
    let mut world = World::new();
    world.ship("A", &["o"]);
    for (environment, signs_in) in [("Development", true), ("Test", true), ("Production", false)] {
        let at = world.environment(environment);
        assert_eq!(
            run(&world.state, world.flow("o"), Some(at))
                .unwrap()
                .signs_in,
            signs_in
        );
    }
}

/// X4: what the running page names comes with what it runs.
#[test]
fn a_run_names_its_version_release_and_environment() {
    let mut world = World::new();
    world.ship("A", &["o"]);
    let production = world.environment("Production");
    let run = run(&world.state, world.flow("o"), Some(production)).unwrap();
    assert_eq!(run.snapshot.id, world.snapshot("o1"));
    assert_eq!(run.deployment.release, world.release("A"));
    assert_eq!(run.deployment.environment, production);
}

// Who ---------------------------------------------------------------------------------------------

/// O1.
#[test]
fn standard_users_build_and_administrators_do_everything() {
    let mut world = World::new();
    world.build("A", &["o"]);
    world.by.role = Role::Standard;
    world.create_flow("p");
    world.edit_flow("p", canvas("P"));
    world.build("A", &["p"]);
    let refusal = Refusal::NotAllowed {
        role: Role::Standard,
        needs: Role::Administrator,
    };
    assert_eq!(refused(world.try_promote("A")), refusal);
    assert_eq!(refused(world.try_remove_flow("A", "o")), refusal);
    assert_eq!(refused(world.try_delete("A")), refusal);
    assert_eq!(refused(world.try_hold("A", "")), refusal);
    assert_eq!(refused(world.try_insert("Staging", "Test")), refusal);
    world.by.role = Role::Administrator;
    let promoted = world.promote("A");
    world.by.role = Role::Standard;
    assert_eq!(refused(world.try_roll_back("A")), refusal);
    assert_eq!(refused(world.try_undo(promoted)), refusal);
}

/// O1.
#[test]
fn a_viewer_only_sees() {
    let mut world = World::new();
    world.build("A", &["o"]);
    world.by.role = Role::Viewer;
    let refusal = Refusal::NotAllowed {
        role: Role::Viewer,
        needs: Role::Standard,
    };
    assert_eq!(refused(world.try_build("A", "o")), refusal);
    assert_eq!(world.runs("Development", "o"), "o1");
    // Looking is free: the plan is there for everyone.
    assert!(plan::promotion(&world.state, world.release("A")).is_ok());
}

/// O1: permission comes first, whatever else stands in the way.
#[test]
fn who_may_not_do_it_is_told_so_before_all_else() {
    let mut world = World::new();
    world.by.role = Role::Viewer;
    let release = ReleaseId::new(world.fresh());
    let command = Command::LiftHold { release };
    let context = Context {
        at: Timestamp::from_millis(0),
        by: world.by.clone(),
    };
    assert_eq!(
        decide(&world.state, &command, &context),
        Err(Refusal::NotAllowed {
            role: Role::Viewer,
            needs: Role::Administrator
        })
    );
}

/// U2: a stack is touched when a deployment joins or leaves it, an environment when one of its
/// stacks is.
#[test]
fn an_environment_was_last_touched_with_the_last_of_its_stacks() {
    let mut world = World::new();
    let last = |world: &World, text| world.state.last_touch_in(world.environment(text));
    assert_eq!(last(&world, "Test"), None);
    world.build("A", &["o"]);
    let promoted = world.promote("A");
    assert_eq!(last(&world, "Test"), Some(promoted));
    world.build("B", &["p"]);
    let built = world.state.position();
    assert_eq!(last(&world, "Test"), Some(promoted));
    assert_eq!(last(&world, "Development"), Some(built));
    let rolled_back = world.roll_back("A");
    assert_eq!(last(&world, "Test"), Some(rolled_back));
    world.edit_flow("o", canvas("Other"));
    assert_eq!(last(&world, "Test"), Some(rolled_back));
}

/// R9, H1: the reason of a step is kept with it; where nobody is asked for one, there is none.
#[test]
fn a_step_that_asks_for_a_reason_keeps_it() {
    let mut world = World::new();
    world.ship("A", &["o"]);
    let shown = world.plan_rollback("A");
    let why = "Totals are wrong";
    world.confirm_rollback("A", shown, why, false).unwrap();
    world.try_hold("A", "Audit").unwrap();
    world.try_lift("A").unwrap();
    world.try_delete("A").unwrap();
    let reasons: Vec<_> = world.history.iter().map(Event::reason).collect();
    let expected = [
        Some(note(why)),
        Some(note("Audit")),
        None,
        Some(Note::default()),
    ];
    let (before, after) = reasons.split_at(reasons.len() - expected.len());
    assert!(before.iter().all(Option::is_none));
    assert_eq!(after, expected.each_ref().map(Option::as_ref));
}
