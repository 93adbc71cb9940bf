// The Admin API as a client sees it, over HTTP.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { VERSIONS } from './schema.mjs';
import {
  ALL,
  NAMES,
  ORDERS_QUERY,
  ask,
  data,
  line,
  names,
  post,
  testShop,
} from './test_support.mjs';

describe('the full order query', async () => {
  const app = await testShop({ supported: VERSIONS });
  app.control.random({ count: 30, seed: 7 });
  const rich = app.control.create({
    lines: [
      { sku: 'MUG-STONE-350', quantity: 3, discount: '1.5' },
      { custom: true, title: 'Engraving', price: '7.25' },
    ],
    shipping: { title: 'Express', price: '14.50' },
    tip: '2',
    tax: { title: 'HST', rate: '0.13' },
    customer: { firstName: 'Ana', lastName: 'Núñez', email: 'ana@example.com', phone: '+15550100' },
    shippingAddress: { firstName: 'Ana', address1: 'Calle 1', city: 'San José', countryCode: 'CR' },
    note: 'Añadir 🎁',
    tags: ['b', 'a'],
    attributes: { gift: 'yes' },
    presentmentCurrency: 'CRC',
    rate: '512.4',
  });

  for (const version of VERSIONS) {
    test(`runs on ${version}, every scalar of its type`, async () => {
      const variables = { first: 50, lines: 50, query: ALL };
      const response = await post(app, { version, query: ORDERS_QUERY, variables });
      assert.equal(response.headers.get('x-shopify-api-version'), version);
      assert.match(response.headers.get('x-request-id'), /^[0-9a-f-]{36}$/);
      const nowMs = app.control.clock().nowMs;
      assert.ok(Math.abs(Date.parse(response.headers.get('date')) - nowMs) < 2000);
      const reply = await response.json();
      assert.equal(reply.errors, undefined);
      assert.equal(reply.extensions.search, undefined);
      assert.equal(reply.data.orders.nodes.length, 31);
      const order = reply.data.orders.nodes.find((n) => n.name === rich.name);
      checkRich(order, rich);
    });
  }
});

function checkRich(order, rich) {
  assert.equal(order.legacyResourceId, String(rich.id));
  assert.equal(order.updatedAt, '2026-07-01T12:00:00Z');
  assert.deepEqual(order.tags, ['a', 'b']);
  assert.equal(order.note, 'Añadir 🎁');
  assert.deepEqual(order.customAttributes, [{ key: 'gift', value: 'yes' }]);
  assert.equal(order.customer.displayName, 'Ana Núñez');
  assert.deepEqual(order.customer.defaultPhoneNumber, { phoneNumber: '+15550100' });
  assert.equal(order.shippingAddress.countryCodeV2, 'CR');
  assert.equal(order.shippingAddress.zip, null);
  assert.deepEqual(order.currentTotalPriceSet, {
    shopMoney: { amount: '74.04', currencyCode: 'USD' },
    presentmentMoney: { amount: '37938.1', currencyCode: 'CRC' },
  });
  assert.deepEqual(
    order.currentTaxLines.map((t) => [t.title, t.rate, t.priceSet.shopMoney.amount]),
    [['HST', 0.13, '8.29']],
  );
  const [mug, engraving, tip] = order.lineItems.nodes;
  assert.deepEqual(
    [mug.originalTotalSet, mug.discountedTotalSet].map((b) => b.shopMoney.amount),
    ['43.5', '42.0'],
  );
  assert.equal(mug.discountAllocations[0].allocatedAmountSet.shopMoney.amount, '1.5');
  assert.equal(mug.variant.sku, 'MUG-STONE-350');
  assert.deepEqual([engraving.sku, engraving.variant, engraving.product], [null, null, null]);
  assert.deepEqual([tip.title, tip.nonFulfillableQuantity], ['Tip', 1]);
  assert.equal(order.currentSubtotalLineItemsQuantity, 4);
}

