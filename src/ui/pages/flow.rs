//! One flow: its canvas, its snapshots, and the form that builds it.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::domain::actor::Role;
use crate::domain::command::Command;
use crate::domain::flow::{Canvas, Snapshot};
use crate::domain::id::{EnvironmentId, FlowId};
use crate::domain::run::fill;
use crate::domain::text::{Body, Name};
use crate::ui::build::BuildForm;
use crate::ui::components::button::{Button, Weight};
use crate::ui::components::copy::CopyButton;
use crate::ui::components::draft::Draft;
use crate::ui::components::field::{Line, Lines};
use crate::ui::components::notice::{Recording, trouble};
use crate::ui::components::table::{cell, none_yet, table};
use crate::ui::filled::{line, paragraphs};
use crate::ui::moment::ago;
use crate::ui::navigation::Navigation;
use crate::ui::opener::opener;
use crate::ui::pick::environment_select;
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
                        {build("Build flow", id)}
                    </div>
                    <Edit id=id />
                    <Snapshots id=id />
                    {move || {
                        building
                            .get()
                            .then(|| {
                                let close = move || navigation.close(Route::Flow { id, building: false });
                                view! { <BuildForm flow=Some(id) on_close=close /> }
                            })
                    }}
                }
                    .into_any()
            }
        }}
    }
}

/// The button that opens the form.
fn build(label: &'static str, id: FlowId) -> AnyView {
    let why_not = Tenant::of_page().why_not(Role::Standard, || None);
    opener(label, Weight::Main, why_not, move || Route::Flow {
        id,
        building: true,
    })
}

/// The canvas: what the next build makes a snapshot of.
#[component]
fn Edit(id: FlowId) -> impl IntoView {
    let tenant = Tenant::of_page();
    let saved = move || {
        tenant.peek(|state| {
            let flow = state.flow(id);
            let canvas = flow.map(|it| &it.canvas);
            [
                flow.map(|it| it.name.to_string()),
                canvas.map(|it| it.title.to_string()),
                canvas.map(|it| it.body.to_string()),
            ]
            .map(Option::unwrap_or_default)
        })
    };
    let draft = Draft::of(format!("canvas/{id}"));
    let [was_name, was_title, was_body] = saved();
    let name = draft.field("name", &was_name);
    let title = draft.field("title", &was_title);
    let body = draft.field("body", &was_body);
    let discard = move || {
        let [was_name, was_title, was_body] = saved();
        name.set(was_name);
        title.set(was_title);
        body.set(was_body);
        draft.forget();
    };
    let saving = RwSignal::new(false);
    let failed = RwSignal::new(None::<Problem>);
    let typed = move || -> Result<(Name, Canvas), Problem> {
        let name = typed_name("The flow’s name", &name.read())?;
        let title = typed_name("The title", &title.read())?;
        let body = Body::new(&body.read()).map_err(|it| Problem::of_text("The text", it))?;
        Ok((name, Canvas { title, body }))
    };
    let unchanged = Memo::new(move |_| {
        typed().is_ok_and(|(name, canvas)| {
            tenant.read(|state| {
                let flow = state.flow(id);
                flow.is_some_and(|flow| flow.name == name && flow.canvas == canvas)
            })
        })
    });
    let why_not = tenant.why_not(Role::Standard, move || {
        typed()
            .err()
            .or_else(|| unchanged.get().then(Problem::nothing_to_save))
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
            if answer.is_ok() {
                draft.forget();
            }
            failed.try_set(answer.err().map(|it| tenant.explain(&it)));
            saving.try_set(false);
        });
    };
    let buttons = move || {
        if saving.get() {
            return view! { <Recording /> }.into_any();
        }
        view! {
            <Button on_press=save why_not=why_not>"Save"</Button>
            {(!unchanged.get())
                .then(|| view! { <Button on_press=discard weight=Weight::Quiet>"Discard changes"</Button> })}
        }
        .into_any()
    };
    view! {
        <section class="card canvas" aria-labelledby="canvas">
            <div>
                <h2 id="canvas">"Canvas"</h2>
                <div class="questions">
                    <Line label="Name" value=name />
                    <Line label="Title" value=title />
                    <Lines label="Text" value=body rows=6 />
                    <p class="hint">
                        "Write {{Name}} where the value of a variable belongs. Users get a change only with the next build."
                    </p>
                </div>
                {move || failed.get().map(|problem| trouble(problem.said()))}
                <div class="actions">{buttons}</div>
            </div>
            {preview(tenant, title, body)}
        </section>
    }
}

/// What the canvas would show in an environment, with its variables filled in (V3).
fn preview(tenant: Tenant, title: RwSignal<String>, body: RwSignal<String>) -> AnyView {
    let chosen = RwSignal::new(None::<EnvironmentId>);
    let place = move || {
        tenant.read(|state| {
            let pipeline = state.pipeline();
            let chosen = chosen.get().filter(|id| pipeline.contains(*id));
            chosen.unwrap_or(pipeline.default_environment())
        })
    };
    let filled = move |text: RwSignal<String>| {
        let place = place();
        tenant.read(|state| fill(state, place, &text.read()))
    };
    view! {
        <section class="preview" aria-label="Preview">
            <label class="field-line">
                <span class="label">"Preview in"</span>
                {environment_select(tenant, place, move |id| chosen.set(id))}
            </label>
            <div class="paper">
                <p class="heading">{move || line(filled(title))}</p>
                {move || paragraphs(filled(body))}
            </div>
        </section>
    }
    .into_any()
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
    let row = move |snapshot: Snapshot| {
        let moment = tenant.peek(|state| state.moment(snapshot.built).cloned());
        let at = moment.as_ref().map(|moment| ago(moment.at));
        let version = snapshot.id.to_string();
        let copied = version.clone();
        let label = format!("Copy Version ID of version {}", snapshot.number);
        let id = view! {
            <span class="id">
                <code>{version}</code>
                <CopyButton text=move || copied.clone() label=label />
            </span>
        };
        view! {
            <tr>
                <th scope="row">"Version " {snapshot.number}</th>
                {cell("Version ID", id)}
                {cell("Build notes", snapshot.notes.to_string())}
                {cell("Built", at)}
                {cell("By", moment.map(|moment| moment.by.name.to_string()))}
            </tr>
        }
    };
    view! {
        <section aria-labelledby="snapshots">
            <h2 id="snapshots">"Snapshots"</h2>
            <div class="wide">
                {table(
                    "Snapshots".into_any(),
                    &["Snapshot", "Version ID", "Build notes", "Built", "By"],
                    (move || snapshots.get().into_iter().map(row).collect_view()).into_any(),
                )}
            </div>
            {move || snapshots.read().is_empty().then(|| none_yet("Nothing was built yet.", build("Build the first version", id)))}
        </section>
    }
}
