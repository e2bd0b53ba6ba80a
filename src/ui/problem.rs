//! Sentences for what goes wrong: why not, and the way out. The only place with such sentences.

use crate::domain::actor::Role;
use crate::domain::id::FlowId;
use crate::domain::refusal::Refusal;
use crate::domain::state::State;
use crate::domain::text::{Name, TextProblem};
use crate::journal::backend::BackendError;
use crate::journal::place::Mistake;
use crate::journal::transfer::Unusable;

use super::components::notice::Said;
use super::keeping::Unsettled;
use super::make_room::make_room;
use super::tenant::{environment_name, release_name};

/// What a person reads when something did not work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What is the matter.
    pub sentence: String,
    /// What can be done about it.
    pub way_out: String,
}

impl Problem {
    fn new(sentence: impl Into<String>, way_out: impl Into<String>) -> Self {
        Self {
            sentence: sentence.into(),
            way_out: way_out.into(),
        }
    }

    /// Returns what is to be shown: both sentences, and the button that makes room where there is none.
    #[must_use]
    pub fn said(self) -> Said {
        let lacks_room = self == Self::of_backend(&BackendError::Full);
        Said {
            sentence: self.sentence,
            way_out: self.way_out,
            button: lacks_room.then_some(make_room),
        }
    }

