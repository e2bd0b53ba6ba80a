//! Proves the worked cases of `docs/spec.md`, and each sentence of the product's page on rolling
//! back a release, as it stands there.
//!
//! Stacks are written bottom to top: `A:o1` is release A's deployment of snapshot 1 of flow o.

use flow_environments::domain::refusal::Refusal;

use crate::world::{World, check};

/// A with three flows, then B with newer versions of them, both promoted to Production.
fn two_releases_of_three_flows() -> World {
    let mut world = World::new();
    world.ship("A", &["o", "p", "q"]);
    world.ship("B", &["o", "p", "q"]);
    world
}

/// R2, R3, worked case 1: the page's first example.
#[test]
fn rolling_back_restores_the_versions_of_the_previous_release() {
    let mut world = two_releases_of_three_flows();
    assert_eq!(world.stack("Production", "o"), "A:o1 B:o2");
    assert_eq!(world.runs("Production", "o"), "o2");

    check(
        &world,
        &world.plan_rollback("B"),
        "o in Production: restored B:o2 -> A:o1
         o in Test: unaffected B:o2
         p in Production: restored B:p2 -> A:p1
         p in Test: unaffected B:p2
         q in Production: restored B:q2 -> A:q1
         q in Test: unaffected B:q2",
    );
    world.roll_back("B");

    assert_eq!(world.stack("Production", "o"), "A:o1");
    assert_eq!(world.stack("Production", "p"), "A:p1");
    assert_eq!(world.stack("Production", "q"), "A:q1");
    assert_eq!(world.place("B"), "Test");
    assert_eq!(world.runs("Production", "o"), "o1");
    assert_eq!(world.runs("Production", "p"), "p1");
    assert_eq!(world.runs("Production", "q"), "q1");
}

/// R2, X2, worked case 2: the page's second example.
#[test]
fn rolling_back_removes_flows_with_no_earlier_deployment() {
    let mut world = World::new();
    world.ship("A", &["o", "p", "q"]);

    check(
        &world,
        &world.plan_rollback("A"),
        "o in Production: removed A:o1
         o in Test: unaffected A:o1
         p in Production: removed A:p1
         p in Test: unaffected A:p1
         q in Production: removed A:q1
         q in Test: unaffected A:q1",
    );
    world.roll_back("A");

    assert_eq!(world.place("A"), "Test");
    for flow in ["o", "p", "q"] {
        assert_eq!(world.stack("Production", flow), "");
        assert_eq!(world.runs("Production", flow), "cannot be run");
    }
}

/// R2, worked case 3: restored and removed in one rollback.
#[test]
fn one_rollback_restores_one_flow_and_removes_another() {
    let mut world = World::new();
    world.ship("A", &["o"]);
    world.ship("B", &["o", "p"]);

    check(
        &world,
        &world.plan_rollback("B"),
        "o in Production: restored B:o2 -> A:o1
         o in Test: unaffected B:o2
         p in Production: removed B:p1
         p in Test: unaffected B:p1",
    );
    world.roll_back("B");

    assert_eq!(world.runs("Production", "o"), "o1");
    assert_eq!(world.runs("Production", "p"), "cannot be run");
}

fn three_releases_of_one_flow() -> World {
    let mut world = World::new();
    world.ship("A", &["o"]);
    world.ship("B", &["o"]);
    world.ship("C", &["o"]);
    world
}

/// R2, R4, worked case 4: a covered version is withdrawn from beneath, and never comes up again.
#[test]
fn rolling_back_a_covered_release_leaves_what_runs_unaffected() {
    let mut world = three_releases_of_one_flow();

    check(
        &world,
        &world.plan_rollback("B"),
        "o in Production: unaffected C:o3
         o in Test: replaced C:o3 -> B:o2
         warning: in Test, B:o2 over the newer C:o3",
    );
    world.roll_back("B");
    assert_eq!(world.stack("Production", "o"), "A:o1 C:o3");
    assert_eq!(world.runs("Production", "o"), "o3");

    world.roll_back("C");
    assert_eq!(world.stack("Production", "o"), "A:o1");
    assert_eq!(world.runs("Production", "o"), "o1");
}

/// R3, R4, worked case 5: twice back, and forward again.
#[test]
fn a_release_rolled_back_twice_can_be_promoted_again() {
    let mut world = World::new();
    world.ship("A", &["o"]);
    world.ship("B", &["o"]);

    world.roll_back("B");
    world.roll_back("B");
    assert_eq!(world.place("B"), "Development");
    assert_eq!(world.runs("Production", "o"), "o1");

    world.promote("B");
    world.promote("B");
    assert_eq!(world.stack("Production", "o"), "A:o1 B:o2");
}

/// R3, worked case 6: going back can put an older version over a newer one, and the plan says so.
#[test]
fn rolling_back_warns_of_an_older_version_over_a_newer_one_below() {
    let mut world = World::new();
    world.ship("A", &["o"]);
    world.ship("B", &["o"]);
    world.build("C", &["o"]);
    world.promote("C");
    assert_eq!(world.runs("Test", "o"), "o3");

    check(
        &world,
        &world.plan_rollback("B"),
        "o in Production: restored B:o2 -> A:o1
         o in Test: replaced C:o3 -> B:o2
         warning: in Test, B:o2 over the newer C:o3",
    );
    world.roll_back("B");
    assert_eq!(world.stack("Test", "o"), "A:o1 C:o3 B:o2");
    assert_eq!(world.runs("Test", "o"), "o2");
}

