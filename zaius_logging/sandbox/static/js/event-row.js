// A row of the list of events.

import { gradeOf } from "./detail.js";
import { h, say } from "./dom.js";
import { hueOf } from "./entry.js";
import { plural, time } from "./format.js";

export function makeRow() {
  const cell = (name, ...children) => h("span", { class: name, role: "gridcell" }, ...children);
  const row = h("div", { class: "row", role: "row" });
  row.parts = {
    time: cell("time"),
    hue: h("i"),
    type: h("span", { class: "type" }),
    action: h("span"),
    who: cell("who"),
    main: cell("main"),
    chip: h("span", { class: "chip" }),
  };
  const { parts } = row;
  parts.state = cell("state", parts.chip);
  row.append(
    parts.time,
    cell("kind", parts.hue, parts.type, parts.action),
    parts.who,
    parts.main,
    parts.state,
  );
  return row;
}

// An address tells by itself that it is one.
const pairs = (list) =>
  list.map(([name, value]) =>
    h("span", {}, name !== "" && name !== "email" && h("b", {}, `${name} `), value),
  );

export function drawRow(element, row) {
  if (element.shown === row) return;
  element.shown = row;
  const { parts } = element;
  const grade = gradeOf(row);
  element.className = row.rejected ? "row rejected" : "row";
  say(parts.time, time(row.arrived));
  parts.hue.dataset.hue = hueOf(row.type);
  say(parts.type, row.type || "not an event");
  say(parts.action, row.action);
  parts.who.replaceChildren(...pairs(row.ids));
  parts.main.replaceChildren(...pairs(row.main));
  parts.chip.hidden = grade === "good";
  parts.chip.className = `chip ${grade}`;
  say(
    parts.chip,
    grade === "good" ? "" : row.rejected ? "rejected" : plural(row.problems.length, "warning"),
  );
}

/** Writes a row as the sandbox does, so that a saved list is a session. */
export function lineOf(row) {
  const head = {
    place: row.place,
    order: row.order,
    outcome: row.rejected ? "rejected" : "taken",
    arrived: new Date(row.arrived).toISOString(),
    request: row.request,
    position: row.position,
    problems: row.problems,
  };
  return `${JSON.stringify(head).slice(0, -1)},"event":${row.text}}`;
}
