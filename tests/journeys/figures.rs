//! What the journal costs in a browser: the bytes that a command writes, the time to open a long
//! journal, and the time until a second tab shows a change. Prints figures, and asserts nothing about
//! time: `cargo xtask bench journal` runs it.
#![allow(clippy::print_stdout, reason = "figures are printed")]

use std::rc::Rc;

use flow_environments::domain::command::Command;
use flow_environments::domain::flow::Canvas;
use flow_environments::domain::text::Body;
use flow_environments::journal::memory::Memory;
use pollster::block_on;

use crate::page::{NotYet, Page, Within, journey, until};
use crate::steps::{promote, release};
use crate::storage::{CHECKPOINT, ENTRIES, keys};
use crate::world::{FLOW, context, create_flow, name, opened};

/// A journal of so many entries: every tenth makes a flow, the others edit one.
pub(crate) fn journal(length: usize) -> Vec<String> {
    let memory = Memory::default();
    block_on(async {
        let session = opened(Rc::new(memory.clone())).await;
        for n in memory.texts().len()..length {
            let title = name(&format!("Flow {n}"));
            let body = Body::new(&"What it shows. ".repeat(20)).expect("it is short");
            let command = if n % 10 == 0 {
                create_flow(title.as_str())
            } else {
                Command::EditFlow {
                    flow: FLOW,
                    name: name("Orders ✓"),
                    canvas: Canvas { title, body },
                }
            };
            let recorded = session.submit(&command, &context()).await;
            recorded.expect("it is recorded");
        }
    });
    memory.texts()
}

/// Puts a journal in the place of the one that is there.
pub(crate) fn put(page: &Page, texts: &[String]) {
    page.run("localStorage.clear()");
    for (chunk, texts) in texts.chunks(500).enumerate() {
        let from = chunk * 500 + 1;
        let texts = serde_json::to_string(texts).expect("texts are text");
        page.run(&format!(
            "{texts}.forEach((text, index) =>
                localStorage.setItem('{ENTRIES}' + String(index + {from}).padStart(10, '0'), text))"
        ));
    }
}

/// Notes what is written under the keys of entries, and when.
const NOTE: &str = "
    window.written = []; window.moments = [];
    const setItem = Storage.prototype.setItem;
    Storage.prototype.setItem = function (key, value) {
        if (key.startsWith('flow-environments/') && !key.includes('choices')) {
            written.push(2 * (key.length + value.length));
            moments.push(performance.timeOrigin + performance.now());
        }
        return setItem.call(this, key, value);
    };";

fn numbers(page: &Page, list: &str) -> Vec<f64> {
    let found = page.run(&format!("return window.{list}"));
    let found = found.as_array().cloned().unwrap_or_default();
    found.iter().filter_map(serde_json::Value::as_f64).collect()
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or(f64::NAN)
}

#[test]
#[ignore = "prints figures"]
fn bytes_that_a_command_writes() {
    for length in [10, 1_000, 5_000] {
        let texts = journal(length);
        journey(|page| {
            release(page, "Release B").is_there();
            put(page, &texts);
            page.reload();
            release(page, "Release A").is_there();
            page.run(NOTE);
            promote(page, "Release A", "Test");
            let written: f64 = numbers(page, "written").iter().sum();
            println!("a promotion with {length} entries there: {written} bytes written");
        });
    }
}

#[test]
#[ignore = "prints figures"]
fn time_to_open() {
    const OPENED: &str = "
        new MutationObserver((_, observer) => {
            if (document.querySelector('h1')) {
                window.opened = [performance.now()];
                observer.disconnect();
            }
        }).observe(document, { childList: true, subtree: true });";
    for length in [10, 5_000] {
        let texts = journal(length);
        journey(|page| {
            release(page, "Release B").is_there();
            put(page, &texts);
            page.run_before(OPENED);
            for with_checkpoint in [false, true] {
                if with_checkpoint && length < 100 {
                    continue;
                }
                let mut times = Vec::new();
                for _ in 0..7 {
                    if !with_checkpoint {
                        page.run(&format!("localStorage.removeItem('{CHECKPOINT}')"));
                    }
                    page.reload();
                    release(page, "Release A").is_there();
                    times.extend(numbers(page, "opened"));
                    if length > 100 {
                        until(|| match keys(page, CHECKPOINT).len() {
                            1 => Ok(()),
                            _ => Err(NotYet("no checkpoint was kept".into())),
                        });
                    }
                }
                let with = if with_checkpoint { "with" } else { "without" };
                println!(
                    "{length} entries, {with} a checkpoint: open after {:.0} ms, median of {}",
                    median(times.clone()),
                    times.len()
                );
            }
        });
    }
}

#[test]
#[ignore = "prints figures"]
fn time_until_a_second_tab_shows_a_change() {
    const WATCH: &str = "
        window.seen = [];
        // Of a long list not all rows are shown; it says of how many.
        const all = () => {
            const more = document.querySelector('.more [role=status]');
            return more ? Number(/of (\\d+)/.exec(more.innerText)[1]) : document.querySelectorAll('tbody tr').length;
        };
        let rows = all();
        new MutationObserver(() => {
            const now = all();
            for (; rows < now; rows += 1) seen.push(performance.timeOrigin + performance.now());
        }).observe(document.body, { childList: true, subtree: true, characterData: true });";
    journey(|page| {
        let first = page.window();
        page.go("#/flows");
        page.heading("Flows").is_there();
        let second = page.open_window();
        page.go("#/flows");
        page.heading("Flows").is_there();
        page.run(WATCH);
        page.switch_to(&first);
        page.run(NOTE);
        for n in 0..100 {
            let called = format!("Flow {n}");
            page.go("#/flows/new");
            let form = page.dialog("New flow");
            form.field("Name").fill(&called);
            form.button("Create flow").click();
            page.heading(&called).is_there();
        }
        let written = numbers(page, "moments");
        page.switch_to(&second);
        let seen = until(|| {
            let seen = numbers(page, "seen");
            if seen.len() >= 100 {
                Ok(seen)
            } else {
                Err(NotYet(format!("{} seen", seen.len())))
            }
        });
        let mut took: Vec<f64> = seen
            .iter()
            .zip(&written)
            .map(|(seen, at)| seen - at)
            .collect();
        took.sort_by(f64::total_cmp);
        let worst = took.last().copied().unwrap_or(f64::NAN);
        println!(
            "a change is seen in a second tab after {:.1} ms, median of {}; at worst {worst:.1} ms",
            median(took.clone()),
            took.len(),
        );
    });
}
