// tillctl webhooks: the subscriptions at a shop, made, put right and deleted through its Admin API.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startShop } from '../shopify/shop.mjs';
import { rowsOf, tillctlWith } from './tillctl.mjs';

const address = 'https://tillbridge.example.com/webhooks';
const needed = ['ORDERS_CREATE', 'ORDERS_UPDATED', 'ORDERS_CANCELLED', 'ORDERS_DELETE'];
let shop;
let settings;
before(async () => {
  shop = await startShop({ shop: 'demo.myshopify.com', token: 'shpat_test' });
  settings = { SHOPIFY_SHOP: 'demo.myshopify.com', SHOPIFY_ACCESS_TOKEN: 'shpat_test', SHOPIFY_API_URL: shop.url, WEBHOOK_ADDRESS: address };
});
after(() => shop?.close());

const webhooks = () => shop.control.webhooks;
const tillctl = (...args) => tillctlWith(settings)('webhooks', ...args);
const json = async (...args) => {
  const { code, stdout, stderr } = await tillctl(...args, '--json');
  assert.equal(stderr, '');
  return { code, rows: JSON.parse(stdout) };
};
const states = ({ rows }) => rows.map((r) => `${r.topic} ${r.state}`);
const theirs = () => webhooks().subscriptions.map((s) => `${s.topic} ${s.uri}`);
const subscribe = (topic, uri, more = {}) => webhooks().create({ topic, webhookSubscription: { uri, format: 'JSON', ...more } });

test('missing ones are shown, made, and then in order', async () => {
  const missing = await json('list');
  assert.deepEqual([missing.code, states(missing)], [1, needed.map((t) => `${t} missing`)]);
  const dry = await json('create', '--dry-run');
  assert.deepEqual([dry.code, states(dry)], [0, needed.map((t) => `${t} would be made (missing)`)]);
  assert.deepEqual(theirs(), []);
  const { code, stdout, stderr } = await tillctl('create');
  assert.equal(code, 0, stderr);
  assert.deepEqual(rowsOf(stdout).map((r) => r[0]), ['TOPIC', ...needed]);
  assert.deepEqual(theirs(), needed.map((t) => `${t} ${address}`));
  for (const { topic, includeFields } of webhooks().subscriptions) {
    assert.deepEqual(includeFields, topic === 'ORDERS_DELETE' ? [] : ['id', 'admin_graphql_api_id'], 'customers stay at Shopify');
  }
  const made = await json('list');
  assert.deepEqual([made.code, states(made)], [0, needed.map((t) => `${t} ok`)]);
  assert.equal((await json('create')).code, 0, 'a second time nothing is done');
  assert.equal(webhooks().subscriptions.length, 4);
});

test('a moved address, whole orders and foreign ones: repaired, or left alone', async () => {
  webhooks().subscriptions = [];
  subscribe('ORDERS_CREATE', 'https://old.example.com/webhooks', { includeFields: ['id'] });
  subscribe('ORDERS_UPDATED', address);
  subscribe('ORDERS_UPDATED', 'https://erp.example.com/');
  subscribe('ORDERS_DELETE', address);
  subscribe('PRODUCTS_UPDATE', 'https://erp.example.com/');
  subscribe('REFUNDS_CREATE', address);
  const seen = await json('list');
  assert.equal(seen.code, 1);
  assert.deepEqual(states(seen), [
    'ORDERS_CREATE wrong: another address', 'ORDERS_UPDATED ok, but sends whole orders', 'ORDERS_CANCELLED missing',
    'ORDERS_DELETE ok', 'ORDERS_UPDATED not ours', 'PRODUCTS_UPDATE not ours', 'REFUNDS_CREATE not needed: refused by the fetcher']);
  assert.equal((await json('create')).code, 1, 'the one with another address is not for create');
  const before = theirs();
  assert.deepEqual(states(await json('repair', '--dry-run')).slice(0, 2), [
    'ORDERS_CREATE would be changed (wrong: another address)', 'ORDERS_UPDATED would be changed (ok, but sends whole orders)']);
  assert.deepEqual(theirs(), before);
  assert.equal((await json('repair')).code, 0);
  assert.deepEqual(states(await json('list')).slice(0, 4), needed.map((t) => `${t} ok`));
  assert.ok(theirs().includes('ORDERS_UPDATED https://erp.example.com/') && theirs().includes('PRODUCTS_UPDATE https://erp.example.com/'));
  assert.equal((await json('delete')).code, 0);
  assert.deepEqual(theirs(), ['ORDERS_UPDATED https://erp.example.com/', 'PRODUCTS_UPDATE https://erp.example.com/']);
});

test('more subscriptions than a page holds are all read', async () => {
  webhooks().subscriptions = [];
  for (let i = 0; i < 120; i++) subscribe('PRODUCTS_UPDATE', `https://example.com/${i}`);
  for (const topic of needed) subscribe(topic, address, { includeFields: ['id'] });
  const { code, rows } = await json('list');
  assert.deepEqual([code, rows.length], [0, 124]);
});

test('what Shopify refuses, and settings that are missing, are said in one line', async () => {
  webhooks().subscriptions = [];
  const cases = [
    [{ WEBHOOK_ADDRESS: '' }, 2, /^tillctl: WEBHOOK_ADDRESS: not set \(example: https:/],
    [{ WEBHOOK_ADDRESS: 'http://tillbridge.example.com/' }, 2, /^tillctl: WEBHOOK_ADDRESS: does not begin with https/],
    [{ SHOPIFY_SHOP: '' }, 1, /^tillctl: SHOPIFY_SHOP: not set/],
    [{ SHOPIFY_ACCESS_TOKEN: '' }, 1, /^tillctl: SHOPIFY_ACCESS_TOKEN: not set/],
    [{ SHOPIFY_ACCESS_TOKEN: 'shpat_wrong' }, 1, /^tillctl: .*401.*SHOPIFY_ACCESS_TOKEN/]];
  for (const [over, wanted, text] of cases) {
    const { code, stdout, stderr } = await tillctlWith({ ...settings, ...over })('webhooks', 'list');
    assert.match(stderr, text);
    assert.deepEqual([code, stdout, stderr.trimEnd().split('\n').length], [wanted, '', 1], stderr);
  }
  const { create } = webhooks();
  webhooks().create = () => ({ userErrors: [{ field: ['webhookSubscription', 'uri'], message: 'Address is not allowed' }], webhookSubscription: null });
  const { code, stderr } = await tillctl('create');
  webhooks().create = create;
  assert.equal(code, 1);
  assert.match(stderr, /^tillctl: ORDERS_CREATE: Shopify refused it: Address is not allowed$/m);
});
