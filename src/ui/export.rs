//! The button that lets the browser save the journal as a file: all that can be read of it, whatever
//! state it is in.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::components::button::Button;
use super::components::notice::outcome;
use super::keeping::Keeper;
use super::problem::Problem;
use crate::browser;
use crate::journal::transfer::Copy;

/// The button, and what came of it.
#[component]
pub fn Export() -> impl IntoView {
    let store = expect_context::<Keeper>();
    let said = RwSignal::new(None);
    let press = move || {
        spawn_local(async move {
            said.try_set(Some(export(store).await.map_err(Problem::said)));
        });
    };
    view! {
        <Button on_press=press>"Export"</Button>
        {outcome(said)}
    }
}

async fn export(store: Keeper) -> Result<(String, String), Problem> {
    let copy = Copy::of(&*store.backend())
        .await
        .map_err(|error| Problem::of_backend(&error))?;
    let name = format!("flow-environments-journal-{}.json", copy.len());
    browser::save_as(&name, &copy.write()).map_err(|_| Problem::not_saved())?;
    let apart = match copy.apart().len() {
        0 => String::new(),
        apart => format!(" and, apart from them, {apart} that could not be made sense of"),
    };
    let more = format!("{name} has {} entries{apart}.", copy.len());
    Ok(("Exported.".to_owned(), more))
}
