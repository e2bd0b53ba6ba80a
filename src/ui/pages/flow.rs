//! One flow: its canvas, its snapshots, and the form that builds it.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::domain::actor::Role;
use crate::domain::command::Command;
use crate::domain::flow::Canvas;
use crate::domain::id::FlowId;
use crate::domain::text::Body;
use crate::ui::build::BuildForm;
use crate::ui::components::button::{Button, Weight, fresh_id};
use crate::ui::components::copy::CopyButton;
use crate::ui::components::notice::{Recording, Trouble};
use crate::ui::moment::Moment;
use crate::ui::navigation::Navigation;
use crate::ui::problem::{Problem, typed_name};
use crate::ui::route::Route;
use crate::ui::tenant::Tenant;

/// The page.
#[component]
pub fn OneFlow() -> impl IntoView {
    let tenant = Tenant::of_page();
    let navigation = Navigation::of_page();
    let id = Memo::new(move |_| match navigation.route() {
        Route::Flow { id, .. } => Some(id),
        _ => None,
    });
    let building =
        Memo::new(move |_| matches!(navigation.route(), Route::Flow { building: true, .. }));
    let known = Memo::new(move |_| {
        id.get()
            .filter(|id| tenant.read(|state| state.flow(*id).is_some()))
    });
    view! {
        {move || match known.get() {
            None => {
                view! {
                    <h1>"There is no such flow"</h1>
                    <p><a href="#/flows">"Go to the flows"</a> "."</p>
                }
                    .into_any()
            }
            Some(id) => {
                let name = move || tenant.read(|state| state.flow(id).map(|flow| flow.name.to_string()));
                view! {
                    <p class="crumbs"><a href="#/flows">"Flows"</a></p>
                    <div class="page-head">
                        <h1>{name}</h1>
                        <a class="button main" href=Route::Flow { id, building: true }.to_string()>
                            "Build flow"
                        </a>
                    </div>
                    <Edit id=id />
                    <Snapshots id=id />
                    {move || {
                        building
                            .get()
                            .then(|| {
                                let close = move || navigation.go(&Route::Flow { id, building: false });
                                view! { <BuildForm flow=Some(id) on_close=close /> }
                            })
                    }}
                }
                    .into_any()
            }
        }}
    }
}

