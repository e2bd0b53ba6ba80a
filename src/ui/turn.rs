//! The first view comes in parts, and the browser may do what is urgent between them: a phone takes long
//! for each, and is not to be deaf until the last one is there.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::browser;

/// The first view of the page. Cheap to copy.
#[derive(Clone, Copy)]
pub struct FirstView {
    over: RwSignal<bool>,
}

impl FirstView {
    /// Begins with it.
    #[must_use]
    pub fn begin() -> Self {
        let over = RwSignal::new(false);
        Self { over }
    }

    /// Returns that of the page that is being shown.
    #[must_use]
    pub fn of_page() -> Self {
        expect_context()
    }

    /// What is shown from now on comes after it.
    pub fn end(self) {
        self.over.set(true);
    }

    /// Tells whether it is over, once.
    #[must_use]
    pub fn is_over(self) -> bool {
        self.over.get_untracked()
    }
}

/// Shows `view`: of the first view, after what stands before it.
pub fn in_turn(view: impl Fn() -> AnyView + Send + 'static) -> AnyView {
    once_due(Box::new(view), |due| {
        spawn_local(async move {
            browser::breathe().await;
            // The page may be another one by then.
            due.try_set(true);
        });
    })
}

/// Shows `view`, which lies over the page: of the first view, once what lies beneath is painted.
pub fn over_the_page(view: impl Fn() -> AnyView + Send + 'static) -> AnyView {
    once_due(Box::new(view), |due| {
        browser::after_paint(move || {
            due.try_set(true);
        });
    })
}

fn once_due(view: Box<dyn Fn() -> AnyView + Send>, wait: fn(RwSignal<bool>)) -> AnyView {
    if FirstView::of_page().is_over() {
        return view();
    }
    let due = RwSignal::new(false);
    wait(due);
    let shown = move || {
        if due.get() {
            view()
        } else {
            // What comes below it waits, too, or would jump (style/frame.css).
            view! { <span class="due"></span> }.into_any()
        }
    };
    shown.into_any()
}
