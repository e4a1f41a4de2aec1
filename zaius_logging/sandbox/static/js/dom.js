// Makes elements. Everything that an event says goes in as text: nothing here can make markup of it.

function fill(element, props, children) {
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(
    ...children
      .flat(Infinity)
      .filter((child) => child !== undefined && child !== null && child !== false),
  );
  return element;
}

export function h(tag, props = {}, ...children) {
  return fill(document.createElement(tag), props, children);
}

export function s(tag, props = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), props, children);
}

const ICONS = {
  search: "M9 3.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM13.2 13.2 17 17",
  pause: "M7 4.5v11M13 4.5v11",
  play: "M6 4.5v11l9-5.5z",
  clear: "M4 5.5h12M8 5.5V4h4v1.5M5.5 5.5l.7 10.5h7.6l.7-10.5",
  save: "M10 3.5v9M6.5 9.5 10 13l3.5-3.5M4 16.5h12",
  copy: "M7.5 7.5h8v9h-8zM4.5 12.5v-9h8",
  link: "M8.5 11.5a3 3 0 0 0 4.2 0l3-3a3 3 0 0 0-4.2-4.2l-1 1M11.5 8.5a3 3 0 0 0-4.2 0l-3 3a3 3 0 0 0 4.2 4.2l1-1",
  close: "M5 5l10 10M15 5 5 15",
  up: "M5 12.5 10 7.5l5 5",
  down: "M5 7.5l5 5 5-5",
  problem: "M10 3.5 17.5 16.5h-15zM10 8.5v3.5M10 14.2v.1",
};

export function icon(name) {
  return s(
    "svg",
    { viewBox: "0 0 20 20", "aria-hidden": "true", class: "line" },
    s("path", { d: ICONS[name] }),
  );
}

/** Sets text only where it changed: the browser need not lay out again what stays. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Makes a small label; `grade` is `good`, `warning` or `bad`. */
export function chip(grade, text) {
  return h("span", { class: `chip ${grade}` }, text);
}

/** Makes the frame of a view that scrolls: its title, what stands below it, and its content. */
export function page(name, title, lede, ...children) {
  const id = `title-${name}`;
  const head = h("div", { class: "lede" }, h("div", {}, h("h2", { id }, title), lede));
  return h(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-labelledby": id },
    h("div", { class: "page" }, head, children),
  );
}
