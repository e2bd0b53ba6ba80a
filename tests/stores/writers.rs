//! Ten writers at once, each in a thread of its own, with a hundred entries each.

use std::rc::Rc;
use std::thread;
use std::time::Instant;

use flow_environments::domain::id::Position;
use flow_environments::journal::entry::{Entry, EntryId, Hash};
use pollster::block_on;
use xtask::stores::Kind;

use crate::places::{Place, fresh};
use crate::world::{FOUNDED, context, create_flow, opened, read, state};

const WRITERS: u64 = 10;
const EACH: u64 = 100;

#[test]
fn ten_writers_lose_nothing_in_a_webdav_folder() {
    ten_writers_lose_nothing(Kind::Webdav);
}

#[test]
fn ten_writers_lose_nothing_in_plain_files() {
    ten_writers_lose_nothing(Kind::Plain);
}

#[test]
fn ten_writers_lose_nothing_in_kinto() {
    ten_writers_lose_nothing(Kind::Kinto);
}

fn ten_writers_lose_nothing(kind: Kind) {
    let place = fresh(kind);
    block_on(opened(Rc::new(place.backend())));
    let began = Instant::now();
    let acknowledged: Vec<(Position, EntryId)> = thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let place = place.clone();
                scope.spawn(move || block_on(write(&place, writer)))
            })
            .collect();
        let written = writers.into_iter().map(|it| it.join().expect("it is done"));
        written.flatten().collect()
    });
    let seconds = began.elapsed().as_secs_f64();

    // Everything that was acknowledged is there, at its position, in one sound chain.
    assert_eq!(acknowledged.len() as u64, WRITERS * EACH);
    let texts = block_on(read(Rc::new(place.backend()), Position::FIRST)).expect("it can be read");
    assert_eq!(texts.len() as u64, FOUNDED.get() + WRITERS * EACH);
    let (mut position, mut previous) = (Position::FIRST, None);
    let mut recorded = Vec::new();
    for text in &texts {
        let parsed = Entry::parse(text, position, previous).expect("the chain is sound");
        recorded.push((position, parsed.entry.id));
        (position, previous) = (position.next(), Some(Hash::of(text)));
    }
    for one in &acknowledged {
        assert!(recorded.contains(one), "{one:?} is lost");
    }
    eprintln!(
        "{kind:?}: {} acknowledged, {} in the journal with the {} it was founded with, in {seconds:.1} s",
        acknowledged.len(),
        texts.len(),
        FOUNDED.get(),
    );
}

async fn write(place: &Place, writer: u64) -> Vec<(Position, EntryId)> {
    let session = opened(Rc::new(place.backend())).await;
    let mut written = Vec::new();
    for round in 0..EACH {
        let command = create_flow(&format!("Flow {writer} {round}"));
        let entry = session.submit(&command, &context()).await;
        let entry = entry.expect("it is recorded");
        written.push((entry.position, entry.id));
    }
    session.follow().await.expect("the journal is sound");
    let again = opened(Rc::new(place.backend())).await;
    session.follow().await.expect("the journal is sound");
    assert!(again.position() <= session.position());
    if again.position() == session.position() {
        assert_eq!(state(&again), state(&session));
    }
    written
}
