import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeClock } from '../kernel/node-clock.ts';
import { nodeLauncher } from '../kernel/node-launcher.ts';
import { Secret } from '../kernel/secret.ts';
import type { AttachTarget, ModuleChoice } from './bridge/bridge.ts';
import { type BridgePorts, initializeToken } from './bridge/one-shot.ts';

/** Real processes, real time; nothing is logged. */
export const testPorts: BridgePorts = {
  clock: nodeClock,
  launcher: nodeLauncher,
  faults: { reach: () => undefined },
  log: { log: () => undefined },
};

export const softHsmModule = '/usr/lib/softhsm/libsofthsm2.so';
const nssModule = '/usr/lib/x86_64-linux-gnu/libsoftokn3.so';

/** A token of a test's own, in a folder of its own. */
export interface TestToken {
  readonly target: AttachTarget;
  /** What a person would type; null for the built-in device, which is given its key at attach. */
  readonly pin: Buffer | null;
  /** Where the token keeps its files. */
  readonly folder: string;
  remove(): void;
}

export interface TestTokenKind {
  readonly name: string;
  /** Null when it can be had here, else why not. */
  readonly missing: string | null;
  make(): Promise<TestToken>;
}

const missingModule = (path: string): string | null =>
  existsSync(path) ? null : `${path} is not installed`;

export const softHsm: TestTokenKind = {
  name: 'SoftHSM',
  missing: missingModule(softHsmModule),
  async make() {
    const { folder, choice } = softHsmChoice();
    return initialized(folder, choice, 'keyreeve-test');
  },
};

/** A SoftHSM configuration with an empty token folder. */
function softHsmChoice(): { folder: string; choice: ModuleChoice } {
  const folder = mkdtempSync(join(tmpdir(), 'keyreeve-softhsm-'));
  mkdirSync(join(folder, 'tokens'));
  const conf = join(folder, 'softhsm2.conf');
  writeFileSync(
    conf,
    `directories.tokendir = ${join(folder, 'tokens')}\nobjectstore.backend = file\nlog.level = ERROR\n`,
  );
  return { folder, choice: { module: softHsmModule, environment: { SOFTHSM2_CONF: conf } } };
}

export const nss: TestTokenKind = {
  name: 'NSS softokn',
  missing: missingModule(nssModule),
  async make() {
    const folder = mkdtempSync(join(tmpdir(), 'keyreeve-nss-'));
    const libraryParameters = `configdir='sql:${folder}' certPrefix='' keyPrefix='' secmod='secmod.db' flags=`;
    return initialized(folder, { module: nssModule, libraryParameters }, '');
  },
};

export const builtIn: TestTokenKind = {
  name: 'built-in software',
  missing: null,
  async make() {
    const key = Secret.copyOf(Buffer.alloc(32, 0x5a));
    return {
      target: { driver: 'software', key },
      pin: null,
      folder: '',
      remove: () => key.dispose(),
    };
  },
};

async function initialized(
  folder: string,
  choice: ModuleChoice,
  label: string,
): Promise<TestToken> {
  const pin = Buffer.from('correct-4711');
  const soPin = Buffer.from('so-pin-0815');
  const token = await initializeToken(testPorts, choice, { label, soPin, pin });
  const target: AttachTarget = {
    driver: 'pkcs11',
    ...choice,
    tokenSerial: token.serial,
    tokenLabel: token.label,
  };
  return { target, pin, folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/**
 * Runs `body` with the module itself, in a process of its own, behind the bridge's back: `cryptoki`,
 * `slot` and a logged-in read-write `session` are in scope, and CKA, CKM, CKO; and every file of
 * drivers/pkcs11 named in `files`, as `own['means.ts']`. Answers what `body` returns.
 */
export function behindItsBack(
  token: TestToken,
  body: string,
  files: readonly string[] = [],
): unknown {
  if (token.target.driver !== 'pkcs11' || token.pin === null) throw new Error('no module');
  const { module, environment, tokenSerial, libraryParameters } = token.target;
  const script = `
    import { Cryptoki } from '${import.meta.resolve('./drivers/pkcs11/cryptoki.ts')}';
    import { tokensPresent } from '${import.meta.resolve('./drivers/pkcs11/token-list.ts')}';
    import { CKA, CKM, CKO } from '${import.meta.resolve('./drivers/pkcs11/numbers.ts')}';
    const own = {};
    for (const file of ${JSON.stringify(files)}) own[file] = await import('${import.meta.resolve('./drivers/pkcs11/')}' + file);
    const cryptoki = await Cryptoki.load(${JSON.stringify({ path: module, libraryParameters })});
    const { slot } = tokensPresent(cryptoki).find((t) => t.status.serial === '${tokenSerial}' && t.status.pin !== 'not-set');
    const session = cryptoki.call('C_OpenSession', (m) => m.C_OpenSession(slot, 6));
    cryptoki.call('C_Login', (m) => m.C_Login(session, 1, '${token.pin.toString()}'));
    const result = (() => { ${body} })();
    cryptoki.finalize();
    process.stdout.write(JSON.stringify(result ?? null));`;
  const out = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], ...environment },
  });
  return JSON.parse(out);
}
