//! Every component in every state, at `#/styleguide`: to look at while one works on them. A release does
//! not have it.

use leptos::prelude::*;

use super::components::button::{Button, Weight};
use super::components::combobox::{Choice, Combobox};
use super::components::copy::CopyButton;
use super::components::dialog::Dialog;
use super::components::field::{Check, Line, Lines, search};
use super::components::finder::{Found, finder};
use super::components::form::Form;
use super::components::icon::{Glyph, Icon};
use super::components::more::more;
use super::components::notice::{Done, Recording, Said, Trouble};
use super::components::table::{cell, empty, table};

/// The page's address.
pub const ADDRESS: &str = "/styleguide";

const LONG: &str = "A name so long that it has to be broken somewhere: ReconciliationOfWarehouseStockAcrossAllSubsidiariesAndPartners";

/// The page.
#[component]
pub fn Styleguide() -> impl IntoView {
    view! {
        <h1>"Styleguide"</h1>
        {part("Type", typography())}
        {part("Colours", colours())}
        {part("Icons", icons())}
        {part("Buttons", buttons())}
        {part("Badges", badges())}
        {part("Fields", fields())}
        {part("Notices", notices())}
        {part("Tables", tables())}
        {part("Dialogs", dialogs())}
    }
}

fn part(name: &'static str, content: AnyView) -> AnyView {
    view! {
        <section aria-label=name>
            <h2>{name}</h2>
            {content}
        </section>
    }
    .into_any()
}

fn typography() -> AnyView {
    view! {
        <p class="lead">"The sentence that a form begins with."</p>
        <p>"A paragraph, with " <strong>"what matters"</strong> ", " <a href="#/">"a link"</a> " and " <code>"an id"</code> "."</p>
        <p class="quiet">"What is quiet."</p>
        <p class="hint">"A hint beside a field."</p>
        <p class="description">{LONG}</p>
    }
    .into_any()
}

fn colours() -> AnyView {
    let names = [
        "ground",
        "surface",
        "raised",
        "line",
        "edge",
        "text",
        "soft",
        "accent",
        "accent-wash",
        "gone",
        "gone-wash",
        "back",
        "back-wash",
        "good",
        "good-wash",
    ];
    let swatch = |name: &'static str| {
        view! {
            <li class="card">
                <svg viewBox="0 0 64 24" width="64" height="24" aria-hidden="true">
                    <rect width="64" height="24" rx="4" style:fill=format!("var(--{name})") />
                </svg>
                " "
                {name}
            </li>
        }
    };
    view! { <ul class="buttons">{names.map(swatch).collect_view()}</ul> }.into_any()
}

fn icons() -> AnyView {
    let all = Icon::ALL.into_iter();
    let icon = |icon| view! { <li class="card"><Glyph icon=icon />" "{format!("{icon:?}")}</li> };
    view! { <ul class="buttons">{all.map(icon).collect_view()}</ul> }.into_any()
}

fn buttons() -> AnyView {
    let weights = [
        ("Plain", Weight::Plain),
        ("Main", Weight::Main),
        ("Grave", Weight::Grave),
        ("Quiet", Weight::Quiet),
        ("Away", Weight::Away),
    ];
    let pair = |(name, weight): (&'static str, Weight)| {
        let why = || {
            Signal::stored(Some(
                "Why it cannot be pressed, and the way out.".to_owned(),
            ))
        };
        view! {
            <Button on_press=|| () weight=weight>{name}</Button>
            <Button on_press=|| () weight=weight>
                <Glyph icon=Icon::Back />
                {name}
                " with an icon"
            </Button>
            <Button on_press=|| () weight=weight why_not=why()>{name}" that cannot be pressed"</Button>
        }
    };
    view! {
        <div class="buttons">{weights.map(pair).collect_view()}</div>
        <div class="actions">
            <a class="button" href="#/">"A link like a button"</a>
            <CopyButton text=|| LONG.to_owned() label="Copy" labelled=true />
            <CopyButton text=|| LONG.to_owned() label="Copy, seen as an icon" />
        </div>
    }
    .into_any()
}

