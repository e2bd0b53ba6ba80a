//! The journal in real stores: Apache httpd and Kinto, set up as `docs/stores` says. The contract
//! that every backend holds to; what a store must not let anybody do; and every way in which the
//! network between can fail.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "../journal/contract.rs"]
mod contract;
mod faults;
mod permission;
mod places;
mod proxy;
mod wire;
#[path = "../journal/world.rs"]
mod world;
mod writers;

use std::rc::Rc;

use flow_environments::journal::backend::Backend;
use xtask::stores::Kind;

macro_rules! stores_keep {
    ($($promise:ident,)*) => {
        stores_keep! { webdav Kind::Webdav; plain Kind::Plain; kinto Kind::Kinto; [$($promise)*] }
    };
    ($name:ident $kind:expr; $($rest:tt)*) => {
        stores_keep! { @ $name $kind; $($rest)* }
    };
    (@ $a:ident $ak:expr; $b:ident $bk:expr; $c:ident $ck:expr; $promises:tt) => {
        stores_keep! { # $a $ak; $promises }
        stores_keep! { # $b $bk; $promises }
        stores_keep! { # $c $ck; $promises }
    };
    (# $name:ident $kind:expr; [$($promise:ident)*]) => {
        mod $name {
            use super::*;

            $(
                #[test]
                fn $promise() {
                    let place = places::fresh($kind);
                    let handle = || Rc::new(place.backend()) as Rc<dyn Backend>;
                    pollster::block_on(contract::$promise(&handle));
                }
            )*
        }
    };
}
contract::promises!(stores_keep);
