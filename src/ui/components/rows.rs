//! One view for each of several things, kept as long as the thing is among them.

use std::sync::{Arc, Mutex, PoisonError};

use leptos::prelude::*;

type Begin = Box<dyn FnOnce() -> AnyView + Send>;

/// Shows `row` for each of the items, in their order. An item that was there before keeps its row.
///
/// Compiled once but for the comparison of items, which is why it is not `<For>`: that is compiled
/// for each kind of item and each row, to ten thousand bytes each.
pub fn rows<T: Clone + PartialEq + Send + 'static>(
    items: impl Fn() -> Vec<T> + Send + 'static,
    row: impl Fn(T) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let row = Arc::new(row);
    // Each item with its number, and the last number that was given.
    let shown = Mutex::new((Vec::<(T, u64)>::new(), 0));
    numbered(Box::new(move || {
        let items = items();
        let mut shown = shown.lock().unwrap_or_else(PoisonError::into_inner);
        let (before, last) = &mut *shown;
        let mut before: Vec<_> = std::mem::take(before).into_iter().map(Some).collect();
        let (mut now, mut rows) = (Vec::new(), Vec::new());
        for item in items {
            let same = |it: &&mut Option<(T, u64)>| it.as_ref().is_some_and(|it| it.0 == item);
            let known = before.iter_mut().find(same).and_then(Option::take);
            let number = known.map_or_else(
                || {
                    *last += 1;
                    *last
                },
                |(_, number)| number,
            );
            now.push((item.clone(), number));
            let row = Arc::clone(&row);
            let begin: Begin = Box::new(move || row(item));
            rows.push((number, begin));
        }
        shown.0 = now;
        rows
    }))
}

fn numbered(rows: Box<dyn Fn() -> Vec<(u64, Begin)> + Send>) -> AnyView {
    let number = |(number, _): &(u64, Begin)| *number;
    let children = |(_, begin): (u64, Begin)| begin();
    view! { <For each=rows key=number children=children /> }.into_any()
}
