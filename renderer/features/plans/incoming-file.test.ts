import { describe, expect, it } from 'vitest';
import { plainKcv } from '../../../shared/text/kcv.ts';
import { isKcv, mostIncomingBytes, readIncomingFile } from './incoming-file.ts';

const fileOf = (bytes: Uint8Array, name = 'wrapped.bin') => ({
  name,
  size: bytes.length,
  arrayBuffer: async () => Uint8Array.from(bytes).buffer,
});

describe('the file that came back', () => {
  it('is taken byte by byte, as base64', async () => {
    const bytes = Uint8Array.of(0, 255, 128, 10, 13);
    const read = await readIncomingFile(fileOf(bytes));
    expect(read).toEqual({ ok: true, incoming: { name: 'wrapped.bin', file: 'AP+ACg0=' } });
    const whole = await readIncomingFile(fileOf(new Uint8Array(512).fill(7)));
    expect(whole.ok && atob(whole.incoming.file)).toBe('\u0007'.repeat(512));
  });

  it('says why it is none', async () => {
    const problem = async (file: Parameters<typeof readIncomingFile>[0]) => {
      const read = await readIncomingFile(file);
      return read.ok ? null : read.problem;
    };
    expect(await problem(fileOf(new Uint8Array()))).toBe('wrapped.bin was not taken: it is empty.');
    expect(await problem(fileOf(new Uint8Array(mostIncomingBytes)))).toBeNull();
    expect(await problem(fileOf(new Uint8Array(mostIncomingBytes + 1), 'backup.tar'))).toBe(
      'backup.tar was not taken: it has 7 KiB, and a wrapped key has less than one.',
    );
    const gone = { ...fileOf(new Uint8Array(512)), arrayBuffer: () => Promise.reject(new Error()) };
    expect(await problem(gone)).toContain('it could not be read');
  });
});

describe('a KCV', () => {
  it.each(['F93B38', 'f9 3b 38', 'F9:3B:38', ' F93B38FF23 '])('is taken as %s', (typed) =>
    expect(isKcv(plainKcv(typed))).toBe(true),
  );
  it.each(['', 'F93B', 'F93B3', 'F93B38F', 'F93B38FF2345', 'G93B38'])('is not %s', (typed) =>
    expect(isKcv(plainKcv(typed))).toBe(false),
  );
});
