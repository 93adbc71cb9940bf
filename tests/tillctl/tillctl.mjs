// tillctl as a person or a script runs it.
import { binary } from '../support/paths.mjs';
import { run } from '../support/proc.mjs';

/**
 * Returns a function that runs tillctl with `settings` as its whole environment and resolves to
 * {code, stdout, stderr}; arguments as separate strings.
 */
export function tillctlWith(settings) {
  const env = { PATH: process.env.PATH, TZ: 'UTC', ...settings };
  return (...args) => run([binary('tillctl'), ...args], { env, timeoutMs: 60_000 });
}

/** The table that was printed, as rows of cells; columns are two or more blanks apart. */
export const rowsOf = (stdout) => stdout.trimEnd().split('\n').map((line) => line.split(/ {2,}/));
