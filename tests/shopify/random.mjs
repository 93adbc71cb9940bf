// Random orders of a general retail shop, the same for the same seed.

/** mulberry32: a small generator whose sequence is fixed by its seed. */
export function generator(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const upTo = (n) => Math.floor(next() * n);
  return {
    next,
    upTo,
    between: (low, high) => low + upTo(high - low + 1),
    pick: (list) => list[upTo(list.length)],
    chance: (probability) => next() < probability,
  };
}

const PLACES = [
  ['San José', 'San José', 'SJ', '10101', 'Costa Rica', 'CR', 'Avenida Central'],
  ['Zürich', null, null, '8001', 'Switzerland', 'CH', 'Bahnhofstraße'],
  ['København', null, null, '1050', 'Denmark', 'DK', 'Kongens Nytorv'],
  ['Montréal', 'Quebec', 'QC', 'H2Y 1C6', 'Canada', 'CA', 'Rue Saint-Paul Ouest'],
  ['Łódź', null, null, '90-001', 'Poland', 'PL', 'Ulica Piotrkowska'],
  ['Portland', 'Oregon', 'OR', '97205', 'United States', 'US', 'SW Morrison Street'],
  ["L'Aquila", 'L’Aquila', 'AQ', '67100', 'Italy', 'IT', 'Corso Federico II'],
  ['東京', '東京都', 'JP-13', '100-0001', 'Japan', 'JP', '千代田'],
];
const NOTES = [
  'Leave at the back door',
  'Gift wrap, please',
  'Call before delivery',
  'Für die Küche 🍳',
  "Customer's own packaging",
];
const SHIPPING = [
  ['Standard', '5.95'],
  ['Express', '14.5'],
  ['Pickup', '0'],
];
const STATUSES = ['PAID', 'PAID', 'PAID', 'PAID', 'AUTHORIZED', 'PENDING', 'PARTIALLY_PAID'];

function address(random, number) {
  const [city, province, provinceCode, zip, country, countryCode, street] = random.pick(PLACES);
  return {
    firstName: 'Customer',
    lastName: String(number),
    address1: `${street} ${random.between(1, 250)}`,
    address2: random.chance(0.3) ? `Floor ${random.between(1, 12)}` : null,
    company: random.chance(0.2) ? `Company ${number}` : null,
    city,
    province,
    provinceCode,
    zip,
    country,
    countryCode,
    phone: random.chance(0.5) ? `+1555${String(random.upTo(10_000_000)).padStart(7, '0')}` : null,
  };
}

export function randomLine(random, catalogue) {
  const product = random.pick(catalogue);
  const line = { sku: product.sku, quantity: random.chance(0.7) ? 1 : random.between(2, 6) };
  if (random.chance(0.1)) line.discount = { percent: '10' };
  return line;
}

/** The description of one order; options: linesMax, statuses. */
export function randomOrder(random, catalogue, { linesMax = 5, statuses = STATUSES } = {}) {
  const number = random.between(1, 400);
  const lines = Array.from({ length: random.between(1, linesMax) }, () =>
    randomLine(random, catalogue),
  );
  const [title, price] = random.pick(SHIPPING);
  const home = address(random, number);
  return {
    lines,
    customer: {
      firstName: 'Customer',
      lastName: String(number),
      email: `customer${number}@example.com`,
    },
    shippingAddress: home,
    shipping: [{ title, price }],
    tax: { title: 'Sales tax', rate: random.pick(['0.07', '0.13', '0.0825']) },
    financialStatus: random.pick(statuses),
    note: random.chance(0.2) ? random.pick(NOTES) : null,
    tags: random.chance(0.3) ? ['online'] : [],
    ...(random.chance(0.15) ? { discount: { code: 'TENOFF', percent: '10' } } : {}),
  };
}
