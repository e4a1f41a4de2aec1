// Customers: the list on the left, one customer's timeline on the right.

import { timelineOf } from "./customer-timeline.js";
import { h, icon, say } from "./dom.js";
import { plural, time } from "./format.js";
import { go } from "./router.js";
import { VirtualList } from "./virtual.js";

const REFRESH = 500; // milliseconds

function makeCustomer() {
  const row = h("li", { class: "customer", role: "option" });
  row.parts = {
    name: h("span", { class: "name" }),
    count: h("span", { class: "count" }),
    also: h("span", { class: "also" }),
    last: h("span", { class: "last" }),
  };
  row.append(row.parts.name, row.parts.last, row.parts.also, row.parts.count);
  return row;
}

export class CustomersView {
  constructor(section, held, customers) {
    this._held = held;
    this._customers = customers;
    this._list = [];
    this._open = null;
    this._key = "";
    this._refreshed = 0;
    this._drawnAs = "";
    this._build(section);
  }

  _build(section) {
    this._input = h("input", {
      class: "field",
      type: "search",
      placeholder: "Find a customer",
      "aria-label": "Find a customer",
      autocomplete: "off",
      spellcheck: "false",
      oninput: () => this._refresh(),
    });
    this._only = h(
      "button",
      {
        class: "button",
        type: "button",
        "aria-pressed": "false",
        onclick: () => {
          this._only.setAttribute(
            "aria-pressed",
            String(this._only.getAttribute("aria-pressed") !== "true"),
          );
          this._refresh();
        },
      },
      icon("problem"),
      "Only merges",
    );
    this._count = h("p", { class: "dim num" });
    this._box = h("ul", {
      class: "rows",
      role: "listbox",
      tabindex: "0",
      "aria-label": "Customers, the latest first",
    });
    this._story = h("div", { class: "story" });
    this._split = h(
      "div",
      { class: "split" },
      h(
        "div",
        { class: "people" },
        h(
          "div",
          { class: "tools" },
          h("div", { class: "search" }, icon("search"), this._input),
          this._only,
          this._count,
        ),
        this._box,
      ),
      h(
        "div",
        { class: "pane story-pane" },
        h(
          "div",
          { class: "scroll", tabindex: "0", role: "region", "aria-label": "Timeline" },
          this._story,
        ),
      ),
    );
    section.append(h("h2", { class: "hush", id: "title-customers" }, "Customers"), this._split);
    this._rows = new VirtualList(this._box, {
      make: makeCustomer,
      draw: (element, index) => this._draw(element, index),
      height: () => 52,
      size: () => this._list.length,
      drawn: () => this._mark(),
      press: (customer) => this._go(customer),
    });
    this._box.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step === undefined) return;
      event.preventDefault();
      this.move(step);
    });
  }

  move(step) {
    if (this._list.length === 0) return;
    const at = this._list.indexOf(this._open);
    const index = Math.max(0, Math.min(this._list.length - 1, at < 0 ? 0 : at + step));
    this._rows.reveal(index);
    this._go(this._list[index], true);
  }

  _go(customer, quietly = false) {
    const [node] = customer.nodes;
    go(`#/customers/${encodeURIComponent(node.key)}`, quietly);
  }

  focusSearch() {
    this._input.focus();
  }

  show({ rest }) {
    this._key = rest[0] ?? "";
    this._drawnAs = "";
    this._refresh();
  }

  close() {
    if (this._key === "") return false;
    go("#/customers");
    return true;
  }

  update(now) {
    if (now - this._refreshed > REFRESH && !this._held.paused) this._refresh(now);
  }

  _refresh(now = performance.now()) {
    this._refreshed = now;
    const only = this._only.getAttribute("aria-pressed") === "true";
    const wanted = this._input.value.trim().toLowerCase();
    let list = this._customers.list();
    if (only) list = list.filter((customer) => customer.shared.size > 0);
    if (wanted)
      list = list.filter((customer) =>
        [...customer.nodes].some((node) => node.key.toLowerCase().includes(wanted)),
      );
    this._list = list;
    const { warnings } = this._customers;
    const merges = warnings > 0 ? ` · ${plural(warnings, "merge")}` : "";
    say(this._count, plural(list.length, "customer") + merges);
    this._open = this._key === "" ? null : (this._customers.byKey(this._key) ?? null);
    this._split.classList.toggle("customers-open", this._key !== "");
    this._rows.update();
    this._drawStory();
  }

  _draw(element, index) {
    const customer = this._list[index];
    element.shown = customer;
    const { parts } = element;
    const [first, ...others] = [...customer.nodes].slice(0, 6);
    const name = customer.name;
    say(parts.name, name);
    const also = [first, ...others]
      .filter((node) => node.value !== name)
      .map((node) => `${node.name} ${node.value}`)
      .join("  ");
    parts.also.className = customer.shared.size > 0 ? "also chip bad" : "also";
    say(parts.also, customer.shared.size > 0 ? "merges customers" : also || first.name);
    say(parts.last, time(customer.last.arrived));
    say(parts.count, plural(customer.held, "event"));
    element.id = `customer-${customer.number}`;
    const chosen = customer === this._open;
    element.setAttribute("aria-selected", String(chosen));
    element.setAttribute("aria-setsize", String(this._list.length));
    element.setAttribute("aria-posinset", String(index + 1));
  }

  /** Names the chosen customer, while it is in sight. */
  _mark() {
    const id = `customer-${this._open?.number}`;
    if (document.getElementById(id)) this._box.setAttribute("aria-activedescendant", id);
    else this._box.removeAttribute("aria-activedescendant");
  }

  _drawStory() {
    const customer = this._open;
    const drawnAs =
      customer === null
        ? `none ${this._key} ${this._list.length > 0}`
        : `${customer.number} ${customer.rows.length} ${customer.last.order} ${customer.shared.size}`;
    if (drawnAs === this._drawnAs) return;
    this._drawnAs = drawnAs;
    const first = this._held.rows[0]?.order ?? 0;
    this._story.replaceChildren(
      ...(customer === null ? this._nobody() : timelineOf(customer, first)),
    );
  }

  _nobody() {
    const [title, text] =
      this._key !== ""
        ? ["No such customer", "No event with this identifier is held."]
        : this._list.length > 0
          ? [
              "One customer's timeline",
              "Events that share an identifier are one customer here, as they are at Zaius. " +
                "Choose one from the list.",
            ]
          : ["No customer yet", "Each event that arrives belongs to one."];
    return [h("div", { class: "none" }, h("h3", {}, title), h("p", {}, text))];
  }
}
