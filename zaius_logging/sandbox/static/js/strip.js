// The last minute of requests as marks on a line of time: as long as each was under way.

import { s } from "./dom.js";
import { lasting } from "./format.js";

const SPAN = 60_000;
const LANES = 9;
const TOP = 4;
const LANE = 10;
const MOST = 600;

export class Strip {
  constructor() {
    this._marks = s("g");
    this._grid = s("g");
    this.element = s(
      "svg",
      { class: "chart strip", role: "img", "aria-label": "Requests of the last minute" },
      this._grid,
      this._marks,
    );
    this._width = 0;
  }

  draw(requests, now) {
    const width = this.element.clientWidth;
    if (width === 0) return;
    const x = (at) => width * (1 - (now - at) / SPAN);
    if (width !== this._width) this._ruler(width);
    const free = new Array(LANES).fill(-Infinity);
    const recent = requests
      .filter((request) => now - request.at - request.duration * 1000 < SPAN)
      .slice(-MOST);
    this._marks.replaceChildren(
      ...recent.map((request) => {
        const start = Math.max(0, x(request.at));
        const end = Math.max(start + 4, x(request.at + request.duration * 1000));
        let lane = free.findIndex((taken) => taken <= start);
        if (lane < 0) lane = free.indexOf(Math.min(...free));
        free[lane] = end + 2;
        return s(
          "rect",
          {
            class: `c-${request.grade}`,
            x: start.toFixed(1),
            y: TOP + lane * LANE,
            width: (end - start).toFixed(1),
            height: LANE - 2,
            rx: 2,
          },
          s(
            "title",
            {},
            `${request.status ?? "no answer"}, ${request.count} events, ${lasting(request.duration * 1000)}`,
          ),
        );
      }),
    );
  }

  _ruler(width) {
    this._width = width;
    const foot = TOP + LANES * LANE;
    this.element.setAttribute("viewBox", `0 0 ${width} ${foot + 18}`);
    this._grid.replaceChildren(
      ...[60, 45, 30, 15, 0].flatMap((ago) => {
        const x = width * (1 - ago / 60);
        return [
          s("line", { class: "base", x1: x, x2: x, y1: 0, y2: foot }),
          s(
            "text",
            {
              class: "tick",
              x,
              y: foot + 13,
              "text-anchor": ago === 60 ? "start" : ago === 0 ? "end" : "middle",
            },
            ago === 0 ? "now" : `−${ago} s`,
          ),
        ];
      }),
    );
  }
}
