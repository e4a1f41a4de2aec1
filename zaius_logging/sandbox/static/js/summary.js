// What an event is mainly about, in a few words.

import { brief, plural } from "./format.js";

// What every event has, and nobody reads first.
const QUIET = new Set([
  "ts",
  "idempotence_id",
  "data_source_type",
  "data_source",
  "data_source_version",
  "data_source_instance",
  "active_event",
  "logger",
]);
const FIRST = [
  "product_id",
  "search_term",
  "category",
  "page",
  "list_id",
  "campaign",
  "order_id",
  "total",
  "name",
  "title",
  "url",
];

function orderOf(order) {
  const parts = [];
  if (order.order_id !== undefined) parts.push(`#${brief(order.order_id, 40)}`);
  if (order.total !== undefined)
    parts.push(typeof order.total === "number" ? order.total.toFixed(2) : brief(order.total, 20));
  if (Array.isArray(order.items)) parts.push(plural(order.items.length, "item"));
  if (order.coupon_code !== undefined) parts.push(`coupon ${brief(order.coupon_code, 30)}`);
  return parts.join(" · ");
}

/** Gives pairs of name and value; the name is empty where the value tells by itself. */
export function mainOf(data) {
  const parts = [];
  if (data.order !== null && typeof data.order === "object" && !Array.isArray(data.order))
    parts.push(["", orderOf(data.order)]);
  const names = Object.keys(data).filter((name) => !QUIET.has(name) && name !== "order");
  const rank = (name) => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length);
  names.sort((one, two) => rank(one) - rank(two));
  for (const name of names.slice(0, 3)) parts.push([brief(name, 40), brief(data[name], 60)]);
  return parts.filter((part) => part[1] !== "");
}
