// Reads what the control interface is given: every fault names the field, and an unknown key is a
// fault, so that a slip in a test's order never becomes a quietly different order.

export class SpecError extends Error {}

export function onlyKeys(spec, keys, where) {
  if (spec === null || typeof spec !== 'object' || Array.isArray(spec)) {
    throw new SpecError(`${where} must be an object`);
  }
  for (const key of Object.keys(spec)) {
    if (!keys.includes(key)) {
      throw new SpecError(`${where} has the unknown key "${key}"; known: ${keys.join(', ')}`);
    }
  }
  return spec;
}

export function wholeNumber(value, where, min = 0) {
  if (!Number.isSafeInteger(value) || value < min) {
    throw new SpecError(`${where} must be a whole number of at least ${min}, not ${value}`);
  }
  return value;
}

export function oneOf(value, allowed, where) {
  if (!allowed.includes(value)) {
    throw new SpecError(`${where} must be one of ${allowed.join(', ')}, not ${value}`);
  }
  return value;
}

export const listOf = (value) => {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
};

/** {a: 'b'} or [{key, value}] to [{key, value}]. */
export function attributes(value) {
  if (Array.isArray(value)) return value;
  return Object.entries(value ?? {}).map(([key, text]) => ({ key, value: text }));
}
