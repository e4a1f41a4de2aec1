// Reads a line of the stream into a row: what the list shows, and the event's own text.

import { brief, plain } from "./format.js";
import { mainOf } from "./summary.js";

const EVENT = ',"event":';

// A few kinds and many events: each word is kept once.
const words = new Map();
function once(text) {
  const known = words.get(text);
  if (known !== undefined) return known;
  if (words.size > 5000) words.clear();
  words.set(text, text);
  return text;
}

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
const kindWord = (value) => (value === undefined ? "" : once(brief(value, 60)));

// Times as the API reads them: ISO 8601, or epoch seconds.
function timeOf(ts) {
  const number = typeof ts === "number" ? ts : /^\d+(\.\d+)?$/.test(ts) ? Number(ts) : NaN;
  if (!Number.isNaN(number)) return number < 1e11 ? number * 1000 : null;
  const parsed = typeof ts === "string" ? Date.parse(ts) : NaN;
  return Number.isNaN(parsed) ? null : parsed;
}

/**
 * Gives `{order, place, rejected, arrived, request, position, problems, text, type, action, ids,
 * main, logger, happened}`. The event is cut off and kept as it was written: numbers of any
 * length stay exact.
 */
export function readLine(line) {
  const cut = line.indexOf(EVENT);
  const head = JSON.parse(`${line.slice(0, cut)}}`);
  const text = line.slice(cut + EVENT.length, -1);
  const parsed = JSON.parse(text);
  const event = isObject(parsed) ? parsed : {};
  const data = isObject(event.data) ? event.data : {};
  const identifiers = isObject(event.identifiers) ? event.identifiers : {};
  return {
    order: head.order,
    place: head.place,
    rejected: head.outcome === "rejected",
    arrived: Date.parse(head.arrived),
    request: head.request,
    position: head.position,
    problems: head.problems,
    text,
    type: kindWord(event.type),
    action: kindWord(event.action),
    ids: Object.entries(identifiers).map(([name, value]) => [
      once(brief(name, 60)),
      brief(value, 200),
    ]),
    main: isObject(parsed) ? mainOf(data) : [["", brief(parsed)]],
    logger: typeof data.logger === "string" ? once(brief(data.logger, 80)) : "",
    happened: data.ts === undefined ? null : timeOf(data.ts),
  };
}

/** Says where a problem is, unless its message does. */
export function placeOf(problem) {
  const inMessage =
    problem.path === "" || problem.message.includes(problem.path.replace(/^data\./, ""));
  return inMessage ? "" : ` · ${plain(problem.path)}`;
}

export const linkOf = (row) => `#/${row.rejected ? "rejected" : "events"}/${row.place}`;
export const kindOf = (row) => [row.type, row.action].filter(Boolean).join(" / ") || "not an event";

// A hue for each type: those of a shop are fixed, others take turns.
const hues = new Map([
  ["order", 1],
  ["product", 0],
  ["account", 3],
  ["navigation", 6],
  ["pageview", 6],
  ["email", 4],
  ["list", 5],
  ["advertisement", 2],
]);
export function hueOf(type) {
  if (!hues.has(type)) hues.set(type, hues.size > 500 ? 7 : [2, 3, 4, 5, 6, 0, 1][hues.size % 7]);
  return hues.get(type);
}
