import assert from 'node:assert/strict';
import { test } from 'node:test';
import { zonedToUtcMs, zoneOffsetMs } from './clock.mjs';
import { parseSearch } from './search.mjs';

const FIELDS = {
  default: { kind: 'text', get: (row) => row.name },
  updated_at: { kind: 'time', get: (row) => row.at },
  id: { kind: 'id', get: (row) => row.id },
  tag: { kind: 'text', get: (row) => row.tags ?? [] },
  test: { kind: 'boolean', get: (row) => row.test ?? false },
  financial_status: { kind: 'list', get: (row) => row.status ?? null },
  risk_level: {},
};
const CONTEXT = { zone: 'America/New_York', nowMs: Date.parse('2026-07-01T12:00:00Z') };
const parse = (text) => parseSearch(text, FIELDS, CONTEXT);
const at = (text) => ({ at: Date.parse(text) });

test('a quoted UTC time is exact to the second, with each comparator', () => {
  const before = at('2026-07-01T09:59:59Z');
  const same = at('2026-07-01T10:00:00Z');
  const later = at('2026-07-01T10:00:01Z');
  for (const [comparator, expected] of [
    ['>=', [false, true, true]],
    ['>', [false, false, true]],
    ['<', [true, false, false]],
    ['<=', [true, true, false]],
    ['', [false, true, false]],
  ]) {
    const { matches, warnings } = parse(`updated_at:${comparator}'2026-07-01T10:00:00Z'`);
    assert.deepEqual([before, same, later].map(matches), expected, comparator);
    assert.deepEqual(warnings, []);
  }
});

test('an unquoted time becomes a shop-local hour and a junk term, with a warning', () => {
  const { matches, warnings, parsed } = parse('updated_at:>=2026-01-01T00:00:00Z');
  assert.deepEqual(parsed, {
    and: [
      { field: 'updated_at', range_gte: '2026-01-01T00:00:00-05:00' },
      { field: '00', match_all: '00Z' },
    ],
  });
  assert.deepEqual(warnings, [
    { field: '00', message: 'Invalid search field for this query.', code: 'invalid_field' },
  ]);
  assert.equal(matches(at('2026-01-01T04:59:59Z')), false);
  assert.equal(matches(at('2026-01-01T05:00:00Z')), true);
});

test("dates without a zone are in the shop's zone; a date is its whole day", () => {
  const { matches } = parse('updated_at:2026-07-01');
  assert.deepEqual(
    [
      '2026-07-01T03:59:59Z',
      '2026-07-01T04:00:00Z',
      '2026-07-02T03:59:59Z',
      '2026-07-02T04:00:00Z',
    ].map((text) => matches(at(text))),
    [false, true, true, false],
  );
  assert.equal(parse('updated_at:>2026-07-01').matches(at('2026-07-01T12:00:00Z')), false);
  assert.equal(parse('updated_at:<now').matches(at('2026-07-01T11:59:59Z')), true);
  assert.equal(parse('updated_at:<=2025').matches(at('2026-01-01T05:00:00Z')), false);
});

test('AND, OR, NOT, brackets and juxtaposition combine', () => {
  const rows = [1, 2, 3, 4].map((id) => ({ id, tags: id % 2 ? ['odd'] : ['even'] }));
  const ids = (text) => rows.filter(parse(text).matches).map((row) => row.id);
  assert.deepEqual(ids('id:>=2 id:<4'), [2, 3]);
  assert.deepEqual(ids('id:>=2 AND tag:odd'), [3]);
  assert.deepEqual(ids('id:1 OR id:4'), [1, 4]);
  assert.deepEqual(ids('(id:1 OR id:4) AND tag:even'), [4]);
  assert.deepEqual(ids('-tag:odd'), [2, 4]);
  assert.deepEqual(ids('NOT (id:1 OR id:2)'), [3, 4]);
  assert.deepEqual(ids(''), [1, 2, 3, 4]);
});

test('a time with a window, as a poll writes it, is one clean parse', () => {
  const window = "updated_at:>='2026-07-01T10:00:00Z' AND updated_at:<'2026-07-01T10:15:00Z'";
  const { matches, parsed } = parse(window);
  assert.equal(parsed, null);
  assert.deepEqual(
    [
      '2026-07-01T09:59:59Z',
      '2026-07-01T10:00:00Z',
      '2026-07-01T10:14:59Z',
      '2026-07-01T10:15:00Z',
    ].map((text) => matches(at(text))),
    [false, true, true, false],
  );
});

test('values: lists, booleans, wildcards, gids, and words without a field', () => {
  const row = { id: 7, tags: ['VIP gold'], status: 'PAID', test: true, name: ['#1001', 'Mug'] };
  for (const text of [
    'financial_status:paid',
    'financial_status:pending,paid',
    'test:true',
    "tag:'vip gold'",
    'tag:VIP*',
    "id:'gid://shopify/Order/7'",
    'mug',
    'id:>6',
  ]) {
    assert.equal(parse(text).matches(row), true, text);
  }
  for (const text of ['financial_status:voided', 'test:false', 'tag:vip', 'id:8', 'jug']) {
    assert.equal(parse(text).matches(row), false, text);
  }
});

test('an unknown field or a wrong value is ignored with a warning; an unmodelled field is not', () => {
  assert.equal(parse('colour:red').warnings[0].code, 'invalid_field');
  assert.equal(parse('colour:red').matches({}), true);
  assert.equal(parse('test:perhaps').warnings[0].code, 'invalid_value');
  assert.throws(() => parse('risk_level:high'), /does not search by risk_level/);
});

test('wall-clock times convert through daylight saving', () => {
  const utc = (zone, text) => new Date(zonedToUtcMs(zone, Date.parse(text))).toISOString();
  assert.equal(utc('America/New_York', '2026-01-15T12:00:00Z'), '2026-01-15T17:00:00.000Z');
  assert.equal(utc('America/New_York', '2026-07-15T12:00:00Z'), '2026-07-15T16:00:00.000Z');
  assert.equal(zoneOffsetMs('Asia/Kolkata', Date.parse('2026-07-15T12:00:00Z')), 5.5 * 3_600_000);
});
