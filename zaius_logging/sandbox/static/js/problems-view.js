// Problems: what is wrong, why that matters, and the latest events of each kind.

import { h, say } from "./dom.js";
import { kindOf, linkOf, placeOf } from "./entry.js";
import { count, plain, plural, time } from "./format.js";
import { rules, titleOf } from "./rules.js";

const REFRESH = 500; // milliseconds

function caseOf(row, rule) {
  const problem = row.problems.find((each) => each.rule === rule);
  return h("li", {}, h("span", { class: "time" }, time(row.arrived)), h("a", { href: linkOf(row) }, kindOf(row)), h("span", { class: "said" }, plain(problem.message) + placeOf(problem)));
}

function problemOf(kind) {
  const rule = rules.get(kind.rule);
  const query = `rule:${kind.rule} is:${kind.refused ? "refused" : "taken"}`;
  return h("article", { class: `card problem ${kind.refused ? "bad" : "doubt"}` },
    h("header", {},
      h("span", { class: "total" }, count(kind.count)),
      h("h3", {}, titleOf(kind.rule), " ", h("span", { class: `chip ${kind.refused ? "bad" : "doubt"}` }, kind.refused ? "refused" : "taken, but doubtful")),
      h("span", { class: "more" }, h("a", { href: `#/events?q=${encodeURIComponent(query)}` }, "all in the list"), h("a", { href: `#/rules/${kind.rule}` }, "the rule")),
      rule && h("p", {}, rule.why)),
    h("ul", { class: "cases", "aria-label": "The latest" }, kind.latest.map((row) => caseOf(row, kind.rule))));
}

function whole(requests) {
  const shown = requests.slice(-8).reverse();
  return h("article", { class: "card problem bad" },
    h("header", {}, h("span", { class: "total" }, count(requests.length)), h("h3", {}, "Requests refused as a whole ", h("span", { class: "chip bad" }, "refused")),
      h("span", { class: "more" }), h("p", {}, "A wrong key, address or body: no event of these was read.")),
    h("ul", { class: "cases", "aria-label": "The latest" }, shown.map((request) => h("li", {},
      h("span", { class: "time" }, time(request.at)), h("span", {}, `${request.method} ${plain(request.path)}`), h("span", { class: "said" }, `${request.status}: ${plain(request.note)}`)))));
}

export class ProblemsView {
  constructor(section, problems, requests) {
    this._problems = problems;
    this._requests = requests;
    this._refreshed = 0;
    this._told = "";
    this._lead = h("p", { class: "num" });
    this._list = h("div");
    section.append(h("div", { class: "scroll", tabindex: "0", role: "region", "aria-labelledby": "title-problems" }, h("div", { class: "page" },
      h("div", { class: "lede" }, h("div", {}, h("h2", { id: "title-problems" }, "Problems"), this._lead)), this._list)));
  }

  show() {
    this._told = "";
    this._refreshed = 0;
  }

  update(now) {
    // What is read or pointed at stays where it is.
    if (now - this._refreshed < REFRESH || this._list.contains(document.activeElement)) return;
    this._refreshed = now;
    const kinds = this._problems.list();
    const refused = this._requests.refusedWhole();
    const told = `${rules.size} ${refused.length} ${kinds.map((kind) => `${kind.rule} ${kind.count} ${kind.latest[0]?.order}`)}`;
    if (told === this._told) return;
    this._told = told;
    say(this._lead, `${plural(this._problems.refused, "event")} refused, ${plural(this._problems.doubtful, "event")} taken but doubtful, of those that are held.`);
    const parts = kinds.map(problemOf);
    if (refused.length > 0) parts.unshift(whole(refused));
    if (parts.length === 0) parts.push(h("div", { class: "none" }, h("h3", {}, "No problem"), h("p", {}, "No event that is held was refused or is doubtful. ", h("a", { href: "#/rules" }, "The rules"))));
    else parts.push(h("p", { class: "dim" }, h("a", { href: "#/rules" }, "All rules")));
    this._list.replaceChildren(...parts);
  }
}