fn badges() -> AnyView {
    view! {
        <p>
            <span class="badge">"default"</span>
            " "
            <span class="badge held"><Glyph icon=Icon::Hold />"Held"</span>
            " "
            <span class="badge back"><Glyph icon=Icon::Back />{LONG}</span>
        </p>
    }
    .into_any()
}

fn fields() -> AnyView {
    let text = |text: &str| RwSignal::new(text.to_owned());
    let choices = Signal::stored(vec![
        Choice {
            text: "Release B".to_owned(),
            label: "Release B".to_owned(),
            hint: "in Production".to_owned(),
        },
        Choice {
            text: LONG.to_owned(),
            label: LONG.to_owned(),
            hint: "in Test".to_owned(),
        },
    ]);
    view! {
        <div class="questions">
            <Line label="A line, empty" value=text("") />
            <Line label="A line, filled" value=text(LONG) />
            <Lines label="Several lines" value=text(LONG) />
            <Check label="No" value=RwSignal::new(false) />
            <Check label="Yes" value=RwSignal::new(true) />
            <Combobox label="A field that suggests" value=text("") choices=choices />
            {search("A field to search with", "What it searches", text(""))}
        </div>
    }
    .into_any()
}

fn notices() -> AnyView {
    view! {
        <Trouble sentence="What is the matter." way_out="What can be done about it." />
        <p></p>
        <Trouble sentence=LONG way_out="With a button that does it.">
            <Button on_press=|| ()>"Try again"</Button>
        </Trouble>
        <p></p>
        <Done sentence="What is done." more="More about it." />
        <p></p>
        <Recording />
        {more(RwSignal::new(100), || 240)}
        {empty("What stands where there would be rows.")}
    }
    .into_any()
}

fn tables() -> AnyView {
    let row = |name: &'static str, version: &'static str| {
        view! {
            <tr>
                <th scope="row">{name}</th>
                {cell("Version", version)}
                {cell("Change", view! { <span class="change">{version}</span> })}
            </tr>
        }
    };
    table(
        "A table".into_any(),
        &["Name", "Version", "Change"],
        view! {
            {row("Orders", "3")}
            {row(LONG, "12")}
        }
        .into_any(),
    )
}

/// What is open over the page.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Over {
    Dialog,
    Form,
    Refused,
    Finder,
}

fn dialogs() -> AnyView {
    let open = RwSignal::new(None::<Over>);
    let opener = move |name: &'static str, over: Over| {
        view! { <Button on_press=move || open.set(Some(over))>{name}</Button> }
    };
    let close = move || open.set(None);
    let over =
        move || {
            let form = move |why: Option<String>| {
                view! {
                    <Form
                        title="A form"
                        confirm="Do it"
                        why_not=Signal::stored(why)
                        give=|| async {
                            Err(Said {
                                sentence: "It did not work.".to_owned(),
                                way_out: "Try again.".to_owned(),
                                button: None,
                            })
                        }
                        on_close=close
                    >
                        <p class="lead">"What the form is for."</p>
                    </Form>
                }
                .into_any()
            };
            Some(match open.get()? {
            Over::Dialog => view! {
                <Dialog
                    title="A dialog"
                    on_close=close
                    children=|_| view! { <div class="dialog-body"><p>{LONG}</p></div> }.into_any()
                />
            }
            .into_any(),
            Over::Form => form(None),
            Over::Refused => form(Some("Why it cannot be confirmed.".to_owned())),
            Over::Finder => {
                let found = |label: &str, why_not: Option<&str>| Found {
                    label: label.to_owned(),
                    hint: "Step".to_owned(),
                    why_not: why_not.map(str::to_owned),
                };
                let found = vec![found("One", None), found(LONG, Some("Why it cannot be picked."))];
                let text = RwSignal::new(String::new());
                finder(text, Signal::stored(found), Box::new(|_| ()), Box::new(close))
            }
        })
        };
    view! {
        <div class="buttons">
            {opener("Open a dialog", Over::Dialog)}
            {opener("Open a form that fails", Over::Form)}
            {opener("Open a form that cannot be confirmed", Over::Refused)}
            {opener("Open a finder", Over::Finder)}
        </div>
        {over}
    }
    .into_any()
}
