// Python of the packages that a folder of tests lists, as deploy/lib/install.sh made it.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { inRoot } from './paths.mjs';

/** The interpreter of the environment that is named by the checksum of the folder's list. */
export function pythonOf(folder) {
  const sum = createHash('sha256').update(readFileSync(inRoot(`${folder}/requirements.txt`))).digest('hex');
  return inRoot(`.cache/python-${sum.slice(0, 12)}/bin/python`);
}
