//! Mounts the page, and picks what keeps the journal: what `config.json` names; by itself this
//! browser's storage.

use flow_environments::browser;
use flow_environments::domain::actor::Actor;
use flow_environments::journal::place::Place;
use flow_environments::ui::app::{App, Unset};
use flow_environments::ui::frame::remembered_actor;
use flow_environments::ui::keeping::{Keeping, Unsettled, settled};
use flow_environments::ui::rest::{Later, OfRest, OfStore, of_part};
use flow_environments::ui::team::Team;
use flow_environments::ui::turn::{FirstView, in_turn};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

fn main() {
    // A release has no sentence for a panic to say (xtask/src/wasm_target.rs).
    #[cfg(debug_assertions)]
    console_error_panic_hook::set_once();
    spawn_local(async {
        // What brought the program here has taken a while.
        browser::breathe().await;
        // The browser may have to fetch its storage from its disk: looked at before the page is made.
        let (here, acting) = (Keeping::here(), remembered_actor());
        let settled = settled().await;
        if let Ok(Place::Browser) = settled {
            browser::forget_first_requests();
        }
        browser::breathe().await;
        mount_to_body(move || {
            provide_context(FirstView::begin());
            provide_context(Later::<OfStore>::begin());
            provide_context(Later::<OfRest>::begin());
            in_turn(move || page(&settled, here, &acting))
        });
    });
}

/// All of the page.
fn page(settled: &Result<Place, Unsettled>, here: Keeping, acting: &Actor) -> AnyView {
    match settled {
        Ok(Place::Browser) => view! { <App keeping=here acting=acting.clone() /> }.into_any(),
        Ok(Place::Http(store)) => {
            let of_store = Later::<OfStore>::of_page();
            spawn_local(async move {
                if of_store.arrival().await.is_none() {
                    // What is said then would lie behind it.
                    browser::remove_shell();
                }
            });
            let (store, acting) = (store.clone(), acting.clone());
            of_part(move |arrived| {
                let team = Team::new(arrived, store.clone());
                view! { <App keeping=Keeping::Team(team) acting=acting.clone() /> }.into_any()
            })
        }
        Err(unsettled) => {
            browser::remove_shell();
            view! { <Unset unsettled=*unsettled /> }.into_any()
        }
    }
}
