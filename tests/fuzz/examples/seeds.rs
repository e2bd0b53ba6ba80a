//! Writes what each target begins with into the folder that is named: made of the journal in
//! `tests/fixtures`, which has every kind of event in it.

use std::fs;
use std::path::Path;
use std::rc::Rc;

use flow_environments::journal::backend::Backend;
use flow_environments::journal::checkpoint::Checkpoint;
use flow_environments::journal::entry::EntryId;
use flow_environments::journal::memory::Memory;
use flow_environments::journal::session::Session;
use flow_environments::journal::transfer::Copy;
use flow_environments_fuzz::lines;
use pollster::block_on;
use uuid::Uuid;

const FROZEN: &str = include_str!("../../fixtures/journal-v1.json");

/// Addresses of each page.
const ROUTES: [&str; 12] = [
    "",
    "#/",
    "#/build",
    "#/undo/12",
    "#/storage",
    "#/?in=6f1c2a52-52cc-4a8e-b2a7-0d9d6f6f7a11&days=30&q=caf%C3%A9",
    "#/releases/6f1c2a52-52cc-4a8e-b2a7-0d9d6f6f7a11/rollback",
    "#/releases/6f1c2a52-52cc-4a8e-b2a7-0d9d6f6f7a11/flows/6f1c2a52-52cc-4a8e-b2a7-0d9d6f6f7a11/remove",
    "#/environments/6f1c2a52-52cc-4a8e-b2a7-0d9d6f6f7a11/flows",
    "#/flows/6f1c2a52-52cc-4a8e-b2a7-0d9d6f6f7a11/build",
    "#/flows/new",
    "#/play/my%20player?flow-id=6f1c2a52-52cc-4a8e-b2a7-0d9d6f6f7a11&environment-id=6f1c2a52-52cc-4a8e-b2a7-0d9d6f6f7a11",
];

/// Settings, and answers of stores one after the other.
const STORES: [&str; 4] = [
    r#"{ "journal": "browser" }"#,
    r#"{ "journal": { "http": { "profile": "webdav", "base": "https://store.example/team/", "auth": "basic" } } }"#,
    "{\"data\": [{\"id\": \"0000000001\", \"text\": \"{}\"}]}\u{1e}{\"data\": [{\"id\": \"0000000002\", \"text\": \"{}\"}]}",
    "{}\u{1e}<!DOCTYPE html>\u{1e}{}",
];

fn main() {
    let folder = std::env::args().nth(1).expect("the folder is named");
    let folder = Path::new(&folder);
    let put = |target: &str, number: usize, text: &str| {
        let folder = folder.join(target);
        fs::create_dir_all(&folder).expect("the folder can be made");
        fs::write(folder.join(format!("seed-{number}")), text).expect("it can be written");
    };
    let texts: Vec<String> = lines(FROZEN)
        .filter(|line| !matches!(*line, "[" | "]"))
        .map(str::to_owned)
        .collect();
    for (number, text) in texts.iter().enumerate() {
        put("entries", number, text);
    }
    for (number, count) in [1, 2, 4, 8, 16, texts.len()].into_iter().enumerate() {
        let memory = Memory::holding(texts[..count].to_vec());
        put("journals", number, &texts[..count].join("\n"));
        let backend = Rc::new(memory.clone()) as Rc<dyn Backend>;
        let opening = Session::open(backend, Vec::new, || EntryId::new(Uuid::nil()));
        let session = block_on(opening).expect("it is sound");
        let checkpoint = session.with_state(|state| Checkpoint::write(state, session.tip()));
        let (_, body) = checkpoint.split_once('\n').expect("it has a sum");
        put("checkpoints", number, body);
        let file = || block_on(Copy::of(&memory)).expect("it is sound").write();
        put("imports", number, &file());
        block_on(session.shorten()).expect("memory has room");
        put("imports", 100 + number, &file());
    }
    let third = include_str!("../../fixtures/checkpoint-v3.txt");
    let (_, body) = third.split_once('\n').expect("it has a sum");
    put("checkpoints", 1_000, body);
    for (number, route) in ROUTES.into_iter().enumerate() {
        put("routes", number, route);
    }
    for (number, text) in STORES.into_iter().enumerate() {
        put("stores", number, text);
    }
}
