// Relay connections with Shopify's cursors: base64 {"last_id", "last_value"}, a place in the order
// of values and not an offset, so that rows changing between two pages move nobody else.
import { badRequest } from './errors.mjs';

const MAX_PAGE = 250;

const encode = (row, value) =>
  Buffer.from(JSON.stringify({ last_id: row.id, last_value: value })).toString('base64');

function decode(cursor) {
  try {
    const { last_id: id, last_value: value } = JSON.parse(Buffer.from(cursor, 'base64').toString());
    if (id === undefined || value === undefined) throw new TypeError('not a cursor');
    return { id, value };
  } catch {
    throw badRequest('Malformed cursor');
  }
}

const order = (a, b) => (a < b ? -1 : Number(a > b));

function checkArguments({ first, last, isBulk }) {
  if (isBulk) return;
  if (first == null && last == null) throw badRequest('you must provide one of first or last');
  if (first != null && last != null) {
    throw badRequest('providing both first and last is not supported');
  }
  const size = first ?? last;
  const name = first != null ? 'first' : 'last';
  if (size < 0) throw badRequest(`${name} must not be negative`);
  if (size > MAX_PAGE) throw badRequest(`${name} cannot exceed ${MAX_PAGE}`);
}

/** Rows in sorted order, each with its sort value. */
function sorted(rows, sortValue, reverse) {
  const keyed = rows.map((row) => ({ row, id: row.id, value: sortValue(row) }));
  const sign = reverse ? -1 : 1;
  const compare = (a, b) => sign * (order(a.value, b.value) || order(a.id, b.id));
  return { keyed: keyed.sort(compare), compare };
}

/**
 * A page of rows. sortValue(row) is the sort value, nodeOf(row) what the client gets.
 * args: first, last, after, before, reverse.
 */
export function connection(
  rows,
  args,
  { sortValue = (row) => row.id, nodeOf = (row) => row } = {},
) {
  checkArguments(args);
  const { keyed, compare } = sorted(rows, sortValue, args.reverse);
  const after = args.after ? decode(args.after) : null;
  const before = args.before ? decode(args.before) : null;
  const from = after ? keyed.findIndex((k) => compare(k, after) > 0) : 0;
  const to = before ? keyed.findIndex((k) => compare(k, before) >= 0) : keyed.length;
  const start = from < 0 ? keyed.length : from;
  const end = to < 0 ? keyed.length : to;
  const window = keyed.slice(start, end);
  const page =
    args.last != null
      ? window.slice(Math.max(0, window.length - args.last))
      : window.slice(0, args.first);
  const at = args.last != null ? end - page.length : start;
  return pageOf(page, at > 0, at + page.length < keyed.length, nodeOf);
}

function pageOf(page, hasPreviousPage, hasNextPage, nodeOf) {
  const edges = page.map((k) => ({ cursor: encode(k, k.value), node: nodeOf(k.row) }));
  return {
    edges,
    nodes: edges.map((edge) => edge.node),
    pageInfo: {
      hasNextPage,
      hasPreviousPage,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}
