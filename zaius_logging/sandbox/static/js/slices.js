// Long work in short slices, so that the page answers at once whatever it holds.

const SLICE = 6; // milliseconds: less than half a frame

const channel = new MessageChannel();
const waiting = [];
channel.port1.onmessage = () => waiting.shift()();

/** Lets the browser draw and answer, then goes on; faster than a timer. */
export function breathe() {
  return new Promise((resolve) => {
    waiting.push(resolve);
    channel.port2.postMessage(null);
  });
}

/** Calls `step(index)` for each index; gives false if `current()` turned false on the way. */
export async function sliced(length, step, current, progress = () => {}) {
  let until = performance.now() + SLICE;
  for (let at = 0; at < length; at++) {
    step(at);
    if ((at & 63) === 63 && performance.now() > until) {
      progress();
      await breathe();
      if (!current()) return false;
      until = performance.now() + SLICE;
    }
  }
  progress();
  return true;
}
