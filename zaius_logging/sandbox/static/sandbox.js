// The plain page: a table that grows from the top. Everything that an event says is put in with
// textContent, so that markup in it is shown and never run.

const MAX_ROWS = 500;

const body = document.querySelector("#events tbody");
const table = document.querySelector("#events");
const empty = document.querySelector("#empty");
const stats = document.querySelector("#stats");

function text(value) {
  if (value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function pairs(object) {
  if (object === null || typeof object !== "object") return text(object);
  return Object.entries(object).map(([name, value]) => `${name}: ${text(value)}`).join("\n");
}

function cell(content, className) {
  const element = document.createElement("td");
  element.textContent = content;
  if (className) element.className = className;
  return element;
}

function row(entry, refused) {
  const element = document.createElement("tr");
  const event = entry.event !== null && typeof entry.event === "object" ? entry.event : {};
  const kind = [event.type, event.action].filter((part) => part !== undefined).map(text);
  if (refused) element.className = "refused";
  element.append(
    cell(new Date(entry.arrived).toLocaleTimeString()),
    cell(refused ? `refused: ${kind.join(" ")}` : kind.join(" ")),
    cell(pairs(event.identifiers)),
    cell(pairs(event.data)),
    cell(entry.problems.map((problem) => problem.message).join("\n"), "problems"),
  );
  return element;
}

function show(entries, refused) {
  empty.hidden = true;
  table.hidden = false;
  const fresh = entries.slice(-MAX_ROWS).reverse().map((entry) => row(entry, refused));
  body.prepend(...fresh);
  while (body.rows.length > MAX_ROWS) body.deleteRow(-1);
}

function clear() {
  body.replaceChildren();
  table.hidden = true;
  empty.hidden = false;
}

const source = new EventSource("/api/stream");
// A new connection begins with the backlog again.
source.addEventListener("open", clear);
source.addEventListener("error", () => { stats.textContent = "not connected"; });
source.addEventListener("cleared", clear);
source.addEventListener("events", (message) => show(JSON.parse(message.data), false));
source.addEventListener("rejected", (message) => show(JSON.parse(message.data), true));
source.addEventListener("stats", (message) => {
  const now = JSON.parse(message.data);
  stats.textContent = `${now.events} accepted, ${now.rejected} refused, ${now.duplicates} repeated, ${now.requests} requests`;
});

document.querySelector("#endpoint").textContent = `${location.origin}/v3`;
document.querySelector("#clear").addEventListener("click", () => fetch("/api/events", { method: "DELETE" }));
