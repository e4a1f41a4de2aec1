// A list of any length: only the rows in sight exist.

const STILL = 5; // pixels that a press may move: more is a drag, which marks text
const SPARE = 6; // rows above and below, so that a scroll finds them drawn

export class VirtualList {
  /**
   * `box` scrolls; `make()` gives an empty row; `draw(row, index)` fills it; `height()` is that of
   * a row. `size` says how many there are, `head` stays above them. Rows are grouped as `group`;
   * `drawn` is called when all are drawn, `press` with what a row showed when somebody pressed it.
   */
  constructor(
    box,
    {
      make,
      draw,
      height,
      size,
      head = null,
      group = "presentation",
      drawn = () => {},
      press = () => {},
    },
  ) {
    this.box = box;
    this._head = head;
    this._drawn = drawn;
    this._make = make;
    this._draw = draw;
    this._heightOf = height;
    this._size = size;
    this._space = document.createElement("div");
    this._space.className = "space";
    this._space.setAttribute("role", group);
    this._rows = [];
    this._seen = 0;
    box.append(this._space);
    box.addEventListener("scroll", () => this.draw(), { passive: true });
    this._listen(press);
    this._watch = new ResizeObserver(() => this.resize());
    this._watch.observe(box);
    this.resize();
  }

  /** A row may show another event before the button is up; then the browser gives no click, or one for that. */
  _listen(press) {
    let begun = null;
    const shown = (event) => event.target.closest(".space > *")?.shown;
    this.box.addEventListener("pointerdown", (event) => {
      begun = event.button === 0 ? { row: shown(event), x: event.clientX, y: event.clientY } : null;
    });
    this.box.addEventListener("pointerup", (event) => {
      const { row, x, y } = begun ?? {};
      begun = null;
      if (row && Math.hypot(event.clientX - x, event.clientY - y) < STILL) press(row);
    });
    this.box.addEventListener("click", (event) => {
      const row = shown(event);
      if (row && event.detail === 0) press(row); // by a screen reader, or a program
    });
  }

  resize() {
    this._height = this._heightOf();
    this._view = this.box.clientHeight - (this._head?.offsetHeight ?? 0);
    this.draw();
  }

  get atTop() {
    return this.box.scrollTop < this._height / 2;
  }

  /** Draws anew; `added` rows came on top, which move nothing that is being read. */
  update(added = 0) {
    if (added > 0 && !this.atTop) {
      this._stretch();
      this.box.scrollTop += added * this._height;
    }
    this.draw();
  }

  /** Brings a row into sight. */
  reveal(index) {
    this._stretch();
    const top = index * this._height;
    if (top < this.box.scrollTop) this.box.scrollTop = top;
    else if (top + this._height > this.box.scrollTop + this._view)
      this.box.scrollTop = top + this._height - this._view;
    this.draw();
  }

  draw() {
    if (this._view <= 0) return;
    this._stretch();
    const size = this._size();
    const top = this.box.scrollTop;
    const from = Math.max(0, Math.floor(top / this._height) - SPARE);
    const to = Math.min(size, Math.ceil((top + this._view) / this._height) + SPARE);
    while (this._rows.length < to - from) {
      const row = this._make();
      this._rows.push(row);
      this._space.append(row);
    }
    // A row of the DOM keeps its event while it scrolls: index modulo their number.
    const spare = this._rows.length;
    const used = new Set();
    for (let index = from; index < to; index++) {
      const row = this._rows[index % spare];
      used.add(row);
      row.hidden = false;
      row.style.transform = `translateY(${index * this._height}px)`;
      this._draw(row, index);
    }
    for (const row of this._rows) {
      if (used.has(row)) continue;
      row.hidden = true;
      row.removeAttribute("id");
    }
    this._drawn();
  }

  _stretch() {
    const size = this._size();
    if (size === this._seen) return;
    this._seen = size;
    this._space.style.height = `${size * this._height}px`;
  }
}
