// Reads the search box and the filters into one test of a row.

const PART = /(-?)(?:([A-Za-z_][\w.]*):)?(?:"([^"]*)"?|(\S+))/g;
const SPECIAL = /[.*+?^${}()|[\]\\]/g;

// Events are searched as they are written, in ASCII: other letters stand there as \uXXXX.
function written(text) {
  const letters = [];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 126 || code < 32) {
      const forms = new Set(
        [text[at], text[at].toLowerCase(), text[at].toUpperCase()].map((form) =>
          form.length === 1 ? form.charCodeAt(0) : code,
        ),
      );
      letters.push(
        `(?:${[...forms].map((each) => `\\\\u${each.toString(16).padStart(4, "0")}`).join("|")})`,
      );
    } else {
      letters.push(JSON.stringify(text[at]).slice(1, -1).replace(SPECIAL, "\\$&"));
    }
  }
  return letters.join("");
}

const IS = {
  problem: (row) => row.rejected || row.problems.length > 0,
  rejected: (row) => row.rejected,
  taken: (row) => !row.rejected,
  warning: (row) => !row.rejected && row.problems.length > 0,
  duplicate: (row) => row.problems.some((problem) => problem.rule === "duplicate"),
};

const FIELDS = {
  is: (value) => IS[value.toLowerCase().replace(/s$/, "")] ?? (() => false),
  type: (value) => (row) => row.type.toLowerCase() === value.toLowerCase(),
  action: (value) => (row) => row.action.toLowerCase() === value.toLowerCase(),
  rule: (value) => (row) => row.problems.some((problem) => problem.rule === value),
  request: (value) => (row) => String(row.request) === value,
  id: (value) => {
    const wanted = value.toLowerCase();
    return (row) => row.ids.some((pair) => pair[1].toLowerCase().includes(wanted));
  },
};

function partOf(field, value) {
  if (field !== undefined && Object.hasOwn(FIELDS, field)) return FIELDS[field](value);
  const pattern =
    field === undefined
      ? written(value)
      : `"${written(field.split(".").pop())}":"?${written(value)}`;
  const expression = new RegExp(pattern, "i");
  return (row) => expression.test(row.text);
}

/** Gives a test of a row, or null where everything passes. */
export function parseQuery(text) {
  const tests = [];
  for (const [, minus, field, quoted, word] of text.matchAll(PART)) {
    const value = quoted ?? word;
    if (!value) continue;
    const test = partOf(field, value);
    tests.push(minus ? (row) => !test(row) : test);
  }
  return allOf(tests);
}

export function allOf(tests) {
  const wanted = tests.filter(Boolean);
  return wanted.length === 0 ? null : (row) => wanted.every((test) => test(row));
}
