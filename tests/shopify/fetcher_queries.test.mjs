// The documents that the fetcher sends: valid on every version, nothing deprecated, affordable, and
// answered by the stand-in without an error.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { describe, test } from 'node:test';
import { NoDeprecatedCustomRule, parse, specifiedRules, validate } from 'graphql';
import { costModel } from './cost.mjs';
import { VERSIONS, loadSchema } from './schema.mjs';
import { ALL, ask, testShop } from './test_support.mjs';

const FOLDER = new URL('../../services/fetcher/core/graphql/', import.meta.url);
const read = (name) => readFileSync(new URL(`${name}.graphql`, FOLDER), 'utf8');

// A document is a file with a "# needs:" line, followed by the fragment files named there.
function documents() {
  const names = readdirSync(FOLDER)
    .filter((file) => file.endsWith('.graphql'))
    .map((file) => file.replace('.graphql', ''));
  return names.flatMap((name) => {
    const needs = /^# needs: *(.*)$/m.exec(read(name));
    if (!needs) return [];
    return [{ name, text: [name, ...needs[1].split(' ').filter(Boolean)].map(read).join('\n') }];
  });
}

const VARIABLES = {
  orders_page: { first: 50, search: ALL, lines: 100, shipping: 10 },
  order: { lines: 250, shipping: 10 },
  order_lines: { lines: 250 },
  start: {},
  orders_window: { first: 50, search: ALL, sort: 'CREATED_AT', lines: 100, shipping: 10 },
  order_versions: {},
  bulk_orders: {}, // runs within bulk_run
  bulk_run: {},
  bulk_state: { id: 'gid://shopify/BulkOperation/1' },
  bulk_cancel: { id: 'gid://shopify/BulkOperation/1' },
  webhooks: {},
  webhook_create: { topic: 'ORDERS_CREATE' },
  webhook_update: {},
  webhook_delete: {},
};

describe('the documents of the fetcher', async () => {
  const app = await testShop({ supported: VERSIONS });
  app.control.random({ count: 60, seed: 9 });
  const long = app.control.create({
    lines: Array.from({ length: 300 }, (_, i) => ({ sku: `SKU-${i}`, price: '1' })),
  });
  const found = documents();

  test('are all known here', () => {
    assert.deepEqual(found.map((d) => d.name).sort(), Object.keys(VARIABLES).sort());
  });

  app.control.settings({ bulk: { polls: 0 } });
  const data = (text, variables) => ask(app, text, variables).then((reply) => reply.data);
  const bulk = found.find((d) => d.name === 'bulk_orders').text.replace('@SEARCH@', ALL);
  await data(found.find((d) => d.name === 'bulk_run').text, { query: bulk }); // operation 1

  for (const { name, text } of found) {
    const document = parse(text);
    for (const version of VERSIONS) {
      test(`${name} on ${version}`, async () => {
        const { schema } = loadSchema(version);
        const errors = validate(schema, document, [...specifiedRules, NoDeprecatedCustomRule]);
        assert.deepEqual(errors.map(String), []);
        if (name === 'bulk_orders') return;
        const variables = { id: long.gid, ids: [long.gid], query: bulk, after: null, ...VARIABLES[name] };
        if (name.startsWith('webhook_')) Object.assign(variables, webhookVariables(app, name, version));
        if (name === 'order_lines') variables.after = await endOfFirstPage(app, long.gid);
        app.control.settings({ bucket: { available: 2000 } });
        const reply = await ask(app, text, variables, { version });
        assert.equal(reply.errors, undefined);
        assert.ok(Object.values(reply.data).every((value) => value !== null));
        const refusals = Object.values(reply.data).flatMap((value) => value.userErrors ?? []);
        assert.deepEqual(refusals, []);
        const id = reply.data.bulkOperationRunQuery?.bulkOperation.id;
        if (id) await data(found.find((d) => d.name === 'bulk_state').text, { id }); // it is done then
      });
    }
  }

  test('the page of 250 orders with 250 lines stays below the limit for one query', () => {
    const { text } = found.find((d) => d.name === 'orders_page');
    const document = parse(text);
    const operation = document.definitions.find((d) => d.kind === 'OperationDefinition');
    const { requested } = costModel(loadSchema('2026-07').schema, document, operation);
    assert.ok(requested({ first: 250, lines: 250, shipping: 10 }) <= 1000);
  });
});

/** A subscription of its own for each, and an address that no other has. */
function webhookVariables(app, name, version) {
  const uri = (word) => `https://example.com/${word}/${name}/${version}`;
  const { webhookSubscription } = app.control.webhooks.create({ topic: 'ORDERS_PAID', webhookSubscription: { uri: uri('made') } });
  return { id: `gid://shopify/WebhookSubscription/${webhookSubscription.id}`,
    ...(name !== 'webhook_delete' && { input: { uri: uri('wanted'), format: 'JSON', includeFields: ['id'] } }) };
}

async function endOfFirstPage(app, id) {
  const query = '{ order(id: "ID") { lineItems(first: 250) { pageInfo { endCursor } } } }';
  const reply = await ask(app, query.replace('ID', id));
  return reply.data.order.lineItems.pageInfo.endCursor;
}
