// The Environments page in plain JavaScript, without any framework: what it would cost at least. It shows the same
// elements as the page of this project, which the bench compares, and does as much of its work as that needs: it reads
// the tenant, lists, searches, expands, and rolls back. Not here: the rules (the plans come with the tenant), checks of
// the journal, the history, the other pages.

const config = await (await fetch("./config.json")).json();
const headers = { Authorization: config.authorization };
const tenant = await (await fetch(`${config.base}/tenant.json`, { headers })).json();

const STEP = 30;
const { environments } = tenant;
const places = new Map(environments.map((it, index) => [it.id, index]));
const flows = new Map(tenant.flows);
const snapshots = new Map(tenant.snapshots.map(([id, number, notes, built]) => [id, { number, notes, built }]));
const releases = new Map(tenant.releases.map((it) => [it.id, it]));
const inOrder = () => tenant.releases.sort((a, b) => b.since - a.since || (a.id < b.id ? -1 : 1));
inOrder();
let next = config.next;
let shown = STEP;
let found = tenant.releases;

// Words -----------------------------------------------------------------------------------------------------------------

const escaped = (text) => String(text).replace(/[&<"]/g, (it) => `&#${it.charCodeAt(0)};`);
const environmentName = (id) => environments[places.get(id)].name;
const releaseName = (id) => releases.get(id)?.name ?? "a release that is gone";
const flowName = (id) => flows.get(id) ?? "a flow that is gone";
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });
const byName = new Intl.Collator("en", { numeric: true, sensitivity: "accent" }).compare;
const UNITS = [["year", 31536000, "last year"], ["month", 2592000, "last month"], ["day", 86400, "yesterday"], ["hour", 3600], ["minute", 60]];

function ago(at) {
  const seconds = (Date.now() - at) / 1000;
  const [unit, length, one] = UNITS.find(([, it]) => seconds >= it) ?? ["second", Infinity, "now"];
  const count = Math.trunc(seconds / length);
  const text = count > 1 || !one ? `${count} ${unit}${count === 1 ? "" : "s"} ago` : one;
  return `<time datetime="${new Date(at).toISOString()}" title="${exact.format(at)}">${text}</time>`;
}

const PATHS = {
  logo: "M8 2l6 3-6 3-6-3ZM2 8l6 3 6-3M2 11l6 3 6-3",
  search: "M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9ZM10.5 10.5l3.5 3.5",
  clock: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 4.5V8l2.5 1.5",
  person: "M8 8a2.75 2.75 0 1 0 0-5.5A2.75 2.75 0 0 0 8 8ZM2.5 14c.7-2.7 2.8-4 5.5-4s4.8 1.3 5.5 4",
  chevron: "M6 4l4 4-4 4",
  back: "M6 3 2.5 6.5 6 10M3 6.5h6.5a3.5 3.5 0 0 1 0 7H6",
  copy: "M5.5 5.5h8v8h-8ZM2.5 10.5v-8h8",
  play: "M5 3.5v9l7-4.5Z",
  trash: "M2.5 4.5h11M6 4.5v-2h4v2M4 4.5l.5 9h7l.5-9",
  hold: "M5.5 3.5v9M10.5 3.5v9",
  close: "M4 4l8 8M12 4l-8 8",
  warning: "M8 2.5 14.5 13.5h-13ZM8 6.5v3.5M8 11.8v.2",
  done: "M3 8.5 6.5 12 13 4.5",
  gone: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM3.8 3.8l8.4 8.4",
  on: "M3 8h10M9 4l4 4-4 4",
  new: "M8 3v10M3 8h10",
  same: "M3.5 6h9M3.5 10h9",
};
const glyph = (name) =>
  `<svg class="glyph" viewBox="0 0 16 16" aria-hidden="true" focusable="false"><path d="${PATHS[name]}"></path></svg>`;

function button(content, { action, look = "", label, whyNot } = {}) {
  const attributes = [
    `type="button" class="button ${look}"`,
    action && `data-action="${action}"`,
    label && `aria-label="${escaped(label)}"`,
    whyNot && 'aria-disabled="true"',
  ];
  const why = whyNot ? `<span class="why" role="tooltip">${escaped(whyNot)}</span>` : "";
  return `<span class="reasoned"><button ${attributes.filter(Boolean).join(" ")}>${content}</button>${why}</span>`;
}

