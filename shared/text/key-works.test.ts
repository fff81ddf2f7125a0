import { describe, expect, it } from 'vitest';
import { keyTypes, lengthsOf, usagesOf } from '../model/key-kinds.ts';
import { whatThen } from './endings.ts';
import { renderFailure } from './failures.ts';
import { type KeyWorks, keyWorks } from './key-works.ts';
import { renewalSentence } from './renewal.ts';
import { whatItMeans } from './scans.ts';
import { endings, type KeyState, keyStateMeaning, keyStates, standingTitles } from './states.ts';
import { synchronizeWords } from './synchronize.ts';

const kinds = keyTypes.flatMap((keyType) =>
  [...new Set(lengthsOf(keyType).flatMap((length) => usagesOf(keyType, length)))].map(
    (keyUsage) => ({ keyType, keyUsage }),
  ),
);

/** States of keys that encrypt, and of no others. */
const ofEncrypting: readonly KeyState[] = ['Decrypts only', 'Pending rotation'];

/** Everything that is said of such keys, as one text. */
function allSaid(kind: (typeof kinds)[number]): string {
  const works = keyWorks(kind);
  const about = { group: 'pay', version: 2, keyId: 'c07e91d4', works };
  const remove = { deleteMaterial: true, updatePolicy: false, importMaterial: false };
  const both = { deleteMaterial: false, updatePolicy: true, importMaterial: true };
  const row = { what: 'material', at: 2, renewsAt: null, rotatesAt: null };
  const ends = { ...row, key: { ...kind, remote: { state: 'Enabled' } } };
  const parts: unknown[] = Object.values(works);
  return [
    ...parts.map((part) => (typeof part === 'function' ? String(part('version 2')) : String(part))),
    ...(Object.keys(keyStates) as KeyState[])
      .filter((state) => !ofEncrypting.includes(state))
      .map((state) => keyStateMeaning(state, works)),
    endings.previousStays(about),
    endings.disabled(about),
    endings.enabled(about),
    renewalSentence(90, works, 'container'),
    synchronizeWords(remove, 2, works).sentence,
    synchronizeWords(both, 2, works).sentence,
    whatThen(ends as never, 1, String),
  ].join('\n');
}

describe('what is said of keys', () => {
  it('speaks of encrypting and decrypting only where keys do so', () => {
    expect(kinds).toHaveLength(6);
    for (const kind of kinds) {
      const encrypts = kind.keyUsage === 'encrypt-decrypt';
      expect(/crypt/.test(allSaid(kind)), JSON.stringify(kind)).toBe(encrypts);
    }
  });

  it('speaks of data and of encrypting nowhere where the kind of key is not known', () => {
    const failed = (['KEY_NOT_ENABLED', 'AWS_KEY_GONE', 'IMPORT_WRONG_MATERIAL'] as const).map(
      (code) => Object.values(renderFailure({ code, details: {} })).join(' '),
    );
    const found = [
      { standing: 'missing' },
      { standing: 'not-ours' },
      { standing: 'marked', read: { state: 'PendingImport', origin: 'EXTERNAL' } },
      { standing: 'marked', read: { state: 'Enabled', origin: 'EXTERNAL' } },
    ].map((key) => whatItMeans({ mark: null, read: null, ...key } as never));
    const said = [
      ...failed,
      ...found,
      ...Object.values(standingTitles),
      endings.firstKey({ alias: 'sign' }),
      endings.newAlias({ alias: 'sign' }),
    ];
    const alike = said.map((text) => text.replaceAll('decrypted, signed or verified', ''));
    expect(alike.filter((text) => /crypt|\bdata\b/i.test(text))).toEqual([]);
  });

  it('says of each what goes on, and what not, while AWS cannot use it', () => {
    const outside = (kind: (typeof kinds)[number]) => keyWorks(kind).outside.join();
    expect(outside({ keyType: 'AES', keyUsage: 'encrypt-decrypt' })).toBe('');
    expect(outside({ keyType: 'RSA', keyUsage: 'encrypt-decrypt' })).toMatch(/go on encrypting/);
    for (const keyType of ['RSA', 'ECC'] as const)
      expect(outside({ keyType, keyUsage: 'sign-verify' })).toMatch(/still be verified/);
    expect(outside({ keyType: 'HMAC', keyUsage: 'generate-verify-mac' })).toMatch(/nowhere/);
  });

  it('makes whole sentences of them', () => {
    const said = ({ stops, noneUnder, possible, lost }: KeyWorks) => [
      stops('version 2'),
      noneUnder('it'),
      possible('version 2'),
      lost('a disabled key'),
    ];
    expect(said(keyWorks({ keyType: 'ECC', keyUsage: 'sign-verify' }))).toEqual([
      'version 2 stops signing and verifying',
      'nothing is signed or verified with it',
      'version 2 can sign and verify',
      'nothing can be signed or verified with a disabled key',
    ]);
    expect(said(keyWorks({ keyType: 'AES', keyUsage: 'encrypt-decrypt' }))).toEqual([
      'everything under version 2 stops decrypting',
      'nothing under it decrypts',
      'data under version 2 can be decrypted',
      'data encrypted under a disabled key cannot be decrypted',
    ]);
  });
});
