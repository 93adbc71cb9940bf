// Loads Shopify's published schema of one API version; one copy in a process, loaded at first use.
import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { buildClientSchema } from 'graphql';

export const PACKAGE = {
  name: '@shopify/dev-mcp',
  version: '1.16.0',
  integrity:
    'sha512-tqgRnK7sQhjew+htxtleTH23nXB5fZcsrhWgEkomsorGXvLOB2mh2upwZm8uzuTDNTZnqtLMe64yIwh6s2awtw==',
};
const HERE = dirname(fileURLToPath(import.meta.url));
export const SCHEMA_DIR = join(HERE, '..', '.cache', `shopify-schema-${PACKAGE.version}`);

export const VERSIONS = ['2025-10', '2026-01', '2026-04', '2026-07', '2026-10', 'unstable'];

export async function schemaFiles() {
  const names = await readdir(SCHEMA_DIR).catch(() => []);
  return names.filter((name) => /^admin_.*\.json\.gz$/.test(name));
}

function readIntrospection(version) {
  const file = join(SCHEMA_DIR, `admin_${version}.json.gz`);
  try {
    return JSON.parse(gunzipSync(readFileSync(file))).data;
  } catch (error) {
    throw new Error(
      `Shopify schema ${version} can't be read (${error.message}). ` +
        'Fetch the schemas once with: npm --prefix tests run schema',
    );
  }
}

// Two thirds of the file is prose that nothing here shows: without it the process is smaller.
function dropProse(node) {
  if (Array.isArray(node)) node.forEach(dropProse);
  else if (node && typeof node === 'object') {
    delete node.description;
    Object.values(node).forEach(dropProse);
  }
}

/** "Type.field" of every field that Shopify gives only to apps approved for customer data. */
function protectedFields(introspection) {
  const found = new Set();
  for (const type of introspection.__schema.types) {
    for (const field of type.fields ?? []) {
      if (field.isProtected) found.add(`${type.name}.${field.name}`);
    }
  }
  return found;
}

const loaded = new Map();

/** { schema, protectedFields } of a version in VERSIONS. */
export function loadSchema(version) {
  if (!loaded.has(version)) {
    const introspection = readIntrospection(version);
    const guarded = protectedFields(introspection);
    dropProse(introspection);
    loaded.set(version, {
      schema: buildClientSchema(introspection, { assumeValid: true }),
      protectedFields: guarded,
    });
  }
  return loaded.get(version);
}