const copyButton = (name, label) =>
  name
    ? `<span class="copy"><button type="button" class="button quiet icon" aria-label="${escaped(name)}">${glyph("copy")}</button><span class="said" role="status"></span></span>`
    : `<span class="copy"><button type="button" class="button">${glyph("copy")}${label}</button><span class="said" role="status"></span></span>`;

// The list --------------------------------------------------------------------------------------------------------------

function cameBack({ arrival }) {
  const [kind, told] = typeof arrival === "string" ? [arrival] : Object.entries(arrival)[0];
  const { from } = told ?? {};
  if (kind === "rollback") {
    return `rolled back from ${environmentName(from)}`;
  }
  return kind === "reset" ? `reset from ${environmentName(from)} by a build` : undefined;
}

function row(release) {
  const held = release.hold === null ? "" : `<span class="badge held">${glyph("hold")}Held</span>`;
  const back = cameBack(release);
  const badge = back === undefined ? "" : `<span class="badge back">${glyph("back")}${escaped(back)}</span>`;
  const count = release.content.length;
  const open = release.id === expanded;
  return `<li class="release ${open ? "expanded" : ""}" data-release="${release.id}"><div class="release-head"><h3>
    <button type="button" class="expander" aria-expanded="${open}" data-action="expand">${glyph("chevron")}
    <span class="release-name">${escaped(release.name)}</span></button></h3><p class="facts">
    <span class="fact">in <strong>${escaped(environmentName(release.environment))}</strong></span>
    <span class="fact">Last deployed: ${ago(release.at)}</span>
    <span class="fact">${count === 1 ? "1 flow" : `${count} flows`}</span>
    <span class="fact">${held}${badge}</span></p></div>
    <div class="details" ${open ? "" : "hidden"}>${open ? details(release) : ""}</div></li>`.replace(/>\s+</g, "><");
}

function matches(release, wanted, mayBeId) {
  return (
    release.name.toLowerCase().includes(wanted) ||
    release.content.some(([flow, snapshot]) => {
      return (
        flowName(flow).toLowerCase().includes(wanted) ||
        (mayBeId && snapshot.includes(wanted)) ||
        snapshots.get(snapshot).notes.toLowerCase().includes(wanted)
      );
    })
  );
}

function list() {
  const wanted = part("search").value.trim().toLowerCase();
  const mayBeId = /^[-0-9a-f]*$/.test(wanted);
  found = wanted ? tenant.releases.filter((release) => matches(release, wanted, mayBeId)) : tenant.releases;
  part("count").textContent = `${found.length} of ${tenant.releases.length}`;
  const visible = found.slice(0, shown);
  // An address can name a release that lies far down.
  const above = expanded && found.includes(releases.get(expanded)) && !visible.includes(releases.get(expanded));
  part("list").innerHTML = (above ? [releases.get(expanded), ...visible] : visible).map(row).join("");
  for (let after = part("list").nextSibling; after; after = part("list").nextSibling) {
    after.remove();
  }
  if (shown < found.length) {
    const more = button("Show more", { action: "more" });
    const said = `<span role="status">${shown} of ${found.length} are shown.</span>`;
    part("list").insertAdjacentHTML("afterend", `<p class="more">${said}${more}</p>`);
  }
  if (!found.length) {
    const said = "No release matches. Choose other filters to see more.";
    part("list").insertAdjacentHTML("afterend", `<p class="empty">${said}</p>`);
  }
}

function tiles() {
  return environments
    .map((it) => {
      const count = tenant.releases.filter((release) => release.environment === it.id).length;
      return `<li class="tile"><h2>${escaped(it.name)}${it.isDefault ? ' <span class="badge">default</span>' : ""}</h2>
        <p class="description">${escaped(it.description)}</p><dl class="figures">
        <div><dt>${count === 1 ? "release" : "releases"}</dt><dd>${count}</dd></div>
        <div><dt>${it.live === 1 ? "flow" : "flows"}</dt><dd>${it.live}</dd></div></dl>
        <p class="quiet">${it.changed === null ? "Nothing was deployed yet" : `Last changed ${ago(it.changed)}`}</p>
        <a class="manage" href="#/environments/${it.id}/releases">Manage ${escaped(it.name)}</a></li>`;
    })
    .join("")
    .replace(/>\s+</g, "><");
}

