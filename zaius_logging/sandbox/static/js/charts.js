// Two small charts in plain SVG: stacked bars over time, and a histogram.

import { s } from "./dom.js";

const LEFT = 34;
const BOTTOM = 18;

/** Gives a round number at or above a value, so that the scale seldom moves. */
export function roundUp(value) {
  if (value <= 4) return 4;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 4, 5, 10].map((step) => step * power).find((step) => step >= value);
}

export const short = (number) =>
  number >= 1e6
    ? `${+(number / 1e6).toFixed(1)}M`
    : number >= 1000
      ? `${+(number / 1000).toFixed(1)}k`
      : String(+number.toFixed(1));

class Frame {
  constructor(label) {
    this.svg = s("svg", { class: "chart", role: "img", "aria-label": label });
    this._grid = s("g");
    this.marks = s("g");
    this.svg.append(this._grid, this.marks);
    this._max = 0;
    this._size = "";
  }

  /** Fits to the element's size and a highest value; says whether it can be seen. */
  fit(highest, wide, labels = "") {
    this.width = this.svg.clientWidth;
    this.height = this.svg.clientHeight;
    const max = roundUp(highest);
    const size = `${this.width} ${this.height} ${labels}`;
    if (max !== this._max || size !== this._size) {
      this._max = max;
      this._size = size;
      this.svg.setAttribute("viewBox", `0 0 ${this.width} ${this.height}`);
      this._grid.replaceChildren(
        ...[0, 0.5, 1].flatMap((part) => [
          s("line", {
            class: "base",
            x1: LEFT,
            x2: this.width,
            y1: this.y(part * max),
            y2: this.y(part * max),
          }),
          s(
            "text",
            { class: "tick", x: LEFT - 6, y: this.y(part * max) + 3.5, "text-anchor": "end" },
            short(part * max),
          ),
        ]),
        ...wide(this),
      );
    }
    return this.width > 0;
  }

  get inner() {
    return this.width - LEFT;
  }

  x(part) {
    return LEFT + part * this.inner;
  }

  y(value) {
    return 6 + (this.height - BOTTOM - 6) * (1 - value / this._max);
  }

  get foot() {
    return this.height - 4;
  }
}

/** Bars over time, stacked; `names` are their classes from the bottom up. */
export class Stack {
  constructor(label, names, hovered) {
    this._frame = new Frame(label);
    this.element = this._frame.svg;
    this._names = names;
    this._paths = names.map((name) => s("path", { class: `c-${name}` }));
    this._hair = s("line", { class: "hair", visibility: "hidden" });
    this._frame.marks.append(...this._paths, this._hair);
    this._wide = (frame) =>
      this._labels.map((text, at) =>
        s(
          "text",
          {
            class: "tick",
            x: frame.x(at / (this._labels.length - 1)),
            y: frame.foot,
            "text-anchor": ["start", "middle", "end"][at],
          },
          text,
        ),
      );
    this.element.addEventListener("pointermove", (event) => {
      const part = (event.offsetX - LEFT) / this._frame.inner;
      this._hover(part < 0 ? null : part);
      hovered(part < 0 ? null : Math.min(0.9999, part));
    });
    this.element.addEventListener("pointerleave", () => {
      this._hover(null);
      hovered(null);
    });
  }

  /** Draws slots of equal time, with a label at the start, in the middle and at the end. */
  draw(seconds, labels) {
    this._labels = labels;
    const frame = this._frame;
    const totals = seconds.map((second) => this._names.reduce((so, name) => so + second[name], 0));
    if (!frame.fit(Math.max(...totals), this._wide, labels.join())) return;
    const step = frame.inner / seconds.length;
    const width = Math.max(1, step - 1).toFixed(1);
    const floor = new Array(seconds.length).fill(0);
    this._names.forEach((name, layer) => {
      let path = "";
      seconds.forEach((second, at) => {
        if (second[name] === 0) return;
        const top = frame.y(floor[at] + second[name]);
        const x = (LEFT + at * step).toFixed(1);
        const height = Math.max(1, frame.y(floor[at]) - top).toFixed(1);
        path += `M${x} ${top.toFixed(1)}h${width}v${height}h-${width}z`;
        floor[at] += second[name];
      });
      this._paths[layer].setAttribute("d", path);
    });
  }

  _hover(part) {
    this._hair.setAttribute("visibility", part === null ? "hidden" : "visible");
    if (part === null) return;
    for (const [name, value] of Object.entries({
      x1: this._frame.x(part),
      x2: this._frame.x(part),
      y1: 6,
      y2: this._frame.height - BOTTOM,
    }))
      this._hair.setAttribute(name, value);
  }
}

/** Counts by size, with a line at each quantile. */
export class Histogram {
  constructor(label, names, kind) {
    this._frame = new Frame(label);
    this.element = this._frame.svg;
    this._names = names;
    this._bars = names.map(() => s("rect", { class: `c-${kind}`, rx: 2 }));
    this._tips = names.map((name) => s("title", {}, name));
    for (const [at, bar] of this._bars.entries()) bar.append(this._tips[at]);
    this._frame.marks.append(...this._bars);
    this._wide = (frame) =>
      names
        .map((name, at) =>
          names.length > 8 && frame.inner < 420 && at % 2 === 1
            ? null
            : s(
                "text",
                {
                  class: "tick",
                  x: frame.x((at + 0.5) / names.length),
                  y: frame.foot,
                  "text-anchor": "middle",
                },
                name,
              ),
        )
        .filter(Boolean);
  }

  draw(counts) {
    const frame = this._frame;
    if (!frame.fit(Math.max(...counts), this._wide)) return;
    const step = frame.inner / counts.length;
    counts.forEach((number, at) => {
      const top = frame.y(number);
      const box = {
        x: LEFT + at * step + 2,
        width: Math.max(1, step - 4),
        y: number === 0 ? frame.y(0) : top,
        height: number === 0 ? 0 : Math.max(1, frame.y(0) - top),
      };
      for (const [name, value] of Object.entries(box))
        this._bars[at].setAttribute(name, value.toFixed(1));
      this._tips[at].textContent = `${this._names[at]}: ${number}`;
    });
  }
}
