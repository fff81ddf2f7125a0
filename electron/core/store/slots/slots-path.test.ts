import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { Secret } from '../../kernel/secret.ts';
import { TestClock } from '../../kernel/test-clock.fixture.ts';
import { createKeystore, type OpenKeystore, openKeystore } from '../keystore-file.ts';
import type { HsmSeal, UnlockWith } from './slot-kinds.ts';

const ports = { clock: new TestClock(), random: (length: number): Buffer => randomBytes(length) };
const passphrase = Secret.copyOf(Buffer.from('correct horse battery'));
const cost = { memory: 64 * 1024, passes: 3, lanes: 2 };
const realm = 'real' as const;
/** A token that is not asked in these tests, or refuses. */
const token = (answer: string): HsmSeal => ({
  tokenSerial: '1',
  seal: () => Promise.reject(new OperationError('HSM_UNAVAILABLE')),
  open: () => Promise.reject(new Error(answer)),
});

let folder: string;
let path: string;
let open: OpenKeystore | null;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyreeve-path-'));
  path = join(folder, 'a.keystore');
  open = null;
});
afterEach(() => {
  open?.store.close();
  rmSync(folder, { recursive: true, force: true });
});

const create = async (): Promise<void> => {
  open = await createKeystore({
    ...ports,
    path,
    realm,
    slot: { kind: 'passphrase', label: 'mine', passphrase, cost },
  });
};
const createByToken = (): Promise<OpenKeystore> =>
  createKeystore({ ...ports, path, realm, slot: { kind: 'hsm', label: 'x', hsm: token('') } });
const unlock = (by: UnlockWith): Promise<OpenKeystore> =>
  openKeystore({ ...ports, path, unlock: by });
const failure = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
  } catch (error) {
    if (error instanceof OperationError) return error.code;
    throw error;
  }
  return 'no error';
};

describe('what stands at the path', () => {
  it('is looked at before anything is done', async () => {
    expect(await failure(unlock({ passphrase }))).toBe('KEYSTORE_NOT_FOUND');
    mkdirSync(path);
    expect(await failure(unlock({ passphrase }))).toBe('KEYSTORE_NOT_A_FILE');
    expect(await failure(create())).toBe('KEYSTORE_NOT_A_FILE');
    rmSync(path, { recursive: true });
    symlinkSync(join(folder, 'elsewhere'), path);
    expect(await failure(unlock({ passphrase }))).toBe('KEYSTORE_NOT_A_FILE');
    expect(await failure(create())).toBe('KEYSTORE_NOT_A_FILE');
    rmSync(path);
    writeFileSync(path, '');
    expect(await failure(unlock({ passphrase }))).toBe('KEYSTORE_DAMAGED');
    expect(await failure(create())).toBe('KEYSTORE_EXISTS');
    rmSync(path);
    await create();
    expect(await failure(createByToken())).toBe('KEYSTORE_EXISTS');
  });

  it('is nothing where the path goes through a file or in a circle, and no failure of the disk', async () => {
    const file = path;
    writeFileSync(file, 'a letter');
    path = join(file, 'b.keystore');
    expect(await failure(create())).toBe('KEYSTORE_NOT_FOUND');
    expect(await failure(unlock({ passphrase }))).toBe('KEYSTORE_NOT_FOUND');
    symlinkSync('circle', join(folder, 'circle'));
    path = join(folder, 'circle', 'b.keystore');
    expect(await failure(create())).toBe('KEYSTORE_NOT_FOUND');
    expect(await failure(unlock({ passphrase }))).toBe('KEYSTORE_NOT_FOUND');
    // a folder that is reached by a link is one
    mkdirSync(join(folder, 'real'));
    symlinkSync('real', join(folder, 'link'));
    path = join(folder, 'link', 'b.keystore');
    await create();
  });

  it('is in use by one at a time, known before a passphrase is tried', async () => {
    await create();
    expect(await failure(unlock({ hsm: token('asked') }))).toBe('KEYSTORE_IN_USE');
  });

  it('leaves nothing behind when making it fails', async () => {
    expect(await failure(createByToken())).toBe('HSM_UNAVAILABLE');
    await create();
  });
});
