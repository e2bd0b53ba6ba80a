//! All flows, and the form for a new one.

use leptos::prelude::*;

use crate::browser;
use crate::domain::actor::Role;
use crate::domain::command::Command;
use crate::domain::flow::Canvas;
use crate::domain::id::FlowId;
use crate::domain::text::Body;
use crate::ui::components::button::Weight;
use crate::ui::components::field::Line;
use crate::ui::components::form::Form;
use crate::ui::components::more::{STEP, more};
use crate::ui::components::table::{cell, none_yet, table};
use crate::ui::navigation::Navigation;
use crate::ui::opener::opener;
use crate::ui::order::sorted_by;
use crate::ui::problem::typed_name;
use crate::ui::route::Route;
use crate::ui::tenant::Tenant;

/// The page.
#[component]
pub fn Flows() -> impl IntoView {
    let tenant = Tenant::of_page();
    let navigation = Navigation::of_page();
    let creating =
        Memo::new(move |_| matches!(navigation.route(), Route::Flows { creating: true }));
    let flows = Memo::new(move |_| {
        tenant.read(|state| {
            let mut flows: Vec<_> = state
                .flows()
                .map(|flow| (flow.name.to_string(), flow.id, flow.snapshots.len()))
                .collect();
            flows.sort_by_cached_key(|(name, ..)| sorted_by(name));
            flows
        })
    });
    let shown = RwSignal::new(STEP);
    let may = tenant.why_not(Role::Standard, || None);
    let new = move |label: &'static str| {
        opener(label, Weight::Main, may, || Route::Flows { creating: true })
    };
    let row = move |(name, id, versions): (String, FlowId, usize)| {
        let address = Route::Flow {
            id,
            building: false,
        };
        view! {
            <tr>
                <th scope="row"><a href=address.to_string()>{name.clone()}</a></th>
                {cell("Versions", versions)}
                {cell("", opener(
                    format!("Build {name}"),
                    Weight::Quiet,
                    may,
                    move || Route::Flow { id, building: true },
                ))}
            </tr>
        }
    };
    view! {
        <div class="page-head">
            <h1>"Flows"</h1>
            {new("New flow")}
        </div>
        {table(
            "Flows".into_any(),
            &["Flow", "Versions", "Actions"],
            (move || flows.get().into_iter().take(shown.get()).map(row).collect_view()).into_any(),
        )}
        {more(shown, move || flows.read().len())}
        {move || flows.read().is_empty().then(|| none_yet("There are no flows yet.", new("Create the first flow")))}
        {move || creating.get().then(|| view! { <NewFlow /> })}
    }
}

#[component]
fn NewFlow() -> impl IntoView {
    let tenant = Tenant::of_page();
    let navigation = Navigation::of_page();
    let typed = RwSignal::new(String::new());
    let name = move || typed_name("The flow’s name", &typed.read());
    // One id per form: a second try is the same flow.
    let flow = FlowId::new(browser::fresh_uuid());
    let why_not = tenant.why_not(Role::Standard, move || name().err());
    let give = move || async move {
        let Ok(name) = untrack(name) else {
            return Ok(());
        };
        let canvas = Canvas {
            title: name.clone(),
            body: Body::default(),
        };
        tenant.say(Command::CreateFlow { flow, name, canvas }).await
    };
    let on_close = move || {
        let created = tenant.peek(|state| state.flow(flow).is_some());
        navigation.close(if created {
            Route::Flow {
                id: flow,
                building: false,
            }
        } else {
            Route::Flows { creating: false }
        });
    };
    view! {
        <Form title="New flow" confirm="Create flow" why_not=why_not give=give on_close=on_close>
            <div class="questions">
                <Line label="Name" value=typed />
            </div>
        </Form>
    }
}
