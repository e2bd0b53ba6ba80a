//! A running flow: the live snapshot with its variables filled in, and where it comes from (X).

use leptos::prelude::*;

use crate::browser;
use crate::domain::id::{EnvironmentId, FlowId};
use crate::domain::refusal::Refusal;
use crate::domain::run::{Run, run};
use crate::domain::state::Subject;
use crate::ui::components::button::{Button, Weight};
use crate::ui::deed::deed;
use crate::ui::filled::{line, paragraphs};
use crate::ui::moment::ago;
use crate::ui::navigation::Navigation;
use crate::ui::problem::flow_name;
use crate::ui::route::Route;
use crate::ui::tenant::{Tenant, environment_name, release_name};

/// The page.
#[component]
pub fn Play() -> impl IntoView {
    let tenant = Tenant::of_page();
    let navigation = Navigation::of_page();
    let asked = Memo::new(move |_| match navigation.route() {
        Route::Play {
            flow, environment, ..
        } => Some((flow, environment)),
        _ => None,
    });
    // Runs again whenever something is recorded: what is live may have changed (X2).
    let answer = Memo::new(move |_| {
        let (flow, environment) = asked.get()?;
        Some(tenant.read(|state| run(state, flow, environment)))
    });
    let signed_in = RwSignal::new(browser::remembered_here("signed-in").is_some());
    let sign_in = move || {
        browser::remember_here("signed-in", "yes");
        signed_in.set(true);
        // The button that had the focus is gone then.
        request_animation_frame(|| browser::keep_focus(&["main h1"]));
    };
    view! {
        <div class="play">
            {move || match answer.get() {
                None => ().into_any(),
                Some(Err(refusal)) => view! { <CannotRun refusal=refusal /> }.into_any(),
                Some(Ok(run)) if run.signs_in && !signed_in.get() => {
                    let place = tenant.environment_name(run.deployment.environment);
                    let who = tenant.actor.read().name.to_string();
                    view! {
                        <article class="running">
                            <h1>"Sign in to run this flow"</h1>
                            <p>{place} " is for signed-in users only."</p>
                            <Button on_press=sign_in weight=Weight::Main>"Continue as " {who}</Button>
                        </article>
                    }
                        .into_any()
                }
                Some(Ok(run)) => view! { <Running run=run /> }.into_any(),
            }}
        </div>
    }
}

/// X2: nothing is live.
#[component]
fn CannotRun(refusal: Refusal) -> impl IntoView {
    let tenant = Tenant::of_page();
    let problem = untrack(|| tenant.problem(&refusal));
    let facts = match refusal {
        Refusal::NotRunnable { flow, environment } => Some((flow, environment)),
        _ => None,
    };
    view! {
        <article class="running cannot">
            <h1>{problem.sentence}</h1>
            <p>{problem.way_out}</p>
            {move || facts.and_then(|(flow, environment)| last_touch(tenant, flow, environment))}
            {facts.map(|(flow, environment)| view! { <Facts flow=flow environment=environment version=None release=None /> })}
        </article>
        <p class="crumbs"><a href="#/">"Go to the environments"</a></p>
    }
}

/// Says who did what to the flow there last: what took it away, where it was there once.
fn last_touch(tenant: Tenant, flow: FlowId, environment: EnvironmentId) -> Option<AnyView> {
    let stack = Subject::Stack(environment, flow);
    let entry = tenant.entry(tenant.read(|state| state.last_touch(stack))?)?;
    let who = entry.by.name.to_string();
    let what = deed(tenant, &entry.event);
    let why = entry.event.reason().filter(|reason| !reason.is_empty());
    let why = why.map(|reason| format!(" Reason: {reason}"));
    Some(view! { <p class="quiet">{who} " " {what} ", " {ago(entry.at)} "." {why}</p> }.into_any())
}

#[component]
fn Running(run: Run) -> impl IntoView {
    let tenant = Tenant::of_page();
    let deployment = run.deployment;
    let release = tenant.peek(|state| release_name(state, deployment.release));
    view! {
        <article class="running">
            <h1>{line(run.title)}</h1>
            {paragraphs(run.body)}
            <Facts
                flow=deployment.flow
                environment=deployment.environment
                version=Some(run.snapshot.number.to_string())
                release=Some(release)
            />
        </article>
        <p class="crumbs">
            <a href=Route::release(deployment.release).to_string()>"Go to the release"</a>
        </p>
    }
}

/// X4: names flow, version, release and environment.
#[component]
fn Facts(
    flow: FlowId,
    environment: EnvironmentId,
    version: Option<String>,
    release: Option<String>,
) -> impl IntoView {
    let tenant = Tenant::of_page();
    let (flow, environment) =
        tenant.peek(|state| (flow_name(state, flow), environment_name(state, environment)));
    let fact = |name: &'static str, value: String| {
        view! { <div><dt>{name}</dt><dd>{value}</dd></div> }
    };
    view! {
        <dl class="run-facts" aria-label="What runs">
            {fact("Flow", flow)}
            {version.map(|version| fact("Version", version))}
            {release.map(|release| fact("Release", release))}
            {fact("Environment", environment)}
        </dl>
    }
}
