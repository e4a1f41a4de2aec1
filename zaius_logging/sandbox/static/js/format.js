// Numbers, times and other values in words.

const clock = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hour12: false,
});
const day = new Intl.DateTimeFormat(undefined, {
  weekday: "long",
  year: "numeric",
  month: "long",
  day: "numeric",
});
const whole = new Intl.NumberFormat("en");

export const count = (number) => whole.format(number);
export const plural = (number, one, many = `${one}s`) =>
  `${count(number)} ${number === 1 ? one : many}`;
export const dayOf = (ms) => day.format(ms);

let lastSecond = -1;
let lastText = "";

/** Writes a time of day with milliseconds; rows come in order, so the last second often serves again. */
export function time(ms) {
  const second = Math.floor(ms / 1000);
  if (second !== lastSecond) {
    lastSecond = second;
    lastText = clock.format(second * 1000);
  }
  return `${lastText}.${String(Math.floor(ms) % 1000).padStart(3, "0")}`;
}

export const seconds = (ms) => clock.format(ms);

/** Writes a duration: 12 ms, 1.4 s, 3 min, 5 h, 2 days. */
export function lasting(ms) {
  const size = Math.abs(ms);
  if (size < 1000) return `${Math.round(ms)} ms`;
  if (size < 60_000) return `${(ms / 1000).toFixed(size < 10_000 ? 1 : 0)} s`;
  if (size < 3_600_000) return `${Math.round(ms / 60_000)} min`;
  if (size < 172_800_000) return `${Math.round(ms / 3_600_000)} h`;
  return `${Math.round(ms / 86_400_000)} days`;
}

export function bytes(size) {
  if (size < 1000) return `${size} B`;
  return size < 1_000_000
    ? `${(size / 1000).toFixed(1)} kB`
    : `${(size / 1_000_000).toFixed(1)} MB`;
}

// Marks that turn the direction of text, or have no width, could make one text look like another.
// Half a character (a lone surrogate) is no text at all: it cannot even stand in a link.
const INVISIBLE = new RegExp(
  "[\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u2069\\ufeff]" +
    "|[\\ud800-\\udbff](?![\\udc00-\\udfff])|(?<![\\ud800-\\udbff])[\\udc00-\\udfff]",
  "g",
);

/** Shows what cannot be seen. */
export function plain(text) {
  return text.replace(
    INVISIBLE,
    (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Writes any JSON value on one line, cut where nobody reads on. */
export function brief(value, most = 160) {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  return plain(text.length > most ? `${text.slice(0, most)}…` : text);
}
