// Shows JSON as it was written, laid out and coloured: the digits of a number stay as they came.

import { h } from "./dom.js";
import { plain } from "./format.js";

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;
const MAX_LINES = 2000;
const MAX_TEXT = 4000;

// A string as people read it: letters in place of \uXXXX, but nothing invisible.
function readable(token) {
  let text = token;
  try {
    text = JSON.stringify(JSON.parse(token));
  } catch {
    /* It stays as it is written. */
  }
  const rest = text.length - MAX_TEXT;
  return plain(rest > 0 ? `${text.slice(0, MAX_TEXT)}… ${rest} more characters` : text);
}

/** Cuts JSON text into lines of `{depth, path, parts: [[class, text], …]}`. */
export function linesOf(text, most = MAX_LINES, shown = readable) {
  const lines = [];
  const stack = [];
  let line = null;
  let name = null;
  const tokens = text.match(TOKEN) ?? [];
  const path = () =>
    stack.reduce(
      (so, { key, list, at }) =>
        list ? `${so}[${at}]` : key === null ? so : so ? `${so}.${key}` : key,
      "",
    );
  const begin = () => {
    line = { depth: stack.length, path: path(), parts: [] };
    lines.push(line);
  };
  for (let at = 0; at < tokens.length && lines.length < most; at++) {
    const token = tokens[at];
    const top = stack[stack.length - 1];
    if (token === "}" || token === "]") {
      stack.pop();
      if (tokens[at - 1] !== "{" && tokens[at - 1] !== "[") {
        begin();
      }
      line.parts.push(["p", token]);
    } else if (token === ",") {
      line.parts.push(["p", ","]);
      if (top.list) top.at += 1;
      name = null;
    } else if (token === ":") {
      line.parts.push(["p", ": "]);
    } else if (top && !top.list && name === null) {
      name = shown(token);
      top.key = name.slice(1, -1);
      begin();
      line.parts.push(["n", name]);
    } else {
      if (!top || top.list) begin();
      if (token === "{" || token === "[") {
        line.parts.push(["p", token]);
        stack.push({ list: token === "[", at: 0, key: null });
        name = null;
      } else {
        line.parts.push(token[0] === '"' ? ["s", shown(token)] : ["v", token]);
      }
    }
  }
  return { lines, cut: lines.length >= most };
}

/** Lays out JSON text; what it says stays letter for letter. */
export function layOut(text) {
  const { lines } = linesOf(text, Infinity, (token) => token);
  return lines
    .map((line) => "  ".repeat(line.depth) + line.parts.map(([, part]) => part).join(""))
    .join("\n");
}

// The line that a path means, or the nearest around it where the path is of something missing.
function nearest(lines, path) {
  for (let wanted = path; ; wanted = wanted.replace(/\.?[^.[]*$|\[\d+\]$/, "")) {
    const found = lines.findIndex((line) => line.path === wanted);
    if (found >= 0) return found;
    if (wanted === "") return 0;
  }
}

/** Gives the JSON as an element, with each problem's rule at its line. */
export function showJson(text, problems = [], grade = "warning") {
  const { lines, cut } = linesOf(text);
  const marks = new Map();
  for (const problem of problems) {
    const at = nearest(lines, problem.path);
    marks.set(at, [...(marks.get(at) ?? []), problem.rule]);
  }
  const shown = lines.map((line, at) => {
    const element = h(
      "span",
      { class: marks.has(at) ? `line ${grade}` : "line" },
      ...line.parts.map(([kind, part]) => (kind === "p" ? part : h("span", { class: kind }, part))),
      marks.has(at) && h("em", {}, marks.get(at).join(", ")),
      "\n",
    );
    element.style.setProperty("--depth", String(line.depth));
    return element;
  });
  if (cut)
    shown.push(
      h(
        "span",
        { class: "line p" },
        `… the first ${MAX_LINES} lines of ${text.length} characters; copy has it all`,
      ),
    );
  return h("pre", { class: "json", tabindex: "0", "aria-label": "The event as JSON" }, ...shown);
}
