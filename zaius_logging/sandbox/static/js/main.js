// Puts the page together: one stream of events, the events that are held, five views.

import { notify } from "./actions.js";
import { CatalogView } from "./catalog-view.js";
import { short } from "./charts.js";
import { Customers } from "./customers.js";
import { CustomersView } from "./customers-view.js";
import { say } from "./dom.js";
import { readLine } from "./entry.js";
import { EventsView } from "./events-view.js";
import { HeldEvents } from "./held-events.js";
import { listen } from "./keys.js";
import { Numbers } from "./numbers.js";
import { NumbersView } from "./numbers-view.js";
import { Problems } from "./problems.js";
import { ProblemsView } from "./problems-view.js";
import { RehearseView } from "./rehearse-view.js";
import { Requests } from "./requests.js";
import { go, readHash } from "./router.js";
import { loadRules } from "./rules.js";
import { RulesView } from "./rules-view.js";
import { sliced } from "./slices.js";
import { Stream } from "./stream.js";

const byId = (id) => document.getElementById(id);

const held = new HeldEvents();
const customers = new Customers(held);
const problems = new Problems(held);
const requests = new Requests();
const numbers = new Numbers();
requests.read((fresh) => numbers.requests(fresh));

const views = {
  events: new EventsView(byId("view-events"), held),
  customers: new CustomersView(byId("view-customers"), held, customers),
  problems: new ProblemsView(byId("view-problems"), problems, requests),
  rules: new RulesView(byId("view-rules")),
  numbers: new NumbersView(byId("view-numbers"), { numbers, held, requests }),
  catalog: new CatalogView(byId("view-catalog")),
  rehearse: new RehearseView(byId("view-rehearse"), requests),
};
const TABS = ["events", "customers", "problems", "numbers", "rehearse"];

let current = "";

function route() {
  const target = readHash();
  const name =
    target.view === "rejected"
      ? "events"
      : Object.hasOwn(views, target.view)
        ? target.view
        : "events";
  if (name !== current) {
    current = name;
    for (const each of Object.keys(views)) byId(`view-${each}`).hidden = each !== name;
    const tab = name === "rules" ? "problems" : name;
    for (const link of document.querySelectorAll(".tabs a")) {
      if (link.dataset.view === tab) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    document.title = `${name[0].toUpperCase()}${name.slice(1)} · Zaius sandbox`;
  }
  views[name].show(target);
}

// What was lost comes again, newest first; links to events wait for it.
let state = null;
let link = "connecting";

function forget() {
  held.clear();
  requests.clear();
  numbers.clear();
}

const stream = new Stream({
  link: (now) => {
    link = now;
  },
  hello(info) {
    forget();
    held.capacity = info.capacity;
    byId("catalog-tab").hidden = info.catalog === null;
    views.events.info(info);
  },
  cleared() {
    forget();
    notify("All events are cleared");
  },
  entries(lines) {
    const rows = lines.map(readLine);
    numbers.entries(rows);
    held.append(rows);
  },
  async history(lines, current_) {
    const rows = [];
    if (!(await sliced(lines.length, (at) => rows.push(readLine(lines[at])), current_)))
      return null;
    numbers.entries(rows);
    return held.prepend(rows) ? rows[0].order : null;
  },
  requests: (fresh) => requests.append(fresh),
  state(now) {
    state = now;
    views.rehearse.faults(now.faults);
    byId("banner").hidden = now.trouble === null;
    say(byId("banner"), now.trouble ?? "");
  },
});

function drawBar(wall) {
  const shown = link === "live" && held.paused ? "paused" : link;
  byId("live").dataset.state = shown;
  const [last] = numbers.window(wall, 1);
  const rate = last.taken + last.warned + last.rejected;
  const words = {
    connecting: "connecting",
    lost: "not connected",
    paused: "paused",
    live: `live · ${short(rate)}/s`,
  };
  say(byId("live-text"), words[shown]);
  badge(
    "problem-badge",
    problems.rejected + problems.warned,
    problems.rejected > 0,
    "events with problems",
  );
  badge("merge-badge", customers.warnings, true, "merges of customers");
  badge("fault-badge", state?.faults.length ?? 0, true, "faults in force");
}

function badge(id, number, hot, what) {
  const element = byId(id);
  element.hidden = number === 0;
  element.classList.toggle("hot", hot);
  say(element, short(number));
  element.title = what;
}

let drawn = 0;
function frame(now) {
  if (now - drawn > 250) {
    drawn = now;
    drawBar(Date.now());
  }
  views[current].update(now);
  requestAnimationFrame(frame);
}

const view = () => views[current];
listen({
  "/": () => {
    if (view().focusSearch === undefined) go("#/events");
    (view().focusSearch ? view() : views.events).focusSearch();
  },
  j: () => view().move?.(1),
  k: () => view().move?.(-1),
  ArrowDown: () => view().move?.(1),
  ArrowUp: () => view().move?.(-1),
  Enter: () => view().openChosen?.(),
  p: () => views.events.pause(),
  x: () => {
    go("#/events");
    views.events.toggleProblems();
  },
  c: () => view().copy?.(),
  "?": () => byId("keys").showModal(),
  escape: () => view().close?.(),
  ...Object.fromEntries(TABS.map((name, at) => [String(at + 1), () => go(`#/${name}`)])),
});
byId("help").addEventListener("click", () => byId("keys").showModal());
window.addEventListener("hashchange", route);

await loadRules();
route();
stream.open();
requestAnimationFrame(frame);
