//! A table; on a phone each row is a card, whose cells are named by their `data-label`.

use leptos::prelude::*;

/// A table with its name, which is heard and not seen, and the headings of its columns.
pub fn table(name: AnyView, columns: &[&str], rows: AnyView) -> AnyView {
    let columns = columns
        .iter()
        .map(|column| view! { <th scope="col">{(*column).to_owned()}</th> })
        .collect_view();
    view! {
        <table class="cards">
            <caption class="hidden">{name}</caption>
            <thead>
                <tr>{columns}</tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

/// A cell of the column of this name.
pub fn cell(column: &str, content: impl IntoAny) -> AnyView {
    view! { <td data-label=column.to_owned()>{content.into_any()}</td> }.into_any()
}

/// What stands where there would be rows.
pub fn empty(text: impl IntoAny) -> AnyView {
    view! { <p class="empty">{text.into_any()}</p> }.into_any()
}

/// What stands where there would be rows, and the way to the first one.
pub fn none_yet(text: &'static str, way: AnyView) -> AnyView {
    empty(view! { {text} " " {way} })
}
