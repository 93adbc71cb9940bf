// The control interface: the same things as methods and as HTTP under /control/ (see README.md).
import { Simulation } from './simulate.mjs';
import { CHANGE_NAMES } from './store.mjs';
import { SpecError, listOf, oneOf, onlyKeys, wholeNumber } from './spec.mjs';
import { generator, randomOrder } from './random.mjs';
import { KINDS } from './faults.mjs';
import { isoSecond, parseIsoUs, zoneOffsetMs } from './clock.mjs';
import { VERSIONS } from './schema.mjs';

const KEPT_REQUESTS = 2000;

export class Control {
  constructor({ shop, bucket, tokens, access, faults, versions, bulk, webhooks }) {
    Object.assign(this, { shop, bucket, tokens, access, faults, versions, bulk, webhooks });
    this.requests = [];
    this.requestCount = 0;
    this.throttledCount = 0;
    this.simulation = null;
  }

  record(entry) {
    this.requestCount += 1;
    if (entry.isThrottled) this.throttledCount += 1;
    this.requests.push(entry);
    if (this.requests.length > KEPT_REQUESTS) this.requests.shift();
  }

  create(spec) {
    return this.shop.createOrder(spec);
  }

  /** `op` of create, delete and the shop's changes. */
  act(op, order, spec) {
    if (op === 'create') return this.shop.createOrder(spec);
    if (op === 'delete') return this.shop.deleteOrder(order);
    if (op === 'advance') return this.clock({ advanceMs: spec.ms });
    return this.shop.change(op, order, spec);
  }

