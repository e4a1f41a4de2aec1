// The rules, each with its reason and what to do.

import { chip, h, page } from "./dom.js";
import { rules } from "./rules.js";

const SOURCES = {
  documented: "documented by Zaius",
  seen: "what the official SDKs do and expect",
  inferred: "inferred: nothing documented says otherwise",
  unknown: "not documented: the sandbox takes the careful side",
  sandbox: "a rehearsal, no rule of the API",
};

const card = (rule, here) =>
  h(
    "article",
    { class: here ? "card rule here" : "card rule", id: `rule-${rule.name}`, tabindex: "-1" },
    h(
      "h3",
      {},
      rule.title,
      rule.rejects ? chip("bad", "rejected") : chip("warning", "warning"),
      h("code", {}, rule.name),
    ),
    h(
      "dl",
      {},
      h("dt", {}, "Why"),
      h("dd", {}, rule.why),
      h("dt", {}, "What to do"),
      h("dd", {}, rule.cure),
      h("dt", {}, "How sure"),
      h("dd", {}, SOURCES[rule.source]),
    ),
  );

export class RulesView {
  constructor(section) {
    this._list = h("div");
    const lede =
      "What the sandbox looks at in an event. With --strict it rejects what has warnings.";
    section.append(page("rules", "Rules", h("p", {}, lede), this._list));
  }

  show({ rest }) {
    this._list.replaceChildren(
      ...[...rules.values()].map((rule) => card(rule, rule.name === rest[0])),
    );
    const here = this._list.querySelector(".here");
    here?.scrollIntoView({ block: "start" });
    here?.focus({ preventScroll: true });
  }

  update() {}
}
