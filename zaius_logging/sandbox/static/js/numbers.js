// Counts what comes in slots of equal time, for the charts.

const KEPT = 660; // seconds
const SHORTEST = 10_000; // milliseconds that the slots of what is held span at least

/** Upper ends of the bars of the two histograms; the last bar is open. */
export const BATCHES = [1, 2, 5, 10, 20, 50, 100, 200, 499, 500];
export const DELAYS = [10, 30, 100, 300, 1000, 3000, 10_000, 60_000, 600_000, 3_600_000];

const binOf = (ends, value) => {
  const at = ends.findIndex((end) => value <= end);
  return at < 0 ? ends.length : at;
};

function emptySlot() {
  return {
    taken: 0,
    warned: 0,
    rejected: 0,
    ok: 0,
    busy: 0,
    wrong: 0,
    down: 0,
    silent: 0,
    kinds: new Map(),
    batches: new Uint32Array(BATCHES.length),
    delays: new Uint32Array(DELAYS.length + 1),
  };
}

const EMPTY = emptySlot();

function countEvent(slot, row) {
  slot[row.rejected ? "rejected" : row.problems.length > 0 ? "warned" : "taken"] += 1;
  const kind = row.type || "not an event";
  slot.kinds.set(kind, (slot.kinds.get(kind) ?? 0) + 1);
  if (row.happened !== null && !row.rejected)
    slot.delays[binOf(DELAYS, Math.max(0, row.arrived - row.happened))] += 1;
}

function countRequest(slot, request) {
  slot[request.grade] += 1;
  if (request.count > 0)
    slot.batches[Math.min(BATCHES.length - 1, binOf(BATCHES, request.count))] += 1;
}

/** What came in the last minutes, second by second. */
export class Numbers {
  constructor() {
    this._seconds = new Map();
  }

  clear() {
    this._seconds.clear();
  }

  entries(rows) {
    for (const row of rows) countEvent(this._at(row.arrived), row);
  }

  requests(requests) {
    for (const request of requests) countRequest(this._at(request.at), request);
  }

  /** Gives the last `length` seconds before `now`, oldest first. */
  window(now, length) {
    const end = Math.floor(now / 1000);
    return Array.from({ length }, (_, at) => this._seconds.get(end - length + at) ?? EMPTY);
  }

  _at(ms) {
    const number = Math.floor(ms / 1000);
    const oldest = Math.floor(Date.now() / 1000) - KEPT;
    // What is older is counted where nobody looks.
    if (number < oldest) return emptySlot();
    let second = this._seconds.get(number);
    if (second === undefined) {
      second = emptySlot();
      this._seconds.set(number, second);
      for (const old of this._seconds.keys()) if (old < oldest) this._seconds.delete(old);
    }
    return second;
  }
}

/**
 * Counts all that is held, from before the page was opened as well, in `length` slots.
 *
 * Gives `{slots, from, to}`, times in milliseconds; null where nothing is held.
 */
export function countHeld(rows, requests, length) {
  const ends = [rows.at(0)?.arrived, rows.at(-1)?.arrived, requests.at(0)?.at, requests.at(-1)?.at];
  const times = ends.filter((time) => time !== undefined);
  if (times.length === 0) return null;
  const to = Math.max(...times);
  const from = Math.min(to - SHORTEST, ...times);
  const slots = Array.from({ length }, emptySlot);
  const slotAt = (ms) => {
    const at = Math.floor((length * (ms - from)) / (to - from));
    return slots[Math.max(0, Math.min(length - 1, at))];
  };
  for (const row of rows) countEvent(slotAt(row.arrived), row);
  for (const request of requests) countRequest(slotAt(request.at), request);
  return { slots, from, to };
}

/** Adds up arrays place by place. */
export function added(arrays, length) {
  const sum = new Array(length).fill(0);
  for (const array of arrays) for (let at = 0; at < length; at++) sum[at] += array[at];
  return sum;
}

/** Gives the bar in which a share of all lies, or -1 where there is nothing. */
export function quantile(counts, share) {
  const total = counts.reduce((so, each) => so + each, 0);
  let seen = 0;
  return counts.findIndex((each) => {
    seen += each;
    return total > 0 && seen >= share * total;
  });
}
