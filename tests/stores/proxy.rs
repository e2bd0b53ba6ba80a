//! Stands between a page and its store, and can fail in every way in which a network fails.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// What happens to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It arrives after the next one, when nobody waits for its answer any more.
    Late,
    /// It is lost.
    LostRequest,
    /// It arrives, and its answer is lost.
    LostAnswer,
    /// It arrives, and nothing after it does, nor its answer.
    Crash,
    /// It arrives, and half of its answer is lost.
    HalfAnswer,
    /// Something in between answers with this status.
    Status(u16),
    /// It is told to come back after so many seconds.
    Busy(u32),
    /// The sign-in page of a network answers.
    Html,
}

#[derive(Default)]
struct Plan {
    /// The methods that fail next, and how.
    next: VecDeque<(&'static str, Fault)>,
    /// How everything fails that is not in the list.
    all: Option<Fault>,
    seen: Vec<String>,
    /// Under way still.
    late: Vec<Vec<u8>>,
}

/// A way to a store.
pub(crate) struct Proxy {
    port: u16,
    plan: Arc<Mutex<Plan>>,
    over: Arc<AtomicBool>,
    listening: Option<JoinHandle<()>>,
}

impl Proxy {
    /// Leads to the store at `origin`.
    pub(crate) fn to(origin: &str) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = listener.local_addr().expect("it has an address").port();
        let plan = Arc::<Mutex<Plan>>::default();
        let over = Arc::<AtomicBool>::default();
        let store = origin.trim_start_matches("http://").to_owned();
        let listening = thread::spawn({
            let (plan, over) = (plan.clone(), over.clone());
            move || {
                while let Ok((client, _)) = listener.accept() {
                    if over.load(Ordering::Relaxed) {
                        return;
                    }
                    let (plan, store) = (plan.clone(), store.clone());
                    // A connection that breaks is what this is for.
                    thread::spawn(move || carry(client, &store, &plan));
                }
            }
        });
        Self {
            port,
            plan,
            over,
            listening: Some(listening),
        }
    }

    /// The address in the store's place.
    pub(crate) fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Lets the next requests of this method fail, one fault each.
    pub(crate) fn fail(&self, method: &'static str, faults: impl IntoIterator<Item = Fault>) {
        let faults = faults.into_iter().map(|fault| (method, fault));
        self.plan().next.extend(faults);
    }

    /// Lets all requests fail from now on, or none.
    pub(crate) fn fail_all(&self, fault: Option<Fault>) {
        let mut plan = self.plan();
        plan.all = fault;
        plan.next.clear();
    }

    /// Returns how often this was asked for since the last call: `PUT`, for example.
    pub(crate) fn count(&self, method: &str) -> usize {
        let mut plan = self.plan();
        let before = plan.seen.len();
        plan.seen.retain(|seen| seen != method);
        before - plan.seen.len()
    }

    fn plan(&self) -> std::sync::MutexGuard<'_, Plan> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        // Wakes the one that listens.
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
        if let Some(listening) = self.listening.take() {
            let _ = listening.join();
        }
    }
}

/// Carries one request.
fn carry(mut client: TcpStream, store: &str, plan: &Mutex<Plan>) -> io::Result<()> {
    client.set_read_timeout(Some(Duration::from_secs(30)))?;
    let request = read_request(&client)?;
    let method = request
        .split(|byte| *byte == b' ')
        .next()
        .unwrap_or_default();
    let method = String::from_utf8_lossy(method).into_owned();
    let fault = {
        let mut plan = plan.lock().unwrap_or_else(PoisonError::into_inner);
        plan.seen.push(method.clone());
        let planned = plan.next.iter().position(|(it, _)| *it == method);
        match planned.and_then(|at| plan.next.remove(at)) {
            Some((_, Fault::Crash)) => {
                plan.all = Some(Fault::LostRequest);
                Some(Fault::LostAnswer)
            }
            Some((_, fault)) => Some(fault),
            None => plan.all,
        }
    };
    // A browser asks first whether it may; who is not to know of that is asked something else.
    let fault = fault.filter(|it| method != "OPTIONS" || *it == Fault::LostRequest);
    let own = |head: &str, body: &str| {
        format!(
            "HTTP/1.1 {head}\r\nAccess-Control-Allow-Origin: *\r\nAccess-Control-Expose-Headers: Retry-After\r\n\
             Connection: close\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    let answer = match fault {
        Some(Fault::LostRequest) => return client.shutdown(Shutdown::Both),
        Some(Fault::Status(status)) => own(&format!("{status} Out of order"), "").into_bytes(),
        Some(Fault::Busy(seconds)) => {
            own(&format!("429 Busy\r\nRetry-After: {seconds}"), "").into_bytes()
        }
        Some(Fault::Html) => own(
            "200 OK\r\nContent-Type: text/html",
            "<!DOCTYPE html><title>Sign in</title>",
        )
        .into_bytes(),
        Some(Fault::Late) => {
            let mut plan = plan.lock().unwrap_or_else(PoisonError::into_inner);
            plan.late.push(request);
            return client.shutdown(Shutdown::Both);
        }
        Some(Fault::LostAnswer | Fault::HalfAnswer | Fault::Crash) | None => ask(store, &request)?,
    };
    let late = {
        let mut plan = plan.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut plan.late)
    };
    for request in late {
        ask(store, &request)?;
    }
    match fault {
        Some(Fault::LostAnswer) => {}
        Some(Fault::HalfAnswer) => client.write_all(&answer[..answer.len() - answer.len() / 4])?,
        _ => client.write_all(&answer)?,
    }
    client.shutdown(Shutdown::Both)
}

/// Reads a request, without what would keep the connection open.
fn read_request(client: &TcpStream) -> io::Result<Vec<u8>> {
    let mut reader = BufReader::new(client);
    let (mut request, mut length) = (Vec::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let name = line.split(':').next().unwrap_or_default();
        if name.eq_ignore_ascii_case("content-length") {
            let value = line.split(':').nth(1).unwrap_or_default();
            length = value.trim().parse().map_err(io::Error::other)?;
        }
        if line == "\r\n" {
            request.extend(b"Connection: close\r\n\r\n");
            break;
        }
        if !name.eq_ignore_ascii_case("connection") {
            request.extend(line.as_bytes());
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    request.extend(body);
    Ok(request)
}

fn ask(store: &str, request: &[u8]) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(store)?;
    stream.write_all(request)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(answer)
}
