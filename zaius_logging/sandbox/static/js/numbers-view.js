// Numbers to look at: rates, batch sizes, delays, and shares by type, of the last two minutes.

import { Histogram, short, Stack } from "./charts.js";
import { h, say } from "./dom.js";
import { hueOf } from "./entry.js";
import { count, plural, seconds as clock } from "./format.js";
import { added, BATCHES, DELAYS, quantile } from "./numbers.js";
import { GRADES } from "./requests.js";

const SPAN = 120; // seconds
const OUTCOMES = [["taken", "taken"], ["doubtful", "doubtful"], ["refused", "refused"]];
const DELAY_NAMES = ["10ms", "30ms", "0.1s", "0.3s", "1s", "3s", "10s", "1m", "10m", "1h", "more"];
const BATCH_NAMES = BATCHES.map((end, at) => (at === 0 || end === BATCHES[at - 1] + 1 ? String(end) : `–${end}`));

function tile(title, unit, chart, extra = [], third = false) {
  const now = h("span", { class: "now" });
  const said = h("p", { class: "said" });
  const element = h("figure", { class: third ? "card tile third" : "card tile" },
    h("figcaption", {}, h("h3", {}, title), h("p", { class: "now" }, now, " ", h("span", { class: "unit" }, unit))), chart, said, ...extra);
  return { element, now, said };
}

const legend = (names) => h("p", { class: "legend" }, names.map(([name, label]) => h("span", {}, h("i", { class: `c-${name}` }), label)));
const sum = (second, names) => names.reduce((so, [name]) => so + second[name], 0);

class Rate {
  constructor(title, names, unit) {
    this._names = names;
    this._at = null;
    this._chart = new Stack(`${title}, of the last two minutes`, names.map(([name]) => name), (part) => { this._at = part; this.draw(this._seconds, this._now); });
    const { element, now, said } = tile(title, unit, this._chart.element, [legend(names)]);
    Object.assign(this, { element, now, said });
  }

  draw(seconds, now) {
    this._seconds = seconds;
    this._now = now;
    this._chart.draw(seconds);
    say(this.now, short(seconds.slice(-5).reduce((so, second) => so + sum(second, this._names), 0) / 5));
    const at = this._at === null ? null : Math.floor(this._at * seconds.length);
    say(this.said, at === null
      ? `${count(seconds.reduce((so, second) => so + sum(second, this._names), 0))} in two minutes, ${count(Math.max(...seconds.map((second) => sum(second, this._names))))} in the busiest second`
      : `${clock(now - (seconds.length - at) * 1000)}: ${this._names.map(([name, label]) => `${count(seconds[at][name])} ${label}`).join(", ")}`);
  }
}

export class NumbersView {
  constructor(section, numbers) {
    this._numbers = numbers;
    this._drawn = 0;
    this._events = new Rate("Events", OUTCOMES, "a second");
    this._requests = new Rate("Requests", GRADES, "a second");
    this._batches = new Histogram("Requests by their number of events", BATCH_NAMES, "bars");
    this._delays = new Histogram("Events by the time from data.ts to their arrival", DELAY_NAMES, "latency");
    this._batchTile = tile("Batch sizes", "events, the median", this._batches.element, [], true);
    this._delayTile = tile("From ts to arrival", "or less, the median", this._delays.element, [], true);
    this._shares = h("ul", { class: "shares" });
    this._shareTile = tile("By type", "types", this._shares, [], true);
    section.append(h("div", { class: "scroll", tabindex: "0", role: "region", "aria-labelledby": "title-numbers" }, h("div", { class: "page" },
      h("div", { class: "lede" }, h("div", {}, h("h2", { id: "title-numbers" }, "Numbers"), h("p", {}, "The last two minutes, as this page saw them."))),
      h("div", { class: "tiles" }, this._events.element, this._requests.element, this._batchTile.element, this._delayTile.element, this._shareTile.element))));
  }

  show() {
    this._drawn = 0;
  }

  update(now) {
    if (now - this._drawn < 500) return;
    this._drawn = now;
    const wall = Date.now();
    const seconds = this._numbers.window(wall, SPAN);
    this._events.draw(seconds, wall);
    this._requests.draw(seconds, wall);
    this._histogram(this._batches, this._batchTile, added(seconds.map((each) => each.batches), BATCHES.length), BATCH_NAMES, "request");
    this._histogram(this._delays, this._delayTile, added(seconds.map((each) => each.delays), DELAYS.length + 1), DELAY_NAMES, "event");
    this._share(seconds);
  }

  _histogram(chart, { now, said }, counts, names, what) {
    chart.draw(counts);
    const half = quantile(counts, 0.5);
    say(now, half < 0 ? "–" : names[half].replace("–", ""));
    const most = quantile(counts, 0.95);
    say(said, most < 0 ? "nothing yet" : `${plural(counts.reduce((so, each) => so + each, 0), what)}, 95 % at ${names[most].replace("–", "")} or below`);
  }

  _share(seconds) {
    const kinds = new Map();
    for (const second of seconds) for (const [kind, number] of second.kinds) kinds.set(kind, (kinds.get(kind) ?? 0) + number);
    const total = [...kinds.values()].reduce((so, each) => so + each, 0);
    const top = [...kinds].sort((one, two) => two[1] - one[1]);
    say(this._shareTile.now, top.length === 0 ? "–" : count(top.length));
    this._shares.replaceChildren(...top.slice(0, 6).map(([kind, number]) => {
      const fill = h("i", { class: "swatch", "data-hue": String(hueOf(kind)) });
      fill.style.width = `${(100 * number) / total}%`;
      return h("li", {}, h("span", {}, kind), h("span", { class: "value" }, `${count(number)} · ${((100 * number) / total).toFixed(0)} %`), h("span", { class: "track" }, fill));
    }));
    say(this._shareTile.said, top.length > 6 ? `and ${plural(top.length - 6, "more type")}` : top.length === 0 ? "nothing yet" : "");
  }
}
