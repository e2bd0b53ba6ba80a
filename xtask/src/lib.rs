//! What the project's own tests borrow from its build command: a plain static server, such as any
//! host of the built site would be. The command itself is in `main.rs`.

pub mod serve;
