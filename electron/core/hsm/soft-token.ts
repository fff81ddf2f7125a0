import { existsSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { makeFolder } from '../kernel/make-folder.ts';
import { knownModulePlaces } from './module-file.ts';

/** A SoftHSM module with a token folder of its own. */
export interface SoftToken {
  readonly module: string;
  readonly configuration: string;
}

/** Where SoftHSM is on this computer; null where it or the way to load it is missing. */
export function findSoftHsm(): string | null {
  const module = knownModulePlaces.find((path) => /softhsm2/i.test(path) && existsSync(path));
  return module !== undefined && bindingThere() ? module : null;
}

/** What the bridge process must be given so that SoftHSM keeps its tokens in that folder. */
export const softTokenEnvironment = (folder: string): Readonly<Record<string, string>> => ({
  SOFTHSM2_CONF: join(folder, 'softhsm2.conf'),
});

/**
 * Gives SoftHSM a token folder inside `folder`; null where there is no SoftHSM. Nothing else reads
 * the configuration but a process that is told of it in SOFTHSM2_CONF.
 */
export function prepareSoftToken(folder: string): SoftToken | null {
  const module = findSoftHsm();
  if (module === null) return null;
  const tokens = join(folder, 'softhsm-tokens');
  const configuration = softTokenEnvironment(folder)['SOFTHSM2_CONF'] ?? '';
  makeFolder(tokens);
  const lines = [
    `directories.tokendir = ${tokens}`,
    'objectstore.backend = file',
    'log.level = ERROR',
    'slots.removable = false',
    '',
  ];
  writeFileSync(configuration, lines.join('\n'), { mode: 0o600 });
  return { module, configuration };
}

/** pkcs11js is optional: a machine without a compiler has none. Only looked up, never loaded here. */
function bindingThere(): boolean {
  try {
    const path = createRequire(import.meta.url).resolve('pkcs11js/package.json');
    return existsSync(join(path, '..', 'build', 'Release', 'pkcs11.node'));
  } catch {
    return false;
  }
}
