// One temporary folder per run, removed at the end unless KEEP=1.

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import './proc.mjs'; // first: its exit handler must have ended the processes before folders go

const made = new Set();

function removeAll() {
  for (const dir of made) {
    if (process.env.KEEP === '1') console.error(`kept: ${dir}`);
    else fs.rmSync(dir, { recursive: true, force: true, maxRetries: 3 });
  }
  made.clear();
}

process.on('exit', removeAll);

/** A new folder under TMPDIR. Others may pass through it: PostgreSQL runs as a user of its own. */
export function makeRunDir(label = 'run') {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), `tillbridge-${label}.`));
  fs.chmodSync(dir, 0o711);
  made.add(dir);
  return dir;
}

/** Removes it now. A folder that a test still needs to look at stays with KEEP=1. */
export function removeRunDir(dir) {
  if (!made.delete(dir)) return;
  if (process.env.KEEP === '1') console.error(`kept: ${dir}`);
  else fs.rmSync(dir, { recursive: true, force: true, maxRetries: 3 });
}

export function makeSubdir(dir, name, mode = 0o755) {
  const sub = path.join(dir, name);
  fs.mkdirSync(sub, { recursive: true, mode });
  return sub;
}