// Details ---------------------------------------------------------------------------------------------------------------

function reasonsOf({ arrival, hold }) {
  const back = arrival.rollback?.reason;
  return `${back ? `Rolled back: ${back}\n` : ""}${hold && hold !== back ? `Held: ${hold}` : ""}`;
}

const COLUMNS = ["Name", "Type", "Version ID", "Deployment notes", "Last modified", "Run/Preview", "Actions"];

function details(release) {
  const index = places.get(release.environment);
  const place = environments[index];
  const last = index === environments.length - 1;
  const final = last
    ? `${release.name} is in ${place.name}, the last environment, and cannot be changed there. Build into a new release, or roll this one back first.`
    : undefined;
  const content = release.content.toSorted(([one], [other]) => byName(flowName(one), flowName(other)));
  const rows = content.map(([flow, id, covered]) => {
    const [snapshot, name] = [snapshots.get(id), escaped(flowName(flow))];
    const run = `#/play/${place.player}?flow-id=${flow}&environment-id=${place.id}`;
    const above = covered
      ? `<span class="quiet covered">Version ${covered[0]} of ${escaped(releaseName(covered[1]))} runs there</span>`
      : "";
    const remove = button(`${glyph("trash")}Remove`, {
      look: "quiet",
      label: `Remove ${flowName(flow)} from ${release.name}`,
      whyNot: final,
    });
    return `<tr><th scope="row"><a href="#/flows/${flow}">${name}</a>&#32;<span class="version">version ${snapshot.number}</span></th>
      <td data-label="Type">flow</td><td data-label="Version ID"><span class="id"><code title="${id}">${id.slice(0, 13)}…</code>
      ${copyButton(`Copy Version ID of ${flowName(flow)}`)}</span></td>
      <td data-label="Deployment notes">${escaped(snapshot.notes)}</td><td data-label="Last modified">${ago(snapshot.built)}</td>
      <td data-label="Run/Preview"><a class="run" href="${escaped(run)}" aria-label="Run in ${escaped(place.name)}: ${name}">${glyph("play")}Run in ${escaped(place.name)}</a>${above}</td>
      <td data-label="Actions">${remove}</td></tr>`.replace(/>\s+</g, "><");
  });
  const head = COLUMNS.map((name) => `<th scope="col">${name}</th>`).join("");
  const target = environments[index + 1]?.name;
  const noNext = `${place.name} is the last environment. There is no next one to promote to.`;
  const noBefore = `${place.name} is the first environment. There is no previous one to roll back to.`;
  const held = release.hold === null ? undefined : `${release.name} is held. Lift the hold first.`;
  const table = `<div class="wide"><table class="cards"><caption class="hidden">Flows of ${escaped(release.name)}</caption><thead><tr>${head}</tr></thead>
    <tbody>${rows.join("")}</tbody></table></div>`;
  const reasons = reasonsOf(release);
  return `<div class="actions">
    ${button(target ? `Promote to ${escaped(target)}` : "Promote", { whyNot: target ? held : noNext })}
    ${button(`${glyph("back")}Rollback to previous release`, { action: "roll-back", whyNot: index ? undefined : noBefore })}
    ${button(`${glyph("hold")}${release.hold === null ? "Hold" : "Lift hold"}`)}
    ${button(`${glyph("trash")}Delete`, { look: "away", whyNot: final })}</div>
    ${reasons ? `<p class="reason">${escaped(reasons)}</p>` : ""}${table}`.replace(/>\s+</g, "><");
}

let expanded;

function expand(id) {
  const item = (release) => release && part("list").querySelector(`[data-release="${release}"]`);
  const set = (element, open) => {
    element?.classList.toggle("expanded", open);
    element?.querySelector(".expander").setAttribute("aria-expanded", open);
    const inside = element?.querySelector(".details");
    if (inside) {
      inside.hidden = !open;
      inside.innerHTML = open ? details(releases.get(id)) : "";
    }
  };
  const before = expanded;
  expanded = id;
  set(item(before), false);
  if (id && !item(id)) {
    list();
  } else {
    set(item(id), true);
  }
}

// Rolling back ----------------------------------------------------------------------------------------------------------

const KINDS = ["gone", "back", "on", "new", "same"];

function kindOf([effect, was, now]) {
  switch (effect) {
    case "removed":
      return "gone";
    case "introduced":
      return "new";
    case "restored":
    case "replaced":
      return now[0] < was[0] ? "back" : "on";
    default:
      return "same";
  }
}

