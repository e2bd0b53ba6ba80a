//! Where one is, as a signal, and going elsewhere.

use leptos::prelude::*;

use super::route::{Filter, Open, Route};
use crate::browser::{self, Arrival};

/// The page's address, read from the location hash and written to it.
#[derive(Clone, Copy)]
pub struct Navigation {
    route: RwSignal<Route>,
    /// What the step of the history that one is at was made from; none where that is not known.
    from: StoredValue<Option<Route>>,
    /// What the focus is to be on after the next step: a selector.
    focus: StoredValue<Option<String>>,
}

impl Navigation {
    /// Follows the location hash as long as the page is there.
    #[must_use]
    pub fn begin() -> Self {
        let route = RwSignal::new(Route::parse(&browser::hash()));
        let made_from = StoredValue::new(None::<Route>);
        let focus = StoredValue::new(None::<String>);
        let steps = browser::Steps::begin();
        let listener = browser::on_window_event("hashchange", move || {
            let (from, to) = (route.get_untracked(), Route::parse(&browser::hash()));
            // Back and Forward show a page where one left it. Another page begins at its top, and the
            // same page stays where it is.
            let other = is_other_page(&from, &to);
            let (from, height) = match steps.arrive() {
                Arrival::New => (Some(from), None),
                Arrival::Known(height) => (None, height),
            };
            made_from.set_value(from);
            let height = height.or(other.then_some(0.0));
            route.set(to);
            let wanted = focus.try_update_value(Option::take).flatten();
            request_animation_frame(move || {
                if let Some(height) = height {
                    browser::scroll_to(height);
                }
                if let Some(wanted) = wanted {
                    browser::give_focus(&[&wanted, "main h1"]);
                } else if other {
                    // The link that was followed is gone.
                    browser::keep_focus(&["main h1"]);
                }
            });
        });
        // Dropped with the page, which ends the listening.
        StoredValue::new_local(listener);
        Self {
            route,
            from: made_from,
            focus,
        }
    }

    /// Returns the navigation of the page that is being shown.
    #[must_use]
    pub fn of_page() -> Self {
        expect_context()
    }

    /// Returns where one is.
    #[must_use]
    pub fn route(self) -> Route {
        self.route.get()
    }

    /// Goes to `route`; Back comes back from there.
    pub fn go(self, route: &Route) {
        browser::set_hash(&route.to_string());
    }

    /// Goes to `route`, and moves the focus to what the selector names there; a form that opens there
    /// takes it by itself.
    pub fn go_and_focus(self, route: &Route, focus: &str) {
        if self.route.with_untracked(|here| here == route) {
            browser::give_focus(&[focus, "main h1"]);
        } else {
            self.focus.set_value(Some(focus.to_owned()));
            self.go(route);
        }
    }

    /// Changes the address without a new step for Back.
    pub fn amend(self, route: Route) {
        browser::replace_hash(&route.to_string());
        self.route.set(route);
    }

    /// Leaves a form for what lies behind it. Back leads neither to the form nor twice to what is seen
    /// then: where the form was opened from there, the step that opened it is taken back.
    pub fn close(self, behind: Route) {
        if self.from.with_value(|from| from.as_ref() == Some(&behind)) {
            // Not only once the browser has gone back: nothing of the form is left to be used meanwhile.
            self.route.set(behind);
            browser::back();
            return;
        }
        if is_other_page(&self.route.get_untracked(), &behind) {
            browser::scroll_to(0.0);
        }
        self.amend(behind);
    }

    /// Changes what a reload shows, and leaves what is shown now: for when a form has done what its
    /// address would offer again.
    pub fn settle(self, route: &Route) {
        browser::replace_hash(&route.to_string());
    }

    /// Returns which releases the home page lists; everywhere else, all.
    #[must_use]
    pub fn filter(self) -> Filter {
        self.route.with(|route| match route {
            Route::Environments { filter, .. } => filter.clone(),
            _ => Filter::default(),
        })
    }

    /// Returns the address of the home page with something else open and the same releases listed.
    #[must_use]
    pub fn with_open(self, open: Option<Open>) -> Route {
        Route::Environments {
            filter: self.filter(),
            open,
        }
    }
}

fn is_other_page(from: &Route, to: &Route) -> bool {
    std::mem::discriminant(from) != std::mem::discriminant(to)
}
