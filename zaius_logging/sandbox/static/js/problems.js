// Counts what is wrong, rule by rule, with the latest events of each.

import { lowest } from "./held-events.js";

const LATEST = 5;

export class Problems {
  constructor(held) {
    this._held = held;
    this.emptied();
    held.read(this);
  }

  /** Gives `{rule, rejected, count, latest}` for each rule, rejections first, then the most frequent. */
  list() {
    const first = this._held.rows[0]?.order ?? Infinity;
    for (const kind of this._kinds.values()) kind.rows.splice(0, lowest(kind.rows, first));
    return [...this._kinds.values()]
      .filter((kind) => kind.count > 0)
      .map((kind) => ({ ...kind, latest: kind.rows.slice(-LATEST).reverse() }))
      .sort((one, two) => two.rejected - one.rejected || two.count - one.count);
  }

  emptied() {
    this._kinds = new Map();
    this.rejected = 0;
    this.warned = 0;
  }

  appended(rows) {
    this._count(rows, 1);
  }

  prepended(rows) {
    this._count(rows, 1, true);
  }

  evicted(rows) {
    this._count(rows, -1);
  }

  _count(rows, sign, older = false) {
    for (const row of rows) {
      if (row.problems.length === 0) continue;
      if (row.rejected) this.rejected += sign;
      else this.warned += sign;
      for (const rule of new Set(row.problems.map((problem) => problem.rule)))
        this._note(rule, row, sign, older);
    }
  }

  _note(rule, row, sign, older) {
    const key = `${row.rejected} ${rule}`;
    let kind = this._kinds.get(key);
    if (kind === undefined) {
      kind = { rule, rejected: row.rejected, count: 0, rows: [] };
      this._kinds.set(key, kind);
    }
    kind.count += sign;
    if (sign < 0) return;
    // Only the latest are shown: a few more are kept, for those that are forgotten.
    if (!older) kind.rows.push(row);
    else if (kind.rows.length < LATEST) kind.rows.splice(lowest(kind.rows, row.order), 0, row);
    if (kind.rows.length > 4 * LATEST) kind.rows.splice(0, kind.rows.length - 2 * LATEST);
  }
}
