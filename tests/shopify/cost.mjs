// What a query costs. Shopify's tables say "first × child"; recorded replies of real stores say
// otherwise, and this follows them:
//   requested: object 1, list of objects 1 + child, money and page info 0, counts 10,
//     connection 2 + f(first) × (1 + child), f as in SIZES; a union costs its dearest branch.
//   actual: a connection that was asked for n and returned some pays f(n)/n for each node; one that
//     returned nothing pays for n nodes without what is below them; the sum is rounded up.
// Of 51 recorded replies to order queries it gives 49 requested costs exactly, and 48 of their
// actual costs; of 799 recorded queries of every kind 655 requested costs.
import { getNamedType, isAbstractType, isLeafType } from 'graphql';

const SIZES = [1, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233]; // f(n) = how many of these are <= n
const FREE = new Set(['MoneyBag', 'MoneyV2', 'PageInfo', 'Count', 'UserError']);
const COUNTS = new Set(['ordersCount', 'customersCount', 'productsCount', 'draftOrdersCount']);
const COUNT_COST = 10;
const MUTATION_COST = 10;

/** How many nodes a connection of n is charged for. */
export const sizeFactor = (n) => (n > 0 ? SIZES.filter((size) => size <= n).length : 0);

const isConnection = (type) => type.name.endsWith('Connection');

class Selections {
  constructor(schema, document, operation, variables) {
    this.schema = schema;
    this.operation = operation;
    this.variables = variables;
    this.fragments = new Map(
      document.definitions
        .filter((d) => d.kind === 'FragmentDefinition')
        .map((d) => [d.name.value, d]),
    );
  }

  rootType() {
    return this.operation.operation === 'mutation'
      ? this.schema.getMutationType()
      : this.schema.getQueryType();
  }

  /** Fields by response key, merged; and for abstract types what each concrete type adds. */
  collect(selections, type, into = { fields: new Map(), branches: new Map() }) {
    for (const selection of selections) {
      if (selection.kind === 'Field') addField(into.fields, selection);
      else this.#collectFragment(selection, type, into);
    }
    return into;
  }

  #collectFragment(selection, type, into) {
    const fragment =
      selection.kind === 'InlineFragment' ? selection : this.fragments.get(selection.name.value);
    const condition = fragment.typeCondition?.name.value ?? type.name;
    const inner = fragment.selectionSet.selections;
    if (condition === type.name || !isAbstractType(type)) this.collect(inner, type, into);
    else into.branches.set(condition, [...(into.branches.get(condition) ?? []), ...inner]);
  }

  pageSize(field) {
    for (const name of ['first', 'last']) {
      const argument = field.arguments?.find((a) => a.name.value === name);
      if (!argument) continue;
      const { value } = argument;
      const size = value.kind === 'Variable' ? this.variables[value.name.value] : value.value;
      if (size !== undefined && size !== null) return Number(size);
    }
    return 0;
  }

  fieldOf(type, name) {
    return type.getFields()[name];
  }
}

function addField(fields, node) {
  const key = node.alias?.value ?? node.name.value;
  const known = fields.get(key) ?? { node, name: node.name.value, below: [] };
  known.below.push(...(node.selectionSet?.selections ?? []));
  fields.set(key, known);
}

/**
 * The node selections of a connection: [{list(value), node, wanted}], one for `nodes` and one for
 * `edges { node }`. Who selects both pays for both.
 */
function nodeSelections(selections, type, below) {
  const typeOf = (t, name) => getNamedType(t.getFields()[name].type);
  const found = [];
  for (const [key, field] of selections.collect(below, type).fields) {
    if (field.name === 'nodes') {
      found.push({ list: (v) => v[key], node: typeOf(type, 'nodes'), wanted: field.below });
    }
    if (field.name !== 'edges') continue;
    const edge = typeOf(type, 'edges');
    for (const [nodeKey, inner] of selections.collect(field.below, edge).fields) {
      if (inner.name !== 'node') continue;
      const list = (v) => v[key].map((e) => e[nodeKey]);
      found.push({ list, node: typeOf(edge, 'node'), wanted: inner.below });
    }
  }
  return found;
}

