// The rules, each with its reason and what to do.

import { h } from "./dom.js";
import { rules } from "./rules.js";

const SOURCES = {
  documented: "documented by Zaius",
  seen: "what the official SDKs do and expect",
  inferred: "inferred: nothing documented says otherwise",
  unknown: "not documented: the sandbox takes the careful side",
  sandbox: "a rehearsal, no rule of the API",
};

const card = (rule, here) => h("article", { class: here ? "card rule here" : "card rule", id: `rule-${rule.name}`, tabindex: "-1" },
  h("h3", {}, rule.title, h("span", { class: rule.refuses ? "chip bad" : "chip doubt" }, rule.refuses ? "refused" : "taken, but doubtful"), h("code", {}, rule.name)),
  h("dl", {}, h("dt", {}, "Why"), h("dd", {}, rule.why), h("dt", {}, "What to do"), h("dd", {}, rule.cure), h("dt", {}, "How sure"), h("dd", {}, SOURCES[rule.source])));

export class RulesView {
  constructor(section) {
    this._list = h("div");
    section.append(h("div", { class: "scroll", tabindex: "0", role: "region", "aria-labelledby": "title-rules" }, h("div", { class: "page" },
      h("div", { class: "lede" }, h("div", {}, h("h2", { id: "title-rules" }, "Rules"),
        h("p", {}, "What the sandbox looks at in an event. With --strict it refuses what is doubtful as well."))), this._list)));
  }

  show({ rest }) {
    this._list.replaceChildren(...[...rules.values()].map((rule) => card(rule, rule.name === rest[0])));
    const here = this._list.querySelector(".here");
    here?.scrollIntoView({ block: "start" });
    here?.focus({ preventScroll: true });
  }

  update() {}
}
