//! What every page reads and gives commands to: the open journal and the person who acts.
//!
//! Pages see the state through [`Tenant::read`], which makes whoever reads it run again after the
//! next entry, or when the page moves to another moment of the history. There is no other copy of the
//! state in the page.
//!
//! Whoever looks at the past is a viewer there: every command is refused, and says why.

use std::rc::Rc;
use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::components::notice::Said;
use super::deed::deed;
use super::problem::Problem;
use super::rest::{Arrived, Later, OfRest};
use super::team::Team;
use crate::browser;
use crate::domain::actor::{Actor, Context, Role, Timestamp};
use crate::domain::command::Command;
use crate::domain::id::{EnvironmentId, Position, ReleaseId};
use crate::domain::refusal::Refusal;
use crate::domain::state::State;
use crate::journal::backend::BackendError;
use crate::journal::entry::{Entry, Hash};
use crate::journal::session::{Failure, Session};

/// The open journal, and who acts. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Tenant {
    session: StoredValue<Rc<Session>, LocalStorage>,
    position: RwSignal<Position>,
    lost: RwSignal<Option<BackendError>>,
    /// What keeps the journal, if it is a team's.
    team: Option<Team>,
    /// The first entry that there may be: what lies before was removed.
    begins: RwSignal<Position>,
    /// The state that is looked at, where that is not the last one.
    past: RwSignal<Option<Arc<State>>>,
    /// Where in the history the page is on its way to.
    wanted: RwSignal<Option<Position>>,
    /// The last entry that was recorded from this page.
    given: StoredValue<Option<Position>>,
    /// Who acts from this page (O1).
    pub actor: RwSignal<Actor>,
    /// The time, to the minute: what relative times are relative to.
    pub now: RwSignal<Timestamp>,
    /// Whether somebody has pointed at something.
    pub pointed: RwSignal<bool>,
}

impl Tenant {
    /// Shows what `session` has read.
    #[must_use]
    pub fn new(session: Session, team: Option<Team>, actor: RwSignal<Actor>) -> Self {
        let position = RwSignal::new(session.position());
        let lost = RwSignal::new(session.stopped());
        Self {
            session: StoredValue::new_local(Rc::new(session)),
            position,
            lost,
            team,
            begins: RwSignal::new(Position::FIRST),
            past: RwSignal::new(None),
            wanted: RwSignal::new(None),
            given: StoredValue::new(None),
            actor,
            now: RwSignal::new(browser::now()),
            pointed: RwSignal::new(false),
        }
    }

    /// Returns the tenant of the page that is being shown.
    #[must_use]
    pub fn of_page() -> Self {
        expect_context()
    }

    /// Reads the state that is looked at; whoever does runs again when it has changed.
    pub fn read<R>(self, question: impl FnOnce(&State) -> R) -> R {
        self.past.track();
        self.position.track();
        self.peek(question)
    }

    /// Reads the state that is looked at once.
    pub fn peek<R>(self, question: impl FnOnce(&State) -> R) -> R {
        match &*self.past.read_untracked() {
            Some(past) => question(past),
            None => self.peek_last(question),
        }
    }

    /// Reads the last state, wherever in the history the page is; whoever does runs again when it has
    /// changed.
    pub fn read_last<R>(self, question: impl FnOnce(&State) -> R) -> R {
        self.position.track();
        self.peek_last(question)
    }

    /// Reads the last state once.
    pub fn peek_last<R>(self, question: impl FnOnce(&State) -> R) -> R {
        self.session
            .with_value(|session| session.with_state(question))
    }

    /// Returns the position that is looked at, where that is not the last one.
    #[must_use]
    pub fn past(self) -> Option<Position> {
        let past = self.past.read();
        past.as_ref().map(|state| state.position())
    }

    /// Shows everything as it was right after the entry at `position`; without one, as it is.
    pub fn look_at(self, position: Option<Position>) {
        let last = self.peek_last(State::position);
        let position = position.filter(|at| (Position::FIRST..last).contains(at));
        self.wanted.set(position);
        let Some(position) = position else {
            if self.past.read_untracked().is_some() {
                self.past.set(None);
            }
            return;
        };
        spawn_local(async move {
            let state = self.session.get_value().state_at(position).await;
            // Whoever moves on meanwhile wants to see something else.
            if self.wanted.get_untracked() == Some(position) {
                match state {
                    Ok(state) => self.past.set(Some(Arc::new(state))),
                    Err(error) => self.lose(Some(error)),
                }
            }
        });
    }

