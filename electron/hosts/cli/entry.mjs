// Entry point of the command line, in plain JavaScript on purpose: it can say what is wrong under
// any Node, and with compiled code in the cache the TypeScript loader (30 ms) is never started.
import { keepCompiledCode } from './compile-cache.mjs';

const oldestNode = 24;
if (Number(process.versions.node.split('.', 1)[0]) < oldestNode) {
  process.stderr.write(
    `keyreeve: Node ${oldestNode} is needed and this is ${process.versions.node}; use bin/keyreeve.\n`,
  );
  process.exit(70);
}

keepCompiledCode();

const { runCommandLine } = await import('./run.ts');
await runCommandLine(process.argv.slice(2));
