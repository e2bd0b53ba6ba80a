//! Proves that the state takes in no event that cannot have followed. No command decides one; a
//! journal that was damaged or forged can hold one, and must be found out instead of being shown.

use flow_environments::domain::actor::{Context, Timestamp};
use flow_environments::domain::edit::{ContentChange, Edit, Layer};
use flow_environments::domain::event::Event;
use flow_environments::domain::flow::Canvas;
use flow_environments::domain::id::{
    EnvironmentId, FlowId, Position, ReleaseId, SnapshotId, TenantId,
};
use flow_environments::domain::pipeline::{Environment, Pipeline};
use flow_environments::domain::release::{Arrival, Content, Hold, Place, Release};
use flow_environments::domain::state::{Misfit, State};
use flow_environments::domain::text::Note;
use serde_json::{Value, json};

use crate::world::{World, canvas, name, note, settings, uuid, variable};

const NOWHERE: EnvironmentId = EnvironmentId::new(uuid(1 << 100));
const NO_FLOW: FlowId = FlowId::new(uuid(2 << 100));
const NO_RELEASE: ReleaseId = ReleaseId::new(uuid(3 << 100));
const NO_SNAPSHOT: SnapshotId = SnapshotId::new(uuid(4 << 100));

fn context(world: &World) -> Context {
    world.state.moment(Position::FIRST).unwrap().clone()
}

#[track_caller]
fn check(world: &World, event: &Event, expected: Misfit) {
    let applied = world.state.clone().apply(event, context(world));
    assert_eq!(applied, Err(expected), "{event:?}");
}

/// Checks an edit of some event; each kind of event takes its edits in alike.
#[track_caller]
fn check_edit(world: &World, edit: Edit, expected: Misfit) {
    let undone = Event::Undone {
        undid: Position::FIRST,
        edits: vec![edit],
    };
    check(world, &undone, expected);
}

/// A is in Production and has left o and p on the way; B with a newer o is in Test; C is deleted.
fn world() -> World {
    let mut world = World::new();
    world.ship("A", &["o", "p"]);
    world.build("B", &["o"]);
    world.promote("B");
    world.build("C", &["p"]);
    world.try_delete("C").unwrap();
    world
}

fn release(world: &World, text: &str) -> Release {
    world.state.release(world.release(text)).unwrap().clone()
}

fn layer(world: &World, release: &str, environment: &str, flow: &str) -> Layer {
    let standing = world.state.standing(world.release(release));
    let (environment, flow) = (world.environment(environment), world.flow(flow));
    standing.at(environment, flow).unwrap()
}

#[test]
fn a_tenant_begins_once_with_environments_that_can_be_told_apart() {
    let world = World::new();
    let environment = |number, text| Environment {
        id: EnvironmentId::new(uuid(number)),
        settings: settings(text),
    };
    let begin = |pipeline| {
        let tenant = TenantId::new(uuid(9));
        let begun = Event::TenantBegun { tenant, pipeline };
        State::begin(&begun, context(&world)).map(|_| ())
    };
    let of = |second| Pipeline::new(environment(1, "A"), vec![second], environment(3, "C"));
    assert_eq!(begin(of(environment(2, "B"))), Ok(()));
    for twice in [
        environment(1, "B"),
        environment(3, "B"),
        environment(2, "a"),
    ] {
        assert_eq!(begin(of(twice)), Err(Misfit::Contradiction));
    }
    let json = serde_json::to_string(&of(environment(2, "B"))).unwrap();
    let default = format!("\"default\":\"{}\"", uuid(3));
    let elsewhere = json.replace(&default, &format!("\"default\":\"{}\"", uuid(4)));
    let no_default: Pipeline = serde_json::from_str(&elsewhere).unwrap();
    assert_eq!(begin(no_default), Err(Misfit::Contradiction));

    check(&world, &world.history[0], Misfit::OutOfOrder);
    let lifted = Event::HoldLifted {
        release: NO_RELEASE,
        edits: Vec::new(),
    };
    let applied = State::begin(&lifted, context(&world)).map(|_| ());
    assert_eq!(applied, Err(Misfit::OutOfOrder));
}

