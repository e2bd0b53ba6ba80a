//! The large tenants that `cargo xtask demo-data` prints.

use flow_environments::domain::actor::Timestamp;
use flow_environments::journal::memory::Memory;
use flow_environments::journal::transfer::Copy;

use crate::shop::{self, Size};

fn copied(seed: u64) -> String {
    let size = Size {
        releases: 300,
        flows: 60,
    };
    let until = Timestamp::from_millis(1_795_403_940_000);
    let texts = shop::grown(size, seed, until).seal();
    let copy = pollster::block_on(Copy::of(&Memory::holding(texts)));
    copy.expect("it can be read").write()
}

#[test]
fn a_large_tenant_is_a_copy_that_can_be_read() {
    let copy = Copy::read(&copied(1)).expect("each entry is sound");
    assert!(copy.len() > 360, "{} entries", copy.len());
    assert_eq!((copy.apart(), copy.broken()), (&[][..], None));
}

#[test]
fn the_same_seed_grows_the_same_tenant() {
    assert_eq!(copied(1), copied(1));
    assert_ne!(copied(1), copied(2));
}
