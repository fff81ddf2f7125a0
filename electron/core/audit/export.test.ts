import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { canonicalJson } from '../crypto/canonical-json.ts';
import { ecdsaSign, makeSigningKey, spkiFingerprint } from '../crypto/signature.ts';
import type { TemporaryStore } from '../store/store.fixture.ts';
import { fails, TestLog } from './audit.fixture.ts';
import type { AuditLog } from './audit-log.ts';
import { checkpointBytes, checkpointHash } from './checkpoint.ts';
import { exportLog } from './export.ts';
import { genesis, recordHash } from './record.ts';
import type { AuditSigner } from './signer.ts';
import { verifyExport } from './verify-export.ts';

let at: TestLog;
let temporary: TemporaryStore;
let audit: AuditLog;
beforeEach(() => {
  at = new TestLog();
  ({ temporary, audit } = at);
});
afterEach(() => at.dispose());

async function settle(): Promise<void> {
  for (let turn = 0; turn < 6; turn++) await temporary.clock.yield();
}

describe('an export', () => {
  let file: string;
  let fingerprint: string;
  let lines: string[];
  const parts = () => ({
    store: temporary.store,
    log: audit,
    clock: temporary.clock,
    random: temporary.random,
  });
  const verdict = async (edited: readonly string[] | string) => {
    writeFileSync(file, typeof edited === 'string' ? edited : `${edited.join('\n')}\n`);
    return verifyExport(file, fingerprint);
  };
  const atRecord = (seq: number): number =>
    lines.findIndex((line) => line.includes(`"seq":${seq},`) && line.endsWith('"record"}'));
  const body = (line: string) => (JSON.parse(line) as { body: Record<string, unknown> }).body;

  beforeEach(async () => {
    file = join(temporary.folder, 'log.jsonl');
    at.fill(300);
    await settle();
    at.fill(20, 301);
    const exported = await exportLog(parts(), file);
    expect(exported.records).toBe(320);
    fingerprint = exported.fingerprint;
    lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  });

  it('is proved without the keystore', async () => {
    const found = await verifyExport(file, fingerprint);
    expect(found).toMatchObject({
      ok: true,
      status: 0,
      records: 320,
      signedSize: 320,
      unsignedTail: 0,
      firstBad: null,
      problem: null,
      store: temporary.store.id,
      signer: 'software',
      remarks: [],
    });
    expect(lines).toHaveLength(1 + 1 + 320 + 2);
  });

  it('does not overwrite and does not guess a folder', async () => {
    expect(await fails(exportLog(parts(), file))).toMatchObject({
      code: 'BAD_INPUT',
      why: 'exists',
    });
    const nowhere = join(temporary.folder, 'no', 'log.jsonl');
    expect(await fails(exportLog(parts(), nowhere))).toMatchObject({ code: 'BAD_INPUT' });
    expect(await fails(verifyExport(nowhere, fingerprint))).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('says of a path that takes no file what is wrong with it, and blames no disk', async () => {
    const below = join(file, 'log.jsonl');
    const places = [below, '/proc/log.jsonl'];
    for (const place of places)
      expect(await fails(exportLog(parts(), place))).toMatchObject({ code: 'BAD_INPUT' });
    expect(await fails(verifyExport(below, fingerprint))).toMatchObject({ code: 'NOT_FOUND' });
    const folder = verifyExport(temporary.folder, fingerprint);
    expect(await fails(folder)).toMatchObject({ code: 'BAD_INPUT', field: 'file' });
  });

  it('shows any flipped bit', async () => {
    const whole = readFileSync(file);
    const step = Math.floor(whole.length / 400);
    for (let at = 0; at < whole.length; at += step) {
      const flipped = Buffer.from(whole);
      flipped.writeUInt8(flipped.readUInt8(at) ^ (1 << (at % 8)), at);
      writeFileSync(file, flipped);
      const found = await verifyExport(file, fingerprint);
      // The time in the first line is a note for people and is covered by nothing.
      const inNote = at < (lines[0] as string).length;
      expect(found.ok && !inNote, `byte ${at}`).toBe(false);
    }
  });

  it.each<[string, () => string[], number]>([
    [
      'an edit',
      () => lines.map((line, at) => (at === atRecord(7) ? line.replace('kim', 'eve') : line)),
      7,
    ],
    ['a deletion', () => lines.filter((_, at) => at !== atRecord(7)), 7],
    ['an insertion', () => lines.toSpliced(atRecord(7), 0, lines[atRecord(200)] as string), 7],
    ['a duplicate', () => lines.toSpliced(atRecord(7), 0, lines[atRecord(7)] as string), 8],
    [
      'a swap',
      () =>
        lines
          .with(atRecord(7), lines[atRecord(8)] as string)
          .with(atRecord(8), lines[atRecord(7)] as string),
      7,
    ],
    [
      'a backdated record',
      () =>
        lines.map((line, at) => (at === atRecord(9) ? line.replace(/"at":\d+/, '"at":1') : line)),
      9,
    ],
    [
      'a record spelled otherwise',
      () =>
        lines.map((line, at) =>
          at === atRecord(5) ? line.replace('{"action"', '{ "action"') : line,
        ),
      5,
    ],
    ['a removed signature', () => lines.filter((line) => !line.includes('"purpose":"count"')), 1],
    ['a truncated end', () => lines.slice(0, atRecord(310)), 301],
    ['an end cut back to a signature', () => lines.slice(0, atRecord(300) + 2), 301],
    ['a removed end signature', () => lines.slice(0, -1), 301],
  ])('shows %s', async (_name, edit, firstBad) => {
    const found = await verdict(edit());
    expect(found).toMatchObject({ ok: false, status: 1 });
    expect(found.problem).not.toBeNull();
    if (_name !== 'an end cut back to a signature') expect(found.firstBad).toBe(firstBad);
  });

  it('shows a tail that nobody signed, however well chained', async () => {
    const last = body(lines[atRecord(320)] as string);
    const forged = canonicalJson({
      ...last,
      seq: 321,
      prev: (JSON.parse(lines[atRecord(320)] as string) as { hash: string }).hash,
    } as never);
    const found = await verdict([
      ...lines,
      `{"body":${forged},"hash":"${recordHash(forged).toString('hex')}","type":"record"}`,
    ]);
    expect(found).toMatchObject({
      ok: false,
      status: 1,
      signedSize: 320,
      unsignedTail: 1,
      firstBad: 321,
    });
  });

  /** The whole log again with one word changed and every hash made to fit. */
  const rechained = (sign?: AuditSigner & { now(data: Buffer): Buffer }): string[] => {
    let head = genesis(temporary.store.id).toString('hex');
    let previous: string | null = null;
    return lines.flatMap((line) => {
      const item = JSON.parse(line) as { type: string; body: Record<string, unknown> };
      if (item.type === 'key' && sign) {
        return [
          canonicalJson({
            type: 'key',
            fingerprint: sign.fingerprint,
            spki: sign.publicKey.toString('base64'),
          }),
        ];
      }
      if (item.type === 'record') {
        const changed = {
          ...item.body,
          prev: head,
          actor: item.body['seq'] === 7 ? 'eve' : item.body['actor'],
        };
        const text = canonicalJson(changed as never);
        head = recordHash(text).toString('hex');
        return [`{"body":${text},"hash":"${head}","type":"record"}`];
      }
      if (item.type === 'checkpoint' && sign) {
        const text: string = canonicalJson({
          ...item.body,
          head,
          previous,
          key: sign.fingerprint,
        } as never);
        previous = checkpointHash(text);
        return [
          `{"body":${text},"signature":"${sign.now(checkpointBytes(text)).toString('base64')}","type":"checkpoint"}`,
        ];
      }
      return [line];
    });
  };

  it('shows a log that was chained anew', async () => {
    expect(await verdict(rechained())).toMatchObject({
      ok: false,
      status: 1,
      firstBad: 1,
      signedSize: 0,
    });
  });

  it('shows a log that was chained and signed anew with another key', async () => {
    const pair = makeSigningKey();
    const now = (data: Buffer): Buffer => ecdsaSign(pair.privateKey, data);
    const theirs = {
      kind: 'software' as const,
      publicKey: pair.publicKey,
      fingerprint: spkiFingerprint(pair.publicKey),
      sign: async (data: Buffer) => now(data),
      now,
    };
    const forged = rechained(theirs);
    expect(await verdict(forged)).toMatchObject({ ok: false, status: 2, signedSize: 0 });
    // It hangs together: with the forger's fingerprint it would pass. Hence "kept elsewhere".
    expect((await verifyExport(file, theirs.fingerprint)).status).toBe(0);
    const borrowed = forged.map((line) => line.replaceAll(theirs.fingerprint, fingerprint));
    expect(await verdict(borrowed)).toMatchObject({ ok: false, status: 1 });
  });

  it('tells of signatures by other keys in one line for each key, and that it checked none', async () => {
    const { status, remarks } = await verifyExport(file, 'ab'.repeat(32));
    expect(status).toBe(2);
    expect(remarks).toEqual([
      expect.stringMatching(/^2 signatures, the last over the records to 320, .* not checked: /),
    ]);
    expect(remarks[0]).toContain(fingerprint);
  });

  it('says where another key signed on, and not that nobody did', async () => {
    const last = (lines.at(-1) ?? '').replace(fingerprint, 'ab'.repeat(32));
    const found = await verdict([...lines.slice(0, -1), last]);
    expect(found).toMatchObject({ ok: false, status: 1, signedSize: 300, firstBad: 301 });
    expect(found.problem).toContain('signed by another key only');
    expect((await verdict(lines.slice(0, -1))).problem).toBe(
      'records at the end carry no signature',
    );
  });

  it('of an earlier day passes as what it is: older', async () => {
    at.fill(10, 321);
    const later = join(temporary.folder, 'later.jsonl');
    await exportLog(parts(), later);
    const [older, newer] = [
      await verifyExport(file, fingerprint),
      await verifyExport(later, fingerprint),
    ];
    expect([older.ok, newer.ok]).toEqual([true, true]);
    expect([older.signedSize, newer.signedSize]).toEqual([320, 330]);
    expect(older.signedHead).not.toBe(newer.signedHead);
  });

  it.each([
    ['empty', ''],
    ['random', randomBytes(2000).toString('latin1')],
    ['without a last line feed', '{"type":"log"}'],
    ['one endless line', 'x'.repeat(600_000)],
    ['deep', `${'['.repeat(100_000)}\n`],
    ['another JSON', '{"type":"record"}\n'],
  ])('that is %s is no log', async (_name, content) => {
    expect(await verdict(content)).toMatchObject({ ok: false, status: 1, records: 0 });
  });

  it('remarks that the clock ran backwards, and does not fail for it', async () => {
    const clock = temporary.clock as unknown as { jumpWall(ms: number): void };
    clock.jumpWall(-60_000);
    at.fill(1, 321);
    const later = join(temporary.folder, 'later.jsonl');
    await exportLog(parts(), later);
    expect(await verifyExport(later, fingerprint)).toMatchObject({
      ok: true,
      remarks: ['the clock ran backwards before record 321'],
    });
  });
});
