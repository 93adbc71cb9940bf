// Bulk operations: a query without paging, executed as a whole, its objects as lines of a file.
//
// The file is what the shop held when the operation was started. Children name their order in
// __parentId and need not follow it; `shuffle` mixes the lines of the whole file.
import { createReadStream, statSync } from 'node:fs';
import { execute, getNamedType, parse, validate } from 'graphql';
import { isoSecond } from './clock.mjs';
import { badRequest } from './errors.mjs';
import { generator } from './random.mjs';
import { onlyKeys } from './spec.mjs';

const MAX_RUNNING = 5;
const MAX_CONNECTIONS = 5;
const MAX_DEPTH = 2;
const SETTINGS = ['shuffle', 'polls', 'refuse', 'fail', 'expired', 'cut', 'hold', 'stall'];

const isConnection = (value) => Array.isArray(value?.edges);

/** The lines of a result: every node under an edge, its own connections left out. */
function* linesOf(source, parentId) {
  for (const value of Object.values(source)) {
    if (!isConnection(value)) continue;
    for (const { node } of value.edges) {
      const own = Object.entries(node).filter(([, v]) => !isConnection(v));
      yield { ...Object.fromEntries(own), ...(parentId ? { __parentId: parentId } : {}) };
      yield* linesOf(node, node.id);
    }
  }
}

function shuffled(lines, seed) {
  const random = generator(seed);
  for (let i = lines.length - 1; i > 0; i -= 1) {
    const j = random.between(0, i);
    [lines[i], lines[j]] = [lines[j], lines[i]];
  }
  return lines;
}

/** Connections and how deep they are nested, by the fields' types. */
function shapeOf(schema, document) {
  const fragments = new Map(
    document.definitions
      .filter((d) => d.kind === 'FragmentDefinition')
      .map((d) => [d.name.value, d]),
  );
  const shape = { connections: 0, depth: 0, faults: [] };
  const visit = (set, type, depth) => {
    for (const part of set?.selections ?? []) {
      if (part.kind === 'FragmentSpread') {
        visit(fragments.get(part.name.value).selectionSet, type, depth);
      } else if (part.kind === 'InlineFragment') {
        visit(part.selectionSet, type, depth);
      } else if (!part.name.value.startsWith('__')) {
        const inner = getNamedType(type.getFields()[part.name.value].type);
        const isConnected = inner.name.endsWith('Connection');
        if (isConnected) shape.connections += 1;
        shape.depth = Math.max(shape.depth, depth + Number(isConnected));
        if (type.name.endsWith('Connection') && part.name.value === 'nodes') {
          shape.faults.push('Queries that contain a "nodes" field are not supported.');
        }
        if (inner.getFields) visit(part.selectionSet, inner, depth + Number(isConnected));
      }
    }
  };
  const operation = document.definitions.find((d) => d.kind === 'OperationDefinition');
  if (operation.variableDefinitions?.length) shape.faults.push('Variables are not supported.');
  visit(operation.selectionSet, schema.getQueryType(), 0);
  return shape;
}

export class Bulk {
  #operations = new Map();
  #next = 1;

  constructor({ shop }) {
    this.shop = shop;
    this.baseUrl = '';
    this.settings = { polls: 1 };
    this.canned = null; // {file, updatedAt, orders}: a file made elsewhere, whose orders the shop does not hold
    this.downloads = 0;
  }