test('after a refund the line keeps its original amounts, the order has current ones', async () => {
  const app = await testShop();
  const { gid } = app.control.create({
    lines: [{ sku: 'A', price: '10', quantity: 4, discount: '2' }],
    shipping: { price: '5' },
    tax: { title: 'HST', rate: '0.13' },
  });
  app.control.act('refund', gid, { lines: [{ line: 0, quantity: 1 }], shipping: '1' });
  const bag = '{ shopMoney { amount } }';
  const { order } = await data(
    app,
    `{ order(id: "${gid}") {
    displayFinancialStatus subtotalPriceSet ${bag} currentSubtotalPriceSet ${bag} currentTotalPriceSet ${bag}
    currentShippingPriceSet ${bag} currentTotalDiscountsSet ${bag} totalRefundedSet ${bag}
    lineItems(first: 1) { nodes { quantity currentQuantity refundableQuantity nonFulfillableQuantity
      originalTotalSet ${bag} discountedTotalSet ${bag} discountedUnitPriceSet ${bag}
      discountAllocations { allocatedAmountSet ${bag} } taxLines { priceSet ${bag} }
      priceAfterAllDiscountsBeforeTaxesSet ${bag} } }
    shippingLines(first: 1) { nodes { discountedPriceSet ${bag} currentDiscountedPriceSet ${bag} } }
    refunds { totalRefundedSet ${bag} refundLineItems(first: 5) { nodes { quantity subtotalSet ${bag} totalTaxSet ${bag} } } } } }`,
  );
  const flat = JSON.parse(JSON.stringify(order), (key, value) => value?.shopMoney?.amount ?? value);
  assert.deepEqual(flat, {
    displayFinancialStatus: 'PARTIALLY_REFUNDED',
    subtotalPriceSet: '38.0',
    currentSubtotalPriceSet: '28.5',
    currentTotalPriceSet: '36.73',
    currentShippingPriceSet: '4.0',
    currentTotalDiscountsSet: '1.5',
    totalRefundedSet: '11.86',
    lineItems: {
      nodes: [
        {
          quantity: 4,
          currentQuantity: 3,
          refundableQuantity: 3,
          nonFulfillableQuantity: 1,
          originalTotalSet: '40.0',
          discountedTotalSet: '38.0',
          discountedUnitPriceSet: '9.5',
          discountAllocations: [{ allocatedAmountSet: '2.0' }],
          taxLines: [{ priceSet: '4.94' }],
          priceAfterAllDiscountsBeforeTaxesSet: '28.5',
        },
      ],
    },
    shippingLines: { nodes: [{ discountedPriceSet: '5.0', currentDiscountedPriceSet: '4.0' }] },
    refunds: [
      {
        totalRefundedSet: '11.86',
        refundLineItems: { nodes: [{ quantity: 1, subtotalSet: '9.5', totalTaxSet: '1.23' }] },
      },
    ],
  });
});

describe('the shop and the app', async () => {
  const app = await testShop({
    shop: 'unit.myshopify.com',
    timezone: 'Europe/Zurich',
    currency: 'CHF',
  });
  test('shop, scopes and versions', async () => {
    const reply = await data(
      app,
      `{ shop { name myshopifyDomain ianaTimezone timezoneOffset currencyCode }
      currentAppInstallation { accessScopes { handle } } publicApiVersions { handle supported } }`,
    );
    assert.deepEqual(reply.shop, {
      name: 'Demo Shop',
      myshopifyDomain: 'unit.myshopify.com',
      ianaTimezone: 'Europe/Zurich',
      timezoneOffset: '+0200',
      currencyCode: 'CHF',
    });
    assert.ok(
      reply.currentAppInstallation.accessScopes.some((s) => s.handle === 'read_all_orders'),
    );
    assert.deepEqual(
      reply.publicApiVersions.filter((v) => !v.supported).map((v) => v.handle),
      ['2025-10', 'unstable'],
    );
  });

  test('without read_all_orders only the last 60 days of orders are seen, silently', async () => {
    app.control.create({ lines: [line('A')], createdAt: '2026-05-02T11:59:59Z' });
    app.control.create({ lines: [line('A')], createdAt: '2026-05-02T12:00:00Z' });
    app.control.settings({ scopes: ['read_orders', 'read_customers', 'read_products'] });
    assert.deepEqual(names(await data(app, NAMES, { first: 10 })), ['#1002']);
    assert.deepEqual(names(await data(app, NAMES, { first: 10, query: ALL })), ['#1002']);
  });

  test('a missing scope and unapproved customer data deny their fields, beside the data', async () => {
    app.control.settings({ scopes: ['read_orders', 'read_all_orders'] });
    app.control.create({
      lines: [line('A')],
      customer: { firstName: 'A' },
      email: 'a@example.com',
    });
    const query = '{ orders(first: 1, reverse: true) { nodes { name email customer { id } } } }';
    const denied = await ask(app, query);
    assert.equal(denied.errors[0].extensions.code, 'ACCESS_DENIED');
    assert.deepEqual(denied.errors[0].path, ['orders', 'nodes', 0, 'customer']);
    assert.equal(denied.data.orders.nodes[0].email, 'a@example.com');
    app.control.settings({
      scopes: ['read_orders', 'read_all_orders', 'read_customers'],
      protectedData: false,
    });
    const hidden = await ask(app, query);
    assert.deepEqual(
      [hidden.data.orders.nodes[0].email, hidden.errors[0].path.at(-1)],
      [null, 'email'],
    );
  });
});

