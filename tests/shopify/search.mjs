// The search syntax of `query:` arguments. As in Shopify a date must be quoted: the colon ends a
// bare value, so an unquoted time turns into a shop-local hour and a term of an unknown field, with
// a warning only.
import { isoSecond, zonedToUtcMs, zoneOffsetMs } from './clock.mjs';

const COMPARATORS = { '>=': 'range_gte', '<=': 'range_lte', '>': 'range_gt', '<': 'range_lt' };
const TOKEN =
  /\s+|[()]|-(?=[\w"'(])|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|>=|<=|[><:]|[^\s():<>"']+/gy;

class SearchError extends Error {}

function tokenize(text) {
  const tokens = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match) {
      TOKEN.lastIndex = at + 1;
      continue;
    }
    const [token] = match;
    const isQuoted = token[0] === "'" || token[0] === '"';
    if (token.trim() === '') tokens.push({ kind: 'space' });
    else if (isQuoted) tokens.push({ kind: 'text', text: unquote(token), isQuoted });
    else if (/^([()]|-|>=|<=|[><:])$/.test(token)) tokens.push({ kind: token });
    else tokens.push({ kind: 'text', text: token });
  }
  return tokens;
}

const unquote = (token) => token.slice(1, -1).replace(/\\(.)/g, '$1');

class Parser {
  constructor(text) {
    this.tokens = tokenize(text);
    this.at = 0;
  }

  peek() {
    return this.tokens[this.at];
  }

  next() {
    return this.tokens[this.at++];
  }

  skipSpace() {
    while (this.peek()?.kind === 'space') this.at += 1;
  }

  isWord(word) {
    const token = this.peek();
    return token?.kind === 'text' && !token.isQuoted && token.text.toUpperCase() === word;
  }

  expression() {
    const branches = [this.conjunction()];
    for (this.skipSpace(); this.isWord('OR'); this.skipSpace()) {
      this.next();
      branches.push(this.conjunction());
    }
    return branches.length === 1 ? branches[0] : { or: branches };
  }

  conjunction() {
    const terms = [];
    for (;;) {
      this.skipSpace();
      if (this.isWord('AND')) this.next();
      else if (!this.peek() || this.peek().kind === ')' || this.isWord('OR')) break;
      else {
        const term = this.factor();
        if (term) terms.push(term);
      }
    }
    return terms.length === 1 ? terms[0] : { and: terms };
  }

  factor() {
    this.skipSpace();
    if (this.peek()?.kind === '-' || this.isWord('NOT')) {
      this.next();
      return { not: this.factor() };
    }
    if (this.peek()?.kind === '(') {
      this.next();
      const inner = this.expression();
      if (this.peek()?.kind === ')') this.next();
      return inner;
    }
    return this.term();
  }

  // A lone colon or comparator is passed over: that is how the rest of an unquoted time is read.
  term() {
    const token = this.next();
    if (token.kind !== 'text') return null;
    if (this.peek()?.kind !== ':') return { field: 'default', op: 'match_all', value: token.text };
    this.next();
    const comparator = COMPARATORS[this.peek()?.kind];
    if (comparator) this.next();
    const value = this.peek()?.kind === 'text' ? this.next() : { text: '' };
    return { field: token.text, op: comparator ?? 'match_all', value: value.text };
  }
}

const fold = (text) => String(text ?? '').toLowerCase();

function matchesText(value, wanted) {
  const [have, want] = [fold(value), fold(wanted)];
  return want.endsWith('*') ? have.startsWith(want.slice(0, -1)) : have === want;
}

const compare = {
  range_gte: (a, b) => a >= b,
  range_lte: (a, b) => a <= b,
  range_gt: (a, b) => a > b,
  range_lt: (a, b) => a < b,
};

const DATE = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d)(?::?(\d\d)(?::?(\d\d))?)?)?)?)?$/;

/** [from, to) in ms of what a date value means; zoneless values are in the shop's zone. */
function timeSpan(value, { zone, nowMs }) {
  if (value === 'now') return [nowMs, nowMs + 1000];
  if (/T.*(Z|[+-]\d\d:?\d\d)$/.test(value)) {
    const ms = Math.floor(Date.parse(value) / 1000) * 1000;
    return Number.isNaN(ms) ? null : [ms, ms + 1000];
  }
  const parts = DATE.exec(value)
    ?.slice(1)
    .filter((p) => p !== undefined)
    .map(Number);
  if (!parts) return null;
  const wall = (extra) => {
    const [y, mo = 1, d = 1, h = 0, mi = 0, s = 0] = parts.map((p, i) =>
      i === parts.length - 1 ? p + extra : p,
    );
    return zonedToUtcMs(zone, Date.UTC(y, mo - 1, d, h, mi, s));
  };
  return [wall(0), parts.length > 3 ? wall(0) + 1000 : wall(1)];
}

