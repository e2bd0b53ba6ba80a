//! A modal dialog on the browser's own `<dialog>`: it traps focus, closes on Escape, and gives focus
//! back. Its `close` event is the truth: whoever wants it closed closes the element and learns of it
//! from there.

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::button::fresh_id;
use super::icon::{Glyph, Icon};
use crate::browser;
use crate::ui::turn::FirstView;

/// What a form can ask of the dialog that it stands in.
#[derive(Clone, Copy)]
pub struct Frame {
    dialog: NodeRef<html::Dialog>,
    heading: NodeRef<html::H2>,
}

impl Frame {
    /// Closes the dialog; `on_close` hears of it.
    pub fn close(self) {
        if let Some(dialog) = self.dialog.get_untracked() {
            dialog.close();
        }
    }

    /// Moves the focus to the heading: for when what had it is gone, and what follows is to be read
    /// from the start.
    pub fn begin_reading(self) {
        if let Some(heading) = self.heading.get_untracked() {
            // Nothing is lost where the browser refuses to move the focus.
            let _ = heading.focus();
        }
        self.show_top();
    }

    /// Scrolls the form to its top, and leaves the focus where it is.
    pub fn show_top(self) {
        if let Some(dialog) = self.dialog.get_untracked()
            && let Ok(Some(body)) = dialog.query_selector(".dialog-body")
        {
            body.set_scroll_top(0);
        }
    }
}

/// A form over the page, open as long as it is mounted.
#[component]
pub fn Dialog(
    /// The heading, which also names the dialog.
    #[prop(into)]
    title: Signal<String>,
    /// Hears that the dialog was closed, by whatever means.
    on_close: impl Fn() + 'static,
    /// Whether it stays open for now: something is being done, and its outcome is to be seen.
    #[prop(optional, into)]
    locked: Signal<bool>,
    /// Where the focus goes when what opened the form is gone: a selector. Without one, to the
    /// page's heading.
    #[prop(optional, into)]
    back_to: String,
    /// The form.
    children: impl FnOnce(Frame) -> AnyView + 'static,
) -> impl IntoView {
    dialog(
        title,
        Box::new(on_close),
        locked,
        back_to,
        Box::new(children),
    )
}

// Once for all forms, whatever stands in them.
fn dialog(
    title: Signal<String>,
    on_close: Box<dyn Fn()>,
    locked: Signal<bool>,
    back_to: String,
    children: Box<dyn FnOnce(Frame) -> AnyView>,
) -> AnyView {
    let node = NodeRef::<html::Dialog>::new();
    let title_node = NodeRef::<html::H2>::new();
    let frame = Frame {
        dialog: node,
        heading: title_node,
    };
    let heading = fresh_id("dialog");
    let name = heading.clone();
    let show = move || {
        // In a turn of its own, it may be closed for good by then.
        if let Some(dialog) = node.try_get_untracked().flatten()
            && !dialog.open()
        {
            // Fails only where the element is not in the document: then there is nothing to see.
            let _ = dialog.show_modal();
        }
    };
    let first_view = FirstView::of_page();
    Effect::new(move |_| {
        if node.get().is_none() {
            return;
        }
        // After the first view it has the focus before the page behind it looks for what should.
        if first_view.is_over() {
            show();
        } else {
            spawn_local(async move {
                // The browser lays out all of it at once, to find what gets the focus.
                browser::breathe().await;
                show();
            });
        }
    });
    let hand_back = move || {
        let back_to = back_to.clone();
        // Once the page shows what comes after the form.
        request_animation_frame(move || {
            let heading = "main h1";
            let opener = if back_to.is_empty() {
                heading
            } else {
                &back_to
            };
            browser::keep_focus(&[opener, heading]);
        });
    };
    let gone = StoredValue::new(false);
    on_cleanup({
        let hand_back = hand_back.clone();
        // Back leaves a form that is still open.
        move || {
            gone.set_value(true);
            if let Some(dialog) = node.get_untracked()
                && dialog.open()
            {
                // The browser gives the focus back to what had it.
                dialog.close();
                hand_back();
            }
        }
    });
    view! {
        <dialog node_ref=node class="dialog" aria-labelledby=name on:close=move |event: web_sys::Event| {
                // Who left the form by the address has gone elsewhere already; and where another form has
                // taken over the element, it is open again.
                let open = event_target::<web_sys::HtmlDialogElement>(&event).open();
                if !open && gone.try_get_value() == Some(false) {
                    on_close();
                    hand_back();
                }
            }
            on:cancel=move |event: web_sys::Event| {
                if locked.get_untracked() {
                    event.prevent_default();
                }
            }>
            <div class="dialog-head">
                <h2 node_ref=title_node id=heading tabindex="-1" autofocus=true>{title}</h2>
                <button type="button" class="button quiet icon" aria-label="Close this form" on:click=move |_| frame.close()>
                    <Glyph icon=Icon::Close />
                </button>
            </div>
            {children(frame)}
        </dialog>
    }
    .into_any()
}
