//! Mounts the page, and picks what keeps the journal: this browser's storage, or the memory of the
//! page where the browser blocks that.

use flow_environments::journal::local::Local;
use flow_environments::ui::app::App;
use flow_environments::ui::keeping::Keeping;
use leptos::prelude::*;

fn main() {
    console_error_panic_hook::set_once();
    let keeping = Local::open().map_or_else(Keeping::Page, Keeping::Browser);
    mount_to_body(move || view! { <App keeping=keeping /> });
}
