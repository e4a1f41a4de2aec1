// One event in full: what is wrong with it, the event, its request.

import { ask, copy } from "./actions.js";
import { h, icon } from "./dom.js";
import { hueOf, kindOf, linkOf, placeOf, readLine } from "./entry.js";
import { bytes, count, lasting, plain, plural, time } from "./format.js";
import { layOut, showJson } from "./json.js";

export function gradeOf(row) {
  return row.rejected ? "bad" : row.problems.length > 0 ? "warning" : "good";
}

export function stateChip(row) {
  if (row.rejected) return h("span", { class: "chip bad" }, "rejected");
  const warnings = row.problems.length;
  return warnings > 0
    ? h("span", { class: "chip warning" }, plural(warnings, "warning"))
    : h("span", { class: "chip good" }, "taken");
}

const fact = (name, value) =>
  value !== "" && value !== null && value !== undefined && [h("dt", {}, name), h("dd", {}, value)];

function foundList(row) {
  if (row.problems.length === 0) return false;
  return h(
    "ul",
    { class: "found", "aria-label": "Problems" },
    row.problems.map((problem) =>
      h(
        "li",
        { class: row.rejected ? "bad" : "" },
        h("strong", {}, plain(problem.message)),
        placeOf(problem),
        " · ",
        h("a", { href: `#/rules/${problem.rule}` }, "the rule"),
      ),
    ),
  );
}

function arrivalFacts(row) {
  const late = row.arrived - row.happened;
  const delay = late < 0 ? `${lasting(-late)} ahead` : `${lasting(late)} before it arrived`;
  return h(
    "dl",
    { class: "facts" },
    fact("Arrived", `${new Date(row.arrived).toISOString()}`),
    fact(
      "Happened",
      row.happened === null
        ? "no data.ts: the API takes the time of arrival"
        : `${new Date(row.happened).toISOString()}, ${delay}`,
    ),
    fact("Place", `${count(row.position)} in request ${count(row.request)}, counted from 0`),
    fact("Address", linkOf(row)),
  );
}

function requestFacts(request) {
  if (request === null)
    return [h("p", { class: "dim" }, "Forgotten: the sandbox keeps the newest 10,000 requests.")];
  const answer = request.status === null ? "none" : String(request.status);
  return [
    h(
      "dl",
      { class: "facts" },
      fact("Request", `${request.method} ${plain(request.path)}`),
      fact("Answer", request.note ? `${answer}: ${plain(request.note)}` : answer),
      fact("Took", lasting(request.duration * 1000)),
      fact("Carried", `${plural(request.count, "event")} in ${bytes(request.bytes)}`),
    ),
    h("h4", {}, "Headers"),
    h(
      "dl",
      { class: "facts headers" },
      request.headers.map(([name, value]) => fact(plain(name), plain(value))),
    ),
    request.answer && [h("h4", {}, "Answer"), showAnswer(request.answer)],
  ]
    .flat()
    .filter(Boolean);
}

function showAnswer(text) {
  return text.startsWith("{")
    ? showJson(text)
    : h("pre", { class: "json", tabindex: "0" }, plain(text));
}

export class Detail {
  /** `moved(step)` goes to a neighbour, `closed()` closes. */
  constructor(side, { moved, closed }) {
    this.row = null;
    this._side = side;
    this._title = h("h3", { tabindex: "-1" });
    this._body = h("div", {
      class: "detail-body",
      tabindex: "0",
      role: "region",
      "aria-label": "The open event",
    });
    const button = (name, label, action) =>
      h(
        "button",
        { class: "icon", type: "button", "aria-label": label, title: label, onclick: action },
        icon(name),
      );
    side.append(
      h(
        "header",
        { class: "detail-head" },
        this._title,
        button("up", "Newer event (k)", () => moved(-1)),
        button("down", "Older event (j)", () => moved(1)),
        button("copy", "Copy the event (c)", () => this.copy()),
        button(
          "link",
          "Copy a link to it",
          () => this.row && copy(`${location.origin}/${linkOf(this.row)}`, "Link"),
        ),
        button("close", "Close (Esc)", closed),
      ),
      this._body,
    );
  }

  copy() {
    if (this.row !== null) copy(layOut(this.row.text), "Event");
  }

  show(row) {
    if (this.row === row && !this._side.hidden) return;
    this.row = row;
    this._side.hidden = false;
    this._title.replaceChildren(kindOf(row));
    this._title.dataset.hue = hueOf(row.type);
    const about = h("div", {}, h("p", { class: "dim" }, "…"));
    this._body.replaceChildren(
      h(
        "p",
        { class: "detail-lead" },
        stateChip(row),
        h("span", { class: "num" }, time(row.arrived)),
        row.ids.map(([name, value]) => h("span", {}, `${name} ${value}`)),
      ),
      foundList(row) || "",
      h("h4", {}, "Event"),
      showJson(row.text, row.problems, gradeOf(row)),
      h("h4", {}, "Arrival"),
      arrivalFacts(row),
      h("h4", {}, "Request"),
      about,
    );
    this._body.scrollTop = 0;
    this._fetch(row, about);
  }

  /** Says that an event of a link is not held. */
  missing() {
    this.row = null;
    this._side.hidden = false;
    this._title.replaceChildren("Not held");
    this._body.replaceChildren(
      h(
        "p",
        { class: "none" },
        "This event was forgotten, or never came. The sandbox keeps the newest events; ",
        "with --keep FILE it keeps them for its next run.",
      ),
    );
  }

  focus() {
    this._title.focus({ preventScroll: true });
  }

  hide() {
    this.row = null;
    this._side.hidden = true;
  }

  async _fetch(row, about) {
    const found = await ask(`/api/requests/${row.request}`, { quiet: true });
    if (this.row === row) about.replaceChildren(...requestFacts(found));
  }
}

/** Fetches an event that the page does not hold. */
export async function fetchRow(rejected, place) {
  try {
    const answer = await fetch(`/api/${rejected ? "rejected" : "events"}/${place}`);
    if (!answer.ok) return null;
    const text = await answer.text();
    // `{"entry":LINE,"request":…}`: the line is cut out, so that the event stays as it was written.
    return readLine(text.slice('{"entry":'.length, text.lastIndexOf(',"request":')));
  } catch {
    return null;
  }
}
