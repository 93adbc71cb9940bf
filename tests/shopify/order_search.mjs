// By what orders are searched and sorted. A row is what the search index knows of an order.
import { sqlMicros } from './clock.mjs';
import { displayName } from './people.mjs';
import { financialStatusOf } from './payments.mjs';
import { fulfillmentStatusOf } from './view.mjs';
import { totalsOf } from './totals.mjs';

const wholeSecondMs = (us) => Math.floor(us / 1e6) * 1000;

/** What the search index takes over from an order. Times are whole seconds, as there. */
export function indexRow(order) {
  return {
    order,
    id: order.id,
    updatedMs: wholeSecondMs(order.updatedUs),
    createdMs: wholeSecondMs(order.createdUs),
    processedMs: wholeSecondMs(order.processedUs),
    tags: order.tags,
    financialStatus: financialStatusOf(order),
    isCancelled: order.cancelledUs !== null,
    isClosed: order.closedUs !== null,
  };
}

function matchesStatus(row) {
  const states = ['any'];
  if (row.isCancelled) states.push('cancelled');
  if (row.isClosed && !row.isCancelled) states.push('closed');
  if (!row.isClosed) states.push('open', 'not_closed');
  return states;
}

const anyText = ({ order }) => [
  order.name,
  order.name.replace('#', ''),
  order.email,
  order.poNumber,
  ...(order.customer ? [displayName(order.customer), order.customer.email] : []),
  ...order.lines.flatMap((l) => [l.sku, l.title]),
];

// A field without `get` is one that Shopify searches by and the stand-in does not: it says so.
export const ORDER_FIELDS = {
  default: { kind: 'text', get: anyText },
  updated_at: { kind: 'time', get: (row) => row.updatedMs },
  created_at: { kind: 'time', get: (row) => row.createdMs },
  processed_at: { kind: 'time', get: (row) => row.processedMs },
  id: { kind: 'id', get: (row) => row.id },
  customer_id: { kind: 'id', get: (row) => row.order.customer?.id },
  name: { kind: 'text', get: ({ order }) => [order.name, order.name.replace('#', '')] },
  status: { kind: 'text', get: matchesStatus },
  financial_status: { kind: 'list', get: (row) => row.financialStatus },
  fulfillment_status: { kind: 'list', get: ({ order }) => fulfillmentStatusOf(order) },
  test: { kind: 'boolean', get: ({ order }) => order.test },
  tag: { kind: 'text', get: (row) => row.tags },
  tag_not: { kind: 'noText', get: (row) => row.tags },
  email: { kind: 'text', get: ({ order }) => order.email },
  sku: { kind: 'text', get: ({ order }) => order.lines.map((l) => l.sku) },
  source_name: { kind: 'text', get: ({ order }) => order.sourceName },
  source_identifier: { kind: 'text', get: ({ order }) => order.sourceIdentifier },
  po_number: { kind: 'text', get: ({ order }) => order.poNumber },
  discount_code: { kind: 'text', get: ({ order }) => order.discounts.map((d) => d.code) },
  gateway: { kind: 'text', get: ({ order }) => order.gateway },
  cart_token: {},
  channel: {},
  channel_id: {},
  chargeback_status: {},
  checkout_token: {},
  confirmation_number: {},
  credit_card_last4: {},
  current_total_price: {},
  delivery_method: {},
  fraud_protection_level: {},
  fulfillment_location_id: {},
  location_id: {},
  payment_id: {},
  payment_provider_id: {},
  reference_location_id: {},
  return_status: {},
  risk_level: {},
  sales_channel: {},
  subtotal_line_items_quantity: {},
  total_weight: {},
};

const timeKey = (row, isSearch, ms, us) => (isSearch ? row[ms] : sqlMicros(row.order[us]));

// Sort values; with a search filter they come from the index (whole seconds), else from the database.
export const ORDER_SORT_KEYS = {
  ID: (row) => row.id,
  UPDATED_AT: (row, isSearch) => timeKey(row, isSearch, 'updatedMs', 'updatedUs'),
  CREATED_AT: (row, isSearch) => timeKey(row, isSearch, 'createdMs', 'createdUs'),
  PROCESSED_AT: (row, isSearch) => timeKey(row, isSearch, 'processedMs', 'processedUs'),
  ORDER_NUMBER: (row) => row.order.number,
  TOTAL_PRICE: (row) => Number(totalsOf(row.order).total),
  CURRENT_TOTAL_PRICE: (row) => Number(totalsOf(row.order).currentTotal),
  TOTAL_ITEMS_QUANTITY: (row) => totalsOf(row.order).quantity,
  CUSTOMER_NAME: ({ order }) => (order.customer ? displayName(order.customer) : ''),
  FINANCIAL_STATUS: (row) => row.financialStatus ?? '',
  FULFILLMENT_STATUS: ({ order }) => fulfillmentStatusOf(order),
  PO_NUMBER: ({ order }) => order.poNumber ?? '',
  DESTINATION: ({ order }) => order.shippingAddress?.city ?? '',
  RELEVANCE: (row) => row.id,
};
