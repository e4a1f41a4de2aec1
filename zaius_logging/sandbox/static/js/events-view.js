// The list of events, live, with its filters and the open event beside it.

import { ask, notify, save } from "./actions.js";
import { Detail, fetchRow } from "./detail.js";
import { h, icon, say } from "./dom.js";
import { linkOf } from "./entry.js";
import { drawRow, lineOf, makeRow } from "./event-row.js";
import { FilteredEvents } from "./filtered-events.js";
import { Filters } from "./filters.js";
import { count, plural } from "./format.js";
import { go } from "./router.js";
import { startPanel } from "./start.js";
import { VirtualList } from "./virtual.js";

const COLUMNS = [
  ["c-time", "Arrived"],
  ["c-event", "Event"],
  ["c-who", "Customer"],
  ["c-main", "Data"],
];

export class EventsView {
  constructor(section, held) {
    this._held = held;
    this._chosen = null;
    this._dirty = true;
    this._filtered = new FilteredEvents(held, () => {
      this._dirty = true;
    });
    this._filters = new Filters(held, {
      changed: (test) => {
        this._list.box.scrollTop = 0;
        this._filtered.filter(test);
        this.update(performance.now());
      },
      act: {
        pause: () => this.pause(),
        save: () => this._save(),
        clear: () => ask("/api/events", { method: "DELETE" }),
      },
    });
    this._build(section);
  }

  _build(section) {
    this._count = h("span", { class: "count num", role: "columnheader" });
    const head = h(
      "div",
      { class: "columns", role: "row" },
      COLUMNS.map(([name, label]) => h("span", { class: name, role: "columnheader" }, label)),
      this._count,
    );
    this._box = h(
      "div",
      {
        class: "rows",
        role: "grid",
        tabindex: "0",
        "aria-label": "Events, newest first",
        "aria-readonly": "true",
      },
      h("div", { class: "head", role: "rowgroup" }, head),
    );
    this._grid = h("div", { class: "grid" }, this._box);
    this._fresh = h(
      "button",
      {
        class: "button main fresh",
        type: "button",
        hidden: true,
        onclick: () => {
          this._box.scrollTop = 0;
        },
      },
      icon("up"),
      h("span"),
    );
    this._none = h(
      "div",
      { class: "none", hidden: true },
      h("h3", {}, "Nothing matches"),
      h("p", {}, "No event that is held passes the search and the filters."),
      h(
        "p",
        {},
        h(
          "button",
          { class: "button", type: "button", onclick: () => this.search("") },
          "Show all events",
        ),
      ),
    );
    this._start = startPanel();
    this._stage = h("div", { class: "stage" }, this._grid, this._none, this._fresh);
    this._side = h("aside", { class: "side", "aria-label": "The open event", hidden: true });
    this._detail = new Detail(this._side, {
      moved: (step) => this.move(step, true),
      closed: () => this.close(),
    });
    this._pane = h("div", { class: "pane" }, this._filters.element, this._stage, this._start.panel);
    section.append(
      h("h2", { class: "hush", id: "title-events" }, "Events"),
      h("div", { class: "split" }, this._pane, this._side),
    );
    this._list = new VirtualList(this._box, {
      make: makeRow,
      draw: (element, index) => this._draw(element, index),
      height: () => (matchMedia("(max-width: 640px)").matches ? 54 : 30),
      size: () => this._filtered.length,
      drawn: () => this._mark(),
      head: this._box.firstChild,
      group: "rowgroup",
      press: (row) => this.open(row),
    });
    this._box.addEventListener(
      "scroll",
      () => {
        if (this._list.atTop) this._unread = 0;
      },
      { passive: true },
    );
    this._unread = 0;
  }

  _draw(element, index) {
    const row = this._filtered.at(index);
    drawRow(element, row);
    element.id = `row-${row.order}`;
    element.setAttribute("aria-rowindex", String(index + 2));
    element.setAttribute("aria-selected", String(row.order === this._chosen?.order));
  }

  /** Names the chosen row, while it is in sight. */
  _mark() {
    const id = this._chosen === null ? "" : `row-${this._chosen.order}`;
    if (id !== "" && document.getElementById(id))
      this._box.setAttribute("aria-activedescendant", id);
    else this._box.removeAttribute("aria-activedescendant");
  }

