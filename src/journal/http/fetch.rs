//! Requests by the browser's `fetch`.
//!
//! Nothing comes from a cache: what was absent a moment ago may be there. What the browser does not
//! show to the page (a network that is away, a store that does not let this page's origin in, an
//! address that the content security policy forbids) is all the same to a script: no answer.

use std::future::Future;
use std::pin::Pin;

use js_sys::Uint8Array;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Headers, RequestCache, RequestCredentials, RequestInit};

use super::exchange::{NoAnswer, Request, Response, Sent, Transport};
use crate::browser::{Timer, chance, pause};

/// How long an answer may take, in milliseconds.
const LIMIT: i32 = 8_000;

/// The browser's `fetch`.
#[derive(Clone, Copy, Debug)]
pub struct Fetch;

impl Transport for Fetch {
    fn send<'a>(&'a self, request: &'a Request) -> Sent<'a> {
        Box::pin(async move { send(request).await.map_err(|_| NoAnswer) })
    }

    fn pause(&self, milliseconds: u32) -> Pin<Box<dyn Future<Output = ()> + '_>> {
        Box::pin(pause(milliseconds))
    }

    fn chance(&self) -> f64 {
        chance()
    }
}

async fn send(request: &Request) -> Result<Response, JsValue> {
    let controller = AbortController::new()?;
    // Gone with this function: it stops the clock once the whole answer is there.
    let _limit = Timer::start(LIMIT, {
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
    let response: web_sys::Response = JsFuture::from(fetched).await?.dyn_into()?;
    // Not as text: the browser would make one of it, and that would be made another here.
    let body = JsFuture::from(response.array_buffer()?).await?;
    let body = Uint8Array::new(&body).to_vec();
    let header = |name| response.headers().get(name).ok().flatten();
    Ok(Response {
        status: response.status(),
        retry_after: header("Retry-After"),
        more: header("Next-Page").is_some(),
        body: String::from_utf8(body)
            .unwrap_or_else(|garbled| String::from_utf8_lossy(garbled.as_bytes()).into_owned()),
    })
}
