// Entry point of the command line, in plain JavaScript on purpose: it can say what is wrong under
// any Node, and with compiled code in the cache the TypeScript loader (30 ms) is never started.
import module from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

const oldestNode = 24;
if (Number(process.versions.node.split('.', 1)[0]) < oldestNode) {
  process.stderr.write(
    `keyreeve: Node ${oldestNode} is needed and this is ${process.versions.node}; use bin/keyreeve.\n`,
  );
  process.exit(70);
}

// Compiled code is kept in a folder of this account alone, never in the shared temporary folder.
const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
module.enableCompileCache(join(cache, 'keyreeve', 'compiled'));

const { runCommandLine } = await import('./run.ts');
await runCommandLine(process.argv.slice(2));
