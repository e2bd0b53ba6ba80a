//! Checkpoints: as they are, and with the sums that fit, of this version and of the third. What is accepted
//! is written the same way again.

#![no_main]

use flow_environments::journal::checkpoint::{Checkpoint, sum};
use flow_environments::journal::entry::Hash;
use libfuzzer_sys::fuzz_target;

fn tried(text: &str) {
    if let Some(read) = Checkpoint::read(text) {
        let again = Checkpoint::write(&read.state, read.tip);
        assert_eq!(Checkpoint::read(&again).as_ref(), Some(&read));
    }
}

fuzz_target!(|text: &str| {
    tried(text);
    tried(&format!("{}\n{text}", sum(text)));
    tried(&format!("{}\n{text}", Hash::of(text)));
});
