// The whole pipeline with every outside system: Kafka, Redis, a shop, an RMS database, and tillbridge's
// services on top. Everything has its own ports and lies in one folder; every piece can be stopped,
// killed and started again on its own. Used by tests/e2e and by deploy/demo.

import path from 'node:path';
import { startKafka } from './kafka.mjs';
import { binary, preset as defaultPreset } from './paths.mjs';
import { freePorts } from './ports.mjs';
import { onShutdown, run, tailOf } from './proc.mjs';
import { startRedis } from './redis.mjs';
import { startRms } from './rms.mjs';
import { makeRunDir, makeSubdir, removeRunDir } from './rundir.mjs';
import { Service, plainEnv } from './service.mjs';

const shopName = 'demo.myshopify.com';
const shopToken = 'shpat_stand_in';
const apiToken = 'a-token-of-the-tests';

class Stack {
  constructor(parts) {
    Object.assign(this, parts); // dir, kafka, redis, rms, shop, env, api
    this.reconcilers = [];
    this.fetchers = [];
    this.stopOnSignal = onShutdown(() => this.stop());
  }

  get fetcher() { return this.fetchers[0]; }
  get reconciler() { return this.reconcilers[0]; }
  get services() { return [...this.fetchers, ...this.reconcilers, this.stats].filter(Boolean); }

  /** Makes one more service without starting it. kind: fetcher, reconciler, stats. */
  addService(kind, name, port, { env = {}, ready } = {}) {
    const url = `http://127.0.0.1:${port}`;
    const listen = kind === 'stats' ? 'API_LISTEN' : 'HEALTH_LISTEN';
    const member = kind === 'stats' ? {} : { KAFKA_GROUP_INSTANCE_ID: name };
    const service = new Service({
      name, dir: this.dir, url, ready, program: this.program(`tillbridge-${kind}`),
      env: { ...this.env, ...member, [listen]: `127.0.0.1:${port}`, ...env } });
    if (kind === 'stats') this.stats = service;
    else this[`${kind}s`].push(service);
    return service;
  }

  /** Adds a service on a port of its own and starts it. */
  async startService(kind, { env, ready } = {}) {
    const [port] = await freePorts(1);
    const service = this.addService(kind, `${kind}-${this[`${kind}s`].length + 1}`, port, { env, ready });
    await service.start();
    return service;
  }

  program(name) { return path.join(this.binDir, name); }

  /** Runs tillctl: {code, stdout, stderr}. */
  tillctl(args, { env = {}, ...options } = {}) {
    return run([this.program('tillctl'), ...args],
      { env: { ...plainEnv(), ...this.env, ...env }, timeoutMs: 120_000, ...options });
  }

  async tillctlOk(args, options) {
    const result = await this.tillctl(args, options);
    if (result.code === 0) return result;
    throw new Error(`tillctl ${args.join(' ')}: exit code ${result.code}\n${result.stdout}${result.stderr}`);
  }

  /** Memory and processor time of everything that runs: {name: {rssKb, peakRssKb, cpuMs}}. */
  usage() {
    const procs = [
      ...this.services.map((service) => [service.name, service.proc]),
      ...this.kafka.nodes.map((node) => [path.basename(node.dir), node.proc]),
      ['redis', this.redis.proc], ['postgres', this.rms.server?.proc]];
    return Object.fromEntries(procs.filter(([, proc]) => proc?.isAlive)
      .map(([name, proc]) => [name, proc.usage()]));
  }

  /** The ends of the services' logs, for when something went wrong. */
  tails(lines = 15) {
    return this.services.map((service) => `${service.log}:\n${tailOf(service.log, lines)}`).join('\n');
  }

  /** Runs `fn`; when it fails, and not because it is being stopped, prints the ends of the logs first. */
  async explaining(fn) {
    try {
      return await fn();
    } catch (error) {
      if (!this.stopping) console.error(this.tails());
      throw error;
    }
  }

  /**
   * Stops the services, then what they stand on, and removes the folder. Everything is stopped even when
   * something ends badly; then the first fault is thrown.
   */
  async stop() {
    this.stopping ??= this.#stop();
    return this.stopping;
  }

  async #stop() {
    this.stopOnSignal();
    const ends = await Promise.allSettled(this.services.map((service) => service.stop()));
    await stopGround(this);
    const bad = ends.find((end) => end.status === 'rejected');
    if (bad) throw bad.reason;
    if (this.ownsDir) removeRunDir(this.dir);
  }
}