function requestedOf(selections, below, type) {
  const { fields, branches } = selections.collect(below, type);
  let cost = 0;
  for (const field of fields.values()) cost += requestedField(selections, field, type);
  const dearest = [...branches].map(([name, inner]) =>
    requestedOf(selections, inner, selections.schema.getType(name)),
  );
  return cost + Math.max(0, ...dearest);
}

function requestedField(selections, { node, name, below }, parent) {
  if (name.startsWith('__')) return 0;
  const type = getNamedType(selections.fieldOf(parent, name).type);
  if (isLeafType(type)) return 0;
  if (isConnection(type)) {
    const factor = sizeFactor(selections.pageSize(node));
    return nodeSelections(selections, type, below).reduce(
      (cost, { node: of, wanted }) => cost + factor * (1 + requestedOf(selections, wanted, of)),
      2,
    );
  }
  if (COUNTS.has(name) && parent === selections.schema.getQueryType()) return COUNT_COST;
  return (FREE.has(type.name) ? 0 : 1) + requestedOf(selections, below, type);
}

// The reply doesn't say which type an object of an abstract field is: the branch that fits it best.
function branchOf(branches, value) {
  const fits = [...branches].map(([name, inner]) => {
    const keys = inner.filter((s) => s.kind === 'Field').map((s) => s.alias?.value ?? s.name.value);
    return { name, inner, score: keys.every((k) => k in value) ? keys.length : -1 };
  });
  const best = fits.sort((a, b) => b.score - a.score)[0];
  return best && best.score > 0 ? best : null;
}

function actualOf(selections, below, type, value) {
  const { fields, branches } = selections.collect(below, type);
  let cost = 0;
  for (const [key, field] of fields) cost += actualField(selections, field, type, value[key]);
  const branch = branchOf(branches, value);
  if (!branch) return cost;
  return cost + actualOf(selections, branch.inner, selections.schema.getType(branch.name), value);
}

function actualField(selections, field, parent, value) {
  if (field.name.startsWith('__') || value === undefined) return 0;
  const type = getNamedType(selections.fieldOf(parent, field.name).type);
  if (isLeafType(type)) return 0;
  if (isConnection(type)) return actualConnection(selections, field, type, value);
  if (COUNTS.has(field.name) && parent === selections.schema.getQueryType()) return COUNT_COST;
  const own = FREE.has(type.name) ? 0 : 1;
  if (value === null) return own;
  if (!Array.isArray(value)) return own + actualOf(selections, field.below, type, value);
  const parts = value.map((v) => (v === null ? 0 : actualOf(selections, field.below, type, v)));
  return own + Math.max(0, ...parts);
}

function actualConnection(selections, field, type, value) {
  if (value === null) return 0;
  const size = selections.pageSize(field.node);
  const parts = nodeSelections(selections, type, field.below);
  if (parts.length === 0) return 2;
  if (parts[0].list(value).length === 0) return 2 + sizeFactor(size);
  const sum = parts.reduce(
    (cost, { list, node, wanted }) =>
      list(value).reduce((c, v) => c + 1 + actualOf(selections, wanted, node, v), cost),
    0,
  );
  return 2 + (sizeFactor(size) / size) * sum;
}

/** A query's cost: .requested(variables) before it runs, .actual(variables, data) after. */
export function costModel(schema, document, operation) {
  const selections = (variables) => new Selections(schema, document, operation, variables);
  const base = operation.operation === 'mutation' ? MUTATION_COST : 0;
  const top = operation.selectionSet.selections;
  return {
    requested(variables) {
      const s = selections(variables);
      return base + requestedOf(s, top, s.rootType());
    },
    actual(variables, data) {
      const s = selections(variables);
      if (!data) return base;
      return base + Math.ceil(actualOf(s, top, s.rootType(), data) - 1e-9);
    },
  };
}
