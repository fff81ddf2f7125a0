import { appendFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { softHsm } from '../../electron/core/hsm/token.fixture.ts';
import { CanaryStory } from './canary-story.ts';
import { Finder } from './finder.ts';
import { filesIn, searchPlace } from './places.ts';
import { spellings } from './spellings.ts';

/** Everything the run wrote, but for the files that the secrets were given in. */
const places = [
  ['the keystore and its slot headers', 'run'],
  ['the log', 'run/state/log/keyreeve.jsonl'],
  ['the files of the SoftHSM token', 'run/tokens'],
  ['the backup place', 'backups'],
  ['the audit export', 'out/audit.jsonl'],
  ['what every command, the daemon and the practice KMS printed', 'out'],
  ["the practice KMS's log of raw requests", 'out/requests'],
  ['the home folder, with the compile cache', 'home'],
] as const;
const planted = 'a-canary-that-is-planted-f3a8c1d7';

describe.skipIf(softHsm.missing !== null)('secrets that are given in stay in', () => {
  const story = new CanaryStory();
  let finder: Finder;

  beforeAll(async () => {
    await story.play();
    const mistyped = spellings(Buffer.from(story.mistyped));
    finder = new Finder(new Map([...story.secrets(), ['mistyped', mistyped]]));
  });
  afterAll(() => story[Symbol.asyncDispose]());

  const needsMemory = ({ skip }: TestContext): void => {
    if (story.memoryProblem === null) return;
    console.log(`memory was not searched: ${story.memoryProblem}`);
    skip(story.memoryProblem);
  };
  /** Of a session, AWS's protocol sends the token with each request. */
  const sentByProtocol = (hit: { secret: string; path: string }): boolean =>
    hit.secret === 'session-token' && hit.path.endsWith('/requests');

  it('refuses what is wrong, and every secret typed in the wrong place', () => {
    expect(story.cli.refusals.length).toBeGreaterThan(20);
    expect(story.cli.refusals.filter(({ code }) => code === 0 || code === null)).toEqual([]);
    expect(story.cli.refusals.filter(({ code }) => code === 70)).toEqual([]);
  });

  it.each(places)('writes none to %s', (_name, place) => {
    const path = join(story.folders.root, place);
    expect(filesIn(path).filter((file) => statSync(file.path).size > 0)).not.toEqual([]);
    expect(searchPlace(path, finder).filter((hit) => !sentByProtocol(hit))).toEqual([]);
  });

  it('leaves nothing in the temporary folder', () => {
    expect(searchPlace(story.folders.at('tmp'), finder)).toEqual([]);
  });

  it("tells the practice KMS's journal none", () => {
    expect(story.journal).toContain('ImportKeyMaterial');
    expect(finder.find(Buffer.from(story.journal))).toEqual([]);
  });

  it('searches a log of requests that holds what is sent: the session token', () => {
    const hits = searchPlace(join(story.folders.root, 'out/requests'), finder);
    expect(new Set(hits.map((hit) => hit.secret))).toEqual(new Set(['session-token']));
  });

  it('passes none by argument or environment to any process it starts', () => {
    const { seen } = story.cli.witness;
    const showing = (what: 'cmdline' | 'environ') =>
      seen
        .filter((each) => each.what === what)
        .map((each) => ({ ...each, text: Buffer.from(each.text) }));
    expect(showing('cmdline').some(({ text }) => text.includes('hsm/bridge/main.ts'))).toBe(true);
    expect(showing('environ').some(({ text }) => text.includes(story.folders.at('tmp')))).toBe(
      true,
    );

    expect(showing('environ').flatMap(({ text }) => finder.find(text))).toEqual([]);
    const byHand = showing('cmdline').filter(({ pid, text }) => {
      const given = finder.find(text).map((hit) => hit.secret);
      // AWS's part was given its own secret; a person's slip stands in that person's command
      return given.some((secret) => secret !== 'mistyped' && pid !== story.kmsPid);
    });
    expect(byHand.filter(({ text }) => !text.includes('practice-kms'))).toEqual([]);
    for (const { text } of showing('cmdline').filter((each) => each.text.includes('bridge'))) {
      expect(finder.find(text)).toEqual([]);
    }
  });

  it('lets no process write its memory to the disk', () => {
    const { seen } = story.cli.witness;
    const last = (pid: number, what: string) =>
      seen.findLast((each) => each.pid === pid && each.what === what)?.text ?? '';
    const programs = seen.filter(
      ({ what, text }) => what === 'cmdline' && /entry.mjs|bridge/.test(text),
    );
    expect(programs.length).toBeGreaterThan(20);
    for (const { pid, text } of programs) {
      expect(last(pid, 'limits'), text).toMatch(/^Max core file size +0 +0 /m);
      expect(Number.parseInt(last(pid, 'coredump_filter'), 16), text).toBe(0);
    }
  });

  it('finds in the memory of an open daemon what has to be there', (context) => {
    needsMemory(context);
    const look = story.looks.get('unlocked');
    console.log('hits in the open daemon:', look?.core, 'in its bridges:', look?.bridges);
    expect(Object.keys(look?.core ?? {})).toEqual(
      expect.arrayContaining(['pin', 'secret-key', 'root key', 'key for db']),
    );
    expect(look?.bridges).toHaveProperty('pin');
    const given = Object.keys(look?.bridges ?? {});
    // the memory of a bridge is inside the vault: there a key that comes in is opened
    const ofTheVault = ['key for software vault', ...story.brought.keys()];
    const others = given.filter((name) => !name.endsWith('pin') && !ofTheVault.includes(name));
    expect(others).toEqual([]);
  });

  it('opens keys that come in wrapped outside of the core', (context) => {
    needsMemory(context);
    const wrapped = ['a key brought in, hsm', 'a key brought in, software'];
    expect([...story.brought.keys()]).toEqual(expect.arrayContaining(wrapped));
    for (const name of wrapped)
      expect(story.looks.get('unlocked')?.core).not.toHaveProperty([name]);
  });

  it.for([
    'after a wrong passphrase',
    'after a lock',
    'after a lock of what the HSM had opened',
    'after a backup was verified',
  ])('leaves nothing in the memory of a daemon %s', (moment, context) => {
    needsMemory(context);
    expect(story.looks.get(moment)).toEqual({ core: {}, bridges: {}, processes: 1 });
  });

  // Last: from here on the places hold what was planted in them.
  it.each([...places, ['the temporary folder', 'tmp'] as const])(
    'would find one in %s',
    (_name, place) => {
      const path = join(story.folders.root, place);
      const file = statSync(path).isDirectory() ? join(path, 'planted') : path;
      const all = spellings(Buffer.from(planted));
      const search = new Finder(new Map([['planted', all]]));
      for (const { bytes, name } of all) {
        const there = () => searchPlace(path, search).filter((hit) => hit.spelling === name).length;
        const before = there();
        appendFileSync(file, bytes);
        expect(there(), name).toBeGreaterThan(before);
      }
    },
  );
});