const COUNTS = {
  gone: () => "can no longer be run",
  back: (one, past) => (past ? "went back to an earlier version" : `${one ? "goes" : "go"} back to an earlier version`),
  on: (one, past) => (past ? "moved up to a newer version" : `${one ? "moves" : "move"} up to a newer version`),
  new: (one, past) => (past ? "can be run now" : "can be run from then on"),
  same: (one, past) =>
    past ? `stayed as ${one ? "it was" : "they were"}` : `${one ? "stays" : "stay"} as ${one ? "it is" : "they are"}`,
};

function sentence(place, effect, past) {
  const [name, was] = effect;
  switch (name) {
    case "restored":
    case "replaced": {
      const back = past ? "Went back" : "Goes back";
      const on = past ? "Moved up" : "Moves up";
      return [kindOf(effect) === "back" ? back : on, `from version ${was[0]} to `];
    }
    case "removed":
      return ["Can no longer be run", `in ${place}; version ${was[0]} ${past ? "ran there" : "runs there now"}.`];
    case "introduced":
      return [past ? "Can now be run" : "Can then be run", `in ${place}, in `];
    case "unaffected":
      return [past ? "Stayed" : "Stays", "at "];
    default:
      return past ? ["Still cannot be run", `in ${place}.`] : ["Cannot be run", `in ${place}, as before.`];
  }
}

function warningText([kind, flow, environment, ...told], past) {
  const place = environmentName(environment);
  if (kind === "older") {
    const [was, now] = told;
    const version = ([number, release]) => `version ${number} (${releaseName(release)})`;
    return `In ${place}, ${flowName(flow)} ${past ? "went" : "goes"} back from ${version(was)} to ${version(now)}.`;
  }
  const [now, variable, blank] = told;
  return `Version ${now[0]} of ${flowName(flow)} uses {{${variable}}}, which is ${blank ? "blank" : "not defined"} in ${place}.`;
}

function planView({ environments: columns, rows, warnings }, lead, past) {
  const counts = columns.map((id, column) => {
    const kinds = rows.map(([, effects]) => kindOf(effects[column]));
    const lines = KINDS.map((kind) => [kind, kinds.filter((it) => it === kind).length])
      .filter(([, count]) => count)
      .map(([kind, count]) => {
        const flows = count === 1 ? "1 flow" : `${count} flows`;
        return `<li class="${kind}">${glyph(kind)}${flows} ${COUNTS[kind](count === 1, past)}</li>`;
      });
    return `<div class="count"><h3>In ${escaped(environmentName(id))}</h3><ul>${lines.join("")}</ul></div>`;
  });
  const inOrder = warnings.toSorted(([, one], [, other]) => byName(flowName(one), flowName(other)));
  const told = inOrder.map((it) => `<li>${glyph("warning")}${escaped(warningText(it, past))}</li>`);
  const many = told.splice(6);
  if (many.length) {
    told.push(`<li><details><summary>${many.length} more warnings</summary><ul>${many.join("")}</ul></details></li>`);
  }
  const list = told.length ? `<ul class="notice warnings" aria-label="Warnings">${told.join("")}</ul>` : "";
  const lines = rows
    .map(([flow, effects]) => [flowName(flow), effects])
    .sort(([one], [other]) => byName(one, other))
    .map(([name, effects]) => {
      const cells = effects.map((effect, column) => {
        const place = environmentName(columns[column]);
        const kind = kindOf(effect);
        const [change, rest] = sentence(place, effect, past);
        const now = effect[2];
        const after = now ? `version ${now[0]} of ${releaseName(now[1])}.` : "";
        return `<td data-label="${escaped(place)}" class="${kind}"><p><span class="change">${glyph(kind)}${change}</span> ${escaped(rest)}<strong>${escaped(after)}</strong></p></td>`;
      });
      return `<tr><th scope="row">${escaped(name)}</th>${cells.join("")}</tr>`;
    });
  const head = columns.map((id) => `<th scope="col">${escaped(environmentName(id))}</th>`).join("");
  return `<div class="plan">${past ? "" : `<p class="lead">${lead}</p>`}<div class="counts">${counts.join("")}</div>${list}
    <table class="plan-table cards"><thead><tr><th scope="col">Flow</th>${head}</tr></thead><tbody>${lines.join("")}</tbody></table></div>`.replace(
    /\n\s+/g,
    "",
  );
}