#[test]
fn flows_and_snapshots_come_once_and_in_turn() {
    let world = world();
    let (o, p) = (world.flow("o"), world.flow("p"));
    let created = |flow, text| Event::FlowCreated {
        flow,
        name: name(text),
        canvas: canvas(text),
    };
    check(&world, &created(o, "q"), Misfit::Taken);
    check(&world, &created(NO_FLOW, "O"), Misfit::Taken);
    let edited = |flow, text| Event::FlowEdited {
        flow,
        name: name(text),
        canvas: canvas(text),
    };
    check(&world, &edited(NO_FLOW, "q"), Misfit::Missing);
    check(&world, &edited(p, "O"), Misfit::Taken);

    let built = |snapshot, flow, number| Event::Built {
        snapshot,
        flow,
        number,
        notes: Note::default(),
        canvas: canvas("o"),
        release: world.release("B"),
        reset_from: None,
        edits: Vec::new(),
    };
    check(&world, &built(world.snapshot("o1"), o, 3), Misfit::Taken);
    check(&world, &built(NO_SNAPSHOT, NO_FLOW, 1), Misfit::Missing);
    check(&world, &built(NO_SNAPSHOT, o, 2), Misfit::Contradiction);
    check(&world, &built(NO_SNAPSHOT, o, 4), Misfit::Contradiction);
}

#[test]
fn environments_stay_apart_and_go_when_they_are_empty() {
    let world = world();
    let inserted = |after, id, text| Event::EnvironmentInserted {
        after,
        environment: Environment {
            id,
            settings: settings(text),
        },
    };
    let [development, test, production] =
        ["Development", "Test", "Production"].map(|text| world.environment(text));
    check(&world, &inserted(NOWHERE, NOWHERE, "New"), Misfit::Missing);
    check(
        &world,
        &inserted(production, NOWHERE, "New"),
        Misfit::Missing,
    );
    check(&world, &inserted(development, test, "New"), Misfit::Taken);
    check(
        &world,
        &inserted(development, NOWHERE, "TEST"),
        Misfit::Taken,
    );

    let changed = |environment, text| Event::EnvironmentChanged {
        environment,
        settings: settings(text),
        default: false,
    };
    check(&world, &changed(NOWHERE, "New"), Misfit::Missing);
    check(&world, &changed(test, "production"), Misfit::Taken);

    let removed = |environment| Event::EnvironmentRemoved {
        environment,
        name: name("Gone"),
        edits: Vec::new(),
    };
    check(&world, &removed(NOWHERE), Misfit::Missing);

    // A release without a flow is in Staging, then only a deployment is, then neither.
    let mut world = World::of(&["Development", "Staging", "Test", "Production"]);
    world.build("A", &["o"]);
    world.promote("A");
    let staging = world.environment("Staging");
    world.try_remove_flow("A", "o").unwrap();
    assert_eq!(world.stack("Staging", "o"), "");
    check(&world, &removed(staging), Misfit::Contradiction);
    world.build("B", &["o"]);
    world.promote("B");
    world.promote("B");
    world.try_delete("A").unwrap();
    assert_eq!(world.stack("Staging", "o"), "B:o2");
    check(&world, &removed(staging), Misfit::Contradiction);
    world.try_delete("B").unwrap();
    world.make_default("Staging");
    check(&world, &removed(staging), Misfit::Taken);
    world.make_default("Production");
    check(
        &world,
        &removed(world.environment("Production")),
        Misfit::Missing,
    );
    let applied = world
        .state
        .clone()
        .apply(&removed(staging), context(&world));
    assert_eq!(applied, Ok(()));
}

#[test]
fn variables_come_once_and_have_values_only_in_environments() {
    let mut world = world();
    world.create_variable("Known", "Test", None);
    let test = world.environment("Test");
    let created = |text, environment| Event::VariableCreated {
        variable: variable(text),
        environment,
        value: None,
    };
    check(&world, &created("Known", test), Misfit::Taken);
    check(&world, &created("New", NOWHERE), Misfit::Missing);
    let set = |text, environment| Event::VariableSet {
        variable: variable(text),
        environment,
        value: None,
    };
    check(&world, &set("New", test), Misfit::Missing);
    check(&world, &set("Known", NOWHERE), Misfit::Missing);
    let deleted = Event::VariableDeleted {
        variable: variable("New"),
    };
    check(&world, &deleted, Misfit::Missing);
}

