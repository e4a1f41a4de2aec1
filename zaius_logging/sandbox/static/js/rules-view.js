// The rules, each with its reason, what to do, its evidence and its option.

import { chip, h, page } from "./dom.js";
import { rules } from "./rules.js";

const VERDICTS = new Map([
  ["refuse", ["bad", "rejected"]],
  ["warn", ["warning", "warning"]],
  ["allow", ["good", "taken"]],
]);

/** Says which option of the sandbox changes what follows from a rule. */
function optionOf({ option }) {
  if (option === "") return ["none: it is always so"];
  const flag = `--${option.replaceAll("_", "-")}`;
  const how = option === "strict" ? " rejects such events" : " changes what follows";
  return [h("code", {}, option === "require_action" ? "--no-require-action" : flag), how];
}

function card(rule, here) {
  const facts = [
    ["Why", rule.why],
    ["What to do", rule.cure],
    ["How sure", `${rule.evidence_words}: ${rule.source}`],
    ["Option", optionOf(rule)],
  ];
  return h(
    "article",
    { class: here ? "card rule here" : "card rule", id: `rule-${rule.name}`, tabindex: "-1" },
    h("h3", {}, rule.title, chip(...VERDICTS.get(rule.verdict)), h("code", {}, rule.name)),
    h(
      "dl",
      {},
      facts.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]),
    ),
  );
}

export class RulesView {
  constructor(section) {
    this._list = h("div");
    const lede = "What the sandbox looks at in an event, on what evidence, and what follows.";
    section.append(page("rules", "Rules", h("p", {}, lede), this._list));
  }

  show({ rest }) {
    const cards = [...rules.values()].map((rule) => card(rule, rule.name === rest[0]));
    this._list.replaceChildren(...cards);
    const here = this._list.querySelector(".here");
    here?.scrollIntoView({ block: "start" });
    here?.focus({ preventScroll: true });
  }

  update() {}
}
