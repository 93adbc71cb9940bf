// One GraphQL request from text to reply: parse, validate, price, admit, execute, charge.
import { GraphQLError, execute, parse, validate } from 'graphql';
import { getVariableValues } from 'graphql/execution/values.js';
import { costModel } from './cost.mjs';
import {
  BODIES,
  badRequest,
  maxCostExceeded,
  parseError,
  throttled,
  validationError,
  variableError,
} from './errors.mjs';
import { fieldResolver, typeResolver } from './resolvers.mjs';
import { VERSIONS, loadSchema } from './schema.mjs';

const MAX_COST = 1000;
const CACHED_DOCUMENTS = 200;

/** Which version answers a request for `wanted`: expired ones fall forward; null for a wrong name. */
export function servedVersion(wanted, supported) {
  if (supported.includes(wanted) || wanted === 'unstable') return wanted;
  const oldest = supported.find((v) => v !== 'unstable');
  return /^\d{4}-(01|04|07|10)$/.test(wanted) && wanted < oldest ? oldest : null;
}

export class GraphqlApi {
  #documents = new Map();

  constructor({ shop, bucket, access, supported, bulk, webhooks }) {
    Object.assign(this, { shop, bucket, access, supported, bulk, webhooks });
  }

  /** The parsed document, or the errors that keep it from running; remembered by its text. */
  #prepare(version, text) {
    const key = `${version}\n${text}`;
    if (!this.#documents.has(key)) {
      if (this.#documents.size >= CACHED_DOCUMENTS) this.#documents.clear();
      this.#documents.set(key, check(loadSchema(version).schema, text));
    }
    return this.#documents.get(key);
  }

  #extensions(requested, actual, search = []) {
    return {
      cost: {
        requestedQueryCost: requested,
        actualQueryCost: actual,
        throttleStatus: this.bucket.status(),
      },
      ...(search.length ? { search } : {}),
    };
  }

  /** Answers {query, variables, operationName}; `access` may differ for one request. */
  run({ version, query, variables = {}, operationName, access = this.access }) {
    const { schema, protectedFields } = loadSchema(version);
    const { document, errors } = this.#prepare(version, query);
    if (errors) return { body: { errors } };
    const operation = operationOf(document, operationName);
    if (!operation)
      return { body: { errors: [badRequest('An operation name is required').toJSON()] } };
    const coerced = getVariableValues(schema, operation.variableDefinitions ?? [], variables ?? {});
    if (coerced.errors) {
      return { body: { errors: coerced.errors.map((e) => variableError(e, variables ?? {})) } };
    }
    const cost = costModel(schema, document, operation);
    const requested = cost.requested(coerced.coerced);
    if (requested > MAX_COST) {
      return { requested, body: { errors: [maxCostExceeded(requested, MAX_COST)] } };
    }
    if (!this.bucket.admits(requested)) return this.throttledReply(requested);
    return this.#execute({
      schema,
      protectedFields,
      document,
      operation,
      variables,
      access,
      cost,
      requested,
      coerced: coerced.coerced,
    });
  }

  throttledReply(requested) {
    return {
      requested,
      isThrottled: true,
      body: { errors: [throttled()], extensions: this.#extensions(requested, null) },
    };
  }

  #execute(job) {
    const context = {
      shop: this.shop,
      bulk: this.bulk,
      webhooks: this.webhooks,
      access: job.access,
      protectedFields: job.protectedFields,
      search: [],
      versions: { all: VERSIONS, supported: this.supported },
    };
    const result = execute({
      schema: job.schema,
      document: job.document,
      variableValues: job.variables ?? {},
      operationName: job.operation.name?.value,
      contextValue: context,
      rootValue: {},
      fieldResolver,
      typeResolver,
    });
    const defect = result.errors?.find(
      (e) => e.originalError && !(e.originalError instanceof GraphQLError),
    );
    if (defect) throw defect.originalError; // a fault of the stand-in, not of the query
    const actual = job.cost.actual(job.coerced, result.data);
    this.bucket.charge(actual);
    const extensions = this.#extensions(job.requested, actual, context.search);
    const errors = result.errors?.map((e) => e.toJSON());
    const { data } = result;
    return {
      requested: job.requested,
      actual,
      body: errors ? { errors, data, extensions } : { data, extensions },
    };
  }
}

function check(schema, text) {
  let document;
  try {
    document = parse(text);
  } catch (error) {
    return { errors: [parseError(error)] };
  }
  const errors = validate(schema, document);
  return errors.length ? { errors: errors.map(validationError) } : { document };
}

function operationOf(document, name) {
  const operations = document.definitions.filter((d) => d.kind === 'OperationDefinition');
  if (name) return operations.find((o) => o.name?.value === name);
  return operations.length === 1 ? operations[0] : undefined;
}

/** The request's JSON, or null where it isn't one that GraphQL can be run from. */
export function readRequest(text) {
  try {
    const body = JSON.parse(text);
    return typeof body?.query === 'string' ? body : null;
  } catch {
    return null;
  }
}

export const unreadable = () => ({ status: 400, body: BODIES[400] });
