// Who is who: joins the events that share an identifier, the way Zaius merges customers.
//
// Joining is for good here too: a customer that was joined is not parted when events are forgotten.

import { lowest } from "./held-events.js";

const MAX_PARTNERS = 20;

/** Says whether an identifier belongs to one person, so that sharing it merges customers. */
export const isStrong = (name) =>
  name === "email" || name === "phone" || (/_(id|number)$/.test(name) && name !== "web_user_id");

class Customer {
  constructor(number) {
    this.number = number;
    this.nodes = new Set();
    this.rows = [];
    this.held = 0;
    this.shared = new Set();
    this.sorted = true;
    this.last = null;
  }

  get name() {
    const nodes = [...this.nodes];
    const best =
      ["email", "customer_id", "phone"]
        .map((name) => nodes.find((node) => node.name === name))
        .find(Boolean) ?? nodes[0];
    return best.value;
  }

  add(row) {
    // History comes from before: it is put in order where it is shown.
    if (this.last === null || this.last.order < row.order) this.last = row;
    else this.sorted = false;
    this.rows.push(row);
    this.held += 1;
  }

  /** Gives the events that are held, newest first. */
  timeline(firstOrder, most) {
    this.forget(firstOrder);
    return this.rows.slice(-most).reverse();
  }

  /** Lets go of events that are no longer held, and brings the others in order. */
  forget(firstOrder) {
    if (!this.sorted) this.rows.sort((one, two) => one.order - two.order);
    this.sorted = true;
    this.rows.splice(0, lowest(this.rows, firstOrder));
  }

  /** Takes over all of another customer. */
  swallow(other) {
    for (const node of other.nodes) {
      node.customer = this;
      this.nodes.add(node);
    }
    for (const node of other.shared) this.shared.add(node);
    for (const row of other.rows) this.rows.push(row);
    if (this.last === null || (other.last !== null && this.last.order < other.last.order))
      this.last = other.last;
    this.sorted = false;
    this.held += other.held;
  }
}

export class Customers {
  constructor(held) {
    this._held = held;
    this._made = 0;
    this.emptied();
    held.read(this);
  }

  get warnings() {
    return this.warned.size;
  }

  /** Gives all customers, the latest first. */
  list() {
    // Nearly in order already: only history and joined customers stand out of it.
    return [...this._latest].reverse().sort((one, two) => two.last.order - one.last.order);
  }

  byKey(key) {
    return this._nodes.get(key)?.customer;
  }

  emptied() {
    this._nodes = new Map();
    this._latest = new Set();
    this.warned = new Set();
  }

  appended(rows) {
    for (const row of rows) if (!row.rejected) this._add(row, true);
  }

  prepended(rows) {
    for (const row of rows) if (!row.rejected) this._add(row, false);
  }

  evicted(rows) {
    const first = this._held.rows[0]?.order ?? Infinity;
    for (const row of rows) {
      if (row.rejected || row.ids.length === 0) continue;
      const customer = this._nodes.get(keyOf(row.ids[0]))?.customer;
      if (customer === undefined) continue;
      customer.held -= 1;
      if (customer.held <= 0) this._drop(customer);
      else if (customer.rows.length > 1.1 * customer.held + 50) customer.forget(first);
    }
  }

  _add(row, live) {
    if (row.ids.length === 0) return;
    const nodes = row.ids.map((pair) => this._node(pair));
    let customer = nodes[0].customer;
    for (const node of nodes) {
      if (node.customer === customer) continue;
      const [large, small] =
        node.customer.rows.length > customer.rows.length
          ? [node.customer, customer]
          : [customer, node.customer];
      large.swallow(small);
      this._latest.delete(small);
      if (this.warned.delete(small)) this.warned.add(large);
      customer = large;
    }
    customer.add(row);
    if (nodes.length > 1) this._pair(nodes, customer);
    if (live || !this._latest.has(customer)) {
      this._latest.delete(customer);
      this._latest.add(customer);
    }
  }

  _node(pair) {
    const key = keyOf(pair);
    let node = this._nodes.get(key);
    if (node === undefined) {
      const customer = new Customer(this._made++);
      node = { key, name: pair[0], value: pair[1], customer, partners: null };
      customer.nodes.add(node);
      this._nodes.set(key, node);
    }
    return node;
  }

  /** Notes which values of a person's own identifiers an identifier came with: two are two people. */
  _pair(nodes, customer) {
    for (const one of nodes) {
      for (const two of nodes) {
        if (one.name === two.name || !isStrong(two.name)) continue;
        one.partners ??= new Map();
        let values = one.partners.get(two.name);
        if (values === undefined) {
          values = new Set();
          one.partners.set(two.name, values);
        }
        if (values.size < MAX_PARTNERS) values.add(two.value);
        if (values.size > 1) {
          customer.shared.add(one);
          this.warned.add(customer);
        }
      }
    }
  }

  _drop(customer) {
    for (const node of customer.nodes) this._nodes.delete(node.key);
    this._latest.delete(customer);
    this.warned.delete(customer);
  }
}

export const keyOf = (pair) => `${pair[0]}=${pair[1]}`;

/** Says in sentences which identifiers of a customer are shared, and what follows. */
export function warningsOf(customer) {
  return [...customer.shared].slice(0, 50).map((node) => {
    const with_ = [...node.partners]
      .filter(([, values]) => values.size > 1)
      .map(([name, values]) => ({ name, values: [...values] }));
    return { node, with: with_, mild: !isStrong(node.name) };
  });
}