  info(info) {
    this._start.fill(info);
  }

  search(text) {
    this._filters.search(text);
    this._filtered.filter(this._filters.test());
    this._box.scrollTop = 0;
    this._dirty = true;
  }

  focusSearch() {
    this._filters.input.focus();
    this._filters.input.select();
  }

  toggleProblems() {
    this._filters.problems.click();
  }

  pause() {
    this._held.pause(!this._held.paused);
    this._filters.paused(this._held.paused, 0);
    notify(this._held.paused ? "Paused: new events wait" : "Live again");
    this._dirty = true;
  }

  copy() {
    this._detail.copy();
  }

  /** Shows what a link says: the list, a search, or an event. */
  async show({ view, rest, query }) {
    if (query.has("q")) this.search(query.get("q"));
    if (rest.length === 0) {
      this._hide();
      return;
    }
    const rejected = view === "rejected";
    const place = Number(rest[0]);
    const row = this._held.find(rejected, place) ?? (await fetchRow(rejected, place));
    if (row === null) this._detail.missing();
    else this._choose(row);
    this._layout();
  }

  open(row) {
    go(linkOf(row), this._detail.row !== null);
  }

  openChosen() {
    if (this._chosen !== null) {
      this.open(this._chosen);
      requestAnimationFrame(() => this._detail.focus());
    }
  }

  close() {
    if (this._side.hidden) return false;
    go("#/events");
    this._hide();
    this._box.focus({ preventScroll: true });
    return true;
  }

  /** Chooses a neighbour; what is open follows. */
  move(step, always = false) {
    const size = this._filtered.length;
    if (size === 0) return;
    const at = this._chosen === null ? -1 : this._filtered.placeOf(this._chosen);
    const index =
      at < 0
        ? this._chosen === null
          ? 0
          : Math.min(size - 1, this._nearest())
        : Math.max(0, Math.min(size - 1, at + step));
    const row = this._filtered.at(index);
    this._chosen = row;
    this._list.reveal(index);
    if (always || !this._side.hidden) this.open(row);
  }

  _nearest() {
    let at = 0;
    while (at < this._filtered.length && this._filtered.at(at).order > this._chosen.order) at += 1;
    return at;
  }

  _choose(row) {
    this._chosen = row;
    const index = this._filtered.placeOf(row);
    this._layout();
    this._detail.show(row);
    this._layout();
    if (index >= 0) this._list.reveal(index);
    this._list.draw();
  }

  _hide() {
    this._detail.hide();
    this._layout();
    this._list.draw();
  }

  _layout() {
    this._grid.classList.toggle("narrow", !this._side.hidden);
  }

  /** Draws what changed, once a frame. */
  update(now) {
    this._filters.offer(now);
    if (this._held.paused) this._filters.paused(true, this._held.waiting.length);
    if (!this._dirty) return;
    this._dirty = false;
    const held = this._held.rows.length;
    const listed = this._filtered.length;
    const filtered = this._filtered.filtered;
    this._start.panel.hidden = held > 0;
    this._stage.hidden = held === 0;
    this._none.hidden = !(filtered && listed === 0 && !this._filtered.searching);
    this._grid.hidden = !this._none.hidden;
    say(
      this._count,
      filtered
        ? `${count(listed)} of ${count(held)}${this._filtered.searching ? " …" : ""}`
        : `${count(held)} held`,
    );
    this._box.setAttribute("aria-rowcount", String(listed + 1));
    if (this._list.atTop) this._unread = 0;
    else this._unread += this._filtered.added;
    this._list.update(this._filtered.added);
    this._filtered.added = 0;
    this._fresh.hidden = this._unread === 0;
    if (this._unread > 0) say(this._fresh.lastChild, plural(this._unread, "new event"));
  }

  _save() {
    const parts = [];
    for (let at = this._filtered.length - 1; at >= 0; at--)
      parts.push(`${lineOf(this._filtered.at(at))}\n`);
    save(parts, "events.jsonl");
    notify(`${plural(parts.length, "event")} saved`);
  }
}
