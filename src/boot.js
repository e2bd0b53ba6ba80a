// Starts the page's program, whose files stand in this script's attributes. Until it runs, the shell in index.html is all
// there is to see; when it cannot run, the shell says so and offers to try again. A release has this script in the page
// itself (xtask/src/finish.rs): what it asks for is on its way before anything is painted.
//
// A release also has a worker (src/worker.js) that keeps the page for when there is no network. When it has a newer
// version ready, the page is asked, never replaced by itself: something may have been typed.

const { js, wasm, wasmIntegrity, end, endIntegrity, worker, ...parts } =
  document.querySelector("script[data-wasm]").dataset;
const address = (file) => new URL(file, document.baseURI).href;

// The program, which takes longest, is asked for first.
const beginning = fetched(wasm, wasmIntegrity);
const program = import(address(js));

async function fetched(file, integrity) {
  const response = await fetch(address(file), { integrity });
  if (!response.ok) {
    throw new Error(`${file}: ${response.status}`);
  }
  return new Uint8Array(await response.arrayBuffer());
}

// Compiles a part of the program, whose files come one after the other, as they arrive.
async function compiled(...files) {
  const arriving = new ReadableStream({
    async start(stream) {
      Promise.all(files).catch((reason) => stream.error(reason));
      for (const file of files) {
        stream.enqueue(await file);
      }
      stream.close();
    },
  });
  return WebAssembly.compileStreaming(new Response(arriving, { headers: { "Content-Type": "application/wasm" } }));
}

// Whoever comes for the first time is to see what this is, before the program takes the processor for itself. A page
// that nobody looks at is not painted, and not every browser says when one has been.
const seen = new Promise((resolve) => {
  if (navigator.serviceWorker?.controller || document.hidden || !globalThis.PerformanceObserver) {
    resolve();
  } else {
    const painted = (noted) => noted.getEntriesByName("first-contentful-paint").length && resolve();
    new PerformanceObserver(painted).observe({ type: "paint", buffered: true });
    setTimeout(resolve, 1_000);
  }
});

// What is remembered in this browser, under the names that src/browser.rs gives to choices. Storage may be blocked, or
// full.
const named = (choice) => `flow-environments/choices/${choice}`;

function chosen(choice, storage = "localStorage") {
  try {
    return JSON.parse(globalThis[storage].getItem(named(choice)));
  } catch {
    return null;
  }
}

function choose(choice, made) {
  try {
    const text = JSON.stringify(made);
    if (localStorage.getItem(named(choice)) !== text) {
      // Where there is no room for it, what was chosen before does not hold any more either.
      localStorage.removeItem(named(choice));
      localStorage.setItem(named(choice), text);
    }
  } catch {
    // It is heard again at the next visit.
  }
}

// What the program asked a team's store for first the last time, it will most likely ask for first again: the store
// answers while the program is on its way. Each answer is taken, once, where the very same is what is asked for next; from
// the first difference on, none is. Where who asks must be proved, and this tab has no proof, nothing is asked.
let asked = askAsBefore();
globalThis.askedAhead = (...request) => {
  const next = asked.shift();
  if (next && request.every((part, index) => part === next.request[index])) {
    return next.answer;
  }
  asked = [];
};

function askAsBefore() {
  const [credentials, proof, ...urls] = chosen(`first requests of ${address("./")}`)?.split?.("\n") ?? [];
  const authorization = proof && chosen(proof, "sessionStorage");
  if (!urls.length || authorization === null) {
    return [];
  }
  const headers = proof ? { Authorization: authorization } : {};
  const init = { cache: "no-store", credentials, headers, signal: AbortSignal.timeout(8_000) };
  const ask = (url) => ({
    request: ["GET", url, credentials, authorization],
    answer: wholeAnswer(fetch(url, init)),
  });
  // The first one is by far the largest: the others are not to wait behind it.
  return urls.reduceRight((sent, url) => [ask(url), ...sent], []);
}

async function wholeAnswer(asking) {
  try {
    const response = await asking;
    return [response, await response.arrayBuffer()];
  } catch {
    // The program hears that there is none.
  }
}

// The end of the program is asked for once the frame has been seen, to which no more than half of it is to be in the way.
// Over a slow network nothing is lost, because that is long before the beginning is there; over a fast one, a first view
// comes a round trip later. A team's journal, which is on its way already, does not wait for it.
const files = [beginning];
if (end) {
  files.push((asked.length ? Promise.resolve() : seen).then(() => fetched(end, endIntegrity)));
}

async function start() {
  const [{ default: init }, module_or_path] = await Promise.all([program, compiled(...files), seen]);
  // What brought it here has taken a while.
  await globalThis.scheduler?.yield?.();
  return init({ module_or_path });
}
const started = start();

// Where the journal is kept, as the site's owner says, who may change it at any time: asked for while the program is on
// its way. A site may ask who one is. The program hears the status and the text; where there is no answer, those that were
// last heard.
const settings = readSettings();
globalThis.settingsOfSite = () => settings;
// The program meets it again.
settings.catch(() => {});