let dialog;

function openForm(id) {
  const release = releases.get(id);
  const { plan } = release;
  const [from, to] = plan.environments.map((it) => escaped(environmentName(it)));
  const lead = `${escaped(release.name)} leaves ${from} and goes back to ${to}.`;
  dialog = document.createElement("dialog");
  dialog.className = "dialog";
  dialog.setAttribute("aria-labelledby", "title");
  dialog.innerHTML = `<div class="dialog-head"><h2 id="title" tabindex="-1" autofocus>Rollback Release</h2>
    <button type="button" class="button quiet icon" aria-label="Close this form" data-action="close">${glyph("close")}</button></div>
    <div class="dialog-body" role="region" aria-label="Form" tabindex="0"><div data-part="outcome"></div>
    <div class="questions"><label for="reason">Reason (optional)</label><textarea id="reason" rows="2"></textarea>
    <p class="field-problem" role="status"></p>
    <label class="check"><input type="checkbox">Hold this release so that it cannot be promoted</label></div></div>
    <div class="dialog-foot"></div>`.replace(/\n\s+/g, "");
  part("outcome", dialog).outerHTML = planView(plan, lead, false);
  dialog.querySelector(".dialog-foot").innerHTML =
    button("Cancel", { action: "close" }) + button("Rollback to previous release", { action: "confirm", look: "grave" });
  dialog.addEventListener("close", () => {
    dialog.remove();
    location.hash = `#/releases/${id}`;
  });
  document.querySelector("main").append(dialog);
  dialog.showModal();
}

async function confirm(id) {
  const release = releases.get(id);
  const { plan } = release;
  const foot = dialog.querySelector(".dialog-foot");
  foot.innerHTML = '<p class="recording" role="status">Recording …</p>';
  dialog.querySelector("textarea").readOnly = true;
  const entry = {
    position: next,
    at: Date.now(),
    rolledBack: { release: id, reason: dialog.querySelector("textarea").value, plan },
  };
  const answer = await fetch(`${config.base}/entries/${String(next).padStart(10, "0")}.json`, {
    method: "PUT",
    headers: { ...headers, "If-None-Match": "*", "Content-Type": "application/json" },
    body: JSON.stringify(entry),
  });
  if (!answer.ok) {
    foot.innerHTML = `<p role="alert">${answer.status}</p>`;
    return;
  }
  apply(release, next, entry);
  next += 1;
  const [from, to] = plan.environments.map((it) => escaped(environmentName(it)));
  const lead = `${escaped(release.name)} left ${from} and is back in ${to}.`;
  const done = `<div class="notice done" role="status">${glyph("done")}<p><strong>Release rolled back.</strong> ${lead}</p></div>`;
  dialog.querySelector(".plan").outerHTML = done + planView(plan, lead, true);
  dialog.querySelector(".questions").hidden = true;
  dialog.querySelector("textarea").readOnly = false;
  foot.innerHTML = `${copyButton(undefined, "Copy change note")}${button("Undo")}${button("Finish", { action: "close", look: "main" })}`;
  dialog.querySelector("h2").focus();
  part("tiles").innerHTML = tiles();
  list();
}

/** What the rules do to what is listed. */
function apply(release, position, { at }) {
  const { environments: columns, rows } = release.plan;
  for (const [column, id] of columns.entries()) {
    const place = environments[places.get(id)];
    place.changed = at;
    for (const [, effects] of rows) {
      place.live += { removed: -1, introduced: 1 }[effects[column][0]] ?? 0;
    }
  }
  const [from, to] = columns;
  Object.assign(release, {
    environment: to,
    since: position,
    at,
    arrival: { rollback: { from, reason: "" } },
    content: release.content.map(([flow, snapshot]) => {
      const row = rows.find(([it]) => it === flow);
      const live = row?.[1][1][2];
      return [flow, snapshot, live && live[1] !== release.id ? live : null];
    }),
  });
  inOrder();
}

// The page --------------------------------------------------------------------------------------------------------------

function part(name, within = document) {
  return within.querySelector(`[data-part="${name}"]`);
}

const option = (value, text, selected) => `<option value="${value}" ${selected ? "selected" : ""}>${escaped(text)}</option>`;

