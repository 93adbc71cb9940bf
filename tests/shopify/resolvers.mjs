// Executes on the shop what the schema allows. Fields are looked up by type and name; what the
// stand-in has nothing for is answered as by a shop that doesn't use it: null, an empty list, no.
// A field that has no such answer is an error of its own, never a made-up value.
import { getNamedType, getNullableType, isListType, isNonNullType } from 'graphql';
import { bagOf } from './bags.mjs';
import { isoSecond, zoneOffsetMs } from './clock.mjs';
import { connection } from './connection.mjs';
import { accessDenied, badRequest, notModelled } from './errors.mjs';
import * as orderFields from './order_fields.mjs';
import { ORDER_FIELDS, ORDER_SORT_KEYS } from './order_search.mjs';
import { displayName } from './people.mjs';
import { parseSearch } from './search.mjs';
import { gid } from './view.mjs';

const MAX_IDS = 250;
const HISTORY_MS = 60 * 24 * 3600 * 1000; // how far back an app without read_all_orders sees

const idOf = (source) => gid(source.__typename, source.id);
const legacyId = (source) => String(source.id);

/** Orders that the app may see at all. */
function allowed(rows, { shop, access }) {
  if (access.scopes.includes('read_all_orders')) return rows;
  const fromUs = (shop.clock.nowMs() - HISTORY_MS) * 1000;
  return rows.filter((row) => row.order.createdUs >= fromUs);
}

function searched(query, context, info) {
  const { shop } = context;
  if (!query?.trim()) return { rows: allowed(shop.databaseRows(), context), isSearch: false };
  const { matches, parsed, warnings } = parseSearch(query, ORDER_FIELDS, {
    zone: shop.timezone,
    nowMs: shop.clock.nowMs(),
  });
  if (warnings.length > 0) {
    context.search.push({ path: [info.path.key], query, parsed, warnings });
  }
  return { rows: allowed(shop.indexRows().filter(matches), context), isSearch: true };
}

function orders(parentRows, args, context, info) {
  const { rows, isSearch } = searched(args.query, context, info);
  const mine = parentRows ? rows.filter(parentRows) : rows;
  const sortBy = ORDER_SORT_KEYS[args.sortKey];
  return connection(mine, args, {
    sortValue: (row) => sortBy(row, isSearch),
    nodeOf: (row) => row.order,
  });
}

function ordersCount(_, { query, limit }, context, info) {
  const count = searched(query, context, info).rows.length;
  const isCapped = limit !== null && count > limit;
  return { count: isCapped ? limit : count, precision: isCapped ? 'AT_LEAST' : 'EXACT' };
}

function parseGid(id) {
  const match = /^gid:\/\/shopify\/(\w+)\/(\d+)(?:\?.*)?$/.exec(id);
  if (!match) throw badRequest(`Invalid global id '${id}'`);
  return { kind: match[1], id: Number(match[2]) };
}

function findOrder(id, context) {
  const order = context.shop.find(String(id));
  if (!order) return context.bulk?.phantom(id) ?? null;
  return allowed([{ order }], context).length ? order : null;
}

const NODES = {
  BulkOperation: (id, { bulk }) => bulk.find(id),
  Order: findOrder,
  Customer: (id, { shop }) => shop.customers.find(id),
  ProductVariant: (id, { shop }) => shop.products.byId('ProductVariant', id),
  Product: (id, { shop }) => shop.products.byId('Product', id),
  LineItem: (id, { shop }) => shop.orders.flatMap((o) => o.lines).find((l) => l.id === id) ?? null,
};

function node(id, context) {
  const { kind, id: number } = parseGid(id);
  if (!NODES[kind]) throw notModelled(`node(id:) of a ${kind}`);
  return NODES[kind](number, context);
}

function nodes(_, { ids }, context) {
  if (ids.length > MAX_IDS) {
    throw badRequest(
      `The input array size of ${ids.length} is greater than the maximum allowed of ${MAX_IDS}.`,
    );
  }
  return ids.map((id) => node(id, context));
}

function orderById(_, { id }, context) {
  const { kind, id: number } = parseGid(id);
  return kind === 'Order' ? findOrder(number, context) : null;
}

const QueryRoot = {
  orders: (_, args, context, info) => orders(null, args, context, info),
  order: orderById,
  ordersCount,
  nodes,
  node: (_, { id }, context) => node(id, context),
  customer: (_, { id }, { shop }) => shop.customers.find(parseGid(id).id),
  shop: (_, args, { shop }) => shop,
  webhookSubscriptions: (_, args, { webhooks }) => webhooks.list(args),
  currentAppInstallation: (_, args, { access }) => ({
    __typename: 'AppInstallation',
    id: 1,
    scopes: access.scopes,
  }),
  publicApiVersions: (_, args, { versions }) =>
    versions.all.map((handle) => ({
      handle,
      supported: versions.supported.includes(handle),
      displayName: handle === versions.supported.at(-1) ? `${handle} (Latest)` : handle,
    })),
};

