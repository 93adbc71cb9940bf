// A Shopify shop for tests and the demo: starts one, as a library.
import { ALL_SCOPES, Tokens } from './auth.mjs';
import { Bucket } from './bucket.mjs';
import { Bulk } from './bulk.mjs';
import { Control } from './control.mjs';
import { Faults } from './faults.mjs';
import { GraphqlApi } from './graphql.mjs';
import { VERSIONS, loadSchema } from './schema.mjs';
import { listen } from './server.mjs';
import { Shop } from './store.mjs';
import { Webhooks } from './webhooks.mjs';

export const DEFAULT_VERSION = '2026-07';
const SUPPORTED = ['2026-01', '2026-04', '2026-07', '2026-10'];

/**
 * Starts a shop on loopback. Options: host, port (0 = a free one), shop (its myshopify domain),
 * token, clientId, clientSecret, tokenTtlSeconds, version (loaded at start), supported (versions),
 * scopes, bucket {max, restorePerSecond, nowMs}, and the shop's own: name, currency, timezone,
 * taxes, taxesIncluded, moneyRefundMode, searchLagMs, catalogue.
 * Returns {url, port, shop, control, close()}; control has the methods that /control/ has.
 */
export async function startShop(options = {}) {
  const {
    host = '127.0.0.1',
    port = 0,
    token = 'shpat_stand_in',
    clientId,
    clientSecret,
    tokenTtlSeconds,
    version = DEFAULT_VERSION,
    supported = SUPPORTED,
    scopes = ALL_SCOPES,
    bucket: limits,
    onError = (error) => console.error(error),
    ...shopOptions
  } = options;
  if (!VERSIONS.includes(version)) {
    throw new RangeError(`version ${version} is none of ${VERSIONS.join(', ')}`);
  }
  loadSchema(version);
  const shop = new Shop(shopOptions);
  const bucket = new Bucket(limits);
  const access = { scopes: [...scopes], protectedData: true, deniedFields: [] };
  const tokens = new Tokens({ token, clientId, clientSecret, ttlSeconds: tokenTtlSeconds });
  const faults = new Faults();
  const versions = { supported: [...supported] };
  const bulk = new Bulk({ shop });
  const webhooks = new Webhooks({ shop });
  const api = new GraphqlApi({ shop, bucket, access, supported: versions.supported, bulk, webhooks });
  const control = new Control({ shop, bucket, tokens, access, faults, versions, bulk, webhooks });
  const server = await listen(
    { api, control, tokens, access, faults, versions, bulk, onError },
    { host, port },
  );
  const bound = server.address().port;
  bulk.baseUrl = `http://${host}:${bound}`;
  return {
    url: `http://${host}:${bound}`,
    port: bound,
    shop,
    control,
    bucket,
    close: () => {
      control.stop();
      webhooks.close();
      server.closeAllConnections();
      return new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}
