import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestClock } from '../../kernel/test-clock.fixture.ts';
import { ports } from '../world.fixture.ts';
import { proxyRecord } from './record.fixture.ts';
import { AuditLog } from './segment.ts';
import { verifySegments } from './verify-segments.ts';

const record = { ...proxyRecord(1), principal: 'p'.repeat(2000) };

describe('room that a segment keeps ahead of its records', () => {
  let folder: string;
  let log: AuditLog;
  const clock = new TestClock(0);
  const segments = (of: string) =>
    readdirSync(of)
      .sort()
      .map((name) => ({ name, text: readFileSync(join(of, name), 'latin1') }));
  const append = async (many: number): Promise<void> => {
    for (let n = 0; n < many; n++) await log.append(record);
  };
  const only = (): { name: string; text: string } => segments(folder)[0] as never;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'keyreeve-xks-room-'));
    log = await AuditLog.open(ports(clock), { folder, node: 'n' });
    await append(40);
    // made beside the writing
    await expect.poll(() => only().text.endsWith('\n\n')).toBe(true);
    await append(5);
  });
  afterEach(async () => {
    await log.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is no gap while the segment is written, and is taken off at its end', async () => {
    const room = only().text.length;
    expect(verifySegments(segments(folder))).toMatchObject({ records: 45, gaps: [] });
    await append(3);
    expect(only().text).toHaveLength(room);
    await log.close();
    const { text } = only();
    expect(text).toMatch(/\}\n$/);
    expect(verifySegments(segments(folder))).toMatchObject({ records: 48, gaps: [] });
  });

  it.each<[string, (lines: string[]) => string]>([
    ['as it was', (lines) => lines.join('\n')],
    ['with half a line in it', (lines) => `${lines.join('\n')}\n${lines[9]?.slice(0, 500)}`],
    [
      'with lines behind a hole',
      (lines) => `${lines.join('\n')}${'\n'.repeat(4096)}{"seq":47,"prev":"x"}\n{"seq":48}`,
    ],
  ])('is taken off after a crash, %s', async (_, crashed) => {
    const { name, text } = only();
    const other = join(folder, 'crashed');
    mkdirSync(other);
    copyFileSync(join(folder, name), join(other, name));
    const lines = text.slice(0, text.indexOf('\n\n')).split('\n');
    const left = crashed(lines);
    writeFileSync(join(other, name), left + '\n'.repeat(text.length - left.length));
    expect(verifySegments(segments(other))).toMatchObject({ records: 45, gaps: [] });

    const again = await AuditLog.open(ports(clock), { folder: other, node: 'n' });
    expect(again.head?.seq).toBe(45);
    await again.append(record);
    await again.close();
    expect(segments(other)[0]?.text).toBe(`${lines.join('\n')}\n`);
    expect(verifySegments(segments(other))).toMatchObject({ records: 46, gaps: [] });
    rmSync(other, { recursive: true });
  });
});

it('goes on behind a last record that is as long as a request can make it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyreeve-xks-long-'));
  // control characters, which JSON spells with six
  const kmsRequestId = '\u0001'.repeat(2048);
  const [principal, kmsKeyArn, viaService, vpc, vpce, kmsOperation] = Array(6).fill(kmsRequestId);
  const long = { principal, kmsKeyArn, viaService, vpc, vpce, kmsOperation, kmsRequestId };
  const first = await AuditLog.open(ports(new TestClock(0)), { folder, node: 'n' });
  await first.append({ ...record, ...long });
  await first.close();
  const second = await AuditLog.open(ports(new TestClock(0)), { folder, node: 'n' });
  await second.append(record);
  await second.close();
  const segments = readdirSync(folder)
    .toSorted()
    .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
  expect(verifySegments(segments)).toMatchObject({ records: 2, gaps: [] });
  rmSync(folder, { recursive: true });
});
