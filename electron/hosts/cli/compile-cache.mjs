import { existsSync, mkdirSync } from 'node:fs';
import module from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** Keeps compiled code in a folder of this account alone, never in the shared temporary folder. */
export function keepCompiledCode() {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const folder = join(cache, 'keyreeve', 'compiled');
  if (made(folder)) module.enableCompileCache(folder);
}

/** Node makes this folder too, but where none can be made (below /proc) it would try for ever. */
function made(folder) {
  if (existsSync(folder)) return true;
  if (!made(dirname(folder))) return false;
  try {
    mkdirSync(folder, { mode: 0o700 });
    return true;
  } catch {
    // another process was faster, or there is no cache
    return existsSync(folder);
  }
}