#[test]
fn only_what_stands_in_a_stack_leaves_it() {
    let world = world();
    let (a, b, production) = (
        world.release("A"),
        world.release("B"),
        world.environment("Production"),
    );
    let withdrawal = |environment, release, withdrawn| Edit::Stacks {
        environment,
        release,
        withdrawn: vec![withdrawn],
        deployed: Vec::new(),
    };
    let stands = layer(&world, "A", "Production", "o");
    let check = |environment, release, layer, expected| {
        check_edit(&world, withdrawal(environment, release, layer), expected);
    };
    check(NOWHERE, a, stands, Misfit::Missing);
    check(production, NO_RELEASE, stands, Misfit::Missing);
    check(production, b, stands, Misfit::Contradiction);
    let (snapshot, flow, position) = (world.snapshot("o2"), world.flow("p"), Position::FIRST);
    for other in [
        Layer { snapshot, ..stands },
        Layer { flow, ..stands },
        Layer { position, ..stands },
    ] {
        check(production, a, other, Misfit::Contradiction);
    }
}

/// B2.
#[test]
fn what_joins_a_stack_is_of_that_flow_and_finds_its_height_free() {
    let world = world();
    let (b, production) = (world.release("B"), world.environment("Production"));
    let new = Layer {
        flow: world.flow("o"),
        snapshot: world.snapshot("o2"),
        position: world.state.position().next(),
    };
    let deployment = |environment, release, deployed| Edit::Stacks {
        environment,
        release,
        withdrawn: Vec::new(),
        deployed: vec![deployed],
    };
    let check = |environment, release, layer, expected| {
        check_edit(&world, deployment(environment, release, layer), expected);
    };
    check(NOWHERE, b, new, Misfit::Missing);
    check(production, NO_RELEASE, new, Misfit::Missing);
    check(production, world.release("C"), new, Misfit::Missing);
    let (flow, snapshot) = (NO_FLOW, NO_SNAPSHOT);
    check(production, b, Layer { flow, ..new }, Misfit::Missing);
    check(production, b, Layer { snapshot, ..new }, Misfit::Missing);
    let snapshot = world.snapshot("p1");
    check(production, b, Layer { snapshot, ..new }, Misfit::Missing);
    let position = layer(&world, "A", "Production", "o").position;
    let taken = Layer { position, ..new };
    check(production, b, taken, Misfit::Contradiction);
    // The release stands there already, at another height.
    check(world.environment("Test"), b, new, Misfit::Taken);
    check(production, world.release("A"), new, Misfit::Taken);
}

#[test]
fn a_release_was_what_it_is_said_to_have_been() {
    let world = world();
    let (id, gone) = (world.release("B"), world.release("C"));
    let is = release(&world, "B");
    let there = |environment| Place {
        environment,
        since: Position::FIRST,
        arrival: Arrival::Build,
    };
    let (test, other) = (world.environment("Test"), world.environment("Production"));
    let place = |release, was: &Place, environment| Edit::Place {
        release,
        was: was.clone(),
        now: there(environment),
    };
    check_edit(&world, place(id, &is.place, NOWHERE), Misfit::Missing);
    check_edit(&world, place(gone, &is.place, test), Misfit::Missing);
    check_edit(
        &world,
        place(id, &there(other), test),
        Misfit::Contradiction,
    );

    let o1 = Some(world.snapshot("o1"));
    let o2 = Some(world.snapshot("o2"));
    let content = |release, was, now| Edit::Content {
        release,
        changes: vec![ContentChange {
            flow: world.flow("o"),
            was,
            now,
        }],
    };
    check_edit(&world, content(gone, o2, o1), Misfit::Missing);
    // What a release holds was built, of that flow.
    let (unbuilt, p1) = (SnapshotId::new(uuid(0)), world.snapshot("p1"));
    check_edit(&world, content(id, o2, Some(unbuilt)), Misfit::Missing);
    check_edit(&world, content(id, o2, Some(p1)), Misfit::Missing);
    check_edit(&world, content(id, None, o1), Misfit::Contradiction);
    check_edit(&world, content(id, o1, None), Misfit::Contradiction);

    let late = Some(Hold {
        since: Position::FIRST,
        reason: note("Totals are wrong"),
    });
    let hold = |release, was| Edit::Hold {
        release,
        was,
        now: late.clone(),
    };
    check_edit(&world, hold(gone, None), Misfit::Missing);
    check_edit(&world, hold(id, late.clone()), Misfit::Contradiction);
}

