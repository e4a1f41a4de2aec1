// The faults that can be switched: their fields, the document of each, and which one a document is.

const number = (name, label, value, extra = {}) => ({
  name,
  label,
  value,
  type: "number",
  step: "any",
  min: "0",
  ...extra,
});
const without =
  (...names) =>
  (fault) =>
    names.every((name) => !(name in fault));

export const FAULTS = [
  {
    id: "slow",
    title: "Slow answers",
    text: "Each answer takes its time.",
    fields: [number("latency", "seconds", 2)],
    make: ({ latency }) => ({ latency }),
    is: (fault) =>
      "latency" in fault &&
      without("status", "reset", "hang", "forbidden", "rate", "redirect", "bad")(fault),
  },
  {
    id: "busy",
    title: "429 Too Many Requests",
    text: "With Retry-After, which a client should keep to.",
    fields: [number("retry_after", "Retry-After, seconds", 2)],
    make: ({ retry_after }) => ({ status: 429, retry_after }),
    is: (fault) => fault.status === 429,
  },
  {
    id: "rate",
    title: "Rate limit",
    text: "A token bucket: 429 to what exceeds it.",
    fields: [
      number("rate", "requests a second", 5),
      number("burst", "at once", 5, { step: "1", min: "1" }),
    ],
    make: ({ rate, burst }) => ({ rate, burst }),
    is: (fault) => "rate" in fault,
  },
  {
    id: "down",
    title: "503 Service Unavailable",
    text: "Nothing is taken.",
    fields: [],
    make: () => ({ status: 503 }),
    is: (fault) => fault.status >= 500 && !fault.taken,
  },
  {
    id: "reset",
    title: "Connection reset",
    text: "The connection is cut in place of an answer.",
    fields: [],
    make: () => ({ reset: true }),
    is: (fault) => fault.reset && !fault.taken,
  },
  {
    id: "lost",
    title: "Answer lost",
    text: "The events are taken, but the client never hears of it: its retries are duplicates.",
    fields: [],
    make: () => ({ reset: true, taken: true }),
    is: (fault) => fault.reset && fault.taken,
  },
  {
    id: "hang",
    title: "Hang",
    text: "The request is never answered.",
    fields: [],
    make: () => ({ hang: true }),
    is: (fault) => fault.hang,
  },
  {
    id: "key",
    title: "403 Forbidden",
    text: "403, as to a wrong key.",
    fields: [],
    make: () => ({ forbidden: true }),
    is: (fault) => fault.forbidden,
  },
  {
    id: "bad",
    title: "Bad events, named",
    text: "A 400 that tells which events of the batch are bad.",
    fields: [
      number("every", "every n-th event", 50, { step: "1", min: "1" }),
      { name: "message", label: "message", value: "no such product", type: "text" },
    ],
    make: ({ every, message }) => ({ bad: { every }, message }),
    is: (fault) => fault.bad && fault.named !== false,
  },
  {
    id: "nobody",
    title: "Bad events, unnamed",
    text: "A 400 that names nobody: the client must find out.",
    fields: [number("every", "every n-th event", 50, { step: "1", min: "1" })],
    make: ({ every }) => ({ bad: { every }, named: false }),
    is: (fault) => fault.bad && fault.named === false,
  },
  {
    id: "redirect",
    title: "Redirect",
    text: "A 302 to another address, which no client should follow with its key.",
    fields: [{ name: "redirect", label: "to", value: "http://127.0.0.1:9/", type: "text" }],
    make: ({ redirect }) => ({ redirect }),
    is: (fault) => "redirect" in fault,
  },
];

/** When a fault strikes: fields that all of them have. */
export const WHEN = [
  number("share", "% of requests", 100, { max: "100" }),
  number("times", "times", "", { step: "1", min: "1", placeholder: "no limit" }),
  number("seconds", "for seconds", "", { placeholder: "no limit" }),
];

export function whenOf({ share, times, seconds }) {
  return {
    ...(share < 100 && { share: share / 100 }),
    ...(times && { times }),
    ...(seconds && { seconds }),
  };
}

export const PRESETS = [
  ["A short outage", "503 for 20 seconds", [{ status: 503, seconds: 20 }]],
  [
    "A busy hour",
    "a third of the requests get 429",
    [{ status: 429, retry_after: 2, share: 0.33 }],
  ],
  [
    "A flaky network",
    "slow, and one answer in five is lost",
    [{ latency: 0.5 }, { reset: true, taken: true, share: 0.2 }],
  ],
  [
    "A poison event",
    "every 50th event is bad, and nobody says which",
    [{ bad: { every: 50 }, named: false }],
  ],
];

// Faults that end a request come last, so that those before it have their say.
const ENDS = ["status", "reset", "hang", "forbidden", "rate", "redirect"];
export const inTurn = (faults) =>
  [...faults].sort(
    (one, two) => ENDS.some((name) => name in one) - ENDS.some((name) => name in two),
  );
