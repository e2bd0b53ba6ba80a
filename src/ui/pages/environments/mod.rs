//! The home page: the environments as tiles, the releases below them, and the forms that move
//! releases (R6, P5).

pub mod details;
pub mod releases;
pub mod tiles;
pub mod welcome;

use leptos::prelude::*;

use self::releases::Releases;
use self::tiles::Tiles;
use self::welcome::Welcome;
use crate::domain::actor::Role;
use crate::domain::id::ReleaseId;
use crate::ui::build::BuildForm;
use crate::ui::components::button::Weight;
use crate::ui::hold::HoldForm;
use crate::ui::navigation::Navigation;
use crate::ui::opener::opener;
use crate::ui::rest::of_the_rest;
use crate::ui::route::{Form, Open, Route};
use crate::ui::tenant::Tenant;
use crate::ui::turn::{in_turn, over_the_page};
use crate::ui::wizard::{Act, Wizard};

/// The page.
#[component]
pub fn Environments() -> impl IntoView {
    let tenant = Tenant::of_page();
    let navigation = Navigation::of_page();
    let open = Memo::new(move |_| match navigation.route() {
        Route::Environments { open, .. } => open,
        _ => None,
    });
    view! {
        <div class="page-head">
            <h1>"Environments"</h1>
            <div class="buttons">
                <a class="button" href=Route::Pipeline { removing: None }.to_string()>"Edit environments"</a>
                {opener(
                    "Build flow",
                    Weight::Main,
                    tenant.why_not(Role::Standard, || None),
                    move || navigation.with_open(Some(Open::Build)),
                )}
            </div>
        </div>
        {in_turn(|| view! { <Welcome /> }.into_any())}
        {in_turn(|| view! { <Tiles /> }.into_any())}
        {in_turn(move || view! { <Releases open=open /> }.into_any())}
        {move || match open.get() {
            None | Some(Open::Release(_)) => None,
            Some(open) => Some(over_the_page(move || of_the_rest(move |_| form(navigation, open)))),
        }}
    }
}

/// The form that the address opens, over the page.
fn form(navigation: Navigation, open: Open) -> AnyView {
    let tenant = Tenant::of_page();
    // Behind a form lie the release's details, where it still exists.
    let beneath = move |release: Option<ReleaseId>| {
        let left = release.filter(|id| tenant.peek(|state| state.release(*id).is_some()));
        untrack(|| navigation.with_open(left.map(Open::Release)))
    };
    let behind = |release| move || navigation.close(beneath(release));
    let wizard = |act, release| {
        let on_done = move || navigation.settle(&beneath(release));
        view! { <Wizard act=act on_close=behind(release) on_done=on_done /> }.into_any()
    };
    match open {
        Open::Release(_) => ().into_any(),
        Open::Build => view! { <BuildForm flow=None on_close=behind(None) /> }.into_any(),
        Open::Undo(position) if tenant.awaits(position) => {
            view! { <p class="loading" role="status">"Reading the history …"</p> }.into_any()
        }
        Open::Undo(position) => {
            let act = Act::Undo(position);
            wizard(act, untrack(|| act.release(tenant)))
        }
        Open::Form(id, Form::RollBack) => wizard(Act::RollBack(id), Some(id)),
        Open::Form(id, Form::Hold) => {
            view! { <HoldForm release=id on_close=behind(Some(id)) /> }.into_any()
        }
        Open::Form(id, Form::Promote) => wizard(Act::Promote(id), Some(id)),
        Open::Form(id, Form::Delete) => wizard(Act::Delete(id), Some(id)),
        Open::Form(id, Form::RemoveFlow(flow)) => wizard(Act::RemoveFlow(id, flow), Some(id)),
    }
}
