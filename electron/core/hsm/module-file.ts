import { createHash } from 'node:crypto';
import { readFile, realpath, stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { OperationError } from '../../../shared/errors/operation-error.ts';

/** A module file as it was found: what the keystore pins. */
export interface ModuleFile {
  /** As it was asked for. */
  readonly path: string;
  /** Symlinks resolved: the file that is loaded. */
  readonly resolved: string;
  /** Of its content, hex. */
  readonly sha256: string;
}

const largest = 512 * 1024 * 1024;

/** Where modules usually are. Nothing else is ever tried unasked. */
export const knownModulePlaces: readonly string[] = [
  '/usr/lib/softhsm/libsofthsm2.so',
  '/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so',
  '/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so',
  '/usr/lib64/pkcs11/libsofthsm2.so',
  '/usr/lib64/softhsm/libsofthsm.so',
  '/usr/local/lib/softhsm/libsofthsm2.so',
  '/opt/homebrew/lib/softhsm/libsofthsm2.so',
  '/usr/lib/x86_64-linux-gnu/libkryoptic_pkcs11.so',
  '/usr/lib64/pkcs11/libkryoptic_pkcs11.so',
  '/usr/lib/x86_64-linux-gnu/opencryptoki/libopencryptoki.so',
  '/usr/lib64/opencryptoki/libopencryptoki.so',
  '/usr/safenet/lunaclient/lib/libCryptoki2_64.so',
  '/usr/lunasa/lib/libCryptoki2_64.so',
  '/opt/nfast/toolkits/pkcs11/libcknfast.so',
  '/opt/utimaco/p11/libcs_pkcs11_R3.so',
  '/usr/lib/utimaco/libcs_pkcs11_R3.so',
  '/opt/cloudhsm/lib/libcloudhsm_pkcs11.so',
  '/usr/lib/x86_64-linux-gnu/pkcs11/yubihsm_pkcs11.so',
  '/usr/local/lib/libfxpkcs11.so',
  '/opt/futurex/fxpkcs11/libfxpkcs11.so',
  'C:\\SoftHSM2\\lib\\softhsm2-x64.dll',
  'C:\\Program Files\\SafeNet\\LunaClient\\cryptoki.dll',
  'C:\\Program Files\\nCipher\\nfast\\toolkits\\pkcs11\\cknfast.dll',
];

/**
 * Looks at a module file before anything is loaded from it.
 * @throws OperationError BAD_INPUT when the path is not absolute, HSM_MODULE_UNUSABLE when there is
 * no regular file, or when it is not the one that was pinned
 */
export async function inspectModule(path: string, pinnedSha256?: string): Promise<ModuleFile> {
  if (!isAbsolute(path) || path.includes('\0')) {
    throw new OperationError('BAD_INPUT', { field: 'module', why: 'its path is not absolute' });
  }
  const { resolved, content } = await readModule(path);
  const sha256 = createHash('sha256').update(content).digest('hex');
  if (pinnedSha256 !== undefined && pinnedSha256 !== sha256) {
    const problem = 'This is not the module file that was attached before.';
    throw new OperationError('HSM_MODULE_UNUSABLE', {
      problem,
      reason: 'replaced',
      module: resolved,
      expected: pinnedSha256,
      found: sha256,
    });
  }
  return { path, resolved, sha256 };
}

/** The known places where a regular file is, each file once. */
export async function listModules(): Promise<ModuleFile[]> {
  const found = new Map<string, ModuleFile>();
  for (const path of knownModulePlaces.filter(isAbsolute)) {
    try {
      const module = await inspectModule(path);
      if (!found.has(module.resolved)) found.set(module.resolved, module);
    } catch (error) {
      // A place where no module is says nothing.
      if (!(error instanceof OperationError)) throw error;
    }
  }
  return [...found.values()];
}

async function readModule(path: string): Promise<{ resolved: string; content: Buffer }> {
  try {
    const resolved = await realpath(path);
    const info = await stat(resolved);
    if (!info.isFile()) throw unusable(path, 'This is not a regular file.');
    if (info.size > largest) throw unusable(path, 'This file is too large for a module.');
    return { resolved, content: await readFile(resolved) };
  } catch (error) {
    if (error instanceof OperationError) throw error;
    const name = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw unusable(path, 'There is no module file that can be read.', name, error);
  }
}

function unusable(path: string, problem: string, name?: string, cause?: unknown): OperationError {
  const external = name === undefined ? {} : { external: { name, at: 'open' } };
  return new OperationError(
    'HSM_MODULE_UNUSABLE',
    { problem, module: path },
    { ...external, cause },
  );
}
