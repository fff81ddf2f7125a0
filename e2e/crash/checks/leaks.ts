import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { practiceSecretAccessKey } from '../../../electron/practice/kms/constants.ts';
import type { Stage } from '../stage.ts';
import type { Outcome } from '../trial.ts';

/** Something that must be found nowhere. */
interface Canary {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * The ways a secret may be spelled: as it is, in hexadecimal, and in base64 wherever in a longer
 * text it begins.
 */
export function spellings(bytes: Uint8Array): Buffer[] {
  const raw = Buffer.from(bytes);
  const hex = raw.toString('hex');
  const shifted = [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), raw])
      .toString('base64')
      .replace(/=+$/, '');
    // Characters that also spell what stands before or behind are left out.
    return text.slice(shift === 0 ? 0 : 4, -2);
  });
  const url = shifted.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'));
  const texts = [hex, hex.toUpperCase(), ...shifted, ...url];
  return [raw, ...[...new Set(texts)].map((text) => Buffer.from(text))];
}

/** I9: names the files below `folders` that hold a canary in any spelling. */
export function findCanaries(folders: readonly string[], canaries: readonly Canary[]): string[] {
  const needles = canaries.map(({ name, bytes }) => ({ name, spelled: spellings(bytes) }));
  return folders.flatMap((folder) =>
    files(folder).flatMap((path) => {
      const content = readFileSync(path);
      return needles
        .filter(({ spelled }) => spelled.some((needle) => content.includes(needle)))
        .map(({ name }) => `I9: ${name} lies open in ${relative(folder, path)}`);
    }),
  );
}

export function nothingLeaks(outcome: Outcome, stage: Stage): string[] {
  const keys = [...outcome.materials].map(([id, bytes]) => ({ name: `key ${id}`, bytes }));
  const canaries: Canary[] = [
    { name: 'the passphrase', bytes: stage.passphrase },
    ...(stage.pin ? [{ name: 'the PIN', bytes: stage.pin }] : []),
    { name: 'the secret access key', bytes: Buffer.from(practiceSecretAccessKey) },
    ...stage.rootKey.use((root) => [{ name: 'the root key', bytes: Buffer.from(root) }]),
    ...keys,
  ];
  return findCanaries([stage.runFolder, stage.outFolder, stage.homeFolder], canaries);
}

function files(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
