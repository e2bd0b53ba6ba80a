//! Requests by the browser's `fetch`.
//!
//! Nothing comes from a cache: what was absent a moment ago may be there. What the browser does not
//! show to the page (a network that is away, a store that does not let this page's origin in, an
//! address that the content security policy forbids) is all the same to a script: no answer.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;

use js_sys::{Array, Promise, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::{AbortController, Headers, RequestCache, RequestCredentials, RequestInit};

use super::exchange::{NoAnswer, Request, Response, Sent, Transport};
use crate::browser::{Timer, chance, pause, sent_ahead, was_free};

/// How long an answer may take, in milliseconds.
const LIMIT: i32 = 8_000;

/// The browser's `fetch`.
#[derive(Debug, Default)]
pub struct Fetch {
    /// What was sent ahead, until the next request is sent.
    ahead: RefCell<Option<(Request, Promise)>>,
}

impl Transport for Fetch {
    fn send<'a>(&'a self, request: &'a Request) -> Sent<'a> {
        Box::pin(async move {
            let ahead = self.ahead.take().filter(|(asked, _)| asked == request);
            let sent = ahead.map_or_else(|| begin(request), |(_, sent)| Ok(sent));
            let answered = answer(sent.map_err(|_| NoAnswer)?).await;
            answered.map_err(|_| NoAnswer)
        })
    }

    fn send_ahead(&self, request: Request) {
        let sent = begin(&request).ok();
        self.ahead.replace(sent.map(|sent| (request, sent)));
    }

    fn pause(&self, milliseconds: u32) -> Pin<Box<dyn Future<Output = ()> + '_>> {
        Box::pin(pause(milliseconds))
    }

    fn chance(&self) -> f64 {
        chance()
    }
}

/// Sends a request, unless it is on its way since before the program was there.
fn begin(request: &Request) -> Result<Promise, JsValue> {
    let method = request.method.word();
    let authorization = request.header("Authorization").unwrap_or_default();
    let sent = sent_ahead(method, &request.address, request.cookies, authorization);
    sent.map_or_else(|| send(request), Ok)
}

/// Sends a request at once. What is returned brings the answer and all of its body, or nothing.
fn send(request: &Request) -> Result<Promise, JsValue> {
    let controller = AbortController::new()?;
    let limit = Timer::start(LIMIT, {
        let controller = controller.clone();
        move || controller.abort()
    });
    let headers = Headers::new()?;
    for (name, value) in &request.headers {
        headers.set(name, value)?;
    }
    let init = RequestInit::new();
    init.set_method(request.method.word());
    init.set_headers(&headers);
    init.set_cache(RequestCache::NoStore);
    init.set_credentials(if request.cookies {
        RequestCredentials::Include
    } else {
        RequestCredentials::Omit
    });
    init.set_signal(Some(&controller.signal()));
    if let Some(body) = &request.body {
        init.set_body(&body.into());
    }
    let window = web_sys::window().ok_or(JsValue::UNDEFINED)?;
    let fetched = window.fetch_with_str_and_init(&request.address, &init);
    let whole = async move {
        let response: web_sys::Response = JsFuture::from(fetched).await?.dyn_into()?;
        // Not as text: the browser would make one of it, and that would be made another here.
        let body = JsFuture::from(response.array_buffer()?).await?;
        was_free();
        // It stops the clock once the whole answer is there.
        drop(limit);
        Ok(Array::of2(&response, &body).into())
    };
    // Nobody may have asked what came of it when it fails, which the browser would complain about.
    Ok(future_to_promise(async {
        whole.await.or_else(|_: JsValue| Ok(JsValue::UNDEFINED))
    }))
}

async fn answer(sent: Promise) -> Result<Response, JsValue> {
    let whole: Array = JsFuture::from(sent).await?.dyn_into()?;
    let response: web_sys::Response = whole.get(0).dyn_into()?;
    let body = Uint8Array::new(&whole.get(1)).to_vec();
    let header = |name| response.headers().get(name).ok().flatten();
    Ok(Response {
        status: response.status(),
        retry_after: header("Retry-After"),
        more: header("Next-Page").is_some(),
        body: String::from_utf8(body)
            .unwrap_or_else(|garbled| String::from_utf8_lossy(garbled.as_bytes()).into_owned()),
    })
}
