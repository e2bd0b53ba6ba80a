//! What to try, on the first visit.

use leptos::prelude::*;

use crate::browser;
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
    // It speaks of two releases of the demo, as long as both are where it says.
    let shown = Memo::new(move |_| {
        let ready = |name: &'static str| {
            tenant.read(|state| {
                let id = state.release_named(&Name::known(name))?;
                let place = state.release(id)?.place.environment;
                (place == state.pipeline().last().id).then_some(())
            })
        };
        wanted.get() && (ready("Release B").is_some() || ready("Loyalty launch").is_some())
    });
    let dismiss = move || {
        browser::remember("welcome", "dismissed");
        wanted.set(false);
        // The button that had the focus is gone then.
        request_animation_frame(|| browser::keep_focus(&["main h1"]));
    };
    view! {
        <section class="welcome" aria-labelledby="welcome" hidden=move || !shown.get()>
            <h2 id="welcome">"Try a rollback"</h2>
            <p>
                {if shared { "This is a demo. " } else { "This is a demo, kept in this browser only. " }}
                <strong>"Release B"</strong>
                " lies over Release A in Production: open it below, press "
                <em>"Rollback to previous release"</em>
                ", and your users are back on Release A’s versions. "
                <strong>"Loyalty launch"</strong>
                " has nothing beneath it: roll it back, and its flows can no longer be run there."
            </p>
            <p class="actions">
                <Button on_press=dismiss>"Dismiss"</Button>
            </p>
        </section>
    }
}
