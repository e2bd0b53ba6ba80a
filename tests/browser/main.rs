//! What only a browser can show: the journal in localStorage and in stores of other origins, and
//! the page's surroundings.

#[path = "../journal/contract.rs"]
mod contract;
mod http;
mod local;
mod surroundings;
#[path = "../journal/world.rs"]
mod world;

use wasm_bindgen_test::wasm_bindgen_test_configure;

wasm_bindgen_test_configure!(run_in_browser);
