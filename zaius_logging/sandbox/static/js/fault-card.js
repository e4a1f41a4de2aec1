// The switch of one fault, with its fields.

import { h, say } from "./dom.js";
import { WHEN, whenOf } from "./faults.js";

export class FaultCard {
  /** `changed()` is called when the switch or a field of one that is on was changed. */
  constructor(fault, changed) {
    this.fault = fault;
    this.on = false;
    this._left = h("p", { class: "left", hidden: true });
    const id = `fault-${fault.id}`;
    this._switch = h("button", {
      class: "switch",
      type: "button",
      role: "switch",
      "aria-checked": "false",
      "aria-labelledby": id,
      onclick: () => {
        this.set(!this.on);
        changed();
      },
    });
    this._fields = new Map();
    const fields = [...fault.fields, ...WHEN].map((field) => {
      const { name, label, value, ...props } = field;
      const input = h("input", {
        class: "field",
        ...props,
        value: String(value),
        onchange: () => {
          if (this.on) changed();
        },
      });
      this._fields.set(name, input);
      return h("label", {}, input, label);
    });
    this._set = h("div", { class: "set", hidden: true }, fields);
    this.element = h(
      "article",
      { class: "card fault", "data-fault": fault.id },
      h("div", { class: "say" }, h("h3", { id }, fault.title), h("p", {}, fault.text), this._left),
      this._switch,
      this._set,
    );
  }

  document() {
    const values = {};
    for (const [name, input] of this._fields)
      values[name] = input.type === "number" ? Number(input.value) : input.value;
    return { ...this.fault.make(values), ...whenOf(values) };
  }

  set(on) {
    this.on = on;
    this._switch.setAttribute("aria-checked", String(on));
    this.element.classList.toggle("on", on);
    this._set.hidden = !on;
    if (!on) this._left.hidden = true;
  }

  /** Shows the fault as the sandbox says it is in force. */
  show(document) {
    this.set(document !== undefined);
    if (document === undefined) return;
    const given = {
      ...document,
      ...document.bad,
      share: document.share === undefined ? 100 : +(document.share * 100).toFixed(3),
    };
    for (const [name, input] of this._fields) {
      // What is left stands beside the field; the field keeps what was asked for.
      const kept =
        name === "times" || name === "seconds"
          ? input.value || (given[name] && Math.ceil(given[name]))
          : given[name];
      if (kept !== undefined && window.document.activeElement !== input) input.value = String(kept);
    }
    const left = [
      document.times !== undefined && `${document.times} times`,
      document.seconds !== undefined && `${Math.ceil(document.seconds)} s`,
    ].filter(Boolean);
    this._left.hidden = left.length === 0;
    say(this._left, `${left.join(", ")} left`);
  }
}
