import { describe, expect, it } from 'vitest';
import { postOwnBytes, withOwnBytes } from './own-bytes.ts';

/** A slice of a larger memory, as Node's pool gives them out. */
const slice = (): Uint8Array => Uint8Array.of(9, 9, 1, 2, 9, 9).subarray(2, 4);

describe('a message whose byte arrays stand alone', () => {
  it('carries nothing of the memory around a slice', () => {
    const { message, copies } = withOwnBytes({ calls: [{ args: [slice(), 'x', null] }] });
    const [bytes] = (message as { calls: { args: Uint8Array[] }[] }).calls[0]?.args ?? [];
    expect([...new Uint8Array(bytes?.buffer ?? new ArrayBuffer(0))]).toEqual([1, 2]);
    expect(copies).toEqual([bytes]);
  });

  it('leaves alone what stands alone already', () => {
    const bytes = Uint8Array.of(1, 2);
    expect(withOwnBytes({ bytes })).toEqual({ message: { bytes }, copies: [] });
  });

  it('is wiped of its copies once it was posted, and when it could not be', () => {
    const posted: Uint8Array[] = [];
    const keep = (message: unknown): void =>
      void posted.push((message as Uint8Array[])[0] as Uint8Array);
    const mine = slice();
    postOwnBytes(keep, [mine]);
    const failing = (message: unknown): void => {
      keep(message);
      throw new Error('broken');
    };
    expect(() => postOwnBytes(failing, [mine])).toThrow('broken');
    expect(posted.map((bytes) => [...bytes])).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect([...mine]).toEqual([1, 2]);
  });
});
