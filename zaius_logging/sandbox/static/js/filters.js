// Search box, filters and buttons over the list.

import { h, icon, say } from "./dom.js";
import { allOf, parseQuery } from "./query.js";

const REFRESH = 1000; // How often the choices of the filters are looked up anew, in milliseconds.

class Choice {
  constructor(label, all, changed) {
    this.counts = new Map();
    this._all = all;
    this._known = "";
    this.element = h(
      "select",
      { "aria-label": label, onchange: changed },
      h("option", { value: "" }, all),
    );
  }

  get value() {
    return this.element.value;
  }

  add(key, sign = 1) {
    const now = (this.counts.get(key) ?? 0) + sign;
    if (now > 0) this.counts.set(key, now);
    else this.counts.delete(key);
  }

  offer() {
    const names = [...this.counts.keys()].filter(Boolean).slice(0, 300).sort();
    if (this.value && !names.includes(this.value)) names.push(this.value);
    const known = names.join("\n");
    if (known === this._known) return;
    this._known = known;
    const value = this.value;
    this.element.replaceChildren(
      h("option", { value: "" }, this._all),
      ...names.map((name) => h("option", { value: name }, name)),
    );
    this.element.value = value;
  }
}

const kindKey = (row) => (row.action ? `${row.type}/${row.action}` : row.type);

export class Filters {
  /** `changed(test)` is called with a test of rows, or null; `act` has `pause`, `save` and `clear`. */
  constructor(held, { changed, act }) {
    const now = () => changed(this.test());
    this.input = h("input", {
      class: "field",
      type: "search",
      placeholder: "Search events",
      "aria-label": "Search events",
      autocomplete: "off",
      spellcheck: "false",
      oninput: now,
    });
    this._type = new Choice("Type and action", "All types", now);
    this._id = new Choice("Identifier", "All identifiers", now);
    this._logger = new Choice("Logger", "All loggers", now);
    this.problems = h(
      "button",
      {
        class: "button",
        type: "button",
        "aria-pressed": "false",
        "aria-label": "Only problems",
        title: "Only problems (x)",
        onclick: () => {
          this.onlyProblems(!this._only);
          now();
        },
      },
      icon("problem"),
      h("span", { class: "wide" }, "Only problems"),
    );
    this._pauseLabel = h("span", {});
    this.pause = h(
      "button",
      { class: "button", type: "button", title: "Pause (p)", onclick: act.pause },
      icon("pause"),
      this._pauseLabel,
    );
    this._only = false;
    this.element = h(
      "div",
      { class: "tools", role: "search", "aria-label": "Events" },
      h(
        "div",
        { class: "search" },
        icon("search"),
        this.input,
        h("kbd", { "aria-hidden": "true" }, "/"),
      ),
      this._type.element,
      this._id.element,
      this._logger.element,
      this.problems,
      h("span", { class: "gap" }),
      this.pause,
      h(
        "button",
        {
          class: "button",
          type: "button",
          title: "Save the listed events as JSON lines",
          "aria-label": "Export JSON lines",
          onclick: act.save,
        },
        icon("save"),
        h("span", { class: "wide" }, "Export"),
      ),
      h(
        "button",
        {
          class: "button",
          type: "button",
          title: "Forget all events",
          "aria-label": "Clear",
          onclick: act.clear,
        },
        icon("clear"),
        h("span", { class: "wide" }, "Clear"),
      ),
    );
    this.paused(false, 0);
    this._logger.element.hidden = true;
    this._id.element.hidden = true;
    held.read({
      appended: (rows) => this._count(rows, 1),
      prepended: (rows) => this._count(rows, 1),
      evicted: (rows) => this._count(rows, -1),
      emptied: () => {
        for (const choice of [this._type, this._id, this._logger]) choice.counts.clear();
      },
    });
    this._offered = 0;
  }

  test() {
    const [type, action] = this._type.value.split("/", 2);
    const {
      _id: { value: id },
      _logger: { value: logger },
    } = this;
    return allOf([
      parseQuery(this.input.value),
      type && ((row) => row.type === type && (action === undefined || row.action === action)),
      id && ((row) => row.ids.some((pair) => pair[0] === id)),
      logger && ((row) => row.logger === logger),
      this._only && ((row) => row.rejected || row.problems.length > 0),
    ]);
  }

  onlyProblems(on) {
    this._only = on;
    this.problems.setAttribute("aria-pressed", String(on));
  }

  /** Shows the search of a link, and takes back the other filters. */
  search(text) {
    this.input.value = text;
    this.onlyProblems(false);
    for (const choice of [this._type, this._id, this._logger]) choice.element.value = "";
  }

  /** Called in each frame while paused: what is replaced between press and release takes the click along. */
  paused(on, waiting) {
    if (this.pause.getAttribute("aria-pressed") !== String(on)) {
      this.pause.setAttribute("aria-pressed", String(on));
      this.pause.setAttribute("aria-label", on ? "Go on" : "Pause");
      this.pause.firstChild.replaceWith(icon(on ? "play" : "pause"));
      this._pauseLabel.className = on ? "" : "wide";
    }
    const more = waiting > 0 ? ` · ${waiting.toLocaleString("en")} new` : "";
    say(this._pauseLabel, on ? `Go on${more}` : "Pause");
  }

  offer(now) {
    // A list that is open must not change under the pointer.
    if (
      now - this._offered < REFRESH ||
      this.element.contains(document.activeElement?.closest("select"))
    )
      return;
    this._offered = now;
    for (const choice of [this._type, this._id, this._logger]) choice.offer();
    this._id.element.hidden = this._id.counts.size < 2 && this._id.value === "";
    this._logger.element.hidden = this._logger.counts.size === 0 && this._logger.value === "";
  }

  _count(rows, sign) {
    for (const row of rows) {
      this._type.add(kindKey(row), sign);
      this._logger.add(row.logger, sign);
      for (const pair of row.ids) this._id.add(pair[0], sign);
    }
  }
}
