//! What every backend promises, and what a session makes of that: run for each backend there is.
//!
//! A test is handed handles on one journal, which is empty at first. Each handle is used as if it
//! were another page's.

use std::rc::Rc;

use flow_environments::domain::id::Position;
use flow_environments::domain::refusal::Refusal;
use flow_environments::journal::backend::{Backend, BackendError};
use flow_environments::journal::checkpoint::Checkpoint;
use flow_environments::journal::entry::{Entry, Hash};
use flow_environments::journal::session::{Failure, Session};

use crate::world::{
    FOUNDED, context, create_flow, founding, opened, promote, read, sealed, state, texts, together,
};

pub(crate) type Handle<'a> = &'a dyn Fn() -> Rc<dyn Backend>;

/// Passes the names of all promises on to a macro.
macro_rules! promises {
    ($pass_on:ident) => {
        $pass_on! {
            an_empty_journal_holds_nothing,
            entries_are_read_to_the_letter,
            a_position_is_taken_once,
            of_ten_who_race_for_a_position_one_gets_it,
            an_empty_journal_is_founded_once,
            of_two_who_found_a_journal_one_does,
            every_entry_names_the_one_before_it,
            two_writers_in_turns_lose_nothing,
            ten_writers_at_once_lose_nothing,
            a_session_can_be_given_ten_commands_at_once,
            a_stale_plan_is_refused_and_not_recorded,
            a_reopened_journal_gives_the_same_state,
            the_newest_checkpoint_is_read_first,
            a_journal_opens_the_same_with_any_checkpoint,
        }
    };
}
pub(crate) use promises;

pub(crate) async fn an_empty_journal_holds_nothing(handle: Handle<'_>) {
    assert_eq!(read(handle(), Position::FIRST).await, Ok(vec![]));
    assert_eq!(read(handle(), Position::new(7)).await, Ok(vec![]));
}

pub(crate) async fn entries_are_read_to_the_letter(handle: Handle<'_>) {
    let entries = sealed(founding());
    for entry in &entries {
        let appended = handle().append(entry.entry.position, &entry.text).await;
        assert_eq!(appended, Ok(()));
    }
    let texts = texts(&entries);
    assert_eq!(read(handle(), Position::FIRST).await, Ok(texts.clone()));
    let later = read(handle(), Position::new(2)).await;
    assert_eq!(later, Ok(texts[1..].to_vec()));
    assert_eq!(read(handle(), Position::new(4)).await, Ok(vec![]));
}

pub(crate) async fn a_position_is_taken_once(handle: Handle<'_>) {
    let one = &sealed(founding())[0].text;
    let other = &sealed(founding())[0].text;
    assert_ne!(one, other);
    let (mine, yours) = (handle(), handle());
    assert_eq!(mine.append(Position::FIRST, one).await, Ok(()));
    let taken = Err(BackendError::Taken);
    assert_eq!(yours.append(Position::FIRST, other).await, taken);
    assert_eq!(mine.append(Position::FIRST, other).await, taken);
    assert_eq!(mine.append(Position::FIRST, one).await, taken);
    assert_eq!(read(yours, Position::FIRST).await, Ok(vec![one.clone()]));
}

pub(crate) async fn of_ten_who_race_for_a_position_one_gets_it(handle: Handle<'_>) {
    let texts: Vec<String> = (0..10)
        .map(|_| sealed(founding())[0].text.clone())
        .collect();
    let answers = together(texts.iter().map(|text| {
        let backend = handle();
        async move { backend.append(Position::FIRST, text).await }
    }))
    .await;
    let winners: Vec<usize> = (0..10).filter(|n| answers[*n].is_ok()).collect();
    assert_eq!(winners.len(), 1, "{answers:?}");
    let losers = answers.iter().filter(|it| **it == Err(BackendError::Taken));
    assert_eq!(losers.count(), 9, "{answers:?}");
    let kept = read(handle(), Position::FIRST).await;
    assert_eq!(kept, Ok(vec![texts[winners[0]].clone()]));
}

pub(crate) async fn an_empty_journal_is_founded_once(handle: Handle<'_>) {
    let first = opened(handle()).await;
    assert_eq!(first.position(), FOUNDED);
    let kept = read(handle(), Position::FIRST).await;
    let second = opened(handle()).await;
    assert_eq!(state(&first), state(&second));
    assert_eq!(read(handle(), Position::FIRST).await, kept);
}

pub(crate) async fn of_two_who_found_a_journal_one_does(handle: Handle<'_>) {
    let sessions = together([opened(handle()), opened(handle())]).await;
    for session in &sessions {
        session.follow().await.expect("the journal is sound");
        assert_eq!(session.position(), FOUNDED);
    }
    assert_eq!(state(&sessions[0]), state(&sessions[1]));
    let ids = |n: usize| sessions[n].with_entries(|all| all.iter().map(|it| it.id).collect());
    let (one, other): (Vec<_>, Vec<_>) = (ids(0), ids(1));
    assert_eq!(one, other);
}

pub(crate) async fn every_entry_names_the_one_before_it(handle: Handle<'_>) {
    let session = opened(handle()).await;
    let command = create_flow("Refunds");
    let entry = session.submit(&command, &context()).await;
    assert_eq!(entry.map(|entry| entry.position), Ok(FOUNDED.next()));
    let texts = read(handle(), Position::FIRST).await.expect("it is there");
    let mut position = Position::FIRST;
    let mut previous = None;
    for text in &texts {
        let parsed = Entry::parse(text, position, previous).expect("the chain is sound");
        assert_eq!(
            Some(parsed.entry),
            session.entry(position).as_deref().cloned()
        );
        position = position.next();
        previous = Some(Hash::of(text));
    }
    assert_eq!(position, FOUNDED.next().next());
}

