// Numbers to look at: rates, batch sizes, delays, and shares by type.

import { Histogram, Stack, short } from "./charts.js";
import { h, page, say } from "./dom.js";
import { hueOf } from "./entry.js";
import { seconds as clock, count, lasting, plural } from "./format.js";
import { added, BATCHES, countHeld, DELAYS, quantile } from "./numbers.js";
import { GRADES } from "./requests.js";

const SLOTS = 120;
const WINDOW = SLOTS * 1000; // milliseconds
const REFRESH = 500; // milliseconds between two drawings
const REFRESH_HELD = 2000; // the same where all that is held is counted anew
const OUTCOMES = [
  ["taken", "taken"],
  ["warned", "with warnings"],
  ["rejected", "rejected"],
];
const DELAY_NAMES = ["10ms", "30ms", "0.1s", "0.3s", "1s", "3s", "10s", "1m", "10m", "1h", "more"];
const BATCH_NAMES = BATCHES.map((end, at) =>
  at === 0 || end === BATCHES[at - 1] + 1 ? String(end) : `–${end}`,
);

function tile(title, unit, chart, extra = [], third = false) {
  const now = h("span", { class: "now" });
  const said = h("p", { class: "said" });
  const figure = h("p", { class: "now" }, now, " ", h("span", { class: "unit" }, unit));
  const element = h(
    "figure",
    { class: third ? "card tile third" : "card tile" },
    h("figcaption", {}, h("h3", {}, title), figure),
    chart,
    said,
    ...extra,
  );
  return { element, now, said };
}

function legend(names) {
  const items = names.map(([name, label]) => h("span", {}, h("i", { class: `c-${name}` }), label));
  return h("p", { class: "legend" }, items);
}

const totalOf = (slot, names) => names.reduce((so, [name]) => so + slot[name], 0);
const sumOf = (numbers) => numbers.reduce((so, each) => so + each, 0);

/** Gives what the charts show: slots, the time they span, and words for it. */
function windowOf(numbers, now) {
  return {
    slots: numbers.window(now, SLOTS),
    from: now - WINDOW,
    to: now,
    labels: ["−2 min", "−1 min", "now"],
    span: "in two minutes",
    bar: "second",
    recent: 5, // slots whose average is the rate of now
  };
}

function heldOf(held, requests) {
  const counted = countHeld(held.rows, requests.all, SLOTS);
  if (counted === null) return null;
  const { from, to } = counted;
  return {
    ...counted,
    labels: [clock(from), clock((from + to) / 2), clock(to)],
    span: `in ${lasting(to - from)}`,
    bar: "bar",
    recent: SLOTS,
  };
}

class Rate {
  constructor(title, names, unit) {
    this._names = names;
    this._at = null;
    const classes = names.map(([name]) => name);
    this._chart = new Stack(`${title} over time`, classes, (part) => {
      this._at = part;
      if (this._shown) this.draw(this._shown);
    });
    const { element, now, said } = tile(title, unit, this._chart.element, [legend(names)]);
    Object.assign(this, { element, now, said });
  }

  draw(shown) {
    this._shown = shown;
    const { slots, from, to, labels, span, bar, recent } = shown;
    this._chart.draw(slots, labels);
    const totals = slots.map((slot) => totalOf(slot, this._names));
    const seconds = (recent * (to - from)) / SLOTS / 1000;
    say(this.now, short(sumOf(totals.slice(-recent)) / seconds));
    if (this._at === null) {
      const busiest = count(Math.max(...totals));
      say(this.said, `${count(sumOf(totals))} ${span}, ${busiest} in the busiest ${bar}`);
    } else {
      const at = Math.floor(this._at * SLOTS);
      const parts = this._names.map(([name, label]) => `${count(slots[at][name])} ${label}`);
      say(this.said, `${clock(from + (at * (to - from)) / SLOTS)}: ${parts.join(", ")}`);
    }
  }
}

