// The stand-in as a command. Prints one line of JSON with its URL when it is ready; ends on SIGTERM.
import { parseArgs } from 'node:util';
import { DEFAULT_VERSION, startShop } from './shop.mjs';

const OPTIONS = {
  host: { type: 'string', default: '127.0.0.1' },
  port: { type: 'string', default: '0' },
  shop: { type: 'string', default: 'demo.myshopify.com' },
  token: { type: 'string', default: 'shpat_stand_in' },
  'client-id': { type: 'string' },
  'client-secret': { type: 'string' },
  'token-ttl-seconds': { type: 'string' },
  version: { type: 'string', default: DEFAULT_VERSION },
  currency: { type: 'string', default: 'USD' },
  timezone: { type: 'string', default: 'America/New_York' },
  'restore-rate': { type: 'string', default: '100' },
  orders: { type: 'string', default: '0' },
  seed: { type: 'string', default: '1' },
  'simulate-every-ms': { type: 'string', default: '0' },
  help: { type: 'boolean', default: false },
};

function usage() {
  const lines = Object.entries(OPTIONS).map(
    ([name, { type, default: value }]) =>
      `  --${name}${type === 'string' ? ' VALUE' : ''}${value ? `  (${value})` : ''}`,
  );
  return `usage: node tests/shopify/main.mjs [options]\n${lines.join('\n')}`;
}

function number(values, name) {
  const value = Number(values[name]);
  if (!Number.isInteger(value) || value < 0) {
    throw new RangeError(`--${name}: "${values[name]}" is not a whole number`);
  }
  return value;
}

function readOptions(values) {
  const restorePerSecond = number(values, 'restore-rate');
  return {
    host: values.host,
    port: number(values, 'port'),
    shop: values.shop,
    token: values.token,
    clientId: values['client-id'],
    clientSecret: values['client-secret'],
    tokenTtlSeconds: values['token-ttl-seconds'] && number(values, 'token-ttl-seconds'),
    version: values.version,
    currency: values.currency,
    timezone: values.timezone,
    bucket: { restorePerSecond, max: restorePerSecond * 20 },
  };
}

async function main() {
  const { values } = parseArgs({ options: OPTIONS });
  if (values.help) {
    console.log(usage());
    return;
  }
  const app = await startShop(readOptions(values));
  const seed = number(values, 'seed');
  const count = number(values, 'orders');
  const everyMs = number(values, 'simulate-every-ms');
  if (count > 0) app.control.random({ count, seed });
  if (everyMs > 0) app.control.simulate({ everyMs, seed });
  const stop = () => app.close().then(() => process.exit(0));
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  console.log(
    JSON.stringify({ url: app.url, port: app.port, pid: process.pid, shop: values.shop }),
  );
}

main().catch((error) => {
  const isUsage = error instanceof RangeError || String(error.code).startsWith('ERR_PARSE_ARGS');
  console.error(`shopify stand-in: ${error.message}${isUsage ? `\n${usage()}` : ''}`);
  process.exitCode = 2;
});