  /**
   * shuffle: seed of the lines' order; polls: how often RUNNING is answered first; refuse: text of the
   * refusal; fail: the error code it ends with; expired, cut: so many downloads that fail; hold: stays RUNNING;
   * stall: downloads stop in the middle, without an end.
   */
  configure(spec) {
    Object.assign(this.settings, onlyKeys(spec, SETTINGS, 'bulk'));
    return { ...this.settings, operations: this.#operations.size, downloads: this.downloads };
  }

  get running() {
    return [...this.#operations.values()].filter((o) => o.status === 'RUNNING');
  }

  #refusal(text, schema) {
    if (this.settings.refuse) return this.settings.refuse;
    if (this.running.length >= MAX_RUNNING) {
      const gids = this.running.map((o) => o.id).join(', ');
      return `A bulk query operation for this app and shop is already in progress: ${gids}.`;
    }
    const document = parse(text);
    const invalid = validate(schema, document).map((e) => e.message);
    const shape = invalid.length ? null : shapeOf(schema, document);
    if (shape?.connections > MAX_CONNECTIONS) return 'Bulk queries cannot contain more than 5 connections.';
    if (shape?.depth > MAX_DEPTH) return 'Bulk queries cannot contain connections with a nesting depth greater than 2.';
    return invalid[0] ?? shape.faults[0];
  }

  run({ query }, context, info, resolvers) {
    const refusal = this.#refusal(query, info.schema);
    if (refusal) return { bulkOperation: null, userErrors: [{ field: ['query'], message: refusal }] };
    const lines = this.canned ? [] : this.#execute(query, context, info, resolvers);
    const id = this.#next++;
    const operation = {
      __typename: 'BulkOperation', number: id, id: `gid://shopify/BulkOperation/${id}`, status: 'RUNNING', type: 'QUERY',
      query, errorCode: null, createdAt: isoSecond(this.shop.clock.nowMs() * 1000), completedAt: null, lines,
      rootObjectCount: '0', objectCount: '0', url: null, partialDataUrl: null, pollsLeft: this.settings.polls };
    this.#operations.set(id, operation);
    return { bulkOperation: { ...operation, status: 'CREATED' }, userErrors: [] };
  }

  #execute(query, context, info, resolvers) {
    const result = execute({
      schema: info.schema, document: parse(query), contextValue: { ...context, isBulk: true }, rootValue: {}, ...resolvers });
    if (result.errors) throw badRequest(result.errors[0].message);
    const lines = [...linesOf(result.data)];
    return this.settings.shuffle === undefined ? lines : shuffled(lines, this.settings.shuffle);
  }

  /** The operation as it is now; each look brings it further. */
  find(id) {
    const operation = this.#operations.get(id);
    if (!operation || operation.status !== 'RUNNING' || this.settings.hold) return operation ?? null;
    if (operation.pollsLeft-- > 0) return operation;
    return this.#complete(operation);
  }

  #complete(operation) {
    const { lines } = operation;
    const roots = this.canned ? this.canned.orders : lines.filter((l) => !l.__parentId).length;
    const isEmpty = !this.canned && lines.length === 0;
    const url = isEmpty ? null : `${this.baseUrl}/bulk/${operation.number}.jsonl?signature=0a1b2c`;
    return Object.assign(operation, {
      status: this.settings.fail ? 'FAILED' : 'COMPLETED', errorCode: this.settings.fail ?? null,
      completedAt: isoSecond(this.shop.clock.nowMs() * 1000), rootObjectCount: String(roots),
      objectCount: String(lines.length), [this.settings.fail ? 'partialDataUrl' : 'url']: url });
  }

  cancel({ id }) {
    const operation = this.#operations.get(Number(id.split('/').pop()));
    if (!operation) return { bulkOperation: null, userErrors: [{ field: ['id'], message: 'Bulk operation does not exist' }] };
    if (operation.status === 'RUNNING') operation.status = 'CANCELED';
    return { bulkOperation: operation, userErrors: [] };
  }

  /** The lines of operation `number`, in their order. */
  lines(number) {
    return this.#operations.get(number).lines;
  }

  /** An order of the canned file, as far as it is ever asked for. */
  phantom(id) {
    return this.canned ? { __typename: 'Order', id, updatedUs: Date.parse(this.canned.updatedAt) * 1000 } : null;
  }

  #failsNow(kind) {
    if (!this.settings[kind]) return false;
    this.settings[kind] -= 1;
    return true;
  }

  /** Answers GET /bulk/N.jsonl. */
  serve(path, response) {
    const operation = this.#operations.get(Number(/\d+/.exec(path)?.[0]));
    this.downloads += 1;
    if (!operation || this.#failsNow('expired')) {
      response.writeHead(400, { 'content-type': 'application/xml' });
      response.end('<?xml version="1.0"?><Error><Code>ExpiredToken</Code><Message>Invalid argument.</Message></Error>');
    } else if (this.canned) {
      response.writeHead(200, { 'content-type': 'application/jsonl', 'content-length': statSync(this.canned.file).size });
      createReadStream(this.canned.file).pipe(response);
    } else {
      const isPartial = operation.status === 'FAILED';
      const lines = isPartial ? operation.lines.slice(0, operation.lines.length / 2) : operation.lines;
      const bytes = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
      response.writeHead(200, { 'content-type': 'application/jsonl', 'content-length': bytes.length });
      if (this.settings.stall) response.write(bytes.subarray(0, bytes.length / 2));
      else if (this.#failsNow('cut')) response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
      else response.end(bytes);
    }
  }
}
