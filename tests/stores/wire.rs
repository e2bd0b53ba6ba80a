//! HTTP without a browser: one connection for each request, and a limit of time.

use std::future::Future;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::pin::Pin;
use std::thread;
use std::time::Duration;

use flow_environments::journal::http::exchange::{
    Method, NoAnswer, Request, Response, Sent, Transport,
};

/// Longer than an answer takes, on a busy machine, too.
const LIMIT: Duration = Duration::from_mins(1);

/// Waits on the spot, a tenth of the time that a page would.
pub(crate) struct Wire;

impl Transport for Wire {
    fn send<'a>(&'a self, request: &'a Request) -> Sent<'a> {
        let answer = send(request).map_err(|_| NoAnswer);
        Box::pin(std::future::ready(answer))
    }

    fn pause(&self, milliseconds: u32) -> Pin<Box<dyn Future<Output = ()> + '_>> {
        thread::sleep(Duration::from_millis(u64::from(milliseconds / 10)));
        Box::pin(std::future::ready(()))
    }

    fn chance(&self) -> f64 {
        0.5
    }
}

/// Sends a request and reads its answer.
pub(crate) fn send(request: &Request) -> io::Result<Response> {
    let body = request.body.as_deref().unwrap_or_default();
    let (authority, path) = parts(&request.address);
    let mut stream = TcpStream::connect(authority)?;
    stream.set_read_timeout(Some(LIMIT))?;
    let mut head = vec![
        format!("{} {path} HTTP/1.1", request.method.word()),
        format!("Host: {authority}"),
        "Connection: close".to_owned(),
        format!("Content-Length: {}", body.len()),
    ];
    head.extend(
        request
            .headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}")),
    );
    let head = head.join("\r\n") + "\r\n\r\n" + body;
    stream.write_all(head.as_bytes())?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    let _ = stream.shutdown(Shutdown::Both);
    answer(&bytes).ok_or_else(|| io::ErrorKind::InvalidData.into())
}

/// Splits an address into the host with its port, and the path.
pub(crate) fn parts(address: &str) -> (&str, &str) {
    let rest = address.strip_prefix("http://").expect("an http address");
    let slash = rest.find('/').unwrap_or(rest.len());
    rest.split_at(slash)
}

/// Reads an answer; none where it is cut off.
fn answer(bytes: &[u8]) -> Option<Response> {
    let text = String::from_utf8(bytes.to_vec()).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let header = |wanted: &str| {
        let mut lines = head.lines().filter_map(|line| line.split_once(": "));
        let found = lines.find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.map(|(_, value)| value.to_owned())
    };
    if let Some(length) = header("Content-Length") {
        let length: usize = length.parse().ok()?;
        (body.len() == length).then_some(())?;
    }
    // Neither of the stores does this to short answers.
    assert_eq!(header("Transfer-Encoding"), None);
    Some(Response {
        status,
        retry_after: header("Retry-After"),
        more: header("Next-Page").is_some(),
        body: body.to_owned(),
    })
}

/// Sends one request as `authorization`, and returns the status.
pub(crate) fn status(
    method: Method,
    address: &str,
    headers: &[(&'static str, &str)],
    body: &str,
) -> u16 {
    let mut request = Request::new(method, address.to_owned());
    for (name, value) in headers {
        request = request.with(name, *value);
    }
    if !body.is_empty() {
        request = request.carrying(body.to_owned());
    }
    let answer = send(&request);
    answer.expect("the store answers").status
}
