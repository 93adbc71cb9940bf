// A second terminal beside the demo: one file that sets all that tillctl, the services' --check-config and the lines
// of docs/operations.md need, so that they can be pasted as they stand.

import fs from 'node:fs';
import path from 'node:path';
import { inRoot } from '../../tests/support/paths.mjs';

const kafkaTools = ['kafka-console-consumer', 'kafka-console-producer', 'kafka-consumer-groups', 'kafka-get-offsets'];

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** Kafka's tools by the names that its own distribution gives them. */
function writeTools(bin) {
  fs.mkdirSync(bin);
  for (const tool of kafkaTools) {
    const script = `#!/bin/sh\nexec ${quoted(inRoot('deploy/lib/kafka.sh'))} tool ${tool} "$@"\n`;
    fs.writeFileSync(path.join(bin, `${tool}.sh`), script, { mode: 0o755 });
  }
}

/** Writes the file and gives back its path. */
export function writeEnv(stack) {
  const bin = path.join(stack.dir, 'bin');
  writeTools(bin);
  const { LOG_LEVEL, ...settings } = stack.env; // the services', not tillctl's
  const rows = Object.entries(settings).map(([name, value]) => `export ${name}=${quoted(value)}`);
  const file = path.join(stack.dir, 'tillctl.env');
  fs.writeFileSync(file, `${rows.join('\n')}\nexport PATH=${quoted(stack.binDir)}:${quoted(bin)}:"$PATH"\n`, { mode: 0o600 });
  return file;
}