describe('requests that cannot be answered', async () => {
  const app = await testShop({ clientId: 'id', clientSecret: 'secret' });
  const status = async (request) => {
    const response = await post(app, request);
    return [response.status, await response.json()];
  };

  test('token, path and version', async () => {
    const query = '{ shop { name } }';
    assert.deepEqual(await status({ query, token: 'wrong' }), [
      401,
      { errors: '[API] Invalid API key or access token (unrecognized login or wrong password)' },
    ]);
    assert.deepEqual(await status({ query, version: '2031-01' }), [404, { errors: 'Not Found' }]);
    assert.deepEqual(await status({ query, version: 'latest' }), [404, { errors: 'Not Found' }]);
    const old = await post(app, { query, version: '2024-04' });
    assert.equal(old.headers.get('x-shopify-api-version'), '2026-01');
    assert.equal((await status({ query: 7 }))[0], 400);
  });

  test("queries against the schema have Shopify's errors and codes", async () => {
    const first = async (query, variables) => (await ask(app, query, variables)).errors[0];
    const unknown = await first('{ orders(first: 1) { nodes { colour } } }');
    assert.deepEqual(
      [unknown.message, unknown.extensions.code],
      ["Field 'colour' doesn't exist on type 'Order'", 'undefinedField'],
    );
    assert.equal(
      (await first('{ orders(first: 1, colour: 2) { nodes { id } } }')).extensions.code,
      'argumentNotAccepted',
    );
    assert.equal((await first('{ shop }')).extensions.code, 'selectionMismatch');
    assert.equal((await first('{ order { id } }')).extensions.code, 'missingRequiredArguments');
    assert.equal((await first('{ shop { name }')).extensions.code, 'PARSE_ERROR');
    const variable = await first('query($n: Int!) { orders(first: $n) { nodes { id } } }', {
      n: 'x',
    });
    assert.equal(variable.extensions.code, 'INVALID_VARIABLE');
    assert.match(variable.message, /^Variable \$n of type Int! was provided invalid value/);
  });

  test('what the stand-in does not model is an error, never a made-up value', async () => {
    const reply = await ask(app, '{ products(first: 1) { nodes { id } } }');
    assert.match(reply.errors[0].message, /QueryRoot\.products is not modelled/);
  });

  test('client credentials give a token that expires', async () => {
    const grant = (secret) =>
      fetch(`${app.url}/admin/oauth/access_token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          client_id: 'id',
          client_secret: secret,
        }),
      });
    assert.equal((await grant('guess')).status, 400);
    app.control.settings({ tokenTtlSeconds: 1 });
    const { access_token: token, expires_in: ttl, scope } = await (await grant('secret')).json();
    assert.deepEqual([ttl, scope.split(',')[0]], [1, 'read_orders']);
    assert.equal((await post(app, { query: '{ shop { name } }', token })).status, 200);
    await new Promise((resolve) => {
      setTimeout(resolve, 1100);
    });
    assert.equal((await post(app, { query: '{ shop { name } }', token })).status, 401);
    assert.deepEqual([app.control.counts().tokens, app.control.counts().tokensRefused], [1, 1]);
  });
});

describe('cost', async () => {
  let nowMs = 0;
  const app = await testShop({ bucket: { max: 1000, restorePerSecond: 50, nowMs: () => nowMs } });
  app.control.random({ count: 250, seed: 2 });

  test('every reply says what it cost and what is left', async () => {
    const reply = await ask(app, '{ orders(first: 250) { nodes { id } } }');
    assert.deepEqual(reply.extensions.cost, {
      requestedQueryCost: 13,
      actualQueryCost: 13,
      throttleStatus: { maximumAvailable: 1000, currentlyAvailable: 987, restoreRate: 50 },
    });
  });

  test('over 1000 points a query is refused, without extensions', async () => {
    const query = `{ orders(first: 250) { nodes { lineItems(first: 250) { nodes { product { id } variant { id product { id } } taxLines { title } discountAllocations { discountApplication { index } }
      contract { id } image { id } } } customer { id } } } }`;
    const reply = await ask(app, query);
    assert.equal(reply.extensions, undefined);
    assert.equal(reply.errors[0].extensions.code, 'MAX_COST_EXCEEDED');
    assert.equal(typeof reply.errors[0].extensions.cost, 'number');
    assert.ok(reply.errors[0].extensions.cost > 1000);
  });

  test('an empty bucket throttles with 200, no data and no Retry-After, and counts it', async () => {
    app.control.settings({ bucket: { available: 10 } });
    const response = await post(app, { query: '{ orders(first: 250) { nodes { id } } }' });
    const reply = await response.json();
    assert.deepEqual(
      [response.status, response.headers.get('retry-after'), 'data' in reply],
      [200, null, false],
    );
    assert.equal(reply.errors[0].extensions.code, 'THROTTLED');
    assert.equal(reply.extensions.cost.actualQueryCost, null);
    assert.equal(app.control.counts().overdrawn, 1);
    nowMs += 60;
    assert.ok((await ask(app, '{ orders(first: 250) { nodes { id } } }')).data);
  });

  test('a reply is compressed for who asks, and the same', async () => {
    nowMs += 60_000;
    const query = '{ orders(first: 100) { nodes { id name createdAt } } }';
    const [plain, packed] = await Promise.all(
      ['identity', 'gzip'].map((encoding) =>
        post(app, { query, headers: { 'accept-encoding': encoding } }),
      ),
    );
    assert.deepEqual(
      [plain, packed].map((r) => r.headers.get('content-encoding')),
      [null, 'gzip'],
    );
    assert.deepEqual((await packed.json()).data, (await plain.json()).data);
  });
});
