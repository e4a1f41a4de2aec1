// Rehearse: switches for what goes wrong, and a live view of how the client behaves.

import { ask, copy } from "./actions.js";
import { behaviourOf } from "./behaviour.js";
import { h, icon, page, say } from "./dom.js";
import { FaultCard } from "./fault-card.js";
import { FAULTS, inTurn, PRESETS } from "./faults.js";
import { bytes, count, lasting, plain, time } from "./format.js";
import { GRADES } from "./requests.js";
import { Strip } from "./strip.js";

const LISTED = 14;
const DRAW = 250; // milliseconds

const HEAD = [
  ["Came", ""],
  ["After", "r opt"],
  ["Answer", ""],
  ["Events", "r"],
  ["Size", "r opt"],
  ["Took", "r"],
  ["Note", "opt"],
];

export class RehearseView {
  constructor(section, requests) {
    this._requests = requests;
    this._drawn = 0;
    this._last = -1;
    this._faults = [];
    this._heard = 0;
    this._cards = FAULTS.map((fault) => new FaultCard(fault, () => this._put(this._chosen())));
    this._strip = new Strip();
    this._verdict = h("ul", { class: "verdict", "aria-label": "In words" });
    this._rows = h("tbody");
    this._other = h("p", { class: "card fault", hidden: true });
    this._hand = h("textarea", {
      class: "code",
      rows: "4",
      "aria-label": "Faults in JSON",
      spellcheck: "false",
    });
    this._curl = h("code");
    const lede = "Switch on what can go wrong with the API, and see what your client makes of it.";
    const faults = h(
      "div",
      { class: "faults" },
      this._cards.map((card) => card.element),
      this._other,
    );
    const left = h("div", {}, faults, this._byHand());
    const both = h("div", { class: "rehearse" }, left, this._behaviour());
    section.append(page("rehearse", "Rehearse", h("p", {}, lede), this._presets(), both));
  }

  _presets() {
    const button = ([name, title, faults]) =>
      h(
        "button",
        { class: "button", type: "button", title, onclick: () => this._put(faults) },
        name,
      );
    this._heal = button(["All well again", "End all faults", []]);
    this._heal.classList.add("main");
    this._heal.disabled = true;
    return h("div", { class: "presets" }, PRESETS.map(button), this._heal);
  }

  _behaviour() {
    return h(
      "section",
      { class: "card behaviour", "aria-labelledby": "title-behaviour" },
      h("h3", { id: "title-behaviour" }, "How the client behaves"),
      this._verdict,
      this._strip.element,
      h(
        "p",
        { class: "legend" },
        GRADES.map(([name, label]) => h("span", {}, h("i", { class: `c-${name}` }), label)),
      ),
      h(
        "table",
        { class: "asked" },
        h("caption", {}, "The latest requests"),
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            HEAD.map(([label, kind]) => h("th", { scope: "col", class: kind }, label)),
          ),
        ),
        this._rows,
      ),
    );
  }

  _byHand() {
    const apply = () => {
      try {
        this._put(JSON.parse(this._hand.value || "[]"));
      } catch {
        this._hand.focus();
        this._hand.setCustomValidity("This is not JSON");
        this._hand.reportValidity();
      }
    };
    this._hand.addEventListener("input", () => this._hand.setCustomValidity(""));
    return h(
      "details",
      { class: "by-hand" },
      h("summary", {}, "The same by hand"),
      h(
        "p",
        {},
        "All fields of a fault are in ",
        h("a", { href: "/openapi.json" }, "openapi.json"),
        ". At the start of a sandbox: --fault; while it runs:",
      ),
      h(
        "div",
        { class: "coded" },
        h("pre", { class: "code", tabindex: "0", "aria-label": "The same with curl" }, this._curl),
        h(
          "button",
          {
            class: "button",
            type: "button",
            onclick: () => copy(this._curl.textContent, "Command"),
          },
          icon("copy"),
          "Copy",
        ),
      ),
      h("p", {}),
      this._hand,
      h("p", {}, h("button", { class: "button", type: "button", onclick: apply }, "Put in force")),
    );
  }

  _chosen() {
    return [
      ...this._cards.filter((card) => card.on).map((card) => card.document()),
      ...this._others(),
    ];
  }

  _others() {
    return this._faults.filter((fault) => !FAULTS.some((known) => known.is(fault)));
  }

  async _put(faults) {
    const answer = await ask("/api/faults", {
      method: "PUT",
      body: Array.isArray(faults) ? inTurn(faults) : faults,
    });
    this.faults(answer === null ? this._faults : answer.faults, true);
  }

  /** Shows the faults that are in force, as the sandbox tells them. */
  faults(faults, asked = false) {
    this._faults = faults;
    this._heard = performance.now();
    for (const card of this._cards) card.show(faults.find((fault) => card.fault.is(fault)));
    const others = this._others();
    this._other.hidden = others.length === 0;
    say(this._other, `Also in force: ${others.map((fault) => JSON.stringify(fault)).join(", ")}`);
    this._heal.disabled = faults.length === 0;
    const text = JSON.stringify(faults);
    say(this._curl, `curl -X PUT ${location.origin}/api/faults -d '${text}'`);
    if (asked || document.activeElement !== this._hand)
      this._hand.value = faults.length === 0 ? "" : JSON.stringify(faults, null, 1);
  }

  show() {
    this._drawn = 0;
    this._last = -1;
  }

  update(now) {
    if (now - this._drawn < DRAW) return;
    this._drawn = now;
    this._countDown(now);
    const wall = Date.now();
    const { all } = this._requests;
    this._strip.draw(all, wall);
    const said = behaviourOf(all, wall);
    if (this._verdict.dataset.said !== JSON.stringify(said)) {
      this._verdict.dataset.said = JSON.stringify(said);
      this._verdict.replaceChildren(
        ...said.map(({ text, grade }) => h("li", { class: grade }, text)),
      );
    }
    const newest = all[all.length - 1];
    if (newest === this._last) return;
    this._last = newest;
    this._rows.replaceChildren(
      ...all
        .slice(-LISTED)
        .reverse()
        .map((request, at) => this._rowOf(request, all[all.length - 2 - at])),
    );
  }

  /** A fault that ends by the clock ends here too, though no message says so. */
  _countDown(now) {
    const gone = (now - this._heard) / 1000;
    if (gone < 1 || !this._faults.some((fault) => "seconds" in fault)) return;
    this.faults(
      this._faults
        .map((fault) => ("seconds" in fault ? { ...fault, seconds: fault.seconds - gone } : fault))
        .filter((fault) => !(fault.seconds <= 0)),
    );
  }

  _rowOf(request, before) {
    const gap = before === undefined ? "" : lasting(Math.max(0, request.at - before.at));
    const grade = { ok: "good", busy: "warning" }[request.grade] ?? "bad";
    const cells = [
      time(request.at),
      gap,
      h(
        "span",
        { class: `chip ${grade}` },
        request.status === null ? "no answer" : String(request.status),
      ),
      count(request.count),
      bytes(request.bytes),
      lasting(request.duration * 1000),
      plain(request.note),
    ];
    return h(
      "tr",
      {},
      cells.map((cell, at) => h("td", { class: at === 6 ? "note opt" : HEAD[at][1] }, cell)),
    );
  }
}
