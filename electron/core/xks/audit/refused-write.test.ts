import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TestClock } from '../../kernel/test-clock.fixture.ts';
import { ports } from '../world.fixture.ts';
import { proxyRecord } from './record.fixture.ts';
import { AuditLog, AuditUnavailable } from './segment.ts';
import { verifySegments } from './verify-segments.ts';

type Call = 'write' | 'truncate' | 'sync';

describe('a segment whose disk refuses a write', () => {
  let folder: string;
  let handle: FileHandle;
  let log: AuditLog;
  const clock = new TestClock(0);
  const reopen = () => AuditLog.open(ports(clock), { folder, node: 'n', segmentBytes: 2_000 });

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'keyreeve-xks-refused-'));
    handle = await open(join(folder, 'any'), 'w');
    log = await reopen();
    await log.append(proxyRecord(1));
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await handle.close();
    await log.close();
    rmSync(folder, { recursive: true });
  });

  const disk = () => Object.getPrototypeOf(handle) as Pick<FileHandle, Call>;
  /** The next calls are refused, after all or half of a write was done, and none of a truncation. */
  function refuse(call: Call, times: number): void {
    const real = disk()[call] as (...given: unknown[]) => Promise<unknown>;
    const spy = vi.spyOn(disk(), call);
    for (let n = 0; n < times; n++) {
      spy.mockImplementationOnce(async function (this: FileHandle, ...given: unknown[]) {
        const [bytes, from, length, at] = given as [Buffer, number, number, number];
        const some = n % 2 === 0 ? length : length >> 1;
        if (call === 'write') await real.call(this, bytes, from, some, at);
        if (call === 'sync') await real.call(this);
        throw Object.assign(new Error('refused'), { code: 'EIO' });
      } as never);
    }
  }
  async function appendUntilTaken(first: number): Promise<number> {
    for (let refused = 0; ; refused++) {
      await clock.advance(600);
      try {
        await log.append(proxyRecord(first + refused));
        return refused;
      } catch (error) {
        expect(error).toBeInstanceOf(AuditUnavailable);
        expect(log.healthy).toBe(false);
      }
    }
  }
  const checked = () =>
    verifySegments(
      readdirSync(folder)
        .filter((name) => name.startsWith('xks-'))
        .toSorted()
        .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') })),
    );

  it.each<[string, [Call, number][], number]>([
    ['once', [['write', 1]], 1],
    ['again at the head of the next segment', [['write', 3]], 3],
    [
      'after which nothing can be taken back for a while',
      [
        ['write', 1],
        ['truncate', 2],
      ],
      2,
    ],
    [
      'and then the names in its folder',
      [
        ['write', 1],
        ['sync', 2],
      ],
      3,
    ],
  ])('%s goes on in one chain, now and after a restart', async (_, refusals, refused) => {
    for (const [call, times] of refusals) refuse(call, times);
    expect(await appendUntilTaken(2)).toBe(refused);
    await log.append(proxyRecord(20));
    expect(checked()).toMatchObject({ records: 3, gaps: [] });
    await log.close();
    log = await reopen();
    await log.append(proxyRecord(30));
    expect(checked()).toMatchObject({ records: 4, gaps: [] });
  });
});
