//! Mounts the page, and picks what keeps the journal: what `config.json` names; by itself this
//! browser's storage.

use flow_environments::browser;
use flow_environments::journal::place::Place;
use flow_environments::ui::app::{App, Unset};
use flow_environments::ui::keeping::{Keeping, settled};
use flow_environments::ui::team::Team;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

fn main() {
    // A release has no sentence for a panic to say (xtask/src/wasm_target.rs).
    #[cfg(debug_assertions)]
    console_error_panic_hook::set_once();
    spawn_local(async {
        let settled = settled().await;
        mount_to_body(move || {
            let keeping = match settled {
                Ok(Place::Browser) => Keeping::here(),
                Ok(Place::Http(store)) => Keeping::Team(Team::new(store)),
                Err(unsettled) => return view! { <Unset unsettled=unsettled /> }.into_any(),
            };
            view! { <App keeping=keeping /> }.into_any()
        });
        browser::remove_shell();
    });
}