async function startShopIn(options) {
  if (options === false) return null;
  const { startShop } = await import('../shopify/shop.mjs');
  return startShop({ shop: shopName, token: shopToken, ...options });
}

function settings({ kafka, redis, rms, shop, apiPort, partitions, env }) {
  return {
    KAFKA_BROKERS: kafka.brokers, KAFKA_PARTITIONS: String(partitions),
    KAFKA_REPLICATION: String(Math.min(kafka.nodes.length, 3)),
    SHOPIFY_SHOP: shopName, SHOPIFY_ACCESS_TOKEN: shopToken, ...(shop && { SHOPIFY_API_URL: shop.url }),
    RMS_ODBC: rms.odbc, REDIS_URL: redis.url,
    API_TOKEN: apiToken, API_URL: `http://127.0.0.1:${apiPort}`,
    ...env };
}

const stopGround = ({ kafka, redis, rms, shop }) => Promise.all([
  kafka?.stop(), redis?.stop(), rms?.server?.stop(), shop?.close()]);

/** The outside systems, empty: {dir, kafka, redis, rms, shop}. When one fails, the others are stopped. */
async function startGround({ dir, kafka, redis, rms, rmsSettings, shop }) {
  const results = await Promise.allSettled([
    startKafka({ dir, ...kafka }), startRedis({ dir, settings: redis }),
    startRms({ dir: makeSubdir(dir, 'rms', 0o711), kind: rms, settings: rmsSettings }), startShopIn(shop)]);
  const [broker, cache, database, standIn] = results.map((result) => result.value);
  const ground = { dir, kafka: broker, redis: cache, rms: database, shop: standIn };
  const bad = results.find((result) => result.status === 'rejected');
  if (!bad) return ground;
  await stopGround(ground);
  throw bad.reason;
}

/**
 * Options, all optional:
 *   dir          folder for everything (a temporary one that stop() removes)
 *   preset       build to run: dev, release, ...; or binDir, the folder of the programs
 *   kafka        {nodes, settings};  partitions (6);  redis  settings
 *   rms          'sqlite' (default) or 'postgres';  rmsSettings: PostgreSQL's
 *   shop         options of startShop, or false for none
 *   env          settings of all services;  fetcherEnv, reconcilerEnv, statsEnv: of one kind
 *   reconcilers  how many (1);  fetchers  how many (1);  stats  true
 *   onStep       called with a word for what is being started
 * Resolves to the stack when all services are ready; a fault on the way stops what was started.
 */
export async function startStack(options = {}) {
  const {
    dir = makeRunDir('stack'), preset = defaultPreset, binDir = path.dirname(binary('x', preset)),
    kafka = {}, redis = {}, rms = 'sqlite', rmsSettings, shop = {}, partitions = 6, env = {},
    onStep = () => {} } = options;
  onStep('Kafka, Redis, the RMS database, the shop');
  const ground = await startGround({ dir, kafka, redis, rms, rmsSettings, shop });
  const [apiPort] = await freePorts(1);
  const stack = new Stack({
    ...ground, binDir, ownsDir: !options.dir, apiToken, api: `http://127.0.0.1:${apiPort}`,
    shopName, env: settings({ ...ground, apiPort, partitions, env }) });
  try {
    onStep('topics and tables');
    await stack.tillctlOk(['topics', 'create']);
    await stack.tillctlOk(['schema', 'install']);
    onStep('services');
    await startServices(stack, apiPort, options);
    return stack;
  } catch (error) {
    if (!stack.stopping) console.error(stack.tails());
    await stack.stop().catch(() => {}); // the first fault is the one to tell
    throw error;
  }
}

async function startServices(stack, apiPort, options) {
  const { reconcilers = 1, fetchers = 1, stats = true, reconcilerEnv, fetcherEnv, statsEnv } = options;
  const ports = await freePorts(reconcilers + fetchers);
  if (stats) stack.addService('stats', 'stats', apiPort, { env: statsEnv });
  for (let i = 1; i <= reconcilers; i++) {
    stack.addService('reconciler', `reconciler-${i}`, ports.pop(), { env: reconcilerEnv });
  }
  for (let i = 1; i <= fetchers; i++) {
    stack.addService('fetcher', `fetcher-${i}`, ports.pop(), { env: fetcherEnv });
  }
  const starts = await Promise.allSettled(stack.services.map((service) => service.start()));
  const bad = starts.find((start) => start.status === 'rejected');
  if (bad) throw bad.reason;
}