    /// Returns a recorded entry. One that lies before the checkpoint is read first; whoever asked for
    /// it runs again then.
    #[must_use]
    pub fn entry(self, position: Position) -> Option<Rc<Entry>> {
        self.position.track();
        let entry = self.known(position);
        if entry.is_none() && self.is_recorded(position) {
            spawn_local(async move {
                match self.session.get_value().reach_back(position).await {
                    Ok(()) => self.position.notify(),
                    // Nothing is the matter with the journal; the entry is not to be had any more.
                    Err(BackendError::Removed { before }) => self.begins.set(before),
                    Err(error) => self.lose(Some(error)),
                }
            });
        }
        entry
    }

    /// Returns the recorded entries from `from` on, the newest first. Those that lie before the checkpoint
    /// are read first; whoever asked for them runs again then.
    #[must_use]
    pub fn entries(self, from: Position) -> Vec<Rc<Entry>> {
        // Reading reaches back to it.
        let _ = self.entry(from);
        self.session.with_value(|session| {
            session.with_entries(|entries| {
                let newest = entries.iter().rev();
                newest
                    .take_while(|entry| entry.position >= from)
                    .cloned()
                    .collect()
            })
        })
    }

    /// Tells whether an entry has yet to be read; whoever is told so runs again when it has been.
    #[must_use]
    pub fn awaits(self, position: Position) -> bool {
        self.known(position).is_none()
            && self.is_recorded(position)
            && self.lost.get().is_none()
            && self.entry(position).is_none()
    }

    fn known(self, position: Position) -> Option<Rc<Entry>> {
        self.session.with_value(|session| session.entry(position))
    }

    fn is_recorded(self, position: Position) -> bool {
        let last = self.session.with_value(|session| session.position());
        (self.begins.get()..=last).contains(&position)
    }

    /// Returns what keeps the page from hearing of what others record, if anything does.
    #[must_use]
    pub fn lost(self) -> Option<BackendError> {
        self.lost.get()
    }

    /// Gives a command, in the name of the person who acts. Returns when it has been recorded.
    ///
    /// # Errors
    ///
    /// [`Failure`]; nothing has happened then.
    pub async fn give(self, command: Command) -> Result<Rc<Entry>, Failure> {
        untrack(|| self.permits(Role::needed_for(&command)))?;
        let context = Context {
            at: browser::now(),
            by: self.actor.get_untracked(),
        };
        let session = self.session.get_value();
        let answer = session.submit(&command, &context).await;
        if let Ok(entry) = &answer {
            self.given.set_value(Some(entry.position));
        }
        self.catch_up(&session);
        if let Err(Failure::Backend(error @ BackendError::Refused { status: 401 })) = answer {
            // Whoever is asked who they are is asked over the form that they are in.
            self.lost.set(Some(error));
        }
        answer
    }

    /// Returns where a command was recorded whose outcome was not told, once that has been read.
    #[must_use]
    pub fn recorded(self, command: &Command) -> Option<Position> {
        let entry = self
            .session
            .with_value(|session| session.recorded(command))?;
        Some(entry.position)
    }

    /// Returns the position of the last entry that was recorded from this page.
    #[must_use]
    pub fn given(self) -> Option<Position> {
        self.given.get_value()
    }

    /// Takes in what others have recorded.
    pub async fn follow(self) {
        let session = self.session.get_value();
        let answer = session.follow().await;
        self.catch_up(&session);
        self.lose(answer.err());
    }

    /// Shows whether the journal could be read.
    fn lose(self, error: Option<BackendError>) {
        self.lost.set(error);
        if let Some(team) = self.team {
            team.shown(error.is_some());
        }
    }

    /// Spares the next opening what this one had to read, where that was much.
    pub async fn keep_checkpoint(self, arrived: Arrived) {
        let session = self.session.get_value();
        let keeping = arrived.begin(async move || session.keep_checkpoint().await);
        // Without one the next opening takes as long as this one did.
        let _ = keeping.await;
    }