#[test]
fn releases_come_and_go_as_they_are() {
    let world = world();
    let is = release(&world, "B");
    let created = |id, text, environment| Edit::Created {
        release: Release {
            id,
            name: name(text),
            place: Place {
                environment,
                ..is.place.clone()
            },
            ..is.clone()
        },
    };
    let (test, gone) = (world.environment("Test"), world.release("C"));
    check_edit(&world, created(is.id, "D", test), Misfit::Taken);
    check_edit(&world, created(NO_RELEASE, "b", test), Misfit::Taken);
    check_edit(&world, created(gone, "b", test), Misfit::Taken);
    check_edit(&world, created(NO_RELEASE, "D", NOWHERE), Misfit::Missing);
    let content = Content::from_iter([(world.flow("p"), world.snapshot("o1"))]);
    let of_another = Release {
        id: NO_RELEASE,
        name: name("D"),
        content,
        ..is.clone()
    };
    let edit = Edit::Created {
        release: of_another,
    };
    check_edit(&world, edit, Misfit::Missing);

    let hold = Some(Hold {
        since: Position::FIRST,
        reason: Note::default(),
    });
    let another = Release { hold, ..is.clone() };
    check_edit(
        &world,
        Edit::Deleted { release: another },
        Misfit::Contradiction,
    );
    // D2: not while it stands anywhere.
    let release = is.clone();
    check_edit(&world, Edit::Deleted { release }, Misfit::Contradiction);
    let id = NO_RELEASE;
    let unknown = Release { id, ..is };
    check_edit(&world, Edit::Deleted { release: unknown }, Misfit::Missing);
}

/// B2, E3: a state that was written down and is another now is not read where no journal leads to it.
#[test]
fn a_written_stack_is_read_only_as_it_can_have_grown() {
    let mut world = World::new();
    world.build("A", &["o"]);
    world.build("B", &["o"]);
    let mut text = String::new();
    world.state.write(&mut text);
    let read = |text: &str| State::read(&mut text.lines());
    assert_eq!(read(&text), Some(world.state.clone()));

    // The flow's stacks: one, with two layers. An environment that there was is named, too.
    let lines: Vec<&str> = text.lines().collect();
    let line = lines[lines.len() - 2];
    let is: Value = serde_json::from_str(line).unwrap();
    let there: Vec<EnvironmentId> = world.state.pipeline().iter().map(|it| it.id).collect();
    let and_then: Vec<EnvironmentId> = there.iter().copied().chain([NOWHERE]).collect();
    let former = there.len();
    let written = |ids: &[EnvironmentId]| serde_json::to_string(ids).unwrap();
    let text = text.replace(&written(&there), &written(&and_then));
    let with = |change: &dyn Fn(&mut Value)| {
        let mut changed = is.clone();
        change(&mut changed);
        read(&text.replace(line, &changed.to_string()))
    };
    let layers = |stacks: &mut Value, change: &dyn Fn(&mut Vec<Value>)| {
        change(stacks[0][2].as_array_mut().unwrap());
    };
    let stack_in = |environment: usize, layers: &Value| json!([environment, is[0][1], layers]);
    assert_eq!(with(&|_| {}), Some(world.state.clone()));
    let falling = with(&|stacks| layers(stacks, &|layers| layers.reverse()));
    assert_eq!(falling, None);
    let level = with(&|stacks| layers(stacks, &|layers| layers[1][0] = layers[0][0].clone()));
    assert_eq!(level, None);
    let of_none = with(&|stacks| layers(stacks, &|layers| layers[1][1] = json!(2)));
    assert_eq!(of_none, None);
    let unbuilt = with(&|stacks| layers(stacks, &|layers| layers[1][2] = json!(3)));
    assert_eq!(unbuilt, None);
    for elsewhere in [former, former + 1] {
        assert_eq!(with(&|stacks| stacks[0][0] = json!(elsewhere)), None);
    }
    let more = |environment, layers: &Value| {
        with(&|stacks| {
            let stacks = stacks.as_array_mut().unwrap();
            stacks.push(stack_in(environment, layers));
        })
    };
    assert_eq!(more(0, &json!([])), None);
    assert_eq!(more(former, &is[0][2]), None);
    // E3: only one that there was may have a stack without layers.
    for elsewhere in [former, former + 1] {
        assert_eq!(more(elsewhere, &json!([])), None);
    }
    let left = text.replacen(
        "\n{}\n",
        &format!("\n{}\n", json!({ NOWHERE.to_string(): "Left" })),
        1,
    );
    let mut stacks = is.clone();
    stacks
        .as_array_mut()
        .unwrap()
        .push(stack_in(former, &json!([])));
    let read = read(&left.replace(line, &stacks.to_string())).unwrap();
    let mut again = String::new();
    read.write(&mut again);
    assert_eq!(State::read(&mut again.lines()), Some(read));
    let read = |text: &str| State::read(&mut text.lines());
    // What is the same as before is not written again.
    let flow = world.state.flows().next().unwrap();
    let line = |canvas: Option<&Canvas>| {
        let line = serde_json::to_string(&json!([flow.name, 2, canvas])).unwrap();
        line.replacen('[', ",", 1)
    };
    assert!(text.contains(&line(None)));
    assert_eq!(
        read(&text.replace(&line(None), &line(Some(&flow.canvas)))),
        None
    );
}