/// R3, E1, worked case 7: "previous" is the pipeline's order at the time of the rollback.
#[test]
fn rolling_back_goes_to_an_environment_inserted_meanwhile() {
    let mut world = World::new();
    world.ship("A", &["o"]);
    world.ship("B", &["o"]);
    world.try_insert("Staging", "Test").unwrap();

    world.roll_back("B");
    assert_eq!(world.place("B"), "Staging");
    assert_eq!(world.stack("Staging", "o"), "B:o2");
    assert_eq!(world.stack("Production", "o"), "A:o1");
}

/// U1, worked case 8.
#[test]
fn undoing_a_rollback_puts_the_version_back_beneath() {
    let mut world = three_releases_of_one_flow();
    let of_b = world.roll_back("B");
    world.undo(of_b);
    assert_eq!(world.stack("Production", "o"), "A:o1 B:o2 C:o3");
    assert_eq!(world.place("B"), "Production");
}

/// U2, worked case 8: once C is rolled back as well, B's rollback cannot be undone, and C's is named.
#[test]
fn undoing_a_rollback_is_refused_after_a_later_one_in_the_same_stack() {
    let mut world = three_releases_of_one_flow();
    let of_b = world.roll_back("B");
    let of_c = world.roll_back("C");
    let refusal = world.try_undo(of_b).unwrap_err();
    assert_eq!(
        refusal,
        Refusal::ChangedSince {
            undo: of_b,
            by: of_c
        }
    );
}

// The page, sentence by sentence ------------------------------------------------------------------

/// R2, R3: "redeploys the previous snapshot versions of any flows in the release to the environment,
/// while simultaneously removing the current snapshot version of any flows in the release, rolling
/// them back to the previous environment".
#[test]
fn one_step_redeploys_what_was_before_and_takes_the_release_back() {
    let mut world = two_releases_of_three_flows();
    let steps = world.history.len();
    world.roll_back("B");
    assert_eq!(world.history.len(), steps + 1);
    for flow in ["o", "p", "q"] {
        assert_eq!(world.stack("Production", flow), format!("A:{flow}1"));
        assert_eq!(world.stack("Test", flow), format!("A:{flow}1 B:{flow}2"));
    }
    assert_eq!(world.content("B"), "o2 p2 q2");
}

/// R2, X2: "when a flow is run, the latest version from the previous release is used".
#[test]
fn running_uses_the_latest_version_of_the_previous_release() {
    let mut world = World::new();
    // Two builds into A: its latest version of o is the second.
    world.build("A", &["o", "o"]);
    world.promote("A");
    world.promote("A");
    world.ship("B", &["o"]);
    assert_eq!(world.runs("Production", "o"), "o3");
    world.roll_back("B");
    assert_eq!(world.runs("Production", "o"), "o2");
}

/// R2: "users are no longer able to run the flow, until a version of the flow is once again promoted
/// to that environment": by the same release or by another.
#[test]
fn a_removed_flow_runs_again_once_a_version_is_promoted_there() {
    let mut world = World::new();
    world.ship("A", &["o"]);
    world.roll_back("A");
    assert_eq!(world.runs("Production", "o"), "cannot be run");
    world.promote("A");
    assert_eq!(world.runs("Production", "o"), "o1");

    world.roll_back("A");
    world.ship("B", &["o"]);
    assert_eq!(world.runs("Production", "o"), "o2");
}

/// R3: "the release is removed from the environment, and deployed back to the previous environment".
#[test]
fn the_release_is_in_the_previous_environment_only() {
    let mut world = two_releases_of_three_flows();
    world.roll_back("B");
    let release = world.release("B");
    let places: Vec<&str> = world
        .state
        .pipeline()
        .iter()
        .filter(|environment| {
            world
                .state
                .releases_in(environment.id)
                .any(|inside| inside.id == release)
        })
        .map(|environment| environment.name().as_str())
        .collect();
    assert_eq!(places, ["Test"]);
    let production = world.environment("Production");
    assert_eq!(
        world
            .state
            .standing(release)
            .in_environment(production)
            .count(),
        0
    );
    assert_eq!(
        world
            .state
            .standing(release)
            .in_environment(world.environment("Test"))
            .count(),
        3
    );
}

/// R2: "any flow not previously deployed to the environment cannot be run", and the others can.
#[test]
fn only_the_flows_never_deployed_before_cannot_be_run() {
    let mut world = World::new();
    world.ship("A", &["o", "p"]);
    world.ship("B", &["p", "q"]);
    world.roll_back("B");
    assert_eq!(world.runs("Production", "o"), "o1");
    assert_eq!(world.runs("Production", "p"), "p1");
    assert_eq!(world.runs("Production", "q"), "cannot be run");
}