async function readSettings() {
  const request = { cache: "no-store", credentials: "include", signal: AbortSignal.timeout(8_000) };
  const choice = `settings of ${address("./")}`;
  try {
    const response = await fetch(address("config.json"), request);
    const heard = [response.status, await response.text()];
    if (response.ok) {
      choose(choice, heard);
    } else if ([404, 410].includes(response.status)) {
      // The site has none, and says so in words of its own.
      choose(choice, [response.status, ""]);
    }
    return heard;
  } catch (reason) {
    const last = chosen(choice);
    if (last) {
      return last;
    }
    throw reason;
  }
}

// The parts of the program that not every first view needs are files of their own in a release (xtask/src/split.rs). Each
// puts itself beside those before it; the program asks for them.
const loading = {};
globalThis.loadPart = (part) => {
  loading[part] ??= fetchPart(part).catch((reason) => {
    loading[part] = undefined;
    throw reason;
  });
  return loading[part];
};

async function fetchPart(part) {
  if (parts[part]) {
    const before = part === "rest" && globalThis.loadPart("store");
    const [page, module] = await Promise.all([started, compiled(fetched(parts[part], parts[`${part}Integrity`])), before]);
    await WebAssembly.instantiate(module, { page });
  }
  if (part === "rest") {
    allIsThere();
  }
}

// Whose address says more than that of the list most likely needs all of them: on their way while the program starts.
if (location.hash.length > 2) {
  Promise.all(files).then(() => globalThis.loadPart("rest")).catch(() => {});
}

// One of them speaks with a team's store, and a team's first view waits for it: whatever fails here, the program meets
// again.
Promise.resolve(asked.length || settings.then(([, text]) => text.includes('"http"')))
  .then((team) => team && globalThis.loadPart("store"))
  .catch(() => {});

function button(label, press) {
  const element = document.createElement("button");
  element.type = "button";
  element.className = "button";
  element.textContent = label;
  element.addEventListener("click", press);
  return element;
}

function sentence(text) {
  const element = document.createElement("p");
  element.textContent = text;
  return element;
}

// This script runs before the shell is there.
const parsed = new Promise((resolve) => {
  if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", resolve);
  } else {
    resolve();
  }
});

async function sayWhatWentWrong(reason) {
  console.error(reason);
  await parsed;
  const what =
    typeof WebAssembly === "object"
      ? "The page did not start. Check the connection and try again."
      : "This page needs WebAssembly, which this browser does not have or has switched off. Use another browser, or switch it on and try again.";
  const said = document.querySelector("#shell [role]");
  said.setAttribute("role", "alert");
  said.replaceChildren(sentence(what), button("Try again", () => location.reload()));
}

// The worker ------------------------------------------------------------------------------------------------------------

async function keepForLater() {
  const registration = await navigator.serviceWorker.register(address(worker), { updateViaCache: "none" });
  const offerWhatWaits = () => {
    // Where none was active before, it is the first one, and no newer than this page.
    if (registration.waiting && registration.active) {
      offer(registration.waiting);
    }
  };
  const offerWhatComes = () => registration.installing?.addEventListener("statechange", offerWhatWaits);
  registration.addEventListener("updatefound", offerWhatComes);
  // A page that stays open for days hears of a newer version when it is looked at again.
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) {
      registration.update().catch(() => {});
    }
  });
  // The browser looks for one by itself, too.
  offerWhatComes();
  offerWhatWaits();
}

function offer(waiting) {
  document.getElementById("newer")?.remove();
  const notice = document.createElement("div");
  notice.id = "newer";
  notice.className = "notice";
  notice.setAttribute("role", "status");
  const load = button("Load it now", () => {
    waiting.addEventListener("statechange", () => waiting.state === "activated" && location.reload());
    waiting.postMessage("take over");
  });
  const later = button("Later", () => notice.remove());
  notice.append(sentence("A newer version of this page is ready."), load, later);
  document.body.append(notice);
}

// The page's picture, and by what name it can be installed.
function present() {
  const files = { icon: "icon.svg", manifest: "manifest.webmanifest" };
  document.querySelector("link[rel=icon]")?.remove();
  for (const [rel, file] of Object.entries(files)) {
    document.head.append(Object.assign(document.createElement("link"), { rel, href: address(file) }));
  }
}

// The program takes the shell away once it has something to show. What is for later waits until all of it is there, and
// the browser is idle: while the first view is made, there is enough to do. A page that was kept before and does not come
// so far gets it, too: a newer version may be what it waits for.
const whenIdle = globalThis.requestIdleCallback ?? ((act) => setTimeout(act, 1_000));
let allIsThere;
new Promise((resolve) => {
  allIsThere = resolve;
}).then(() => whenIdle(prepareForLater));
started
  .catch(sayWhatWentWrong)
  .then(() => navigator.serviceWorker?.controller && setTimeout(allIsThere, 5_000));

function prepareForLater() {
  present();
  if (worker && navigator.serviceWorker) {
    // Without it the page works all the same, as long as there is a network: private windows and full disks refuse it.
    keepForLater().catch((reason) => console.info("Not kept for use without a network:", reason));
  }
}
