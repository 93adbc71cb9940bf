// The shop itself: its orders, clock, people, products and counts. What happens to an order comes
// through here, is stamped, counted and given to the search index.
import { Clock, parseIsoUs } from './clock.mjs';
import * as changes from './changes.mjs';
import { Customers } from './people.mjs';
import { Products, defaultCatalogue } from './products.mjs';
import { indexRow } from './order_search.mjs';
import { SpecError } from './spec.mjs';
import { orderView } from './view.mjs';

const ID_STEP = 32_768; // Shopify's ids of one kind are not neighbours; ours neither
const FIRST_IDS = { Order: 6_210_000_000_001, LineItem: 15_400_000_000_001 };
const COUNTED = [
  'created',
  'edited',
  'refunded',
  'cancelled',
  'paid',
  'touched',
  'archived',
  'fulfilled',
  'deleted',
];

// op -> [what is done, what it counts as]
const CHANGES = {
  edit: [changes.edit, 'edited'],
  refund: [changes.refund, 'refunded'],
  cancel: [changes.cancel, 'cancelled'],
  pay: [changes.markPaid, 'paid'],
  touch: [changes.touch, 'touched'],
  archive: [changes.archive, 'archived'],
  fulfill: [changes.fulfill, 'fulfilled'],
};
export const CHANGE_NAMES = Object.keys(CHANGES);

const DEFAULTS = {
  shop: 'demo.myshopify.com',
  name: 'Demo Shop',
  currency: 'USD',
  timezone: 'America/New_York',
  taxesIncluded: false,
  taxes: [],
  moneyRefundMode: 'total',
  searchLagMs: 0,
};

export class Shop {
  #orders = new Map();
  #index = new Map();
  #nextIds = new Map();
  #number = 1000;

  constructor(options = {}) {
    const { shop, ...settings } = { ...DEFAULTS, ...options };
    Object.assign(this, settings);
    this.domain = shop;
    this.clock = new Clock();
    this.customers = new Customers(this);
    this.products = new Products(this, options.catalogue ?? defaultCatalogue());
    this.counts = Object.fromEntries(COUNTED.map((name) => [name, 0]));
    this.createdUs = this.clock.stampUs();
    this.onEvent = () => {}; // (op, order), after it happened
  }

  newId(kind) {
    const id = this.#nextIds.get(kind) ?? FIRST_IDS[kind] ?? 8_100_000_000_001;
    this.#nextIds.set(kind, id + ID_STEP);
    return id;
  }

  nextNumber() {
    this.#number += 1;
    return this.#number;
  }

  timeUs(text, where) {
    return parseIsoUs(text, where);
  }

  get orders() {
    return [...this.#orders.values()];
  }

  /** An order by its number id, gid or name; null where there is none. */
  find(key) {
    const wanted = String(key).replace(/^gid:\/\/shopify\/Order\//, '');
    return (
      this.#orders.get(Number(wanted)) ??
      this.orders.find((o) => o.name === wanted || o.name === `#${wanted}`) ??
      null
    );
  }

  #get(key) {
    const order = this.find(key);
    if (!order) throw new SpecError(`there is no order "${key}"`);
    return order;
  }

  // An order that could be changed in part only stays as it was.
  #attempt(order, change) {
    const before = snapshotOf(order);
    try {
      change();
    } catch (error) {
      restore(order, before);
      throw error;
    }
  }

  createOrder(spec = {}) {
    const order = changes.create(this, spec);
    this.#orders.set(order.id, order);
    if (order.customer) order.customer.orderCount += 1;
    this.#indexed(order);
    this.counts.created += 1;
    this.onEvent('create', order);
    return orderView(order);
  }

  /** Does one of CHANGE_NAMES to an order; every one moves updatedAt. */
  change(op, key, spec = {}) {
    if (!CHANGES[op]) throw new SpecError(`"${op}" is none of ${CHANGE_NAMES.join(', ')}`);
    const order = this.#get(key);
    const [apply, counter] = CHANGES[op];
    const atUs = this.clock.stampUs();
    this.#attempt(order, () => apply(this, order, spec, atUs));
    order.revision += 1;
    order.updatedUs = atUs;
    this.#indexed(order);
    this.counts[counter] += 1;
    this.onEvent(op, order);
    return orderView(order);
  }

  deleteOrder(key) {
    const order = this.#get(key);
    this.#orders.delete(order.id);
    this.#index.delete(order.id);
    this.counts.deleted += 1;
    this.onEvent('delete', order);
    return { deleted: order.id };
  }

  view(key) {
    return orderView(this.#get(key));
  }

  views() {
    return this.orders.map(orderView);
  }

  #indexed(order) {
    const entry = this.#index.get(order.id) ?? { row: null, pending: [] };
    const row = indexRow(order);
    if (this.searchLagMs === 0) Object.assign(entry, { row, pending: [] });
    else entry.pending.push({ atMs: this.clock.nowMs() + this.searchLagMs, row });
    this.#index.set(order.id, entry);
  }

  /** The rows of the search index that have become visible by now. */
  indexRows() {
    const nowMs = this.clock.nowMs();
    const rows = [];
    for (const entry of this.#index.values()) {
      while (entry.pending.length && entry.pending[0].atMs <= nowMs) {
        entry.row = entry.pending.shift().row;
      }
      if (entry.row) rows.push(entry.row);
    }
    return rows;
  }

  /** Rows straight from the database, with nothing lagging. */
  databaseRows() {
    return this.orders.map(indexRow);
  }
}

const LISTS = ['lines', 'shippingLines', 'transactions', 'refunds', 'discounts'];

// Enough of a copy to undo a change: the order's own fields, and those of the things in its lists.
function snapshotOf(order) {
  const lists = Object.fromEntries(
    LISTS.map((key) => [
      key,
      order[key].map((item) => [item, { ...item, ...copiedAllocations(item) }]),
    ]),
  );
  return { fields: { ...order }, lists };
}

const copiedAllocations = (item) =>
  item.allocations ? { allocations: [...item.allocations] } : {};

function restore(order, { fields, lists }) {
  Object.assign(order, fields, { revision: order.revision + 1 });
  for (const key of LISTS) {
    order[key] = lists[key].map(([item, copy]) => Object.assign(item, copy));
  }
}