  random(spec = {}) {
    onlyKeys(
      spec,
      ['count', 'seed', 'linesMax', 'catalogue', 'statuses', 'spreadMs', 'details'],
      'random',
    );
    const count = wholeNumber(spec.count ?? 1, 'count', 1);
    const random = generator(spec.seed ?? 1);
    const catalogue = spec.catalogue ?? this.shop.products.all;
    const orders = Array.from({ length: count }, (_, i) => {
      const order = randomOrder(random, catalogue, {
        linesMax: spec.linesMax,
        statuses: spec.statuses,
      });
      return this.shop.createOrder({ ...order, ...this.#spread(spec.spreadMs, i, count) });
    });
    return spec.details ? orders : { count, first: orders[0].id, last: orders.at(-1).id };
  }

  // Spreads created orders evenly over the time before now.
  #spread(spreadMs, i, count) {
    if (!spreadMs) return {};
    const atMs = this.shop.clock.nowMs() - spreadMs + Math.floor((spreadMs * (i + 1)) / count);
    return { createdAt: new Date(atMs).toISOString() };
  }

  counts() {
    return {
      ...this.shop.counts,
      orders: this.shop.orders.length,
      requests: this.requestCount,
      throttled: this.throttledCount,
      overdrawn: this.bucket.throttled,
      lowestAvailable: Math.floor(this.bucket.lowest),
      faults: this.faults.injected,
      tokens: this.tokens.grants,
      tokensRefused: this.tokens.refused,
    };
  }

  clock(spec = {}) {
    onlyKeys(spec, ['set', 'advanceMs', 'real'], 'clock');
    if (spec.set !== undefined) this.shop.clock.set(parseIsoUs(spec.set, 'set') / 1000);
    if (spec.advanceMs !== undefined)
      this.shop.clock.advance(wholeNumber(spec.advanceMs, 'advanceMs'));
    if (spec.real) this.shop.clock.useReal();
    const { clock } = this.shop;
    return {
      now: isoSecond(clock.nowMs() * 1000),
      nowMs: clock.nowMs(),
      isVirtual: clock.isVirtual,
    };
  }

  addFaults(spec) {
    this.faults.add(listOf(spec.faults ?? spec));
    return this.faults.pending();
  }

  clearFaults() {
    this.faults.clear();
    return [];
  }

  settings(spec = {}) {
    for (const [key, value] of Object.entries(spec)) {
      if (!SETTINGS[key]) {
        throw new SpecError(
          `there is no setting "${key}"; known: ${Object.keys(SETTINGS).join(', ')}`,
        );
      }
      SETTINGS[key](this, value);
    }
    return {
      bucket: this.bucket.status(),
      supported: this.versions.supported,
      scopes: this.access.scopes,
      protectedData: this.access.protectedData,
      tokenTtlSeconds: this.tokens.ttlSeconds,
      moneyRefundMode: this.shop.moneyRefundMode,
      searchLagMs: this.shop.searchLagMs,
      webhooks: this.webhooks.status(),
      timezone: this.shop.timezone,
    };
  }

  /** Starts, replaces or (everyMs: 0) stops the daily business; `steps` does some at once. */
  simulate(spec = {}) {
    onlyKeys(spec, ['everyMs', 'seed', 'weights', 'linesMax', 'steps'], 'simulate');
    if (!this.simulation || spec.seed !== undefined) {
      this.simulation?.stop();
      this.simulation = new Simulation(this.shop, spec);
    }
    for (let i = 0; i < (spec.steps ?? 0); i += 1) this.simulation.step();
    if (spec.everyMs) this.simulation.start(wholeNumber(spec.everyMs, 'everyMs', 1));
    else if (spec.everyMs === 0) this.simulation.stop();
    return { steps: this.simulation.steps, isRunning: this.simulation.isRunning };
  }

  stop() {
    this.simulation?.stop();
  }
}

export const SETTINGS = {
  bucket: (c, value) => {
    c.bucket.configure(onlyKeys(value, ['max', 'restorePerSecond', 'available'], 'bucket'));
  },
  supported: (c, value) => {
    value.forEach((version, i) => oneOf(version, VERSIONS, `supported[${i}]`));
    c.versions.supported.splice(0, Infinity, ...value);
  },
  scopes: (c, value) => {
    c.access.scopes = value;
  },
  protectedData: (c, value) => {
    c.access.protectedData = value;
  },
  token: (c, value) => {
    c.tokens.token = value;
  },
  tokenTtlSeconds: (c, value) => {
    c.tokens.ttlSeconds = wholeNumber(value, 'tokenTtlSeconds');
  },
  revokeTokens: (c, value) => {
    if (value) c.tokens.revoke();
  },
  moneyRefundMode: (c, value) => {
    c.shop.moneyRefundMode = oneOf(value, ['total', 'subtotal', 'none'], 'moneyRefundMode');
  },
  searchLagMs: (c, value) => {
    c.shop.searchLagMs = wholeNumber(value, 'searchLagMs');
  },
  webhooks: (c, value) => {
    c.webhooks.configure(value);
  },
  bulk: (c, value) => {
    c.bulk.configure(value);
  },
  timezone: (c, value) => {
    zoneOffsetMs(value, 0); // throws for an unknown zone
    c.shop.timezone = value;
  },
};

const createMany = (control, body) =>
  body.orders ? body.orders.map((spec) => control.create(spec)) : control.create(body);

// [method, path pattern, what answers it (control, body, path part)]
const ROUTES = [
  ['GET', /^orders$/, (c) => c.shop.views()],
  ['POST', /^orders$/, createMany],
  ['GET', /^orders\/([^/]+)$/, (c, body, id) => c.shop.view(id)],
  ['DELETE', /^orders\/([^/]+)$/, (c, body, id) => c.shop.deleteOrder(id)],
  ...CHANGE_NAMES.map((op) => [
    'POST',
    new RegExp(`^orders/([^/]+)/${op}$`),
    (c, body, id) => c.shop.change(op, id, body),
  ]),
  ['POST', /^random$/, (c, body) => c.random(body)],
  ['GET', /^counts$/, (c) => c.counts()],
  ['GET', /^requests$/, (c) => c.requests],
  ['DELETE', /^requests$/, (c) => c.requests.splice(0).slice(0, 0)],
  ['GET', /^clock$/, (c) => c.clock()],
  ['POST', /^clock$/, (c, body) => c.clock(body)],
  ['GET', /^faults$/, (c) => ({ pending: c.faults.pending(), kinds: Object.keys(KINDS) })],
  ['POST', /^faults$/, (c, body) => c.addFaults(body)],
  ['DELETE', /^faults$/, (c) => c.clearFaults()],
  ['GET', /^settings$/, (c) => c.settings()],
  ['POST', /^settings$/, (c, body) => c.settings(body)],
  ['POST', /^simulate$/, (c, body) => c.simulate(body)],
  ['GET', /^catalogue$/, (c) => c.shop.products.all],
];

/** Answers a control request: {status, body}. */
export function controlRequest(control, method, path, text) {
  const matching = ROUTES.map(([m, pattern, run]) => ({
    m,
    run,
    match: pattern.exec(path),
  })).filter((route) => route.match);
  const route = matching.find((r) => r.m === method);
  if (!route) {
    return matching.length
      ? { status: 405, body: { error: `${method} is not for /control/${path}` } }
      : {
          status: 404,
          body: { error: `there is no /control/${path}; see tests/shopify/README.md` },
        };
  }
  try {
    const body = text ? JSON.parse(text) : {};
    return {
      status: 200,
      body: route.run(control, body, decodeURIComponent(route.match[1] ?? '')),
    };
  } catch (error) {
    const isCallers =
      error instanceof SpecError || error instanceof RangeError || error instanceof SyntaxError;
    if (!isCallers) throw error;
    return {
      status: /^there is no order/.test(error.message) ? 404 : 400,
      body: { error: error.message },
    };
  }
}
