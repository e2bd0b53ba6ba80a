//! Journeys: what a person does with the page, from the first click to the last, in a real browser
//! over the site as it is built for release.
//!
//! Each journey begins as a first visit does, in a browser and on a server of its own; none needs
//! another. The server serves the site below a path, as free hosts do. A journey that makes the
//! browser's console complain fails.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod driver;
mod page;
mod steps;
// What a person waits for.
#[path = "../bench/page.rs"]
mod waiting;
#[path = "../journal/world.rs"]
#[allow(dead_code, reason = "its other words serve the tests of the journal")]
mod world;

// Large tenants.
#[path = "../bench/shop.rs"]
mod shop;
#[path = "../bench/tenant.rs"]
mod tenant;

// Real stores, and the way to them.
#[expect(dead_code, reason = "the tests of the stores use all of it")]
#[path = "../stores/places.rs"]
mod places;
#[path = "../stores/proxy.rs"]
mod proxy;
#[path = "../stores/wire.rs"]
mod wire;

mod accessibility;
mod address;
mod beginning;
mod building;
mod environments;
mod figures;
mod focus;
mod history;
mod hosting;
mod keyboard;
mod layout;
mod listing;
mod long;
mod matrix;
mod news;
mod nginx;
mod palette;
mod permission;
mod pictures;
mod profile;
mod promotion;
mod removal;
mod rest;
mod rollback;
mod storage;
mod team;
mod text;
mod together;
mod tour;
mod transfer;
