// Keeps one version of the page, whole, for when there is no network. xtask/src/finish.rs puts before this text which
// version it is and what its files are: `const VERSION = "…"; const FILES = { "./": "sha256-…", … };`
//
// A version is kept when each of its files has arrived with the checksum it was built with; a page and its files are
// never of two versions. What is not a file of the page, such as a team's store, is none of this worker's business.

const ours = `flow-environments ${self.registration.scope} `;
const kept = ours + VERSION;
const address = (file) => new URL(file, self.registration.scope).href;
const files = new Map(Object.keys(FILES).map((file) => [address(file), file]));

self.addEventListener("install", (event) => event.waitUntil(Promise.all([keep(), route(event)])));
self.addEventListener("activate", (event) => event.waitUntil(forgetOthers()));
self.addEventListener("message", (event) => {
  if (event.data === "take over") {
    self.skipWaiting();
  }
});

// What this worker has nothing to say to passes by it, and what is kept is taken straight from there: both would wait
// until it has started. A browser that cannot be told so asks it, and gets the same.
async function route(event) {
  const { protocol, hostname, port, pathname } = new URL(self.registration.scope);
  const folder = pathname.replace(/[{}()*+?:\\]/g, "\\$&");
  const at = (file) => ({ urlPattern: { protocol, hostname, port, pathname: folder + file.replace("./", "") } });
  const exactly = (file) => ({ urlPattern: { ...at(file).urlPattern, search: "" }, requestMethod: "GET" });
  const all = [...files.values(), "index.html"].map(at);
  try {
    await event.addRoutes([
      { condition: { not: { or: all } }, source: "network" },
      ...[...files.values()].map((file) => ({ condition: exactly(file), source: { cacheName: kept } })),
    ]);
  } catch (reason) {
    console.info("All requests pass through the worker:", reason);
  }
}

async function keep() {
  const cache = await caches.open(kept);
  try {
    await Promise.all(Object.entries(FILES).map(([file, integrity]) => fetchInto(cache, address(file), integrity)));
  } catch (reason) {
    await caches.delete(kept);
    throw reason;
  }
}

async function fetchInto(cache, url, integrity) {
  // Names change with the content, so that only the page itself can be an older one in the browser's cache; or the same
  // one, with a policy that its server had before.
  const response = await fetch(url, { integrity, cache: url === address("./") ? "reload" : "default" });
  if (!response.ok) {
    throw new Error(`${url}: ${response.status}`);
  }
  // It would be kept with its headers, and not start: what a server says of scripts and styles is not of this version.
  if (/(script|style|default)-src/.test(response.headers.get("content-security-policy") ?? "")) {
    throw new Error(`${url}: its policy is another version's, see docs/hosting.md`);
  }
  // A name is one content, whatever a host says that its answers depend on, which a browser would compare; and what has
  // arrived is not compressed any more.
  const headers = new Headers(response.headers);
  ["vary", "content-encoding", "content-length"].forEach((name) => headers.delete(name));
  await cache.put(url, new Response(response.body, { headers }));
}

async function forgetOthers() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith(ours) && name !== kept);
  await Promise.all(old.map((name) => caches.delete(name)));
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") {
    return;
  }
  const url = new URL(request.url);
  url.search = "";
  url.hash = "";
  if (url.href === address("index.html")) {
    event.respondWith(whole(request, address("./")));
  } else if (files.has(url.href)) {
    event.respondWith(whole(request, url.href));
  }
});

// From what is kept; where a browser has thrown that away, from the network.
async function whole(request, url) {
  const cache = await caches.open(kept);
  return (await cache.match(url)) ?? fetch(request);
}
