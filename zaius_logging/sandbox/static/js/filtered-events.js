// The rows that pass the filters, kept up to date while events come and go.

import { lowest } from "./held-events.js";
import { breathe, sliced } from "./slices.js";

export class FilteredEvents {
  constructor(held, changed) {
    this.searching = false;
    // How many rows came on top since the list was drawn.
    this.added = 0;
    this._held = held;
    this._changed = changed;
    this._test = null;
    this._wanted = null;
    this._round = 0;
    // Oldest first: what a search found so far newest first, what came since it began oldest first.
    this._found = [];
    this._since = [];
    this._late = [];
    held.read(this);
  }

  get filtered() {
    return this._test !== null;
  }

  get length() {
    return this._test === null ? this._held.rows.length : this._found.length + this._since.length;
  }

  /** Gives the row at a place in the list; 0 is the newest. */
  at(index) {
    if (this._test === null) return this._held.rows[this._held.rows.length - 1 - index];
    if (index < this._since.length) return this._since[this._since.length - 1 - index];
    return this._found[index - this._since.length];
  }

  /** Gives the place in the list of a row, or -1. */
  placeOf(row) {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.at(middle).order > row.order) low = middle + 1;
      else high = middle;
    }
    return low < this.length && this.at(low).order === row.order ? low : -1;
  }

  /** Filters anew: the newest rows first, in slices, so that the first screen is there at once. */
  async filter(test) {
    const round = ++this._round;
    this._wanted = test;
    if (test !== null) {
      // The letter that was typed is drawn first; what was found before stays until then.
      await breathe();
      if (round !== this._round) return;
    }
    this._test = test;
    this._found = [];
    this._since = [];
    this._late = [];
    this.searching = test !== null;
    if (test !== null) {
      const rows = this._held.rows.slice();
      const found = this._found;
      const look = (at) => {
        const row = rows[rows.length - 1 - at];
        if (test(row)) found.push(row);
      };
      const whole = await sliced(
        rows.length,
        look,
        () => round === this._round,
        () => this._changed(),
      );
      if (!whole) return;
      for (const late of this._late.splice(0)) this._older(late);
      this._forget();
    }
    this.searching = false;
    this._changed();
  }

  appended(rows) {
    const fitting = this._test === null ? rows : rows.filter(this._test);
    if (this._test !== null) this._since.push(...fitting);
    this.added += fitting.length;
    this._changed();
  }

  prepended(rows) {
    if (this._test !== null && this.searching) this._late.push(rows);
    else if (this._test !== null) this._older(rows);
    this._changed();
  }

  evicted() {
    if (this._test !== null && !this.searching) this._forget();
  }

  emptied() {
    this._round += 1;
    this._test = this._wanted;
    this.searching = false;
    this._found = [];
    this._since = [];
    this._late = [];
    this._changed();
  }

  _older(rows) {
    for (let at = rows.length - 1; at >= 0; at--)
      if (this._test(rows[at])) this._found.push(rows[at]);
  }

  _forget() {
    const first = this._held.rows[0]?.order ?? Infinity;
    while (this._found.length > 0 && this._found[this._found.length - 1].order < first)
      this._found.pop();
    if (this._found.length === 0 && this._since.length > 0)
      this._since.splice(0, lowest(this._since, first));
  }
}
