//! What to try, on the first visit.

use leptos::prelude::*;

use crate::browser;
use crate::domain::id::FlowId;
use crate::domain::state::State;
use crate::domain::text::Name;
use crate::ui::components::button::Button;
use crate::ui::keeping::Keeping;
use crate::ui::tenant::Tenant;

/// What to try, on the first visit.
#[component]
pub fn Welcome() -> impl IntoView {
    let tenant = Tenant::of_page();
    let shared = expect_context::<Keeping>().team().is_some();
    let wanted = RwSignal::new(browser::remembered("welcome").is_none());
    // It speaks of two releases of the demo, of each as long as it is as it says.
    let lies = |name, beneath| {
        Memo::new(move |_| tenant.read(|state| lies_over(state, name, beneath)) == Some(true))
    };
    let over_another = lies("Release B", Some("Release A"));
    let over_nothing = lies("Loyalty launch", None);
    let shown = move || wanted.get() && (over_another.get() || over_nothing.get());
    let dismiss = move || {
        browser::remember("welcome", "dismissed");
        wanted.set(false);
        // The button that had the focus is gone then.
        request_animation_frame(|| browser::keep_focus(&["main h1"]));
    };
    view! {
        <section class="welcome" aria-labelledby="welcome" hidden=move || !shown()>
            <h2 id="welcome">"Try a rollback"</h2>
            <p>{if shared { "This is a demo." } else { "This is a demo, kept in this browser only." }}</p>
            <ol class="steps">
                <li hidden=move || !over_another.get()>
                    <strong>"Release B"</strong>
                    " lies over Release A in Production: open it below, press “Rollback to previous release”, and your users are back on Release A’s versions."
                </li>
                <li hidden=move || !over_nothing.get()>
                    <strong>"Loyalty launch"</strong>
                    " has nothing beneath it in Production: roll it back, and its flows can no longer be run there."
                </li>
            </ol>
            <p class="actions">
                <Button on_press=dismiss>"Dismiss"</Button>
            </p>
        </section>
    }
}

/// Tells whether the release of this name runs in the last environment with all its flows, each right
/// over the other release's, or over nothing.
fn lies_over(state: &State, name: &'static str, beneath: Option<&'static str>) -> Option<bool> {
    let named = |name| state.release_named(&Name::known(name));
    let release = state.release(named(name)?)?;
    let last = state.pipeline().last().id;
    let beneath = match beneath {
        Some(beneath) => Some(named(beneath)?),
        None => None,
    };
    let lies = |flow: FlowId| {
        let mut stack = state.stack(last, flow).map(|it| it.release);
        stack.next() == Some(release.id) && stack.next() == beneath
    };
    Some(release.place.environment == last && release.content.flows().all(lies))
}