function offsetText(shop) {
  const minutes = zoneOffsetMs(shop.timezone, shop.clock.nowMs()) / 60_000;
  const abs = Math.abs(minutes);
  const two = (n) => String(n).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(abs / 60))}${two(abs % 60)}`;
}

const ShopFields = {
  id: () => 'gid://shopify/Shop/1',
  name: (s) => s.name,
  myshopifyDomain: (s) => s.domain,
  url: (s) => `https://${s.domain}`,
  currencyCode: (s) => s.currency,
  ianaTimezone: (s) => s.timezone,
  timezoneOffset: offsetText,
  timezoneOffsetMinutes: (s) => zoneOffsetMs(s.timezone, s.clock.nowMs()) / 60_000,
  taxesIncluded: (s) => s.taxesIncluded,
  createdAt: (s) => isoSecond(s.createdUs),
  email: () => 'shop@example.com',
  contactEmail: () => 'shop@example.com',
  orderNumberFormatPrefix: () => '#',
  orderNumberFormatSuffix: () => '',
  enabledPresentmentCurrencies: (s) => [s.currency],
  orders: (s, args, context, info) => orders(null, args, context, info),
};

const customerContact = (key, field) => (c) => (c[key] ? { [field]: c[key] } : null);

const Mutation = {
  bulkOperationRunQuery: (_, args, context, info) =>
    context.bulk.run(args, context, info, { fieldResolver, typeResolver }),
  bulkOperationCancel: (_, args, { bulk }) => bulk.cancel(args),
  webhookSubscriptionCreate: (_, args, { webhooks }) => webhooks.create(args),
  webhookSubscriptionUpdate: (_, args, { webhooks }) => webhooks.update(args),
  webhookSubscriptionDelete: (_, args, { webhooks }) => webhooks.delete(args),
};

const TABLE = {
  QueryRoot,
  Mutation,
  ...orderFields,
  Shop: ShopFields,
  AppInstallation: {
    id: idOf,
    accessScopes: (a) =>
      a.scopes.map((handle) => ({ handle, description: handle.replace(/_/g, ' ') })),
  },
  Customer: {
    id: idOf,
    legacyResourceId: legacyId,
    displayName,
    createdAt: (c) => isoSecond(c.createdUs),
    updatedAt: (c) => isoSecond(c.updatedUs),
    defaultEmailAddress: customerContact('email', 'emailAddress'),
    defaultPhoneNumber: customerContact('phone', 'phoneNumber'),
    numberOfOrders: (c) => String(c.orderCount),
    orders: (c, args, context, info) =>
      orders((row) => row.order.customer?.id === c.id, args, context, info),
  },
  MailingAddress: {
    id: (a) => `${gid('MailingAddress', a.id)}?model_name=Address`,
    name: (a) => [a.firstName, a.lastName].filter(Boolean).join(' ') || null,
    countryCodeV2: (a) => a.countryCode,
  },
  ProductVariant: {
    id: idOf,
    legacyResourceId: legacyId,
    title: () => 'Default Title',
    displayName: (v) => `${v.product.title} - Default Title`,
    price: (v) => String(v.price),
  },
  Product: { id: idOf, legacyResourceId: legacyId },
  WebhookSubscription: { id: idOf, legacyResourceId: legacyId },
};

// Shopify's scopes for the fields a poll selects; lacking one answers ACCESS_DENIED for the field.
const SCOPES = {
  'QueryRoot.orders': 'read_orders',
  'QueryRoot.order': 'read_orders',
  'QueryRoot.ordersCount': 'read_orders',
  'Order.customer': 'read_customers',
  'QueryRoot.customer': 'read_customers',
  'LineItem.variant': 'read_products',
  'LineItem.product': 'read_products',
  'Order.retailLocation': 'read_locations',
};

function checkAccess({ access, protectedFields }, parent, field) {
  const name = `${parent}.${field}`;
  const scope = SCOPES[name];
  if (access.deniedFields.includes(name) || (scope && !access.scopes.includes(scope))) {
    const needed = `\`${scope ?? 'unknown'}\` access scope.`;
    throw accessDenied(`Access denied for ${field} field. Required access: ${needed}`, needed);
  }
  if (!access.protectedData && protectedFields.has(name)) {
    throw accessDenied(
      `This app is not approved to use the ${field} field. See ` +
        'https://shopify.dev/docs/apps/launch/protected-customer-data for more details.',
    );
  }
}

// What a shop answers that doesn't use the thing asked for.
function absent(parent, field, args, source, type) {
  if (parent === 'QueryRoot' || parent === 'Mutation') throw notModelled(`${parent}.${field}`);
  if (!isNonNullType(type)) return null;
  const inner = getNullableType(type);
  if (isListType(inner)) return [];
  const { name } = getNamedType(type);
  if (name.endsWith('Connection')) return connection([], args);
  if (name === 'Boolean') return false;
  if (name === 'MoneyBag' && source.currency) return bagOf(source, 0n);
  throw notModelled(`${parent}.${field}`);
}

/** graphql-js's field resolver for every type of the schema. */
export function fieldResolver(source, args, context, info) {
  const parent = info.parentType.name;
  checkAccess(context, parent, info.fieldName);
  const resolve = TABLE[parent]?.[info.fieldName];
  const isBulkList = context.isBulk && getNamedType(info.returnType).name.endsWith('Connection');
  const given = isBulkList ? { ...args, isBulk: true } : args;
  if (resolve) return resolve(source, given, context, info);
  const value = source?.[info.fieldName];
  if (value !== undefined && typeof value !== 'function') return value;
  return absent(parent, info.fieldName, given, source ?? {}, info.returnType);
}

export const typeResolver = (value) => value.__typename;
