// Customers and addresses.
import { onlyKeys } from './spec.mjs';

const ADDRESS_KEYS = [
  'firstName',
  'lastName',
  'company',
  'address1',
  'address2',
  'city',
  'province',
  'provinceCode',
  'zip',
  'country',
  'countryCode',
  'phone',
];
const CUSTOMER_KEYS = ['id', 'firstName', 'lastName', 'email', 'phone'];

/** An address as the shop keeps it, or null for none. */
export function readAddress(shop, spec, where) {
  if (spec === undefined || spec === null) return null;
  onlyKeys(spec, ADDRESS_KEYS, where);
  const address = { __typename: 'MailingAddress', id: shop.newId('MailingAddress') };
  for (const key of ADDRESS_KEYS) address[key] = spec[key] ?? null;
  return address;
}

export class Customers {
  #byKey = new Map();

  constructor(shop) {
    this.shop = shop;
  }

  /** The customer of that id, or else of that e-mail; a new one where there is none. */
  take(spec, order) {
    onlyKeys(spec, CUSTOMER_KEYS, 'customer');
    const key = spec.id ?? spec.email ?? `${spec.firstName} ${spec.lastName} ${spec.phone}`;
    const known = this.#byKey.get(key) ?? {
      __typename: 'Customer',
      id: spec.id ?? this.shop.newId('Customer'),
      createdUs: order.createdUs,
      orderCount: 0,
    };
    for (const field of ['firstName', 'lastName', 'email', 'phone']) {
      known[field] = spec[field] ?? known[field] ?? null;
    }
    known.updatedUs = order.createdUs;
    this.#byKey.set(key, known);
    return known;
  }

  find(id) {
    return [...this.#byKey.values()].find((customer) => customer.id === id) ?? null;
  }
}

export function displayName(customer) {
  const name = [customer.firstName, customer.lastName].filter(Boolean).join(' ');
  return name || customer.email || customer.phone || '';
}