/// A clock may say anything, and may be set back: each moment is written down as what it was.
#[test]
fn every_moment_is_read_as_it_was_written() {
    let mut world = World::new();
    let flow = world.create_flow("o");
    let mut state = world.state.clone();
    let clock = [
        5,
        3,
        0,
        u64::MAX,
        1,
        1,
        1 << 63,
        u64::MAX - 1,
        1_790_000_000_000,
    ];
    let begin = state.position().next().get();
    let moments = (begin..)
        .map(Position::new)
        .zip(clock.map(Timestamp::from_millis));
    for (_, at) in moments.clone() {
        let edited = Event::FlowEdited {
            flow,
            name: name("o"),
            canvas: canvas(&at.as_millis().to_string()),
        };
        let Context { by, .. } = context(&world);
        state.apply(&edited, Context { at, by }).unwrap();
    }
    let mut text = String::new();
    state.write(&mut text);
    let read = State::read(&mut text.lines()).unwrap();
    for (position, at) in moments {
        assert_eq!(read.moment(position).unwrap().at, at);
    }
    assert_eq!(read, state);
}

/// An id is written down in one way, in short; and one that is read is never another one.
#[test]
fn an_id_in_short_is_read_as_it_was_written() {
    let mut world = World::new();
    world.build("A", &["o"]);
    let mut text = String::new();
    world.state.write(&mut text);
    let read = |text: &str| State::read(&mut text.lines());
    let at = text.find("\"A\"").unwrap() - 1 - "0123456789012345678901\"".len();
    let short = &text[at..at + 22];
    let id = world.release("A");
    let changed = |to: &str| text.replace(short, to);
    assert_eq!(read(&text), Some(world.state.clone()));
    // As the version before wrote it.
    assert_eq!(read(&changed(&id.to_string())), Some(world.state.clone()));
    let (begin, last) = short.split_at(21);
    let first = &short[1..];
    for other in [
        format!("{begin}{}", char::from(last.as_bytes()[0] + 1)),
        format!("{begin}="),
        format!("{begin}+"),
        format!("{begin}/"),
        format!("{begin}é"),
        format!(" {first}"),
        begin.to_owned(),
        format!("{short}="),
        format!("{short}A"),
        String::new(),
    ] {
        assert_eq!(read(&changed(&other)), None, "{other}");
    }
    let another = read(&changed(&format!("B{first}"))).unwrap();
    assert_eq!(another.release(id), None);
}

/// A state that was written down says of each thing once what it is, and of no more things than entries can
/// have brought.
#[test]
fn what_a_release_holds_is_read_only_as_it_was_built() {
    let mut world = World::new();
    world.build("A", &["o"]);
    let mut text = String::new();
    world.state.write(&mut text);
    let read = |text: &str| State::read(&mut text.lines());
    let held = "\"build\",[[0,1]],null";
    assert!(text.contains(held), "{text}");
    for other in ["[[0,2]]", "[[0,0]]", "[[1,1]]", "[[0,1],[0,1]]"] {
        let other = format!("\"build\",{other},null");
        assert_eq!(read(&text.replace(held, &other)), None, "{other}");
    }
    for from in [
        r#"{"promotion":3}"#,
        r#"{"reset":3}"#,
        r#"{"rollback":[3,""]}"#,
    ] {
        assert_eq!(read(&text.replace("\"build\"", from)), None, "{from}");
    }
    assert!(text.contains("\n[1,1]\n"), "flows and snapshots: {text}");
    for counted in [
        "[1,2]",
        "[1,0]",
        "[0,1]",
        "[9,1]",
        "[1,18446744073709551615]",
    ] {
        let counted = format!("\n{counted}\n");
        assert_eq!(
            read(&text.replace("\n[1,1]\n", &counted)),
            None,
            "{counted}"
        );
    }
}
