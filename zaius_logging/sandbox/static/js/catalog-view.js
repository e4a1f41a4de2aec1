// Coverage of the catalogue: which kinds and fields arrived, which never, and what it lacks.

import { ask } from "./actions.js";
import { chip, h, page, say } from "./dom.js";
import { count, plain, plural } from "./format.js";
import { go } from "./router.js";

const REFRESH = 2000; // milliseconds

const percent = (part, whole) => (whole === 0 ? "" : `${((100 * part) / whole).toFixed(0)} %`);
const inList = (name) => {
  // Half a character cannot stand in a link.
  const [type, action] = plain(name).split("/");
  const query = action ? `type:"${type}" action:"${action}"` : `type:"${type}"`;
  return `#/events?q=${encodeURIComponent(query)}`;
};

function lineLink(source, line) {
  if (line === 0) return "";
  return h("a", { class: "dim", href: `#/catalog/${line}` }, `${source}:${line}`);
}

function fates(kind) {
  if (kind.count === 0) return chip("", "never seen");
  return [
    kind.warned > 0 && h("span", {}, chip("warning", `${count(kind.warned)} with warnings`), " "),
    kind.rejected > 0 && h("span", {}, chip("bad", `${count(kind.rejected)} rejected`), " "),
    kind.deprecated && chip("warning", "deprecated"),
  ];
}

function row(name, number, about, line) {
  const cells = [h("th", { scope: "row" }, name), h("td", { class: "r" }, number)];
  return h("tr", {}, cells, h("td", {}, about), h("td", { class: "r" }, line));
}

function fieldsOf(kind, source) {
  const known = kind.fields.map((field) => {
    const share = field.count === 0 ? chip("", "never seen") : percent(field.count, kind.count);
    const words = [share, field.required && ", required", field.deprecated && ", deprecated"];
    return row(field.name, count(field.count), words, lineLink(source, field.line));
  });
  const unknown = Object.entries(kind.unknown_fields).map(([name, number]) =>
    row(plain(name), count(number), chip("warning", "unknown"), ""),
  );
  return h("table", { class: "asked" }, h("tbody", {}, known, unknown));
}

function kindOf(kind, source, open) {
  const seen = kind.fields.filter((field) => field.count > 0).length;
  const share = kind.fields.length > 0 && `${seen} of ${plural(kind.fields.length, "field")}`;
  const head = h(
    "summary",
    {},
    h("span", { class: "total" }, count(kind.count)),
    h("b", {}, kind.name),
    h("span", { class: "dim" }, share),
    h("span", {}, fates(kind)),
  );
  const list = h("a", { href: inList(kind.name) }, "all in the list");
  const line = lineLink(source, kind.line);
  const about = h("p", { class: "dim" }, kind.about, " ", list, " · ", line);
  const body = [about, fieldsOf(kind, source)];
  return h("details", { class: "card kind-card", "data-kind": kind.name, open }, head, body);
}

function strangers(unknown) {
  const rows = unknown.map((each) => {
    const hint = each.nearest === "" ? "" : `did you mean ${each.nearest}?`;
    const name = h("a", { href: inList(each.name) }, plain(each.name));
    return row(name, count(each.count), hint, `last in request ${count(each.request)}`);
  });
  return (
    rows.length > 0 &&
    h(
      "section",
      { class: "card kind-card" },
      h("h3", {}, "Kinds that the catalogue lacks"),
      h("table", { class: "asked" }, h("tbody", {}, rows)),
    )
  );
}

function identifiersOf(identifiers, source) {
  const rows = identifiers.map((each) => {
    const words = each.known ? each.about : chip("warning", "unknown");
    return row(plain(each.name), count(each.count), words, lineLink(source, each.line));
  });
  return h(
    "section",
    { class: "card kind-card" },
    h("h3", {}, "Identifiers, by the events that carry them"),
    h("table", { class: "asked" }, h("tbody", {}, rows)),
  );
}

function textOf(coverage, line) {
  if (coverage.text === "") return null;
  const lines = coverage.text.split("\n").map((text, at) => {
    const here = at + 1 === line;
    return h("li", { class: here ? "here" : "", tabindex: here ? "-1" : undefined }, plain(text));
  });
  const title = h("h3", {}, coverage.source);
  return h("section", { class: "card kind-card" }, title, h("ol", { class: "code-lines" }, lines));
}

export class CatalogView {
  constructor(section) {
    this._about = h("p", { class: "num" });
    this._list = h("div");
    this._text = h("div");
    this._drawnAs = "";
    this._next = 0;
    this._line = 0;
    section.append(page("catalog", "Catalogue", this._about, this._list, this._text));
  }

  show({ rest }) {
    this._line = Number(rest[0] ?? 0);
    this._drawnAs = "";
    this._next = 0;
  }

  close() {
    if (this._line === 0) return false;
    go("#/catalog");
    return true;
  }

  update(now) {
    // What is read or pointed at stays where it is.
    const read = this._drawnAs !== "" && this._list.contains(document.activeElement);
    if (now < this._next || read) return;
    this._next = now + REFRESH;
    this._fetch();
  }

  async _fetch() {
    const coverage = await ask("/api/catalog", { quiet: true });
    const drawnAs = JSON.stringify(coverage);
    if (coverage === null) say(this._about, "No catalogue: start with --catalog events.toml.");
    if (coverage === null || drawnAs === this._drawnAs) return;
    const first = this._drawnAs === "";
    this._drawnAs = drawnAs;
    const { kinds, source, unknown } = coverage;
    const title = `${coverage.name} ${coverage.version}`.trim();
    const seen = `${coverage.kinds_seen} of ${plural(coverage.kinds_total, "kind")} seen`;
    const fields = `${coverage.fields_seen} of ${plural(coverage.fields_total, "field")}`;
    say(this._about, `${title}: ${seen}, ${fields}, ${plural(unknown.length, "kind")} unknown.`);
    const open = new Set([...this._list.querySelectorAll("details[open]")].map(kindNameOf));
    this._list.replaceChildren(
      ...kinds.map((kind) => kindOf(kind, source, open.has(kind.name))),
      strangers(unknown) || "",
      identifiersOf(coverage.identifiers, source),
    );
    if (first) this._drawText(coverage);
  }

  _drawText(coverage) {
    this._text.replaceChildren(textOf(coverage, this._line) ?? "");
    const here = this._text.querySelector(".here");
    here?.scrollIntoView({ block: "center" });
    here?.focus({ preventScroll: true });
  }
}

const kindNameOf = (element) => element.dataset.kind;