    /// Returns the position of the last entry; whoever asks runs again after the next one.
    pub fn position(self) -> Position {
        self.position.get()
    }

    /// Returns the hash of the last entry.
    #[must_use]
    pub fn tip(self) -> Hash {
        self.session.with_value(|session| session.tip())
    }

    /// Makes room: what happened before can no longer be looked at, nor undone.
    ///
    /// # Errors
    ///
    /// [`BackendError`]; nothing was removed then.
    pub async fn make_room(self) -> Result<(), BackendError> {
        let session = self.session.get_value();
        let answer = session.shorten().await;
        self.catch_up(&session);
        self.position.notify();
        answer
    }

    fn catch_up(self, session: &Session) {
        let position = session.position();
        if position != self.position.get_untracked() {
            self.position.set(position);
        }
        if let Some(error) = session.stopped() {
            self.lost.set(Some(error));
        }
    }

    /// Tells whether the person who acts may do what needs `role` (O1).
    ///
    /// # Errors
    ///
    /// [`Refusal::NotAllowed`].
    pub fn permits(self, role: Role) -> Result<(), Refusal> {
        let own = match self.past() {
            Some(_) => Role::Viewer,
            None => self.actor.read().role,
        };
        crate::domain::decide::permit(own, role)
    }

    /// Explains a refusal by the rules; whoever asks is told anew when the state has changed.
    #[must_use]
    pub fn problem(self, refusal: &Refusal) -> Problem {
        if self.past().is_some() {
            return Problem::in_the_past();
        }
        if let Refusal::ChangedSince { by, .. } = refusal
            && let Some(entry) = self.entry(*by)
        {
            return Problem::changed_since(entry.by.name.as_str(), &deed(self, &entry.event));
        }
        let before = self.begins.get();
        if matches!(refusal, Refusal::NotUndoable(position) if *position < before) {
            return Problem::of_backend(&BackendError::Removed { before });
        }
        self.read(|state| Problem::of_refusal(state, refusal))
    }

    /// Explains why a command was not carried out.
    #[must_use]
    pub fn explain(self, failure: &Failure) -> Problem {
        match failure {
            Failure::Refused(refusal) => untrack(|| self.problem(refusal)),
            Failure::Backend(error) => Problem::of_backend(error),
        }
    }

    /// Gives a command and says what went wrong, if anything did.
    ///
    /// # Errors
    ///
    /// What is the matter, and the way out.
    pub async fn say(self, command: Command) -> Result<(), Said> {
        match self.give(command).await {
            Ok(_) => Ok(()),
            Err(failure) => Err(self.explain(&failure).said()),
        }
    }

    /// Says why a form cannot be confirmed: because of the role (O1), or of what was typed. Nothing
    /// until the rest of the page is there, without which nothing is confirmed.
    pub fn why_not(
        self,
        needs: Role,
        typed: impl Fn() -> Option<Problem> + Send + Sync + 'static,
    ) -> Signal<Option<String>> {
        let rest = Later::<OfRest>::of_page();
        Signal::derive(move || {
            rest.arrived()?.run(|| {
                let refused = self.permits(needs).err();
                let problem = refused.map(|refusal| self.problem(&refusal));
                Some(problem.or_else(&typed)?.text())
            })
        })
    }

    /// Returns the name of an environment.
    #[must_use]
    pub fn environment_name(self, id: EnvironmentId) -> String {
        self.read(|state| environment_name(state, id))
    }

    /// Returns the name of a release.
    #[must_use]
    pub fn release_name(self, id: ReleaseId) -> String {
        self.read(|state| release_name(state, id))
    }
}

/// Returns the name of an environment, removed or not.
#[must_use]
pub fn environment_name(state: &State, id: EnvironmentId) -> String {
    state
        .environment_name(id)
        .map_or_else(|| "an environment that is gone".into(), ToString::to_string)
}

/// Returns the name of a release, deleted or not.
#[must_use]
pub fn release_name(state: &State, id: ReleaseId) -> String {
    state
        .release_name(id)
        .map_or_else(|| "a release that is gone".into(), ToString::to_string)
}
