// docker-compose.yml as its tests read it.
import fs from 'node:fs';
import { parse } from 'yaml';
import { inRoot } from '../support/paths.mjs';

export const compose = parse(fs.readFileSync(inRoot('docker-compose.yml'), 'utf8'), { merge: true });

export const demo = Object.fromEntries(fs.readFileSync(inRoot('deploy/demo.env'), 'utf8').split('\n')
  .filter((line) => /^\w+=/.test(line)).map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));

export const programs = { fetcher: 'tillbridge-fetcher', reconciler: 'tillbridge-reconciler', stats: 'tillbridge-stats' };

const WAYS = {
  ':-': (given, rest) => given || rest,
  ':+': (given, rest) => given && rest,
  '?': (given, rest, name) => {
    if (given === undefined) throw new Error(`${name}: ${rest}`);
    return given;
  },
};
WAYS[':?'] = (given, rest, name) => WAYS['?'](given || undefined, rest, name);

/** ${NAME:-default}, ${NAME:+other}, ${NAME:?message} and ${NAME?message} as compose resolves them. */
export function resolve(value, env) {
  return String(value).replace(/\$\{(\w+)(?:(:[-+?]|\?)([^}]*))?\}/g,
    (all, name, way, rest) => (way ? WAYS[way](env[name], rest, name) : env[name]) ?? '');
}

export const environment = (service, env) => Object.fromEntries(Object.entries(compose.services[service].environment ?? {})
  .map(([name, value]) => [name, resolve(value, env)]));
