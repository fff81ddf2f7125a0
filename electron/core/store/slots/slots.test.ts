import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { gcmOpen, gcmSeal, packSealed, unpackSealed } from '../../crypto/aead.ts';
import { canonicalJson } from '../../crypto/canonical-json.ts';
import { sha256 } from '../../crypto/mac.ts';
import { leastKdfCost } from '../../crypto/passphrase-kdf.ts';
import { Secret } from '../../kernel/secret.ts';
import { TestClock } from '../../kernel/test-clock.fixture.ts';
import { createKeystore, type OpenKeystore, openKeystore, peekKeystore } from '../keystore-file.ts';
import type { HsmSeal, UnlockWith } from './slot-kinds.ts';

const random = (length: number): Buffer => randomBytes(length);
const clock = new TestClock();
const phrase = (text: string): Secret => Secret.copyOf(Buffer.from(text));
const good = 'correct horse battery';
const other = 'another staple entirely';

/** An HSM with one sealing key in it, as far as a slot can tell. */
function token(serial: string, key = randomBytes(32)): HsmSeal {
  return {
    tokenSerial: serial,
    seal: async (plain, aad) =>
      plain.use((bytes) => packSealed(gcmSeal(key, randomBytes(12), aad, bytes))),
    open: async (sealed, aad) => Secret.adopt(gcmOpen(key, unpackSealed(sealed), aad)),
  };
}

let folder: string;
let path: string;
let open: OpenKeystore | null;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyreeve-slots-'));
  path = join(folder, 'a.keystore');
  open = null;
});
afterEach(() => {
  open?.store.close();
  rmSync(folder, { recursive: true, force: true });
});

const create = async (): Promise<OpenKeystore> => {
  open = await createKeystore({
    path,
    realm: 'real',
    clock,
    random,
    slot: { kind: 'passphrase', label: 'mine', passphrase: phrase(good), cost: leastKdfCost },
  });
  return open;
};
const unlock = async (unlockWith: UnlockWith): Promise<OpenKeystore> => {
  open?.store.close();
  open = await openKeystore({ path, unlock: unlockWith, clock, random });
  await open.store.verify();
  return open;
};
const withPhrase = (text: string): Promise<OpenKeystore> => unlock({ passphrase: phrase(text) });
const failure = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
  } catch (error) {
    if (error instanceof OperationError) return error.code;
    throw error;
  }
  return 'no error';
};
const files = (): string[] => [`${path}.slots`, `${path}.slots.copy`];
interface HeaderFile {
  revision: number;
  slots: {
    label: string;
    createdAt: number;
    kdf: { memory: number; passes: number; salt: string };
  }[];
  checksum?: string;
}
/** Rewrites a header file as an attacker would: with a fitting checksum, without the root key. */
const forge = (file: string, edit: (header: HeaderFile) => void): void => {
  const header = JSON.parse(readFileSync(file, 'utf8')) as HeaderFile;
  edit(header);
  delete header.checksum;
  const checksum = sha256(canonicalJson(header as never)).toString('hex');
  writeFileSync(file, canonicalJson({ ...header, checksum } as never));
};

describe('a passphrase', () => {
  it('opens what it made, and nothing else does', async () => {
    const made = await create();
    const { id } = made.store;
    expect(peekKeystore(path)).toMatchObject({
      storeId: id,
      realm: 'real',
      slots: [{ label: 'mine' }],
    });
    const opened = await withPhrase(good);
    expect(opened.store.id).toBe(id);
    expect(opened.store.condition).toBe('verified');
    expect(opened.openedBy.label).toBe('mine');
    opened.store.close();
    const before = readFileSync(path);
    expect(await failure(withPhrase('wrong horse battery'))).toBe('UNLOCK_REFUSED');
    expect(await failure(unlock({ passphrase: phrase(good), slot: 'theirs' }))).toBe(
      'UNLOCK_REFUSED',
    );
    expect(await failure(unlock({ hsm: token('1') }))).toBe('UNLOCK_REFUSED');
    expect(readFileSync(path)).toEqual(before);
  });

  it('has at least twelve characters, whatever their length in bytes', async () => {
    const spec = { path, realm: 'real' as const, clock, random };
    const slot = (text: string) => ({
      kind: 'passphrase' as const,
      label: 'x',
      passphrase: phrase(text),
      cost: leastKdfCost,
    });
    expect(await failure(createKeystore({ ...spec, slot: slot('elevenchars') }))).toBe(
      'PASSPHRASE_TOO_SHORT',
    );
    expect(await failure(createKeystore({ ...spec, slot: slot('ääääääääääa') }))).toBe(
      'PASSPHRASE_TOO_SHORT',
    );
    expect(readdirSync(folder)).toEqual([]);
    open = await createKeystore({ ...spec, slot: slot('ääääääääääaa') });
    await withPhrase('ääääääääääaa');
  });

  it('costs 256 MiB and three passes unless told otherwise, also when it is changed', async () => {
    const costs = () => {
      const header = JSON.parse(readFileSync(`${path}.slots`, 'utf8')) as HeaderFile;
      return header.slots.map(({ kdf: { salt: _salt, ...cost } }) => cost);
    };
    const usual = { name: 'argon2id', memory: 256 * 1024, passes: 3, lanes: 2 };
    const slot = { kind: 'passphrase', label: 'mine', passphrase: phrase(good) } as const;
    open = await createKeystore({ path, realm: 'real', clock, random, slot });
    expect(costs()).toEqual([usual]);
    await open.slots.changePassphrase({
      current: phrase(good),
      replacement: phrase(other),
      cost: leastKdfCost,
    });
    expect(costs()).toEqual([{ name: 'argon2id', ...leastKdfCost }]);
    await open.slots.changePassphrase({ current: phrase(other), replacement: phrase(good) });
    expect(costs()).toEqual([usual]);
  });

  it('is changed in one slot, asks for the current one, and takes the old one away', async () => {
    const { slots } = await create();
    const change = { current: phrase(other), replacement: phrase(other), cost: leastKdfCost };
    expect(await failure(slots.changePassphrase(change))).toBe('UNLOCK_REFUSED');
    const short = { ...change, current: phrase(good), replacement: phrase('short') };
    expect(await failure(slots.changePassphrase(short))).toBe('PASSPHRASE_TOO_SHORT');
    await slots.changePassphrase({ ...change, current: phrase(good) });
    expect(slots.list()).toHaveLength(1);
    expect(await failure(withPhrase(good))).toBe('UNLOCK_REFUSED');
    await withPhrase(other);
  });

  it('does not open by an older header put back', async () => {
    const { slots } = await create();
    const old = readFileSync(`${path}.slots`);
    await slots.changePassphrase({
      current: phrase(good),
      replacement: phrase(other),
      cost: leastKdfCost,
    });
    for (const file of files()) writeFileSync(file, old);
    expect(await failure(withPhrase(good))).toBe('KEYSTORE_HEADER_DAMAGED');
  });
});

