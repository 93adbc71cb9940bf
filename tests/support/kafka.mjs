// A real Apache Kafka of one or several nodes, each with its own folder and ports.
// deploy/lib/kafka.sh knows the jars, the JVM flags and the broker's settings.

import path from 'node:path';
import { inRoot } from './paths.mjs';
import { freePorts } from './ports.mjs';
import { Proc, run, runOk } from './proc.mjs';
import { makeSubdir } from './rundir.mjs';

const script = inRoot('deploy/lib/kafka.sh');

let prepared;

/** Fetches Kafka into the cache when it is not there; once per process. */
export function prepareKafka() {
  prepared ??= runOk(['bash', script, 'prepare'], { timeoutMs: 900_000 });
  return prepared;
}

class Node {
  constructor(dir, ports, env) {
    [this.port, this.controllerPort] = ports;
    this.dir = dir;
    this.env = env;
  }

  /** Starts, or starts again on the data it had. Resolves when it answers. */
  async start() {
    this.launch();
    await this.ready();
  }

  launch() {
    const command = ['bash', script, 'run', this.dir, String(this.port), String(this.controllerPort)];
    this.proc = new Proc({
      name: path.basename(this.dir), command, env: { ...process.env, ...this.env },
      log: path.join(this.dir, 'kafka.log') });
  }

  async ready(nodes = 1) {
    await this.proc.waitReady(async () => (await this.metadata()).brokers.length >= nodes,
      { timeoutMs: 60_000, everyMs: 50 });
  }

  async metadata() {
    const address = `127.0.0.1:${this.port}`;
    const { stdout } = await runOk(['kcat', '-b', address, '-L', '-J', '-m', '2'], { timeoutMs: 5000 });
    return JSON.parse(stdout);
  }

  stop(options) { return this.proc.stop(options); }
  kill9() { return this.proc.kill9(); }
}

class Kafka {
  constructor(dir, nodes) {
    this.dir = dir;
    this.nodes = nodes;
    this.brokers = nodes.map((node) => `127.0.0.1:${node.port}`).join(',');
  }

  async start() {
    for (const node of this.nodes) node.launch();
    await Promise.all(this.nodes.map((node) => node.ready(this.nodes.length)));
  }

  /** A cluster that ends needs no goodbyes: the last nodes would wait for a quorum. */
  async stop() {
    if (this.nodes.length === 1) return this.nodes[0].stop();
    return Promise.all(this.nodes.map((node) => node.kill9()));
  }

  kill9() { return Promise.all(this.nodes.map((node) => node.kill9())); }

  /** A console tool of Kafka's own: {code, stdout, stderr}. options: {input, timeoutMs}. */
  tool(name, args, options) {
    return run(['bash', script, 'tool', name, '--bootstrap-server', this.brokers, ...args], options);
  }

  /** topics: {name: {partitions, config}}. For tests of parts; the pipeline's own come from tillctl. */
  async createTopics(topics) {
    const admin = (await this.client()).admin();
    await admin.connect();
    try {
      await admin.createTopics({ waitForLeaders: true, topics: Object.entries(topics).map(topicOf) });
    } finally {
      await admin.disconnect();
    }
  }

  /** A kafkajs client. */
  async client(options = {}) {
    const { Kafka: Client, logLevel } = await import('kafkajs');
    return new Client({
      clientId: 'tests', brokers: this.brokers.split(','), logLevel: logLevel.NOTHING, ...options });
  }
}

function topicOf([topic, { partitions = 1, config = {} }]) {
  const configEntries = Object.entries(config).map(([name, value]) => ({ name, value: String(value) }));
  return { topic, numPartitions: partitions, configEntries };
}

function nodeEnv(id, count, voters, extra) {
  const env = { KAFKA_EXTRA: Object.entries(extra).map(([k, v]) => `${k}=${v}`).join('\n') };
  if (count === 1) return env;
  return { ...env, KAFKA_NODE_ID: String(id), KAFKA_VOTERS: voters, KAFKA_REPLICATION: String(count) };
}

/** A dead node is noticed after 4 s instead of 9; so long also one killed and restarted waits to be let in. */
const testSettings = { 'broker.heartbeat.interval.ms': 1000, 'broker.session.timeout.ms': 4000 };

/**
 * options: {dir, nodes = 1, settings = {}}; settings are further broker settings.
 * Resolves when every node answers and knows the others.
 */
export async function startKafka({ dir, nodes: count = 1, settings = {} }) {
  await prepareKafka();
  const ports = await freePorts(count * 2);
  const ids = Array.from({ length: count }, (_, i) => i + 1);
  const voters = ids.map((id) => `${id}@127.0.0.1:${ports[id * 2 - 1]}`).join(',');
  const extra = { ...testSettings, ...settings };
  const nodes = ids.map((id) => new Node(
    makeSubdir(dir, count === 1 ? 'kafka' : `kafka${id}`),
    ports.slice(id * 2 - 2, id * 2), nodeEnv(id, count, voters, extra)));
  const kafka = new Kafka(dir, nodes);
  await kafka.start();
  return kafka;
}
