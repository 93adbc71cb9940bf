// Access tokens: one fixed, and those granted for client credentials, which expire.
import { randomBytes, timingSafeEqual } from 'node:crypto';

export const ALL_SCOPES = [
  'read_orders',
  'read_all_orders',
  'read_customers',
  'read_products',
  'read_locations',
];

const same = (a, b) => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

export class Tokens {
  #granted = new Map();

  /** nowMs: real time, because a client counts a token's life in real time. */
  constructor({
    token = null,
    clientId = null,
    clientSecret = null,
    ttlSeconds = 86_399,
    nowMs = () => Date.now(),
  }) {
    Object.assign(this, { token, clientId, clientSecret, ttlSeconds, nowMs });
    this.grants = 0;
    this.refused = 0;
  }

  accepts(token) {
    if (!token) return false;
    if (this.token && same(token, this.token)) return true;
    const untilMs = this.#granted.get(token);
    return untilMs !== undefined && this.nowMs() < untilMs;
  }

  /** The token for client credentials, or null when they are wrong. */
  grant({ grant_type: type, client_id: id, client_secret: secret }, scopes) {
    const isRight =
      type === 'client_credentials' &&
      this.clientId &&
      id === this.clientId &&
      secret &&
      same(secret, this.clientSecret);
    if (!isRight) {
      this.refused += 1;
      return null;
    }
    const token = `shpca_${randomBytes(16).toString('hex')}`;
    this.#granted.set(token, this.nowMs() + this.ttlSeconds * 1000);
    this.grants += 1;
    return { access_token: token, scope: scopes.join(','), expires_in: this.ttlSeconds };
  }

  /** Makes every granted token invalid at once, before its time. */
  revoke() {
    this.#granted.clear();
  }
}

/** Fields of a form or JSON body. */
export function readForm(text, contentType = '') {
  if (!contentType.includes('json')) return Object.fromEntries(new URLSearchParams(text));
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
