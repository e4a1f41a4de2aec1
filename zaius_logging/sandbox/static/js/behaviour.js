// How a client behaves, read off its requests.

import { lasting, plural } from "./format.js";

const RECENT = 120_000; // milliseconds

/** Gives sentences `{text, grade}` about the latest requests. */
export function behaviourOf(requests, now) {
  const recent = requests.filter((request) => now - request.at < RECENT);
  if (recent.length === 0) return [{ text: "No request in the last two minutes.", grade: "" }];
  return [trouble(recent), pauses(recent), batches(recent)].filter(Boolean);
}

function trouble(recent) {
  const failed = recent.filter((request) => request.grade !== "ok");
  if (failed.length === 0)
    return {
      text: `${plural(recent.length, "request")} in two minutes, all accepted.`,
      grade: "good",
    };
  const last = failed[failed.length - 1];
  const after = recent.filter((request) => request.grade === "ok" && request.at > last.at);
  const share = Math.round((100 * failed.length) / recent.length);
  const many = `${plural(failed.length, "request")} of ${recent.length} not accepted (${share} %)`;
  if (after.length === 0)
    return { text: `${many}; nothing was accepted since the last of them.`, grade: "bad" };
  const pause = lasting(after[0].at - last.at);
  return { text: `${many}; accepted again ${pause} after the last of them.`, grade: "good" };
}

function pauses(recent) {
  // The last run of failures, and the request after it.
  let at = recent.length - 1;
  while (at > 0 && recent[at - 1].grade === "ok") at -= 1;
  const waits = [];
  for (; at > 0 && waits.length < 8 && recent[at - 1].grade !== "ok"; at--) {
    const before = recent[at - 1];
    waits.unshift(recent[at].at - before.at - before.duration * 1000);
  }
  if (waits.length === 0) return null;
  const least = Math.min(...waits);
  const grown = waits.length > 2 && waits[waits.length - 1] > 1.5 * waits[0];
  const list = waits.map((each) => lasting(Math.max(0, each))).join(", ");
  const text = `Before trying again it waited ${list}${grown ? ": it backs off" : ""}.`;
  return { text, grade: least < 20 ? "bad" : "good" };
}

function batches(recent) {
  const sizes = recent.filter((request) => request.count > 0).map((request) => request.count);
  if (sizes.length === 0) return null;
  return { text: `Batches of ${Math.min(...sizes)} to ${Math.max(...sizes)} events.`, grade: "" };
}
