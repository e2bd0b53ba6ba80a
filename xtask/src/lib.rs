//! What the project's own tests borrow from its build command: a plain static server, such as any
//! host of the built site would be, the checksums of the site's files, and real stores for journals.
//! The command itself is in `main.rs`.

pub mod integrity;
pub mod serve;
pub mod stores;
