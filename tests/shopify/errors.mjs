// Errors in the shapes in which Shopify answers them.
import { GraphQLError } from 'graphql';

const failure = (message, extensions) => new GraphQLError(message, { extensions });

export const badRequest = (message) => failure(message, { code: 'BAD_REQUEST' });

export const accessDenied = (message, requiredAccess) =>
  failure(message, {
    code: 'ACCESS_DENIED',
    documentation: 'https://shopify.dev/api/usage/access-scopes',
    ...(requiredAccess ? { requiredAccess } : {}),
  });

export const notModelled = (what) =>
  failure(`${what} is not modelled by this stand-in`, { code: 'NOT_MODELLED' });

const DOCS = 'https://shopify.dev/api/usage/rate-limits';

export const throttled = () => ({
  message: 'Throttled',
  extensions: { code: 'THROTTLED', documentation: DOCS },
});

export const maxCostExceeded = (cost, maxCost) => ({
  message:
    `Query cost is ${cost}, which exceeds the single query max cost limit (${maxCost}).\n\n` +
    'To query larger amounts of data with fewer limits, bulk operations should be used instead.',
  extensions: { code: 'MAX_COST_EXCEEDED', cost, maxCost, documentation: DOCS },
});

export const internalError = (requestId) => ({
  message:
    `Internal error. Looks like something went wrong on our end.\nRequest ID: ${requestId} ` +
    '(include this in support requests).',
  extensions: { code: 'INTERNAL_SERVER_ERROR', requestId },
});

export const BODIES = {
  400: '{"errors":{"query":"Required parameter missing or invalid"}}',
  401: '{"errors":"[API] Invalid API key or access token (unrecognized login or wrong password)"}',
  402: '{"errors":"Unavailable Shop"}',
  403: '{"errors":"[API] This action requires merchant approval for read_orders scope."}',
  404: '{"errors":"Not Found"}',
  423: '{"errors":"Locked"}',
  429: '{"errors":"Exceeded 2 calls per second for api client. Reduce request rates to resume uninterrupted service."}',
  430: '{"errors":"Security Rejection"}',
  500: '{"errors":"Internal Server Error"}',
};

// Messages of graphql-js to the wording and codes of Shopify's own validation.
const VALIDATION = [
  [
    /^Cannot query field "(\w+)" on type "(\w+)"/,
    (field, type) => [
      `Field '${field}' doesn't exist on type '${type}'`,
      { code: 'undefinedField', typeName: type, fieldName: field },
    ],
  ],
  [
    /^Unknown argument "(\w+)" on field "\w+\.(\w+)"/,
    (argument, field) => [
      `Field '${field}' doesn't accept argument '${argument}'`,
      { code: 'argumentNotAccepted', name: field, typeName: 'Field', argumentName: argument },
    ],
  ],
  [
    /^Field "(\w+)" of type "(.+)" must have a selection of subfields/,
    (field, type) => [
      `Field must have selections (field '${field}' returns ${type.replace(/[[\]!]/g, '')} but has ` +
        `no selections. Did you mean '${field} { ... }'?)`,
      { code: 'selectionMismatch', nodeName: `field '${field}'`, typeName: type },
    ],
  ],
  [
    /^Field "(\w+)" argument "(\w+)" of type ".+" is required/,
    (field, argument) => [
      `Field '${field}' is missing required arguments: ${argument}`,
      { code: 'missingRequiredArguments', className: 'Field', name: field, arguments: argument },
    ],
  ],
];

export function validationError(error) {
  const { message, locations } = error.toJSON();
  for (const [pattern, shape] of VALIDATION) {
    const match = pattern.exec(message);
    if (!match) continue;
    const [text, extensions] = shape(...match.slice(1));
    return { message: text, locations, extensions };
  }
  return { message, locations };
}

export function parseError(error) {
  const [at] = error.locations ?? [{ line: 1, column: 1 }];
  return {
    message: `${error.message.replace(/^Syntax Error: /, 'syntax error, ')} at [${at.line}, ${at.column}]`,
    locations: error.locations,
    extensions: { code: 'PARSE_ERROR' },
  };
}

/** An error of graphql-js's variable coercion, in Shopify's shape. */
export function variableError(error, variables) {
  const match = /^Variable "\$(\w+)" (?:of (?:required |non-null )?type "(.+?)"|got)/.exec(
    error.message,
  );
  const name = match?.[1] ?? '?';
  const node = error.nodes?.[0];
  const type = match?.[2] ?? (node?.type ? printType(node.type) : '?');
  return {
    message: `Variable $${name} of type ${type} was provided invalid value`,
    locations: error.locations,
    extensions: {
      code: 'INVALID_VARIABLE',
      value: variables[name] ?? null,
      problems: [{ path: [], explanation: error.message }],
    },
  };
}

function printType(node) {
  if (node.kind === 'NonNullType') return `${printType(node.type)}!`;
  return node.kind === 'ListType' ? `[${printType(node.type)}]` : node.name.value;
}
