//! Ports for servers that go away and are to come back in the same place.
//!
//! A port that the system chose (port 0) is one of those that it also gives to whoever connects
//! anywhere: while its server is away, the connection of some other process may have it. So these are
//! from below, where nobody gets one without asking for it.

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicU32, Ordering};

/// Above the ports that browsers refuse (10080 is the last one), below those that systems choose from
/// (Linux from 32768 on, others from 49152 on).
const FIRST: u32 = 12_000;
const COUNT: u32 = 20_000;

/// Returns a port of 127.0.0.1 that is free, and that this process has not been given before.
///
/// # Errors
///
/// When none is free, with what was said of the last one that was tried.
pub fn free() -> io::Result<u16> {
    static TAKEN: AtomicU32 = AtomicU32::new(0);
    // Processes that run beside each other have numbers beside each other; these keep them apart.
    let begin = std::process::id().wrapping_mul(1009);
    let mut last = io::ErrorKind::AddrInUse.into();
    for _ in 0..COUNT {
        let next = begin.wrapping_add(TAKEN.fetch_add(1, Ordering::Relaxed)) % COUNT;
        let port = u16::try_from(FIRST + next).map_err(io::Error::other)?;
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            Ok(_) => return Ok(port),
            Err(error) => last = error,
        }
    }
    Err(last)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_port_is_given_twice_nor_one_that_is_taken() -> io::Result<()> {
        let first = free()?;
        // Of those that would be next.
        let taken: Vec<_> = (first + 1..first + 4)
            .filter_map(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok())
            .collect();
        let given = (0..20)
            .map(|_| free())
            .collect::<io::Result<HashSet<_>>>()?;
        assert_eq!(given.len(), 20);
        assert!(!given.contains(&first));
        for listener in taken {
            let port = listener.local_addr()?.port();
            assert!(!given.contains(&port), "{port} is taken");
        }
        Ok(())
    }
}
