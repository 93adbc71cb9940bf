// Prometheus' own checker: on PATH, or in .cache, where deploy/lib/install.sh puts it.

import fs from 'node:fs';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { inRoot } from './paths.mjs';

const places = [...(process.env.PATH ?? '').split(':'), inRoot('.cache')];
const program = places.map((folder) => path.join(folder, 'promtool')).find((file) => fs.existsSync(file));

/** For node:test's `skip`: false, or why it can't be run. */
export const noPromtool = program ? false : 'promtool is not here: deploy/lib/install.sh promtool';

/** Runs it with text on its standard input: {code, output}. */
export function promtool(args, { input, cwd } = {}) {
  const { status, stdout, stderr } = spawnSync(program, args, { input, cwd, encoding: 'utf8' });
  return { code: status, output: stdout + stderr };
}