/// The canvas: what the next build makes a snapshot of.
#[component]
fn Edit(id: FlowId) -> impl IntoView {
    let tenant = Tenant::of_page();
    let (name, canvas) = tenant.peek(|state| {
        let flow = state.flow(id);
        (
            flow.map(|it| it.name.to_string()),
            flow.map(|it| it.canvas.clone()),
        )
    });
    let name = RwSignal::new(name.unwrap_or_default());
    let title = RwSignal::new(
        canvas
            .as_ref()
            .map(|it| it.title.to_string())
            .unwrap_or_default(),
    );
    let body = RwSignal::new(canvas.map(|it| it.body.to_string()).unwrap_or_default());
    let saving = RwSignal::new(false);
    let failed = RwSignal::new(None::<Problem>);
    let typed = move || -> Result<(crate::domain::text::Name, Canvas), Problem> {
        let name = typed_name("The flow’s name", &name.read())?;
        let title = typed_name("The title", &title.read())?;
        let body = Body::new(&body.read()).map_err(|it| Problem::of_text("The text", it))?;
        Ok((name, Canvas { title, body }))
    };
    let unchanged = move || {
        typed().is_ok_and(|(name, canvas)| {
            tenant.read(|state| {
                state
                    .flow(id)
                    .is_some_and(|flow| flow.name == name && flow.canvas == canvas)
            })
        })
    };
    let why_not = Signal::derive(move || {
        if let Err(refusal) = tenant.permits(Role::Standard) {
            return Some(
                tenant
                    .read(|state| Problem::of_refusal(state, &refusal))
                    .text(),
            );
        }
        match typed() {
            Err(problem) => Some(problem.text()),
            Ok(_) if unchanged() => Some("Everything is saved.".to_owned()),
            Ok(_) => None,
        }
    });
    let save = move || {
        let Ok((name, canvas)) = untrack(typed) else {
            return;
        };
        saving.set(true);
        spawn_local(async move {
            let answer = tenant
                .give(Command::EditFlow {
                    flow: id,
                    name,
                    canvas,
                })
                .await;
            let problem = answer
                .err()
                .map(|it| tenant.peek(|state| Problem::of_failure(state, &it)));
            failed.try_set(problem);
            saving.try_set(false);
        });
    };
    let (name_field, title_field, body_field) =
        (fresh_id("name"), fresh_id("title"), fresh_id("body"));
    view! {
        <section aria-labelledby="canvas">
            <h2 id="canvas">"Canvas"</h2>
            <div class="questions canvas">
                <label for=name_field.clone()>"Name"</label>
                <input id=name_field type="text" autocomplete="off" prop:value=name on:input=move |event| name.set(event_target_value(&event)) />
                <label for=title_field.clone()>"Title"</label>
                <input id=title_field type="text" autocomplete="off" prop:value=title on:input=move |event| title.set(event_target_value(&event)) />
                <label for=body_field.clone()>"Text"</label>
                <textarea id=body_field rows="5" prop:value=body on:input=move |event| body.set(event_target_value(&event))></textarea>
                <p class="hint">"Write {{Name}} where the value of a variable belongs. Users get a change only with the next build."</p>
                {move || {
                    failed
                        .get()
                        .map(|problem| {
                            view! {
                                <Trouble sentence=problem.sentence way_out=problem.way_out />
                            }
                        })
                }}
                <div class="actions">
                    {move || {
                        if saving.get() {
                            view! { <Recording /> }.into_any()
                        } else {
                            view! { <Button on_press=save weight=Weight::Plain why_not=why_not>"Save"</Button> }.into_any()
                        }
                    }}
                </div>
            </div>
        </section>
    }
}

/// Everything that was ever built.
#[component]
fn Snapshots(id: FlowId) -> impl IntoView {
    let tenant = Tenant::of_page();
    let snapshots = Memo::new(move |_| {
        tenant.read(|state| {
            let flow = state.flow(id);
            flow.map(|flow| flow.snapshots.iter().rev().cloned().collect::<Vec<_>>())
                .unwrap_or_default()
        })
    });
    view! {
        <section aria-labelledby="snapshots">
            <h2 id="snapshots">"Snapshots"</h2>
            <table class="cards">
                <thead>
                    <tr>
                        <th scope="col">"Version"</th>
                        <th scope="col">"Version ID"</th>
                        <th scope="col">"Build notes"</th>
                        <th scope="col">"Built"</th>
                        <th scope="col">"By"</th>
                    </tr>
                </thead>
                <tbody>
                    <For each=move || snapshots.get() key=|snapshot| snapshot.id let:snapshot>
                        {
                            let moment = tenant.peek(|state| state.moment(snapshot.built).cloned());
                            let version = snapshot.id.to_string();
                            let copied = version.clone();
                            view! {
                                <tr>
                                    <th scope="row">{snapshot.number}</th>
                                    <td data-label="Version ID">
                                        <code>{version}</code>
                                        <CopyButton text=move || copied.clone() label=format!("Copy Version ID of version {}", snapshot.number) />
                                    </td>
                                    <td data-label="Build notes">{snapshot.notes.to_string()}</td>
                                    <td data-label="Built">
                                        {moment.as_ref().map(|moment| view! { <Moment at=moment.at /> })}
                                    </td>
                                    <td data-label="By">{moment.map(|moment| moment.by.name.to_string())}</td>
                                </tr>
                            }
                        }
                    </For>
                </tbody>
            </table>
            {move || snapshots.read().is_empty().then(|| view! { <p class="empty">"Nothing was built yet."</p> })}
        </section>
    }
}
