//! All flows, and the form for a new one.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::browser;
use crate::domain::actor::Role;
use crate::domain::command::Command;
use crate::domain::flow::Canvas;
use crate::domain::id::FlowId;
use crate::domain::text::Body;
use crate::ui::components::button::{Button, Weight, fresh_id};
use crate::ui::components::dialog::Dialog;
use crate::ui::components::notice::{Recording, Trouble};
use crate::ui::navigation::Navigation;
use crate::ui::problem::{Problem, typed_name};
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
            flows.sort_by_key(|(name, ..)| name.to_lowercase());
            flows
        })
    });
    view! {
        <div class="page-head">
            <h1>"Flows"</h1>
            <a class="button main" href=Route::Flows { creating: true }.to_string()>"New flow"</a>
        </div>
        <table class="cards">
            <thead>
                <tr>
                    <th scope="col">"Flow"</th>
                    <th scope="col">"Versions"</th>
                    <th scope="col">"Build"</th>
                </tr>
            </thead>
            <tbody>
                {move || {
                    flows
                        .get()
                        .into_iter()
                        .map(|(name, id, versions)| {
                            view! {
                                <tr>
                                    <th scope="row">
                                        <a href=Route::Flow { id, building: false }.to_string()>{name.clone()}</a>
                                    </th>
                                    <td data-label="Versions">{versions}</td>
                                    <td data-label="Build">
                                        <a href=Route::Flow { id, building: true }.to_string()>"Build " {name}</a>
                                    </td>
                                </tr>
                            }
                        })
                        .collect_view()
                }}
            </tbody>
        </table>
        {move || flows.read().is_empty().then(|| view! { <p class="empty">"There are no flows yet. Create the first one."</p> })}
        {move || creating.get().then(|| view! { <NewFlow /> })}
    }
}

#[component]
fn NewFlow() -> impl IntoView {
    let tenant = Tenant::of_page();
    let navigation = Navigation::of_page();
    let typed = RwSignal::new(String::new());
    let recording = RwSignal::new(false);
    let failed = RwSignal::new(None::<Problem>);
    let created = RwSignal::new(None::<FlowId>);
    let field = fresh_id("name");
    let why_not = Signal::derive(move || {
        let refused = tenant.permits(Role::Standard).err();
        refused
            .map(|it| tenant.read(|state| Problem::of_refusal(state, &it)))
            .or_else(|| typed_name("The flow’s name", &typed.read()).err())
            .map(|problem| problem.text())
    });
    let create = move || {
        let Ok(name) = typed_name("The flow’s name", &typed.get_untracked()) else {
            return;
        };
        let flow = FlowId::new(browser::fresh_uuid());
        let canvas = Canvas {
            title: name.clone(),
            body: Body::default(),
        };
        recording.set(true);
        spawn_local(async move {
            match tenant
                .give(Command::CreateFlow { flow, name, canvas })
                .await
            {
                Ok(_) => {
                    created.try_set(Some(flow));
                }
                Err(failure) => {
                    let problem = tenant.peek(|state| Problem::of_failure(state, &failure));
                    failed.try_set(Some(problem));
                }
            }
            recording.try_set(false);
        });
    };
    let on_close = move || {
        navigation.go(&match created.get_untracked() {
            Some(id) => Route::Flow {
                id,
                building: false,
            },
            None => Route::Flows { creating: false },
        });
    };
    view! {
        <Dialog
            title="New flow"
            on_close=on_close
            children=move |closer| {
                Effect::new(move |_| {
                    if created.get().is_some() {
                        closer.close();
                    }
                });
                view! {
                    <div class="dialog-body">
                        <div class="questions">
                            <label for=field.clone()>"Name"</label>
                            <input
                                id=field
                                type="text"
                                autocomplete="off"
                                prop:value=typed
                                on:input=move |event| typed.set(event_target_value(&event))
                            />
                        </div>
                        {move || {
                            failed
                                .get()
                                .map(|problem| {
                                    view! {
                                        <Trouble sentence=problem.sentence way_out=problem.way_out />
                                    }
                                })
                        }}
                    </div>
                    <footer class="dialog-foot">
                        <Button on_press=move || closer.close()>"Cancel"</Button>
                        {move || {
                            if recording.get() {
                                view! { <Recording /> }.into_any()
                            } else {
                                view! {
                                    <Button on_press=create weight=Weight::Main why_not=why_not>"Create flow"</Button>
                                }
                                    .into_any()
                            }
                        }}
                    </footer>
                }
                    .into_any()
            }
        />
    }
}
