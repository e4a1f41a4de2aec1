// The connection to the sandbox: what was, what comes, and the way back after a break.

const PAGE = 2000;

export class Stream {
  /** `heard` has `hello`, `entries`, `history`, `requests`, `state`, `cleared` and `link`. */
  constructor(heard) {
    this._heard = heard;
    this._source = null;
    this._left = "";
    this._run = 0;
    // A browser opens six connections to a server at the most, and hidden pages would hold them all.
    document.addEventListener("visibilitychange", () =>
      document.hidden ? this.close() : this.open(),
    );
    window.addEventListener("pagehide", () => this.close());
    window.addEventListener("pageshow", () => this.open());
  }

  open() {
    if (this._source !== null || document.hidden) return;
    const source = new EventSource(`/api/stream?after=${encodeURIComponent(this._left)}`);
    this._source = source;
    const on = (name, call) =>
      source.addEventListener(name, (message) => {
        if (message.lastEventId) this._left = message.lastEventId;
        call(message.data);
      });
    on("hello", (data) => this._hello(JSON.parse(data)));
    on("entries", (data) => this._heard.entries(data.split("\n")));
    on("requests", (data) =>
      this._heard.requests(data.split("\n").map((line) => JSON.parse(line))),
    );
    on("state", (data) => this._heard.state(JSON.parse(data)));
    on("cleared", () => {
      this._run += 1;
      this._heard.cleared();
    });
    source.addEventListener("error", () => {
      this._heard.link("lost");
      // The browser tries again by itself, unless the answer was an error.
      if (source.readyState === EventSource.CLOSED && this._source === source) {
        this.close();
        setTimeout(() => this.open(), 2000);
      }
    });
  }

  close() {
    this._source?.close();
    this._source = null;
  }

  _hello(info) {
    this._heard.link("live");
    if (info.resumed) return;
    this._run += 1;
    this._heard.hello(info);
    this._older(info.before, this._run);
  }

  /** Fetches what came before, from the newest on, as long as there is room. */
  async _older(before, run) {
    while (before > 0 && run === this._run) {
      let text = "";
      try {
        const answer = await fetch(`/api/history?before=${before}&limit=${PAGE}`);
        text = answer.ok ? await answer.text() : "";
      } catch {
        /* The stream tells that the connection is lost. */
      }
      if (text === "" || run !== this._run) return;
      const rest = await this._heard.history(text.split("\n"), () => run === this._run);
      if (rest === null) return;
      before = rest;
    }
  }
}