describe('a passphrase change that a crash cut short', () => {
  it('between the two copies opens by the new passphrase and is finished', async () => {
    const { slots } = await create();
    const old = readFileSync(`${path}.slots`);
    await slots.changePassphrase({
      current: phrase(good),
      replacement: phrase(other),
      cost: leastKdfCost,
    });
    writeFileSync(`${path}.slots.copy`, old);
    expect((await withPhrase(other)).mended).toBe(true);
    expect(readFileSync(`${path}.slots.copy`)).toEqual(readFileSync(`${path}.slots`));
  });

  it('never brings the old passphrase back, nor lets one old copy spoil the new one', async () => {
    const { slots } = await create();
    const old = readFileSync(`${path}.slots`);
    await slots.changePassphrase({
      current: phrase(good),
      replacement: phrase(other),
      cost: leastKdfCost,
    });
    const newest = readFileSync(`${path}.slots`);
    for (const file of files()) {
      writeFileSync(file, old);
      expect(await failure(withPhrase(good))).toBe('UNLOCK_REFUSED');
      expect(files().filter((each) => readFileSync(each).equals(newest))).toHaveLength(1);
      expect((await withPhrase(other)).mended).toBe(true);
    }
  });
});

describe('slots', () => {
  it('are added and removed, never the last', async () => {
    const { slots } = await create();
    const hsm = token('7016234');
    await slots.add({ kind: 'hsm', label: 'hsm', hsm });
    expect(await failure(slots.add({ kind: 'hsm', label: 'mine', hsm }))).toBe('NAME_TAKEN');
    expect((await unlock({ hsm })).openedBy).toMatchObject({ kind: 'hsm', tokenSerial: '7016234' });
    const again = open as unknown as OpenKeystore;
    const last = again.slots.remove('mine');
    await expect(last).rejects.toMatchObject({
      code: 'CONFIRMATION_NEEDED',
      details: {
        option: '--without-passphrase',
        warning: expect.stringMatching(/only with .*7016234/),
      },
    });
    await again.slots.remove('mine', true);
    expect(await failure(again.slots.remove('mine'))).toBe('NOT_FOUND');
    expect(await failure(again.slots.remove('hsm'))).toBe('SLOT_LAST');
    expect(await failure(withPhrase(good))).toBe('UNLOCK_REFUSED');
    await unlock({ hsm });
  });

  it('combined need both halves', async () => {
    const { slots } = await create();
    const hsm = token('1');
    await slots.add({
      kind: 'combined',
      label: 'both',
      passphrase: phrase(other),
      hsm,
      cost: leastKdfCost,
    });
    await slots.remove('mine', true);
    expect(await failure(withPhrase(other))).toBe('UNLOCK_REFUSED');
    expect(await failure(unlock({ hsm }))).toBe('UNLOCK_REFUSED');
    expect(await failure(unlock({ passphrase: phrase(good), hsm }))).toBe('UNLOCK_REFUSED');
    expect(await failure(unlock({ passphrase: phrase(other), hsm: token('1') }))).toBe(
      'UNLOCK_REFUSED',
    );
    expect(
      await failure(unlock({ passphrase: phrase(other), hsm: { ...hsm, tokenSerial: '2' } })),
    ).toBe('UNLOCK_REFUSED');
    expect((await unlock({ passphrase: phrase(other), hsm })).openedBy.kind).toBe('combined');
  });

  it('pass on why an HSM could not be asked, unless another slot opens', async () => {
    const { slots } = await create();
    const hsm = token('1');
    await slots.add({ kind: 'hsm', label: 'hsm', hsm });
    const away: HsmSeal = {
      ...hsm,
      open: () => Promise.reject(new OperationError('HSM_UNAVAILABLE')),
    };
    expect(await failure(unlock({ hsm: away }))).toBe('HSM_UNAVAILABLE');
    await unlock({ hsm: away, passphrase: phrase(good) });
  });

  it('cannot be changed while the store is being checked', async () => {
    await create();
    open?.store.close();
    open = await openKeystore({ path, unlock: { passphrase: phrase(good) }, clock, random });
    const before = readFileSync(`${path}.slots`);
    const add = open.slots.add({ kind: 'hsm', label: 'hsm', hsm: token('1') });
    expect(await failure(add)).toBe('KEYSTORE_CHECKING');
    expect(readFileSync(`${path}.slots`)).toEqual(before);
  });
});

