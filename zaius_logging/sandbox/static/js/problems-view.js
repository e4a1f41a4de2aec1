// Problems: what is wrong, why that matters, and the latest events of each kind.

import { chip, h, page, say } from "./dom.js";
import { kindOf, linkOf, placeOf } from "./entry.js";
import { count, plain, time } from "./format.js";
import { rules, titleOf } from "./rules.js";

const REFRESH = 500; // milliseconds

function caseOf(row, rule) {
  const problem = row.problems.find((each) => each.rule === rule);
  return h(
    "li",
    {},
    h("span", { class: "time" }, time(row.arrived)),
    h("a", { href: linkOf(row) }, kindOf(row)),
    h("span", { class: "said" }, plain(problem.message) + placeOf(problem)),
  );
}

function problemOf(kind) {
  const rule = rules.get(kind.rule);
  const query = `rule:${kind.rule} is:${kind.rejected ? "rejected" : "taken"}`;
  return h(
    "article",
    { class: `card problem ${kind.rejected ? "bad" : "warning"}` },
    h(
      "header",
      {},
      h("span", { class: "total" }, count(kind.count)),
      h(
        "h3",
        {},
        titleOf(kind.rule),
        " ",
        kind.rejected ? chip("bad", "rejected") : chip("warning", "warning"),
      ),
      h(
        "span",
        { class: "more" },
        h("a", { href: `#/events?q=${encodeURIComponent(query)}` }, "all in the list"),
        h("a", { href: `#/rules/${kind.rule}` }, "the rule"),
      ),
      rule && h("p", {}, rule.why),
    ),
    h(
      "ul",
      { class: "cases", "aria-label": "The latest" },
      kind.latest.map((row) => caseOf(row, kind.rule)),
    ),
  );
}

function whole(requests) {
  const shown = requests.slice(-8).reverse();
  return h(
    "article",
    { class: "card problem bad" },
    h(
      "header",
      {},
      h("span", { class: "total" }, count(requests.length)),
      h("h3", {}, "Requests rejected as a whole ", chip("bad", "rejected")),
      h("span", { class: "more" }),
      h("p", {}, "A wrong key, address or body: no event of these was read."),
    ),
    h(
      "ul",
      { class: "cases", "aria-label": "The latest" },
      shown.map((request) =>
        h(
          "li",
          {},
          h("span", { class: "time" }, time(request.at)),
          h("span", {}, `${request.method} ${plain(request.path)}`),
          h("span", { class: "said" }, `${request.status}: ${plain(request.note)}`),
        ),
      ),
    ),
  );
}

export class ProblemsView {
  constructor(section, problems, requests) {
    this._problems = problems;
    this._requests = requests;
    this._refreshed = 0;
    this._drawnAs = "";
    this._lead = h("p", { class: "num" });
    this._list = h("div");
    section.append(page("problems", "Problems", this._lead, this._list));
  }

  show() {
    this._drawnAs = "";
    this._refreshed = 0;
  }

  update(now) {
    // What is read or pointed at stays where it is.
    if (now - this._refreshed < REFRESH || this._list.contains(document.activeElement)) return;
    this._refreshed = now;
    const kinds = this._problems.list();
    const rejected = this._requests.rejectedWhole();
    const latest = kinds.map((kind) => `${kind.rule} ${kind.count} ${kind.latest[0]?.order}`);
    const drawnAs = `${rules.size} ${rejected.length} ${latest}`;
    if (drawnAs === this._drawnAs) return;
    this._drawnAs = drawnAs;
    say(
      this._lead,
      `Of the events that are held, ${count(this._problems.rejected)} were rejected and ` +
        `${count(this._problems.warned)} taken with warnings.`,
    );
    const parts = kinds.map(problemOf);
    if (rejected.length > 0) parts.unshift(whole(rejected));
    if (parts.length === 0)
      parts.push(
        h(
          "div",
          { class: "none" },
          h("h3", {}, "No problem"),
          h(
            "p",
            {},
            "No event that is held was rejected or has a warning. ",
            h("a", { href: "#/rules" }, "The rules"),
          ),
        ),
      );
    else parts.push(h("p", { class: "dim" }, h("a", { href: "#/rules" }, "All rules")));
    this._list.replaceChildren(...parts);
  }
}
