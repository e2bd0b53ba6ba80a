//! The journal, in memory: the contract that every backend holds to, and what only a backend that
//! can be told to fail, or be damaged, can show.

mod checkpoints;
mod contract;
mod damage;
mod faults;
mod format;
mod http;
mod large;
mod place;
mod protocol;
#[path = "../bench/shop.rs"]
mod shop;
#[path = "../bench/tenant.rs"]
mod tenant;
mod transfer;
mod world;

use std::cell::Cell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

use flow_environments::domain::id::Position;
use flow_environments::journal::backend::{Answer, Backend, BackendError, Reading};
use flow_environments::journal::memory::Memory;

macro_rules! memory_keeps {
    ($($promise:ident,)*) => {
        mod memory {
            use super::*;

            $(
                #[test]
                fn $promise() {
                    let memory = Memory::default();
                    let handle = || Rc::new(memory.clone()) as Rc<dyn Backend>;
                    pollster::block_on(contract::$promise(&handle));
                }
            )*
        }

        /// The same, many times over, with every answer taking its time.
        mod slow_memory {
            use super::*;

            $(
                #[test]
                fn $promise() {
                    for seed in 1..=rounds() {
                        let slow = Slow {
                            memory: Memory::default(),
                            pace: Rc::new(Cell::new(seed)),
                        };
                        let handle = || Rc::new(slow.clone()) as Rc<dyn Backend>;
                        pollster::block_on(contract::$promise(&handle));
                    }
                }
            )*
        }
    };
}
contract::promises!(memory_keeps);

/// As many as are quickly done; many more where a deep test is asked for.
fn rounds() -> u32 {
    if std::env::var_os("FLOW_DEEP").is_some() {
        2_000
    } else {
        20
    }
}

/// Memory that is some turns away, now more, now fewer.
#[derive(Clone)]
struct Slow {
    memory: Memory,
    pace: Rc<Cell<u32>>,
}

impl Slow {
    async fn travel(&self) {
        // Any sequence that varies will do; this one never comes to zero.
        let mut pace = self.pace.get();
        pace ^= pace << 13;
        pace ^= pace >> 17;
        pace ^= pace << 5;
        self.pace.set(pace);
        let mut turns = pace % 4;
        poll_fn(|context| {
            if turns == 0 {
                return Poll::Ready(());
            }
            turns -= 1;
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }
}

impl Backend for Slow {
    fn read(&self, from: Position, limit: usize) -> Answer<'_, Reading> {
        Box::pin(async move {
            self.travel().await;
            let reading = self.memory.read(from, limit).await;
            self.travel().await;
            reading
        })
    }

    fn append<'a>(
        &'a self,
        position: Position,
        text: &'a str,
    ) -> Answer<'a, Result<(), BackendError>> {
        Box::pin(async move {
            self.travel().await;
            let answer = self.memory.append(position, text).await;
            self.travel().await;
            answer
        })
    }

    fn checkpoints(&self) -> Answer<'_, Vec<String>> {
        Box::pin(async move {
            self.travel().await;
            self.memory.checkpoints().await
        })
    }

    fn keep_checkpoint<'a>(
        &'a self,
        position: Position,
        text: &'a str,
    ) -> Answer<'a, Result<(), BackendError>> {
        Box::pin(async move {
            self.travel().await;
            self.memory.keep_checkpoint(position, text).await
        })
    }
}
