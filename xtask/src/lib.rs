//! What the project's own tests borrow from its build command: a plain static server, such as any
//! host of the built site would be, and the checksums of the site's files. The command itself is in
//! `main.rs`.

pub mod integrity;
pub mod serve;
