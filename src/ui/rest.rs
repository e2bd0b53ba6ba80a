//! What the first view does not need, and is loaded after it: what a release holds, the other pages, the
//! forms, the profile, and the stores that a team shares.
//!
//! What calls something of the rest does so by [`Arrived::run`], and nobody has an [`Arrived`] before
//! the rest is there. A release is split right there (`xtask/src/split.rs`): whatever can only be
//! reached through it is the rest. A page under development, and a test, are in one piece, and the
//! rest of them is there as soon as it is asked for.

use std::cell::RefCell;
use std::future::poll_fn;
use std::hint::black_box;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Poll, Waker};

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::components::button::Button;
use super::components::notice::Trouble;
use super::problem::Problem;
use crate::browser;

/// The rest is there.
#[derive(Clone, Copy, Debug)]
pub struct Arrived(());

impl Arrived {
    /// Does what needs the rest. Of what stands here, nothing is in the first part of the program.
    // Where this was made part of its caller, there would be nothing to split at.
    #[inline(never)]
    pub fn run<T>(self, act: impl FnOnce() -> T) -> T {
        gate();
        // Not to be known to the caller, or parts of it (a table of methods) would be there.
        black_box(act())
    }

    /// Begins what needs the rest. Of what is awaited here, nothing is in the first part of the program.
    pub fn begin<T: 'static>(
        self,
        act: impl AsyncFnOnce() -> T + 'static,
    ) -> Pin<Box<dyn Future<Output = T>>> {
        self.run::<Pin<Box<dyn Future<Output = T>>>>(|| Box::pin(async move { act().await }))
    }
}

/// Marks whoever calls it as one who is only called when the rest is there: no other function can be
/// taken for one that does, nor be the same as this one, which the compiler would make one of.
#[inline(never)]
fn gate() {
    black_box("gate");
}

/// How far the rest has come.
#[derive(Clone, Copy)]
enum Coming {
    Unasked,
    UnderWay,
    Failed,
    Here(Arrived),
}

/// The rest of the program, as the page knows it. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Rest {
    coming: RwSignal<Coming>,
    waiting: StoredValue<Rc<RefCell<Vec<Waker>>>, LocalStorage>,
}

impl Rest {
    /// Begins without it.
    #[must_use]
    pub fn begin() -> Self {
        Self {
            coming: RwSignal::new(Coming::Unasked),
            waiting: StoredValue::new_local(Rc::default()),
        }
    }

    /// Returns the rest of the program that shows this page.
    #[must_use]
    pub fn of_page() -> Self {
        expect_context()
    }

    /// Returns whether it is there; whoever asks runs again when it has come.
    #[must_use]
    pub fn arrived(self) -> Option<Arrived> {
        match self.coming.get() {
            Coming::Here(arrived) => Some(arrived),
            Coming::Unasked | Coming::UnderWay | Coming::Failed => None,
        }
    }

    /// Loads it, unless that has been done or is being done.
    pub fn load(self) {
        if let Coming::UnderWay | Coming::Here(_) = self.coming.get_untracked() {
            return;
        }
        self.coming.set(Coming::UnderWay);
        spawn_local(async move {
            let come = match browser::load_the_rest().await {
                Ok(()) => Coming::Here(Arrived(())),
                Err(_) => Coming::Failed,
            };
            // Much may have waited for it.
            browser::breathe().await;
            self.coming.set(come);
            let waiting = self.waiting.get_value().take();
            waiting.into_iter().for_each(Waker::wake);
        });
    }

    /// Loads it, and waits until it is there; none, where it does not come.
    pub async fn arrival(self) -> Option<Arrived> {
        self.load();
        poll_fn(|context| match self.coming.get_untracked() {
            Coming::Here(arrived) => Poll::Ready(Some(arrived)),
            Coming::Failed => Poll::Ready(None),
            Coming::Unasked | Coming::UnderWay => {
                let waiting = self.waiting.get_value();
                waiting.borrow_mut().push(context.waker().clone());
                Poll::Pending
            }
        })
        .await
    }
}

/// Shows what is of the rest, as soon as that is there.
pub fn of_the_rest(view: impl Fn(Arrived) -> AnyView + Send + Sync + 'static) -> AnyView {
    behind_gate(Box::new(move |arrived| arrived.run(|| view(arrived))))
}

// Once for all that stands behind it.
fn behind_gate(view: Box<dyn Fn(Arrived) -> AnyView + Send + Sync>) -> AnyView {
    let rest = Rest::of_page();
    rest.load();
    let shown = move || match rest.coming.get() {
        Coming::Here(arrived) => view(arrived),
        Coming::Unasked | Coming::UnderWay => {
            view! { <p class="loading" role="status">"Loading …"</p> }.into_any()
        }
        Coming::Failed => {
            let problem = Problem::not_loaded();
            let node = NodeRef::<html::Div>::new();
            // What was pressed may stand far from it.
            Effect::new(move |_| {
                if let Some(node) = node.get() {
                    browser::reveal(&node);
                }
            });
            view! {
                <div node_ref=node>
                    <Trouble sentence=problem.sentence way_out=problem.way_out>
                        <Button on_press=move || rest.load()>"Try again"</Button>
                    </Trouble>
                </div>
            }
            .into_any()
        }
    };
    shown.into_any()
}
