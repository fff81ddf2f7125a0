import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { knownModulePlaces } from '../../core/hsm/module-file.ts';

/** A SoftHSM module with a token folder of the demo's own, or null where none can be had. */
export interface SoftToken {
  readonly module: string;
  readonly configuration: string;
}

/**
 * Looks for SoftHSM and gives it a token folder inside `folder`. The module reads its configuration
 * from SOFTHSM2_CONF, which the HSM bridge inherits from this process.
 */
export function prepareSoftToken(folder: string): SoftToken | null {
  const module = knownModulePlaces.find((path) => path.includes('softhsm2') && existsSync(path));
  if (!module || !bindingThere()) return null;
  const tokens = join(folder, 'softhsm-tokens');
  const configuration = join(folder, 'softhsm2.conf');
  mkdirSync(tokens, { mode: 0o700 });
  const lines = [
    `directories.tokendir = ${tokens}`,
    'objectstore.backend = file',
    'log.level = ERROR',
    'slots.removable = false',
    '',
  ];
  writeFileSync(configuration, lines.join('\n'), { mode: 0o600 });
  process.env['SOFTHSM2_CONF'] = configuration;
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
