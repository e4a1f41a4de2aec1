// One customer's timeline, with what merges the customer with others.

import { warningsOf } from "./customers.js";
import { chip, h } from "./dom.js";
import { hueOf, kindOf, linkOf } from "./entry.js";
import { count, dayOf, lasting, plural, time } from "./format.js";

const MOST = 400; // events of a timeline, and identifiers, that are shown
const PAUSE = 30 * 60_000; // A silence worth a line.

function sentence({ node, with: groups }) {
  const seen = groups
    .map(({ name, values }) => {
      const some = values.slice(0, 4).join(", ");
      return `${plural(values.length, "value")} of ${name}: ${some}${values.length > 4 ? ", …" : ""}`;
    })
    .join("; ");
  return `${node.name} ${node.value} came with ${seen}`;
}

function warningBox(title, text, warnings, mild) {
  return (
    warnings.length > 0 &&
    h(
      "section",
      { class: mild ? "merge mild" : "merge" },
      h("h4", {}, title),
      h(
        "ul",
        {},
        warnings.slice(0, 12).map((warning) => h("li", {}, sentence(warning))),
        warnings.length > 12 && h("li", {}, `and ${count(warnings.length - 12)} more`),
      ),
      h("p", {}, text, " ", h("a", { href: "#/rules/shared-identifier" }, "the rule")),
    )
  );
}

function warningBoxes(customer) {
  const warnings = warningsOf(customer);
  return [
    warningBox(
      "This merges customers",
      "If these are several people, Zaius makes one customer of them, and nobody can part them again.",
      warnings.filter((each) => !each.mild),
      false,
    ),
    warningBox(
      "A shared device?",
      "Perhaps one device that several people use.",
      warnings.filter((each) => each.mild),
      true,
    ),
  ];
}

/** Gives the elements of a customer's timeline; `first` is the order of the oldest event held. */
export function timelineOf(customer, first) {
  const rows = customer.timeline(first, MOST);
  const shared = new Set(customer.shared);
  const nodes = [...customer.nodes];
  const span = rows.length > 1 ? rows[0].arrived - rows[rows.length - 1].arrived : 0;
  return [
    h("p", { class: "back" }, h("a", { href: "#/customers" }, "All customers")),
    h("h3", {}, customer.name),
    h(
      "p",
      { class: "dim num" },
      `${plural(customer.held, "event")} held${span > 0 ? `, over ${lasting(span)}` : ""}`,
    ),
    h(
      "ul",
      { class: "ids", "aria-label": "Identifiers" },
      nodes
        .slice(0, MOST)
        .map((node) =>
          h(
            "li",
            { class: shared.has(node) ? "shared" : "" },
            h("b", {}, node.name),
            ` ${node.value}`,
          ),
        ),
      nodes.length > MOST && h("li", {}, `and ${count(nodes.length - MOST)} more`),
    ),
    ...warningBoxes(customer),
    h("ol", { class: "timeline", "aria-label": "Events, newest first" }, moments(rows)),
    customer.held > MOST &&
      h(
        "p",
        { class: "dim" },
        `The newest ${count(MOST)} are shown. `,
        h(
          "a",
          { href: `#/events?q=${encodeURIComponent(`id:"${customer.name}"`)}` },
          "All in the list",
        ),
      ),
  ].filter(Boolean);
}

function moments(rows) {
  const parts = [];
  let before = null;
  for (const row of rows) {
    const today = dayOf(row.arrived);
    if (before === null || dayOf(before.arrived) !== today)
      parts.push(h("li", { class: "day" }, today));
    else if (before.arrived - row.arrived > PAUSE)
      parts.push(
        h("li", { class: "pause" }, `${lasting(before.arrived - row.arrived)} of silence`),
      );
    const dot = h(
      "a",
      { class: "moment", href: linkOf(row) },
      h("span", { class: "time" }, time(row.arrived)),
      h(
        "span",
        { class: "what" },
        h("b", {}, kindOf(row)),
        h("span", {}, `  ${row.main.map((pair) => pair.join(" ").trim()).join(" · ")}`),
        row.problems.length > 0 && [" ", chip("warning", plural(row.problems.length, "warning"))],
      ),
    );
    dot.style.setProperty("--dot", `var(--hue${hueOf(row.type)})`);
    parts.push(h("li", {}, dot));
    before = row;
  }
  return parts;
}