export class NumbersView {
  constructor(section, { numbers, held, requests }) {
    this._numbers = numbers;
    this._held = held;
    this._requests = requests;
    this._next = 0;
    this._all = null; // null until somebody chooses: then whichever has something to show
    this._rates = [
      new Rate("Events", OUTCOMES, "a second"),
      new Rate("Requests", GRADES, "a second"),
    ];
    this._batches = new Histogram("Requests by their number of events", BATCH_NAMES, "bars");
    const delays = "Events by the time from data.ts to their arrival";
    this._delays = new Histogram(delays, DELAY_NAMES, "latency");
    const median = "or less, the median";
    this._batchTile = tile("Batch sizes", "events, the median", this._batches.element, [], true);
    this._delayTile = tile("From ts to arrival", median, this._delays.element, [], true);
    this._shares = h("ul", { class: "shares" });
    this._shareTile = tile("By type", "types", this._shares, [], true);
    const tiles = [...this._rates, this._batchTile, this._delayTile, this._shareTile];
    const elements = tiles.map((each) => each.element);
    section.append(
      page("numbers", "Numbers", this._spans(), h("div", { class: "tiles" }, elements)),
    );
  }

  _spans() {
    const button = (text, all) =>
      h("button", { class: "button", type: "button", onclick: () => this._choose(all) }, text);
    this._buttons = [button("Last two minutes", false), button("All that is held", true)];
    this._about = h("p", { class: "num" });
    return [this._about, h("p", { class: "presets" }, this._buttons)];
  }

  _choose(all) {
    this._all = all;
    this.show();
    this.update(performance.now());
  }

  show() {
    this._next = 0;
  }

  update(now) {
    if (now < this._next) return;
    const shown = this._look();
    this._next = now + (shown.recent === SLOTS ? REFRESH_HELD : REFRESH);
    for (const rate of this._rates) rate.draw(shown);
    const batches = added(
      shown.slots.map((slot) => slot.batches),
      BATCHES.length,
    );
    const delays = added(
      shown.slots.map((slot) => slot.delays),
      DELAYS.length + 1,
    );
    this._histogram(this._batches, this._batchTile, batches, BATCH_NAMES, "request");
    this._histogram(this._delays, this._delayTile, delays, DELAY_NAMES, "event");
    this._share(shown.slots);
  }

  /** Chooses what to show, and says which it is. */
  _look() {
    const latest = windowOf(this._numbers, Date.now());
    const quiet = latest.slots.every((slot) => totalOf(slot, [...OUTCOMES, ...GRADES]) === 0);
    const held = (this._all ?? quiet) ? heldOf(this._held, this._requests) : null;
    for (const [at, button] of this._buttons.entries())
      button.setAttribute("aria-pressed", String((held !== null) === (at === 1)));
    const events = plural(this._held.rows.length, "event");
    const since = held && `All that is held: ${events} since ${clock(held.from)}`;
    say(this._about, since ? `${since}, and the newest requests.` : "The last two minutes.");
    return held ?? latest;
  }

  _histogram(chart, { now, said }, counts, names, what) {
    chart.draw(counts);
    const half = quantile(counts, 0.5);
    say(now, half < 0 ? "–" : names[half].replace("–", ""));
    const most = quantile(counts, 0.95);
    const end = most < 0 ? "" : names[most].replace("–", "");
    const total = plural(sumOf(counts), what);
    say(said, most < 0 ? "nothing yet" : `${total}, 95 % at ${end} or below`);
  }

  _share(slots) {
    const kinds = new Map();
    for (const slot of slots)
      for (const [kind, number] of slot.kinds) kinds.set(kind, (kinds.get(kind) ?? 0) + number);
    const total = sumOf([...kinds.values()]);
    const top = [...kinds].sort((one, two) => two[1] - one[1]);
    say(this._shareTile.now, top.length === 0 ? "–" : count(top.length));
    const item = ([kind, number]) => {
      const share = (100 * number) / total;
      const fill = h("i", { class: "swatch", "data-hue": String(hueOf(kind)) });
      fill.style.width = `${share}%`;
      const value = h("span", { class: "value" }, `${count(number)} · ${share.toFixed(0)} %`);
      return h("li", {}, h("span", {}, kind), value, h("span", { class: "track" }, fill));
    };
    this._shares.replaceChildren(...top.slice(0, 6).map(item));
    const more = top.length > 6 ? `and ${plural(top.length - 6, "more type")}` : "";
    say(this._shareTile.said, top.length === 0 ? "nothing yet" : more);
  }
}
