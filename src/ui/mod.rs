//! The page: shows the state and gives commands.
//!
//! Rules stay in the domain and keeping stays in the journal; here are words, shapes and focus.
//! `components` are widgets that know nothing of releases; `pages` never import one another;
//! sentences about what went wrong are written in `problem` alone.

#![allow(
    clippy::must_use_candidate,
    clippy::needless_pass_by_value,
    reason = "components are called by the view macro, which hands them their properties"
)]

pub mod app;
pub mod begin_anew;
pub mod build;
pub mod components;
pub mod deed;
pub mod export;
pub mod filled;
pub mod frame;
pub mod hold;
pub mod keeping;
pub mod make_room;
pub mod moment;
pub mod navigation;
pub mod news;
pub mod opener;
pub mod order;
pub mod pages;
pub mod palette;
pub mod past;
pub mod pick;
pub mod problem;
pub mod rest;
pub mod route;
pub mod search;
pub mod settings_form;
#[cfg(debug_assertions)]
pub mod styleguide;
pub mod team;
pub mod tenant;
pub mod title;
pub mod turn;
pub mod wizard;
