import { createHash } from 'node:crypto';
import { appendFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { softHsm } from '../../electron/core/hsm/token.fixture.ts';
import { Finder } from './finder.ts';
import type { Sighting } from './film.ts';
import { filesIn, searchPlace } from './places.ts';
import { passing, planted, playProof, type Proof } from './proof-story.ts';
import { kcvOf } from './recover.ts';
import { spellings } from './spellings.ts';

/** Where a key must not be. Files that come and go while the keystore is open are in the film. */
const places = [
  ['the keystore file', 'run/a.keystore'],
  ['the first slot header', 'run/a.keystore.slots'],
  ['the second slot header', 'run/a.keystore.slots.copy'],
  ['the closing seal', 'run/a.keystore.seal'],
  ['the folder of keystore and device state', 'run'],
  ['the files of the SoftHSM token', 'run/tokens'],
  ['the log', 'run/state/log/keyreeve.jsonl'],
  ['the backup place', 'backups'],
  ['the audit export', 'out/audit.jsonl'],
  ['the details of all jobs', 'out/jobs.json'],
  ["the practice KMS's log of raw requests", 'out/kms-requests'],
  ['everything that any process printed', 'out'],
  ['the frames between core and bridge, both ways', 'traffic'],
] as const;
const names = ['hsm key 1', 'hsm key 2', 'software key 1'];
const rotationSteps = [
  ...[
    'check',
    'generate',
    'save',
    'create',
    'parameters',
    'wrap',
    'import',
    'confirm',
    'alias',
  ].map((step) => `group.force-rotate:${step}`),
  ...['check', 'delete', 'parameters', 'wrap', 'import', 'confirm'].map(
    (step) => `key.synchronize:${step}`,
  ),
];
const calls = ['hsm:generateKey', 'hsm:kcvOf', 'hsm:wrapForAws', 'aws:ImportKeyMaterial'];
const mayBeEmpty = [
  ['the temporary folder', 'tmp'],
  ['the home folder', 'home'],
] as const;

describe.skipIf(softHsm.missing !== null)('clear keys never leave the HSM', () => {
  let proof: Proof;
  let keys: Finder;
  let sightings: readonly Sighting[];

  beforeAll(async () => {
    proof = await playProof();
    keys = new Finder(new Map(proof.keys.map(({ name, clear }) => [name, spellings(clear)])));
    const controls = new Map([
      ['planted', spellings(planted)],
      ['passing file', spellings(passing)],
      ...proof.keys.map(({ name, blob }) => [`wrapped ${name}`, spellings(blob.wrapped)] as const),
      ...proof.keys.map(({ name, clear }) => [name, spellings(clear)] as const),
    ]);
    sightings = proof.film.search(new Finder(controls));
  });
  afterAll(() => proof?.[Symbol.dispose]());

  const needsMemory = ({ skip }: TestContext): void => {
    if (proof.memoryProblem === null) return;
    console.log(`memory was not searched: ${proof.memoryProblem}`);
    skip(proof.memoryProblem);
  };
  const seen = (secret: string): readonly Sighting[] =>
    sightings.filter((sighting) => sighting.secret === secret);

  it('recovers the keys by a second wrap: they are the ones that AWS holds', () => {
    expect(proof.keys.map(({ name }) => name).sort()).toEqual(names);
    for (const { clear, blob } of proof.keys) {
      expect(clear).toHaveLength(32);
      expect({ method: 'CMAC', value: kcvOf(clear) }).toEqual(blob.kcv);
    }
    const sums = proof.keys.map(({ clear }) => createHash('sha256').update(clear).digest('hex'));
    expect(new Set(proof.inAws)).toEqual(new Set(sums));
  });

  it('looked at every step of every job, and at what lay there open', (context) => {
    needsMemory(context);
    const { frames, bytes, unreadable } = proof.film.extent;
    const steps = new Set(proof.points.map((point) => point.replace(/:[a-z-]+$/, '')));
    console.log(
      `${frames} pictures of the core, ${(bytes / 1e9).toFixed(1)} GB of memory, ${steps.size} steps and calls`,
    );
    for (const step of [...rotationSteps, ...calls]) expect(steps).toContain(step);
    expect(unreadable / bytes).toBeLessThan(0.001);
    expect(proof.film.files.some((path) => path.endsWith('a.keystore-wal'))).toBe(true);
  });

  it('finds no key in the memory of the core nor in any file while jobs ran', (context) => {
    needsMemory(context);
    expect(proof.keys.flatMap(({ name }) => seen(name))).toEqual([]);
  });

  it('finds in memory what is there: a planted value, and the wrapped copies', (context) => {
    needsMemory(context);
    const where = (secret: string) => new Set(seen(secret).map((sighting) => sighting.where));
    expect(where('planted')).toEqual(new Set(['memory']));
    for (const name of names) expect(where(`wrapped ${name}`)).toEqual(new Set(['memory']));
    expect([...where('passing file')]).toEqual([join(proof.folders.at('tmp'), 'passing')]);
  });

  it.each(places)('finds no key in %s', (_name, place) => {
    const path = join(proof.folders.root, place);
    expect(filesIn(path).filter((file) => statSync(file.path).size > 0)).not.toEqual([]);
    expect(searchPlace(path, keys)).toEqual([]);
  });
  it.each(mayBeEmpty)('finds no key in %s', (_name, place) => {
    expect(searchPlace(join(proof.folders.root, place), keys)).toEqual([]);
  });

  it('finds the wrapped copies and a planted value in the frames', () => {
    const all = new Map([
      ['planted', spellings(planted)],
      ...proof.keys.map(({ name, blob }) => [name, spellings(blob.wrapped)] as const),
    ]);
    const hits = searchPlace(proof.folders.at('traffic'), new Finder(all));
    for (const secret of all.keys()) {
      for (const direction of ['to-bridge', 'from-bridge']) {
        const inIt = hits.filter((hit) => hit.path.includes(direction) && hit.secret === secret);
        expect(inIt.length, `${secret} ${direction}`).toBeGreaterThan(0);
      }
    }
  });

  it('keeps the passphrase out of the bridge, which was given the PIN', (context) => {
    needsMemory(context);
    expect(proof.bridgeHits).toEqual(['PIN']);
  });

  it('runs without core dumps and leaves none', () => {
    expect(proof.coreLimits).toEqual(['0 0']);
    const left = filesIn(proof.folders.root).map(({ path }) => path);
    expect(left.filter((path) => /\/core(\.\d+)?$/.test(path))).toEqual([]);
  });

  // Last: from here on the places hold what was planted in them.
  it.each([...places, ...mayBeEmpty])('would find a key in %s', (_name, place) => {
    const path = join(proof.folders.root, place);
    const file = statSync(path).isDirectory() ? join(path, 'planted') : path;
    const all = spellings(planted);
    const finder = new Finder(new Map([['planted', all]]));
    for (const { bytes, name } of all) {
      const there = () => searchPlace(path, finder).filter((hit) => hit.spelling === name).length;
      const before = there();
      appendFileSync(file, bytes);
      expect(there(), name).toBeGreaterThan(before);
    }
  });
});
