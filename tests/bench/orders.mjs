// Made-up order snapshots for benchmarks: one to twelve lines (6.5 on average), the catalogue's SKUs.
import { readFileSync } from 'node:fs';
import { inRoot } from '../support/paths.mjs';

const catalogue = JSON.parse(readFileSync(inRoot('tests/shopify/catalogue.json'), 'utf8'));
const products = (Array.isArray(catalogue) ? catalogue : catalogue.products).filter((p) => p.sku);
const SHOP = 'bench.myshopify.com';
const cents = (n) => (n / 100).toFixed(2);

function lineOf(order, index) {
  const product = products[(order * 7 + index * 5) % products.length];
  const quantity = 1 + ((order + index) % 3);
  const price = 500 + ((order * 31 + index * 17) % 9000);
  return {
    id: String(order * 100 + index), sku: product.sku, title: product.title, quantity, currentQuantity: quantity,
    unitPrice: cents(price), total: cents(price * quantity), taxable: true, requiresShipping: true,
  };
}

/** The n-th order, n from 1. */
export function orderOf(n) {
  const count = 1 + (n % 12);
  const lines = Array.from({ length: count }, (_, i) => lineOf(n, i + 1));
  const total = lines.reduce((sum, l) => sum + Math.round(Number(l.total) * 100), 0);
  const at = new Date(Date.UTC(2026, 0, 1) + n * 1000).toISOString();
  return {
    v: 1, shop: SHOP, id: String(n), name: `#${n}`, updatedAt: at, fetchedAt: at, createdAt: at,
    financialStatus: 'PAID', taxesIncluded: true, currency: 'USD', total: cents(total), subtotal: cents(total),
    tax: '0.00', itemQuantity: lines.reduce((sum, l) => sum + l.quantity, 0), email: 'someone@example.com',
    shippingAddress: { firstName: 'First', lastName: 'Last', address1: 'Street 1', city: 'Town', zip: '1000',
      country: 'Somewhere', countryCode: 'XX' },
    lines,
  };
}

export const keyOf = (order) => `${SHOP}/${order.id}`;
export const skuIndex = () => new Map(products.map((p, i) => [p.sku, i + 1]));
