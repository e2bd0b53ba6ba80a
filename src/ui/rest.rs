//! What not every first view needs, in two parts: the [`OfStore`], what opens a journal that a team shares
//! or that has a checkpoint; and the [`OfRest`], what a release holds, the other pages, the forms and the
//! profile, which is loaded after the first view.
//!
//! What calls something of a part does so by [`Arrived::run`], and nobody has an [`Arrived`] before that
//! part is there. A release is split right there (`xtask/src/split.rs`): whatever can only be reached
//! through it is in that part. A page under development, and a test, are in one piece, and each part of
//! them is there as soon as it is asked for.

use std::cell::RefCell;
use std::future::poll_fn;
use std::hint::black_box;
use std::marker::PhantomData;
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

/// A part of the program that comes after the first one.
pub trait Part: Copy + Send + Sync + 'static {
    /// What the loader calls it.
    const NAME: &'static str;

    /// Marks whoever calls it as one who is only called when the part is there: [`Arrived::run`], and nobody
    /// else.
    fn gate();
}

/// What opens a journal that a team shares, or that has a checkpoint.
#[derive(Clone, Copy, Debug)]
pub struct OfStore;

impl Part for OfStore {
    const NAME: &'static str = "store";

    #[inline]
    fn gate() {
        gate_of_store();
    }
}

/// All that the first view can be shown without; it comes with all other parts.
#[derive(Clone, Copy, Debug)]
pub struct OfRest;

impl Part for OfRest {
    const NAME: &'static str = "rest";

    #[inline]
    fn gate() {
        gate_of_rest();
    }
}

/// How looks what no first view shows, in the order of the cascade.
const STYLES: [&str; 4] = [
    include_str!("../../style/tables.css"),
    include_str!("../../style/history.css"),
    include_str!("../../style/dialog.css"),
    include_str!("../../style/play.css"),
];

// No other function can be taken for one that calls these, nor be the same as one of them, which the
// compiler would make one of.
#[inline(never)]
fn gate_of_store() {
    black_box("gate of the store");
}

#[inline(never)]
fn gate_of_rest() {
    black_box("gate of the rest");
}

/// A part of the program is there.
#[derive(Clone, Copy, Debug)]
pub struct Arrived<P = OfRest>(PhantomData<P>);

impl<P: Part> Arrived<P> {
    /// Does what needs the part. Of what stands here, nothing is in those before it.
    // Where this was made part of its caller, there would be nothing to split at.
    #[inline(never)]
    pub fn run<T>(self, act: impl FnOnce() -> T) -> T {
        P::gate();
        // Not to be known to the caller, or parts of it (a table of methods) would be there.
        black_box(act())
    }

    /// Begins what needs the part. Of what is awaited here, nothing is in those before it.
    pub fn begin<T: 'static>(
        self,
        act: impl AsyncFnOnce() -> T + 'static,
    ) -> Pin<Box<dyn Future<Output = T>>> {
        self.run::<Pin<Box<dyn Future<Output = T>>>>(|| Box::pin(async move { act().await }))
    }
}

/// How far a part has come.
#[derive(Clone, Copy)]
enum Coming {
    Unasked,
    UnderWay,
    Failed,
    Here,
}

/// The coming of a part, compiled once for all parts. Cheap to copy.
#[derive(Clone, Copy)]
struct Loading {
    name: &'static str,
    coming: RwSignal<Coming>,
    waiting: StoredValue<Rc<RefCell<Vec<Waker>>>, LocalStorage>,
}

impl Loading {
    fn load(self) {
        if let Coming::UnderWay | Coming::Here = self.coming.get_untracked() {
            return;
        }
        self.coming.set(Coming::UnderWay);
        spawn_local(async move {
            let come = match browser::load_part(self.name).await {
                Ok(()) => Coming::Here,
                Err(_) => Coming::Failed,
            };
            if self.name == OfRest::NAME && matches!(come, Coming::Here) {
                Arrived::<OfRest>(PhantomData)
                    .run(|| STYLES.into_iter().for_each(browser::add_styles));
            }
            // Much may have waited for it.
            browser::breathe().await;
            self.coming.set(come);
            let waiting = self.waiting.get_value().take();
            waiting.into_iter().for_each(Waker::wake);
        });
    }

    async fn came(self) -> bool {
        self.load();
        poll_fn(|context| match self.coming.get_untracked() {
            Coming::Here => Poll::Ready(true),
            Coming::Failed => Poll::Ready(false),
            Coming::Unasked | Coming::UnderWay => {
                let waiting = self.waiting.get_value();
                waiting.borrow_mut().push(context.waker().clone());
                Poll::Pending
            }
        })
        .await
    }
}

/// A later part of the program, as the page knows it. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Later<P>(Loading, PhantomData<P>);

impl<P: Part> Later<P> {
    /// Begins without it.
    #[must_use]
    pub fn begin() -> Self {
        let loading = Loading {
            name: P::NAME,
            coming: RwSignal::new(Coming::Unasked),
            waiting: StoredValue::new_local(Rc::default()),
        };
        Self(loading, PhantomData)
    }

    /// Returns that of the program that shows this page.
    #[must_use]
    pub fn of_page() -> Self {
        expect_context()
    }

    /// Returns whether it is there; whoever asks runs again when it has come.
    #[must_use]
    pub fn arrived(self) -> Option<Arrived<P>> {
        matches!(self.0.coming.get(), Coming::Here).then_some(Arrived(PhantomData))
    }

    /// Loads it, and waits until it is there; none, where it does not come.
    pub async fn arrival(self) -> Option<Arrived<P>> {
        self.0.came().await.then_some(Arrived(PhantomData))
    }
}

/// Shows what is of the rest, as soon as that is there.
pub fn of_the_rest(view: impl Fn(Arrived) -> AnyView + Send + Sync + 'static) -> AnyView {
    of_part(view)
}

/// Shows what is of a part, as soon as that is there.
pub fn of_part<P: Part>(view: impl Fn(Arrived<P>) -> AnyView + Send + Sync + 'static) -> AnyView {
    behind_gate(
        Later::<P>::of_page().0,
        // Called once it is there.
        Box::new(move || {
            let arrived = Arrived(PhantomData);
            arrived.run(|| view(arrived))
        }),
    )
}

// Once for all that stands behind one.
fn behind_gate(loading: Loading, view: Box<dyn Fn() -> AnyView + Send + Sync>) -> AnyView {
    loading.load();
    let shown = move || match loading.coming.get() {
        Coming::Here => view(),
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
                        <Button on_press=move || loading.load()>"Try again"</Button>
                    </Trouble>
                </div>
            }
            .into_any()
        }
    };
    shown.into_any()
}