const KINDS = {
  text: {
    test:
      (field, { value }) =>
      (row) =>
        [field.get(row)].flat().some((v) => matchesText(v, value)),
  },
  noText: {
    test:
      (field, { value }) =>
      (row) =>
        !field.get(row).some((v) => matchesText(v, value)),
  },
  list: {
    test:
      (field, { value }) =>
      (row) =>
        fold(value)
          .split(',')
          .includes(fold(field.get(row))),
  },
  boolean: {
    isValid: ({ value }) => /^(true|false)$/i.test(value),
    test:
      (field, { value }) =>
      (row) =>
        String(field.get(row)) === fold(value),
  },
  id: {
    isValid: ({ value }) => /^(gid:\/\/shopify\/\w+\/)?\d+$/.test(value),
    test: (field, { op, value }) => {
      const wanted = Number(value.replace(/.*\//, ''));
      return (row) => (compare[op] ?? ((a, b) => a === b))(field.get(row), wanted);
    },
  },
  time: {
    isValid: ({ value }, context) => timeSpan(value, context) !== null,
    test: (field, { op, value }, context) => {
      const [from, to] = timeSpan(value, context);
      const checks = {
        range_gte: (t) => t >= from,
        range_gt: (t) => t >= to,
        range_lt: (t) => t < from,
        range_lte: (t) => t < to,
        match_all: (t) => t >= from && t < to,
      };
      return (row) => checks[op](field.get(row));
    },
    shown: ({ value }, { zone, nowMs }) => localIso(timeSpan(value, { zone, nowMs })[0], zone),
  },
};

function localIso(ms, zone) {
  const offset = zoneOffsetMs(zone, ms);
  const two = (n) => String(n).padStart(2, '0');
  const minutes = Math.abs(offset) / 60_000;
  const sign = offset < 0 ? '-' : '+';
  return (
    `${isoSecond((ms + offset) * 1000).slice(0, 19)}${sign}${two(Math.floor(minutes / 60))}:` +
    two(minutes % 60)
  );
}

const everything = () => true;

function compileTerm(term, fields, context, warnings) {
  const field = fields[term.field];
  if (!field) {
    warnings.push({
      field: term.field,
      message: 'Invalid search field for this query.',
      code: 'invalid_field',
    });
    return everything;
  }
  if (!field.get) throw new SearchError(`this stand-in does not search by ${term.field}`);
  const kind = KINDS[field.kind];
  if (kind.isValid && !kind.isValid(term, context)) {
    warnings.push({
      field: term.field,
      message: `Input \`${term.value}\` is not an accepted value.`,
      code: 'invalid_value',
    });
    return everything;
  }
  return kind.test(field, term, context);
}

function compile(node, fields, context, warnings) {
  const each = (list) => list.map((n) => compile(n, fields, context, warnings));
  if (node.and) {
    const tests = each(node.and);
    return (row) => tests.every((test) => test(row));
  }
  if (node.or) {
    const tests = each(node.or);
    return (row) => tests.some((test) => test(row));
  }
  if (node.not) {
    const [test] = each([node.not]);
    return (row) => !test(row);
  }
  return compileTerm(node, fields, context, warnings);
}

function shownTree(node, fields, context) {
  if (node.and) return { and: node.and.map((n) => shownTree(n, fields, context)) };
  if (node.or) return { or: node.or.map((n) => shownTree(n, fields, context)) };
  if (node.not) return { not: shownTree(node.not, fields, context) };
  const kind = KINDS[fields[node.field]?.kind];
  const isValid = kind && (!kind.isValid || kind.isValid(node, context));
  const value = isValid && kind.shown ? kind.shown(node, context) : node.value;
  return node.field === 'default' ? { match_all: value } : { field: node.field, [node.op]: value };
}

/**
 * Reads a query. fields: name -> {kind, get(row)}; context: {zone, nowMs}.
 * Returns {matches(row), parsed, warnings}; a blank query matches everything.
 */
export function parseSearch(text, fields, context) {
  const tree = new Parser(text ?? '').expression();
  const warnings = [];
  const matches = compile(tree, fields, context, warnings);
  return { matches, warnings, parsed: warnings.length ? shownTree(tree, fields, context) : null };
}