describe('the header files', () => {
  it.each([
    ['missing', (file: string) => rmSync(file)],
    ['empty', (file: string) => writeFileSync(file, '')],
    ['cut off', (file: string) => writeFileSync(file, readFileSync(file).subarray(0, 300))],
    [
      'bent',
      (file: string) =>
        writeFileSync(
          file,
          readFileSync(file, 'latin1').replace(/wrapped":"../, 'wrapped":"zz'),
          'latin1',
        ),
    ],
    ['huge', (file: string) => writeFileSync(file, Buffer.alloc(1 << 20, 0x20))],
    [
      'of a forged revision',
      (file: string) =>
        forge(file, (header) => {
          header.revision = 9;
        }),
    ],
    [
      'with a forged label',
      (file: string) =>
        forge(file, (header) => {
          for (const slot of header.slots) slot.label = 'forged';
        }),
    ],
  ])('one that is %s is mended from the other', async (_name, damage) => {
    await create();
    for (const file of files()) {
      open?.store.close();
      const whole = readFileSync(file);
      damage(file);
      expect((await withPhrase(good)).mended).toBe(true);
      expect(readFileSync(file)).toEqual(whole);
      expect((await withPhrase(good)).mended).toBe(false);
    }
  });

  it('both missing or both damaged are a refusal and never a new store', async () => {
    await create();
    open?.store.close();
    const before = readFileSync(path);
    const kept = readFileSync(`${path}.slots`);
    for (const file of files()) rmSync(file);
    expect(await failure(withPhrase(good))).toBe('KEYSTORE_HEADER_MISSING');
    for (const file of files()) writeFileSync(file, '{}');
    expect(await failure(withPhrase(good))).toBe('KEYSTORE_HEADER_DAMAGED');
    expect(readFileSync(path)).toEqual(before);
    for (const file of files()) writeFileSync(file, kept);
    await withPhrase(good);
  });

  it.each([
    [
      'a slot parameter',
      (header: HeaderFile) => {
        for (const slot of header.slots) slot.createdAt += 1;
      },
      'UNLOCK_REFUSED',
    ],
    [
      'the salt',
      (header: HeaderFile) => {
        for (const slot of header.slots) slot.kdf.salt = randomBytes(32).toString('base64');
      },
      'UNLOCK_REFUSED',
    ],
    [
      'a cheaper derivation',
      (header: HeaderFile) => {
        for (const slot of header.slots) slot.kdf.memory = 1024;
      },
      'KEYSTORE_HEADER_DAMAGED',
    ],
    [
      'a ruinous derivation',
      (header: HeaderFile) => {
        for (const slot of header.slots) slot.kdf.memory = 2 ** 40;
      },
      'KEYSTORE_HEADER_DAMAGED',
    ],
    [
      'the revision',
      (header: HeaderFile) => {
        header.revision += 1;
      },
      'KEYSTORE_HEADER_DAMAGED',
    ],
  ])('both forged in %s do not open', async (_name, edit, code) => {
    await create();
    open?.store.close();
    for (const file of files()) forge(file, edit);
    expect(await failure(withPhrase(good))).toBe(code);
  });

  it('of another store do not open this one', async () => {
    await create();
    open?.store.close();
    const theirs = join(folder, 'b.keystore');
    const b = await createKeystore({
      path: theirs,
      realm: 'real',
      clock,
      random,
      slot: { kind: 'passphrase', label: 'b', passphrase: phrase(good), cost: leastKdfCost },
    });
    b.store.close();
    const before = readFileSync(path);
    for (const suffix of ['.slots', '.slots.copy'])
      writeFileSync(path + suffix, readFileSync(theirs + suffix));
    expect(await failure(withPhrase(good))).toBe('KEYSTORE_DAMAGED');
    expect(readFileSync(path)).toEqual(before);
  });
});
