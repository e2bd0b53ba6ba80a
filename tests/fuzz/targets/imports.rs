//! Files to import: as they are, and with their chain made anew. What is accepted is written the same
//! way again, and opens.

#![no_main]

use std::rc::Rc;

use flow_environments::journal::backend::Backend;
use flow_environments::journal::entry::{EntryId, Hash};
use flow_environments::journal::memory::Memory;
use flow_environments::journal::session::Session;
use flow_environments::journal::transfer::Copy;
use flow_environments_fuzz::sealed_anew;
use libfuzzer_sys::fuzz_target;
use pollster::block_on;
use serde_json::Value;
use uuid::Uuid;

fn tried(text: &str) {
    let Ok(copy) = Copy::read(text) else { return };
    assert_eq!(Copy::read(&copy.write()).as_ref(), Ok(&copy));
    let memory = Memory::default();
    copy.put_into(&memory).expect("memory has room");
    let backend = Rc::new(memory) as Rc<dyn Backend>;
    let opened = block_on(Session::open(backend, Vec::new, || {
        EntryId::new(Uuid::nil())
    }));
    assert!(opened.is_ok_and(|session| session.stopped().is_none()));
}

fuzz_target!(|text: &str| {
    tried(text);
    let Ok(Value::Object(mut file)) = serde_json::from_str(text) else {
        return;
    };
    let Some(Value::Array(entries)) = file.get("entries") else {
        return;
    };
    let entries = sealed_anew(entries.iter().filter_map(Value::as_str));
    let tip = entries.last().map(|text| Hash::of(text).to_string());
    file.insert("entries".to_owned(), entries.into());
    file.insert("tip".to_owned(), tip.into());
    tried(&Value::Object(file).to_string());
});
