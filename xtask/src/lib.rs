//! What the project's own tests borrow from its build command: a plain static server, such as any
//! host of the built site would be, the checksums of the site's files, real stores for journals, and
//! ports for all of them. The command itself is in `main.rs`.

pub mod integrity;
pub mod ports;
pub mod serve;
pub mod stores;
