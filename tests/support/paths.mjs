// Where things are in the project.

import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** Which build the tests run: dev (with sanitizers) unless told. */
export const preset = process.env.TILLBRIDGE_PRESET || 'dev';

export const inRoot = (...parts) => path.join(root, ...parts);

export const binary = (name, build = preset) => inRoot('build', build, 'bin', name);
