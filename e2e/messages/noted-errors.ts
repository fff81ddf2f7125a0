import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Every line of a host's log that is an error. A message of a stranger must not be able to cause one. */
export function notedErrors(stateFolder: string): readonly string[] {
  const file = join(stateFolder, 'log', 'keyreeve.jsonl');
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line.includes('"level":"error"'));
}
