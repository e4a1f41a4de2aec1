// All events that the page holds, oldest first: bounded by count and by size, as the sandbox is.

const MAX_CHARS = 96_000_000;

export class HeldEvents {
  constructor() {
    this.rows = [];
    this.capacity = 100_000;
    this.paused = false;
    this.waiting = [];
    this._chars = 0;
    this._readers = [];
  }

  /** A reader has `appended(rows)`, `prepended(rows)`, `evicted(rows)` and `emptied()`. */
  read(reader) {
    this._readers.push(reader);
  }

  append(rows) {
    if (rows.length === 0) return;
    if (this.paused) {
      this.waiting.push(...rows);
      if (this.waiting.length > this.capacity)
        this.waiting.splice(0, this.waiting.length - this.capacity);
      return;
    }
    for (const row of rows) this.rows.push(row);
    this._count(rows, 1);
    this._report("appended", rows);
    this._fit();
  }

  /** Adds events from before; says whether there is room for more of them. */
  prepend(rows) {
    const room = this.capacity - this.rows.length;
    const fitting = rows.slice(Math.max(0, rows.length - room));
    if (fitting.length === 0 || this._chars > MAX_CHARS) return false;
    this.rows = fitting.concat(this.rows);
    this._count(fitting, 1);
    this._report("prepended", fitting);
    return fitting.length === rows.length;
  }

  clear() {
    this.rows = [];
    this.waiting = [];
    this._chars = 0;
    this._report("emptied");
  }

  pause(paused) {
    this.paused = paused;
    if (!paused) this.append(this.waiting.splice(0));
  }

  /** Finds the index of the first row from an order on. */
  indexOf(order) {
    return lowest(this.rows, order);
  }

  find(rejected, place) {
    return this.rows.findLast((row) => row.place === place && row.rejected === rejected);
  }

  _fit() {
    let gone = Math.max(0, this.rows.length - this.capacity);
    let chars = this._chars;
    for (let at = 0; at < gone; at++) chars -= this.rows[at].text.length;
    while (chars > MAX_CHARS && gone < this.rows.length - 1) chars -= this.rows[gone++].text.length;
    if (gone > 0) {
      const evicted = this.rows.splice(0, gone);
      this._chars = chars;
      this._report("evicted", evicted);
    }
  }

  _count(rows, sign) {
    for (const row of rows) this._chars += sign * row.text.length;
  }

  _report(what, rows) {
    for (const reader of this._readers) reader[what]?.(rows);
  }
}

/** Finds the index of the first row whose order is at least `order`. */
export function lowest(rows, order) {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle].order < order) low = middle + 1;
    else high = middle;
  }
  return low;
}