function page() {
  const head = `<button type="button" class="skip">Skip to content</button><header class="bar"><a class="brand" href="#/">${glyph("logo")}<span>Flow Environments</span></a>
    <nav aria-label="Pages"><a href="#/" aria-current="page">Environments</a><a href="#/flows">Flows</a><a href="#/matrix">Matrix</a><a href="#/history">History</a></nav>
    <div class="who"><button type="button" class="button find-opener" aria-haspopup="dialog" aria-keyshortcuts="Control+K Meta+K">${glyph("search")}<span class="name">Find</span><kbd aria-hidden="true">Ctrl K</kbd></button>
    <button type="button" class="button quiet icon" aria-label="Recent" title="Recent">${glyph("clock")}</button>
    <button type="button" class="button profile-opener">${glyph("person")}<span class="label">Acting as: </span><span class="name" title="Administrator">Administrator</span></button>
    <div class="profile" popover="auto" role="group" aria-label="Profile"></div></div></header>`;
  const filters = `<div class="filters" role="search" aria-label="Releases">
    <label><span class="label">Environment</span><select>${option("", "All environments", true)}${environments.map((it) => option(it.id, it.name)).join("")}</select></label>
    <label><span class="label">Deployed</span><select>${option("1", "Last 24 hours")}${option("7", "Last 7 days")}${option("30", "Last 30 days")}${option("90", "Last 90 days")}${option("", "Any time", true)}</select></label>
    <label><span class="label">Search</span><input type="search" placeholder="Release, flow, version, notes" data-part="search"></label>
    <p class="quiet" role="status" data-part="count"></p></div>`;
  const main = `<main><div class="toast" popover="manual" role="status"></div>
    <div class="profile recent" popover="auto" role="group" aria-label="Recent"><h2>Recent</h2><a href="#/history">All of the history</a></div>
    <div class="page-head"><h1>Environments</h1><div class="buttons"><a class="button" href="#/environments">Edit environments</a>${button("Build flow", { look: "main" })}</div></div>
    <section class="welcome" hidden><h2>Try a rollback</h2><p>This is a demo.</p><ol class="steps"><li hidden><strong>Release B</strong> lies over Release A in Production: open it below, press “Rollback to previous release”, and your users are back on Release A’s versions.</li><li hidden><strong>Loyalty launch</strong> has nothing beneath it in Production: roll it back, and its flows can no longer be run there.</li></ol><p class="actions">${button("Dismiss")}</p></section>
    <ol class="tiles" data-part="tiles">${tiles()}</ol>
    <section aria-labelledby="releases"><div class="section-head"><h2 id="releases">Releases</h2>${filters}</div>
    <ul class="releases" data-part="list"></ul></section></main>`;
  const foot = `<footer class="foot"><p>The journal is kept in a store that your team shares: ${escaped(config.base)}. The store decides who may read and write. The role in “Acting as” is a setting of the page: it protects nothing.</p><p><a href="#/storage">Storage</a></p></footer>`;
  document.body.insertAdjacentHTML("beforeend", (head + main + foot).replace(/\n\s+/g, ""));
  list();
}

function route() {
  const [, id, form] = location.hash.match(/^#\/releases\/([^/]+)(\/rollback)?/) ?? [];
  if (id !== expanded) {
    expand(id);
  }
  if (form) {
    openForm(id);
  }
}

const release = (element) => element.closest("[data-release]").dataset.release;
const ACTIONS = {
  expand: (element) => {
    const id = release(element);
    location.hash = id === expanded ? "#/" : `#/releases/${id}`;
  },
  "roll-back": (element) => {
    location.hash = `#/releases/${release(element)}/rollback`;
  },
  confirm: () => confirm(expanded),
  close: () => dialog.close(),
  more: () => {
    shown += STEP;
    list();
  },
};

document.addEventListener("click", ({ target }) => {
  const pressed = target.closest("[data-action]");
  if (pressed && pressed.getAttribute("aria-disabled") !== "true") {
    ACTIONS[pressed.dataset.action](pressed);
  }
});
page();
part("search").addEventListener("input", () => {
  shown = STEP;
  list();
});
addEventListener("hashchange", route);
route();

// How looks what no first view shows.
requestIdleCallback(async () => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(await (await fetch("./later.css")).text());
  document.adoptedStyleSheets.push(sheet);
});