pub(crate) async fn two_writers_in_turns_lose_nothing(handle: Handle<'_>) {
    let mine = opened(handle()).await;
    let yours = opened(handle()).await;
    for round in 0..3 {
        for (session, who) in [(&mine, "mine"), (&yours, "yours")] {
            let command = create_flow(&format!("{who} {round}"));
            session
                .submit(&command, &context())
                .await
                .expect("it is recorded");
        }
    }
    assert_eq!(mine.follow().await, Ok(true));
    assert_eq!(yours.follow().await, Ok(false));
    assert_eq!(state(&mine), state(&yours));
    assert_eq!(mine.position(), Position::new(FOUNDED.get() + 6));
}

pub(crate) async fn ten_writers_at_once_lose_nothing(handle: Handle<'_>) {
    let mut sessions = Vec::new();
    for _ in 0..10 {
        sessions.push(opened(handle()).await);
    }
    let recorded = together(sessions.iter().enumerate().map(|(n, session)| async move {
        let mut entries = Vec::new();
        for round in 0..3 {
            let command = create_flow(&format!("Flow {n} {round}"));
            entries.push(session.submit(&command, &context()).await);
        }
        entries
    }))
    .await;
    let reopened = opened(handle()).await;
    assert_eq!(reopened.position(), Position::new(FOUNDED.get() + 30));
    for entry in recorded.into_iter().flatten() {
        let entry = entry.expect("it is recorded");
        assert_eq!(reopened.entry(entry.position), Some(entry));
    }
    for session in &sessions {
        session.follow().await.expect("the journal is sound");
        assert_eq!(state(session), state(&reopened));
    }
}

pub(crate) async fn a_session_can_be_given_ten_commands_at_once(handle: Handle<'_>) {
    let session = opened(handle()).await;
    let recorded = together((0..10).map(|n| {
        let session = &session;
        async move {
            let command = create_flow(&format!("Flow {n}"));
            let entry = session.submit(&command, &context()).await;
            session.follow().await.expect("the journal is sound");
            entry
        }
    }))
    .await;
    for entry in recorded {
        let entry = entry.expect("it is recorded");
        assert_eq!(session.entry(entry.position), Some(entry));
    }
    assert_eq!(session.position(), Position::new(FOUNDED.get() + 10));
    assert_eq!(state(&session), state(&opened(handle()).await));
}

pub(crate) async fn a_stale_plan_is_refused_and_not_recorded(handle: Handle<'_>) {
    let mine = opened(handle()).await;
    let yours = opened(handle()).await;
    let shown_to_me = promote(&mine);
    yours
        .submit(&promote(&yours), &context())
        .await
        .expect("it is recorded");
    // R8: the release is in Test by now, and would be promoted to Production.
    let refused = mine.submit(&shown_to_me, &context()).await;
    assert!(
        matches!(refused, Err(Failure::Refused(Refusal::PlanChanged { .. }))),
        "{refused:?}"
    );
    assert_eq!(mine.position(), FOUNDED.next());
    assert_eq!(state(&mine), state(&yours));
    assert_eq!(mine.follow().await, Ok(false));
}

pub(crate) async fn a_reopened_journal_gives_the_same_state(handle: Handle<'_>) {
    let session = opened(handle()).await;
    for command in [create_flow("Refunds"), promote(&session)] {
        session
            .submit(&command, &context())
            .await
            .expect("it is recorded");
    }
    let reopened = opened(handle()).await;
    assert_eq!(state(&reopened), state(&session));
    let entries = session.with_entries(<[_]>::to_vec);
    assert_eq!(reopened.with_entries(<[_]>::to_vec), entries);
}

/// The checkpoint of what the session knows.
async fn checkpoint(handle: Handle<'_>, session: &Session) -> String {
    let last = read(handle(), session.position()).await;
    let last = last.expect("it is there").remove(0);
    session.with_state(|state| Checkpoint::write(state, Hash::of(&last)))
}

pub(crate) async fn the_newest_checkpoint_is_read_first(handle: Handle<'_>) {
    assert_eq!(handle().checkpoints().await, Vec::<String>::new());
    let session = opened(handle()).await;
    for called in ["Refunds ✓", "Returns"] {
        let recorded = session.submit(&create_flow(called), &context()).await;
        let position = recorded.expect("it is recorded").position;
        let text = checkpoint(handle, &session).await;
        assert_eq!(handle().keep_checkpoint(position, &text).await, Ok(()));
        assert_eq!(handle().checkpoints().await.first(), Some(&text));
    }
}

pub(crate) async fn a_journal_opens_the_same_with_any_checkpoint(handle: Handle<'_>) {
    let session = opened(handle()).await;
    let stale = checkpoint(handle, &session).await;
    let recorded = session.submit(&create_flow("Refunds"), &context()).await;
    recorded.expect("it is recorded");
    let fresh = checkpoint(handle, &session).await;
    let garbled = fresh.replacen("Refunds", "Returns", 1);
    for text in [&stale, &fresh, &garbled, "", "{}"] {
        let kept = handle().keep_checkpoint(session.position(), text).await;
        assert_eq!(kept, Ok(()));
        let reopened = opened(handle()).await;
        assert_eq!(state(&reopened), state(&session));
        assert_eq!(reopened.stopped(), None);
        reopened
            .reach_back(Position::FIRST)
            .await
            .expect("it is sound");
        let entries = session.with_entries(<[_]>::to_vec);
        assert_eq!(reopened.with_entries(<[_]>::to_vec), entries);
    }
    let again = create_flow("Returns");
    let recorded = opened(handle()).await.submit(&again, &context()).await;
    let position = recorded.map(|entry| entry.position);
    assert_eq!(position, Ok(session.position().next()));
}