    /// Returns both sentences as one text.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{} {}", self.sentence, self.way_out)
    }

    /// Explains a refusal by the rules.
    #[must_use]
    pub fn of_refusal(state: &State, refusal: &Refusal) -> Self {
        let environment = |id| environment_name(state, id);
        let release = |id| release_name(state, id);
        match refusal {
            Refusal::NotAllowed { role, needs } => Self::new(
                format!("You act as {}, who may not do this.", role_name(*role)),
                format!("Act as {}, or ask one to do it.", role_name(*needs)),
            ),
            Refusal::NoSuchFlow(_) => Self::new(
                "There is no such flow here.",
                "Check the address, or pick the flow from the Flows page.",
            ),
            Refusal::NoSuchRelease(id) => Self::new(
                state.release_name(*id).map_or_else(
                    || "There is no such release here.".to_owned(),
                    |name| format!("{name} has been deleted."),
                ),
                "Pick another release from the Environments page.",
            ),
            Refusal::NoSuchEnvironment(id) => Self::new(
                state.environment_name(*id).map_or_else(
                    || "There is no such environment here.".to_owned(),
                    |name| format!("{name} has been removed."),
                ),
                "Pick another environment from the Environments page.",
            ),
            Refusal::NoSuchVariable(name) => Self::new(
                format!("There is no variable {name} any more."),
                "Create it again.",
            ),
            Refusal::NoSuchSnapshot(_) => Self::new(
                "That version is not in this journal.",
                "Build the flow again.",
            ),
            Refusal::IdTaken => Self::new(
                "This has been recorded already.",
                "Look for it before trying again.",
            ),
            Refusal::FlowNameTaken(id) => Self::new(
                format!("A flow is called {} already.", flow_name(state, *id)),
                "Choose another name.",
            ),
            Refusal::ReleaseNameTaken(id) => Self::new(
                format!("A release is called {} already.", release(*id)),
                "Choose another name, or build into that release.",
            ),
            Refusal::EnvironmentNameTaken(id) => Self::new(
                format!("An environment is called {} already.", environment(*id)),
                "Choose another name.",
            ),
            Refusal::VariableNameTaken(name) => Self::new(
                format!("A variable is called {name} already."),
                "Choose another name, or set that one.",
            ),
            Refusal::Final {
                release: id,
                environment: at,
            } => Self::new(
                format!(
                    "{} is in {}, the last environment, and cannot be changed there.",
                    release(*id),
                    environment(*at)
                ),
                "Build into a new release, or roll this one back first.",
            ),
            Refusal::NoNextEnvironment {
                environment: at, ..
            } => Self::new(
                format!("{} is the last environment.", environment(*at)),
                "There is no next one to promote to.",
            ),
            Refusal::NoPreviousEnvironment {
                environment: at, ..
            } => Self::new(
                format!("{} is the first environment.", environment(*at)),
                "There is no previous one to roll back to.",
            ),
            Refusal::EmptyRelease(id) => Self::new(
                format!("{} holds no flow.", release(*id)),
                "Build a flow into it first.",
            ),
            Refusal::Held(id) => Self::new(
                format!("{} is held.", release(*id)),
                "Lift the hold to promote it.",
            ),
            Refusal::AlreadyHeld(id) => Self::new(
                format!("{} is held already.", release(*id)),
                "Lift that hold first to set another.",
            ),
            Refusal::NotHeld(id) => Self::new(
                format!("{} is not held.", release(*id)),
                "It can be promoted.",
            ),
            Refusal::FlowNotInRelease { release: id, flow } => Self::new(
                format!(
                    "{} does not hold {}.",
                    release(*id),
                    flow_name(state, *flow)
                ),
                "There is nothing to remove.",
            ),
            Refusal::PlanChanged { .. } => Self::new(
                "What this would change is no longer what you were shown.",
                "Look at the new plan and confirm again. Nothing has been done yet.",
            ),
            Refusal::NotBetween(id) => Self::new(
                format!(
                    "Nothing can come after {}, the last environment.",
                    environment(*id)
                ),
                "Insert the new environment between two others.",
            ),
            Refusal::OuterEnvironment(_) => Self::new(
                "The first and the last environment cannot be removed.",
                "Those between them can.",
            ),
            Refusal::DefaultEnvironment(id) => Self::new(
                format!("{} is the default environment.", environment(*id)),
                "Make another one the default first.",
            ),
            Refusal::EnvironmentInUse {
                environment: at,
                release: id,
            } => Self::new(
                format!("{} is in {}.", release(*id), environment(*at)),
                "Promote it, roll it back or delete it first.",
            ),
            Refusal::NotUndoable(_) => Self::new(
                "This step is none that can be undone.",
                "Promotions, rollbacks, resets, removals and deletions can.",
            ),
            Refusal::ChangedSince { by, .. } => {
                Self::changed_since("Somebody", &format!("recorded entry {by}"))
            }
            Refusal::EnvironmentGone(id) => Self::new(
                format!(
                    "{} has been removed since, and undoing this step needs it.",
                    environment(*id)
                ),
                "Move the release with a promotion or a rollback instead.",
            ),
            Refusal::NameTakenSince { name, .. } => Self::new(
                format!("Another release is called {name} by now."),
                "Delete that one first, or leave this one deleted.",
            ),
            Refusal::NotRunnable {
                flow,
                environment: at,
            } => Self::new(
                format!(
                    "{} cannot be run in {}.",
                    flow_name(state, *flow),
                    environment(*at)
                ),
                format!(
                    "No version of it is there until one is {} {}.",
                    if *at == state.pipeline().first().id {
                        "built into"
                    } else {
                        "promoted to"
                    },
                    environment(*at)
                ),
            ),
        }
    }

    /// Explains a failure of what keeps the journal.
    #[must_use]
    pub fn of_backend(error: &BackendError) -> Self {
        match error {
            BackendError::Taken | BackendError::Unavailable => Self::new(
                "The journal could not be reached.",
                "Nothing was changed that you see here. Try again in a moment: what was recorded all the same is not recorded twice.",
            ),
            BackendError::NotAStore => Self::new(
                "Something else answers where the journal should be.",
                "Sign in to the network if it asks for that, or check the address in config.json. Then try again.",
            ),
            BackendError::Refused { status } => Self::of_store(*status),
            BackendError::Full => Self::new(
                "This browser's storage is full, so nothing was recorded.",
                "Make room, or remove what other pages of this site keep in this browser; then try again.",
            ),
            BackendError::Blocked => Self::new(
                "This browser does not let the page keep anything.",
                "Allow storage for this site, then load the page again.",
            ),
            BackendError::Corrupt { position } => Self::new(
                format!("The journal is damaged at entry {position}."),
                "What was recorded before it can be seen; nothing more can be recorded. Load the page again: another tab may have begun a new journal. If that does not help, export it on the Storage page, begin anew, and import what was recorded before.",
            ),
            BackendError::Removed { before } => Self::new(
                format!("What happened before entry {before} was removed to make room."),
                "It can no longer be looked at or undone here. A file that was exported before holds it.",
            ),
            BackendError::TooNew { .. } => Self::new(
                "The journal was written by a newer version of this page.",
                "Load the page again to get that version. Until then you see what was recorded before, and nothing more can be recorded.",
            ),
        }
    }

    /// Explains that a browser has no room for so much as the beginning of a journal.
    #[must_use]
    pub fn no_room_to_begin() -> Self {
        Self::new(
            "This browser's storage is full, so no journal can begin here.",
            "Remove what other pages of this site keep in this browser, then try again.",
        )
    }

    /// Explains what a page waits for whose store is away; `origin` is where the page comes from.
    #[must_use]
    pub fn of_waiting(origin: &str) -> Self {
        Self::new(
            "The page opens by itself as soon as the store answers.",
            format!("If it never has, whoever runs the store has to allow pages from {origin}."),
        )
    }

    /// Explains why it is not known where the journal is kept.
    #[must_use]
    pub fn of_settings(unsettled: Unsettled) -> Self {
        match unsettled {
            Unsettled::Unread => Self::new(
                "config.json, which says where the journal is kept, could not be read.",
                "Check the connection and try again.",
            ),
            Unsettled::Mistaken(Mistake::NotUnderstood { line, column }) => Self::new(
                format!(
                    "config.json, which says where the journal is kept, is wrong at line {line}, character {column}."
                ),
                "Whoever runs this site has to correct it. Then try again.",
            ),
            Unsettled::Mistaken(Mistake::Base) => Self::new(
                "The base in config.json is no address of a store: https://… without a name, a password, ? and #.",
                "Whoever runs this site has to correct it. Then try again.",
            ),
        }
    }

    /// Explains a refusal by the store, by its HTTP status.
    fn of_store(status: u16) -> Self {
        let (sentence, way_out) = match status {
            401 => (
                "The store of the journal does not know who you are.",
                "Sign in to it, then try again.",
            ),
            403 => (
                "The store of the journal does not allow you this.",
                "Ask whoever runs it for the permission, then try again.",
            ),
            404 | 409 => (
                "The store has no place for this journal.",
                "Check the address in config.json, or ask whoever runs the store to make the folder or collection.",
            ),
            507 => (
                "The store of the journal is full, so nothing was recorded.",
                "Ask whoever runs it to make room, then try again.",
            ),
            413 => (
                "This is more than the store takes at once.",
                "Shorten it, or ask whoever runs the store to allow more.",
            ),
            _ => {
                return Self::new(
                    format!("The store of the journal refused this (HTTP {status})."),
                    "Ask whoever runs it, with this number.",
                );
            }
        };
        Self::new(sentence, way_out)
    }

    /// Explains that a later step stands in the way of undoing one (U2): `who` did it, and `deed` is what
    /// it was.
    #[must_use]
    pub fn changed_since(who: &str, deed: &str) -> Self {
        Self::new(
            format!("{who} {deed} afterwards: the same release or flows."),
            "Undo that first, if it can be.",
        )
    }

    /// Explains that somebody did just what a form was for; `done` says who and what.
    #[must_use]
    pub fn done_meanwhile(done: &str) -> Self {
        Self::new(
            format!("{done} while this form was open."),
            "There is nothing left to do here.",
        )
    }

    /// Explains why nothing can be done: what is shown is not how it is.
    #[must_use]
    pub fn in_the_past() -> Self {
        Self::new(
            "You are looking at the past, which cannot be changed.",
            "Return to now to do this.",
        )
    }

    /// Explains why nothing can be saved: nothing was changed.
    #[must_use]
    pub fn nothing_to_save() -> Self {
        Self::new("Everything is saved.", "Change something to save it.")
    }

    /// Explains why a file cannot be imported.
    #[must_use]
    pub fn of_file(unusable: Unusable) -> Self {
        let (sentence, way_out) = match unusable {
            Unusable::NotACopy => (
                "The file is no exported journal, or not all of one.".to_owned(),
                "Pick the file that was exported, or export it again.",
            ),
            Unusable::TooNew { .. } | Unusable::Entry(BackendError::TooNew { .. }) => (
                "The file was written by a newer version of this page.".to_owned(),
                "Load the page again to get that version, then import it.",
            ),
            Unusable::Checkpoint => (
                "The journal in the file begins with a checkpoint that this version of the page cannot read.".to_owned(),
                "Import it with the version that wrote it, or import a file from before room was made.",
            ),
            Unusable::Nothing => (
                "Not one entry in the file is sound.".to_owned(),
                "Import a file that was exported earlier.",
            ),
            Unusable::Entry(BackendError::Corrupt { position }) | Unusable::Cut { position } => (
                format!("Entry {position} in the file is damaged."),
                "Import a file that was exported earlier, or restore the entry.",
            ),
            Unusable::Entry(error) => return Self::of_backend(&error),
        };
        Self::new(sentence, format!("Nothing was changed. {way_out}"))
    }

    /// Explains that an import would take the place of what was recorded.
    #[must_use]
    pub fn journal_there() -> Self {
        Self::new(
            "There is a journal here already, and an import would take its place.",
            "Nothing was changed. Export it, begin anew, and import then.",
        )
    }

    /// Explains that a store holds another journal than the file that was to be carried over.
    #[must_use]
    pub fn begun_otherwise() -> Self {
        Self::new(
            "The store holds another journal than the file.",
            "Nothing of that was changed. Use another place in the store for the file's journal.",
        )
    }

    /// Explains that a file without its first entries cannot be carried over.
    #[must_use]
    pub fn not_from_the_first() -> Self {
        Self::new(
            "The journal in the file does not begin with its first entry, as one that a team shares does.",
            "Pick a file that was exported before room was made.",
        )
    }

    /// Explains that a journal which others share cannot be replaced.
    #[must_use]
    pub fn shared() -> Self {
        Self::new(
            "This journal is shared with others, and is not one person's to replace or shorten.",
            "Ask whoever runs its store.",
        )
    }

    /// Explains that what is not part of the first view could not be loaded.
    #[must_use]
    pub fn not_loaded() -> Self {
        Self::new(
            "This part of the page could not be loaded.",
            "Check the connection and try again. If that does not help, load the page again.",
        )
    }

    /// Explains that a file could not be saved.
    #[must_use]
    pub fn not_saved() -> Self {
        Self::new(
            "The browser did not let the page save a file.",
            "Allow downloads for this site, then try again.",
        )
    }

    /// Explains that a file could not be read.
    #[must_use]
    pub fn not_read() -> Self {
        Self::new("The file could not be read.", "Pick it again.")
    }

    /// Explains that a build needs a release to go into.
    #[must_use]
    pub fn release_not_named() -> Self {
        Self::new("Name a release.", "Pick one, or write a new one's name.")
    }

    /// Explains why a text is not accepted; `what` names its field.
    #[must_use]
    pub fn of_text(what: &str, problem: TextProblem) -> Self {
        match problem {
            TextProblem::Empty => Self::new(format!("{what} is missing."), "Fill it in."),
            TextProblem::TooLong { length, limit } => Self::new(
                format!("{what} has {length} characters; {limit} are possible."),
                format!("Shorten it by {}.", length.saturating_sub(limit)),
            ),
            TextProblem::NotAVariableName => Self::new(
                format!("{what} is not possible."),
                "Begin with a letter; then letters, digits and _ can follow.",
            ),
        }
    }
}

/// Returns what a role is called.
#[must_use]
pub const fn role_name(role: Role) -> &'static str {
    match role {
        Role::Viewer => "Viewer",
        Role::Standard => "Standard user",
        Role::Administrator => "Administrator",
    }
}

/// Returns what a flow is called.
#[must_use]
pub fn flow_name(state: &State, id: FlowId) -> String {
    state.flow(id).map_or_else(
        || "a flow that is gone".into(),
        |flow| flow.name.to_string(),
    )
}

/// Checks a name that was typed; `what` names its field.
///
/// # Errors
///
/// The [`Problem`] to show beside the field.
pub fn typed_name(what: &str, text: &str) -> Result<Name, Problem> {
    Name::new(text).map_err(|problem| Problem::of_text(what, problem))
}
