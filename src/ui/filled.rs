//! What a flow shows, with its variables filled in: on the running page and in the preview (V2, V3).

use leptos::prelude::*;

use super::components::icon::{Glyph, Icon};
use crate::domain::run::Filled;

/// A text on one line.
pub fn line(text: Vec<Filled>) -> AnyView {
    text.into_iter().map(piece).collect_view().into_any()
}

/// A text with a paragraph for each of its lines.
pub fn paragraphs(text: Vec<Filled>) -> AnyView {
    let mut lines = vec![Vec::new()];
    let mut add = |piece, begins| {
        if begins {
            lines.push(Vec::new());
        }
        if let Some(line) = lines.last_mut() {
            line.push(piece);
        }
    };
    for filled in text {
        match filled {
            Filled::Text(text) => {
                for (index, part) in text.split('\n').enumerate() {
                    add(Filled::Text(part.to_owned()), index > 0);
                }
            }
            other => add(other, false),
        }
    }
    lines
        .into_iter()
        .map(|text| view! { <p>{line(text)}</p> })
        .collect_view()
        .into_any()
}

fn piece(piece: Filled) -> AnyView {
    match piece {
        Filled::Text(text) => text.into_any(),
        Filled::Secret(name) => {
            let title = format!("The value of {name} is a secret");
            view! { <span class="secret" title=title>"••••••"</span> }.into_any()
        }
        Filled::Missing(name) => {
            let title = format!("{name} has no value in this environment");
            let name = format!("{{{{{name}}}}}");
            view! { <mark class="missing" title=title><Glyph icon=Icon::Warning />{name}</mark> }
                .into_any()
        }
    }
}
