// Counts what comes, second by second, for the charts.

const KEPT = 660; // seconds

/** Upper ends of the bars of the two histograms; the last bar is open. */
export const BATCHES = [1, 2, 5, 10, 20, 50, 100, 200, 499, 500];
export const DELAYS = [10, 30, 100, 300, 1000, 3000, 10_000, 60_000, 600_000, 3_600_000];

const binOf = (ends, value) => {
  const at = ends.findIndex((end) => value <= end);
  return at < 0 ? ends.length : at;
};

function emptySecond() {
  return { taken: 0, doubtful: 0, refused: 0, ok: 0, busy: 0, wrong: 0, down: 0, silent: 0, kinds: new Map(), batches: new Uint32Array(BATCHES.length), delays: new Uint32Array(DELAYS.length + 1) };
}

export class Numbers {
  constructor() {
    this._seconds = new Map();
    this._first = Infinity;
  }

  clear() {
    this._seconds.clear();
  }

  entries(rows) {
    for (const row of rows) {
      const second = this._at(row.arrived);
      if (second === null) continue;
      second[row.refused ? "refused" : row.problems.length > 0 ? "doubtful" : "taken"] += 1;
      const kind = row.type || "not an event";
      second.kinds.set(kind, (second.kinds.get(kind) ?? 0) + 1);
      if (row.happened !== null && !row.refused) second.delays[binOf(DELAYS, Math.max(0, row.arrived - row.happened))] += 1;
    }
  }

  requests(requests) {
    for (const request of requests) {
      const second = this._at(request.at);
      if (second === null) continue;
      second[request.grade] += 1;
      if (request.count > 0) second.batches[Math.min(BATCHES.length - 1, binOf(BATCHES, request.count))] += 1;
    }
  }

  /** Gives the sums of the last `length` seconds before `now`, oldest first, one of each second. */
  window(now, length) {
    const end = Math.floor(now / 1000);
    return Array.from({ length }, (_, at) => this._seconds.get(end - length + at) ?? EMPTY);
  }

  _at(ms) {
    const number = Math.floor(ms / 1000);
    const nowSecond = Math.floor(Date.now() / 1000);
    if (number < nowSecond - KEPT) return null;
    let second = this._seconds.get(number);
    if (second === undefined) {
      this._seconds.set(number, (second = emptySecond()));
      for (const old of this._seconds.keys()) if (old < nowSecond - KEPT) this._seconds.delete(old);
    }
    return second;
  }
}

const EMPTY = emptySecond();

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
