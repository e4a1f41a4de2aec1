// The latest requests, and what they were answered.

const MOST = 2000;

export function gradeOfRequest(request) {
  if (request.status === null) return "silent";
  if (request.status < 300) return "ok";
  if (request.status === 429) return "busy";
  return request.status < 500 ? "wrong" : "down";
}

export const GRADES = [
  ["ok", "accepted"],
  ["busy", "429"],
  ["wrong", "3xx, 4xx"],
  ["down", "5xx"],
  ["silent", "no answer"],
];

export class Requests {
  constructor() {
    this.all = [];
    this._readers = [];
  }

  read(reader) {
    this._readers.push(reader);
  }

  append(requests) {
    for (const request of requests) {
      request.at = Date.parse(request.time);
      request.grade = gradeOfRequest(request);
      this.all.push(request);
    }
    if (this.all.length > MOST) this.all.splice(0, this.all.length - MOST);
    for (const reader of this._readers) reader(requests);
  }

  clear() {
    this.all = [];
  }

  /** Gives those whose events could not even be read; what a fault did is no problem of the client. */
  rejectedWhole() {
    return this.all.filter(
      (request) =>
        request.status >= 400 && request.count === 0 && !request.note.startsWith("fault"),
    );
  }
}
