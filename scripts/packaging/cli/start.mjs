// Entry point of the packaged command line: holds every file beside it against what was packaged,
// before any of them is loaded. The launcher has held this file and Node against theirs.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** SHA-256 of each file, by its name; filled in when the package is put together. */
const packaged = '@packaged@';

const changed = Object.entries(packaged).find(([name, sum]) => sumOf(name) !== sum);
if (changed !== undefined) {
  const file = join(import.meta.dirname, changed[0]);
  process.stderr.write(
    `keyreeve: ${file} is not the file that was packaged, so nothing was started.\n` +
      'Install the package again. If that does not help, find out who changed it.\n',
  );
  process.exit(70);
}

const { keepCompiledCode } = await import('./compile-cache.js');
keepCompiledCode();
const { runCommandLine } = await import('./keyreeve.js');
await runCommandLine(process.argv.slice(2));

function sumOf(name) {
  try {
    const bytes = readFileSync(join(import.meta.dirname, name));
    return createHash('sha256').update(bytes).digest('hex');
  } catch {
    return 'not readable';
  }
}
