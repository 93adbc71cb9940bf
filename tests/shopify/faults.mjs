// Faults on request: a queue that GraphQL requests draw from, and a table of what can go wrong.
// A kind has `before` (answers instead of the shop, or changes how the shop answers) or `after`
// (changes the shop's reply). A new kind is a new row.
import { BODIES, internalError, maxCostExceeded, throttled } from './errors.mjs';
import { SpecError, oneOf, onlyKeys, wholeNumber } from './spec.mjs';

const HTML =
  '<!DOCTYPE html><html><head><title>Bad gateway</title></head>' +
  '<body><h1>502 Bad Gateway</h1></body></html>';
const json = (value) => JSON.stringify(value);

function http(fault) {
  const status = fault.status ?? 503;
  const headers = fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) };
  const known = BODIES[status];
  headers['content-type'] = known ? 'application/json; charset=utf-8' : 'text/html; charset=utf-8';
  return { status, headers, body: fault.body ?? known ?? HTML };
}

function throttledNow(fault, { api }) {
  const requested = fault.requested ?? 100;
  const status = { ...api.bucket.status(), currentlyAvailable: fault.available ?? 0 };
  const cost = { requestedQueryCost: requested, actualQueryCost: null, throttleStatus: status };
  return { body: { errors: [throttled()], extensions: { cost } } };
}

const partial = (reply, fault) => ({
  ...reply,
  body: {
    errors: [
      {
        message: fault.message ?? 'Something went wrong with a part of the data',
        path: fault.path ?? [],
        extensions: { code: fault.code ?? 'INTERNAL_SERVER_ERROR' },
      },
    ],
    ...reply.body,
  },
});

function searchWarning(reply, fault) {
  const warning = {
    path: ['orders'],
    query: fault.query ?? '',
    parsed: {},
    warnings: [
      {
        field: 'updated_at',
        message: 'Invalid search field for this query.',
        code: 'invalid_field',
      },
    ],
  };
  const extensions = { ...reply.body.extensions, search: [warning] };
  return { ...reply, body: { ...reply.body, extensions } };
}

function runActions(fault, { control }) {
  for (const { op, order, ...spec } of fault.actions ?? []) control.act(op, order, spec);
}

// kind -> {keys: its own parameters, before(fault, context) | after(reply, fault, context)}
export const KINDS = {
  http: { keys: ['status', 'retryAfter', 'body'], before: http },
  throttled: { keys: ['requested', 'available'], before: throttledNow },
  max_cost: {
    keys: ['cost'],
    before: (fault) => ({ body: { errors: [maxCostExceeded(fault.cost ?? 1200, 1000)] } }),
  },
  internal: {
    keys: [],
    before: (fault, { requestId }) => ({
      body: { errors: [internalError(requestId)], data: null },
    }),
  },
  errors_string: {
    keys: ['status', 'message'],
    before: (fault) => ({
      status: fault.status ?? 200,
      body: json({ errors: fault.message ?? 'Unavailable Shop' }),
    }),
  },
  nonjson: {
    keys: ['body'],
    before: (fault) => ({ headers: { 'content-type': 'text/html' }, body: fault.body ?? HTML }),
  },
  empty: { keys: [], before: () => ({ body: {} }) },
  reset: { keys: [], before: () => ({ body: '', isReset: true }) },
  hang: { keys: [], before: () => ({ body: '', isHung: true }) },
  access_denied: {
    keys: ['field'],
    before: (fault, context) => {
      context.access.deniedFields.push(fault.field ?? 'Order.customer');
      return null;
    },
  },
  slow: {
    keys: ['delayMs'],
    after: (reply, fault) => ({ ...reply, delayMs: fault.delayMs ?? 2000 }),
  },
  drip: {
    keys: ['delayMs'],
    after: (reply, fault) => ({ ...reply, dripMs: fault.delayMs ?? 2000 }),
  },
  truncate: { keys: ['bytes'], after: (reply, fault) => ({ ...reply, cutAt: fault.bytes ?? 100 }) },
  partial: { keys: ['message', 'path', 'code'], after: partial },
  search_warning: { keys: ['query'], after: searchWarning },
  version: {
    keys: ['version'],
    after: (reply, fault) => ({ ...reply, version: fault.version ?? '2026-01' }),
  },
  act: {
    keys: ['actions'],
    before: (fault, context) => {
      runActions(fault, context);
      return null;
    },
  },
  act_after: {
    keys: ['actions'],
    after: (reply, fault, context) => {
      runActions(fault, context);
      return reply;
    },
  },
};

const COMMON_KEYS = ['kind', 'times', 'skip', 'match'];

function readFault(spec, i) {
  const where = `faults[${i}]`;
  const kind = oneOf(spec?.kind, Object.keys(KINDS), `${where}.kind`);
  onlyKeys(spec, [...COMMON_KEYS, ...KINDS[kind].keys], where);
  if (spec.match !== undefined && typeof spec.match !== 'string') {
    throw new SpecError(`${where}.match must be a regular expression as text`);
  }
  return {
    ...spec,
    times: wholeNumber(spec.times ?? 1, `${where}.times`, 1),
    skip: wholeNumber(spec.skip ?? 0, `${where}.skip`),
    pattern: spec.match === undefined ? null : new RegExp(spec.match),
  };
}

export class Faults {
  #queue = [];
  injected = 0;

  add(specs) {
    this.#queue.push(...specs.map(readFault));
  }

  clear() {
    this.#queue = [];
  }

  pending() {
    return this.#queue.map(({ pattern, ...fault }) => fault);
  }

  /**
   * The fault for a request, or null. The first that matches the request's text (query and
   * variables) counts: it lets `skip` requests pass, then strikes `times` times.
   */
  draw(text) {
    const fault = this.#queue.find((f) => !f.pattern || f.pattern.test(text));
    if (!fault) return null;
    if (fault.skip > 0) {
      fault.skip -= 1;
      return null;
    }
    fault.times -= 1;
    if (fault.times === 0) this.#queue.splice(this.#queue.indexOf(fault), 1);
    this.injected += 1;
    return fault;
  }
}
