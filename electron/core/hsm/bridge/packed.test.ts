import { describe, expect, it } from 'vitest';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { HsmDriver } from '../driver.ts';
import type { Call } from './methods.ts';
import { packCalls, packReplies, unpackCalls, unpackReplies } from './packed.ts';
import { BridgeServer } from './server.ts';
import type { ReplyFrame } from './protocol.ts';

const key = (id: string) => ({ id, blob: null });
const calls: Call[] = [
  { seq: 1, method: 'gcmEncrypt', args: [key('a1'), Buffer.from('aad'), Buffer.from('value')] },
  {
    seq: 70_000,
    method: 'gcmDecrypt',
    args: [key('b2'), Buffer.alloc(65_535, 7), Buffer.alloc(0)],
  },
];

describe('packed frames', () => {
  it('carry calls and replies unchanged', () => {
    const back = unpackCalls(packCalls(calls) as Buffer);
    expect(back.map(({ args, ...call }) => ({ ...call, args: args.map(plain) }))).toEqual(
      calls.map(({ args, ...call }) => ({ ...call, args: args.map(plain) })),
    );
    const replies = [
      { seq: 3, value: Buffer.from('x') },
      { seq: 4, value: Buffer.alloc(0) },
    ];
    expect(unpackReplies(packReplies(replies))).toEqual(replies);
  });

  it.each<[string, Call]>([
    ['another method', { seq: 2, method: 'status', args: [] }],
    ['a key to be made', { seq: 2, method: 'generateKey', args: ['a1', 'HMAC_256'] }],
    [
      'a key with its blob',
      { seq: 2, method: 'gcmEncrypt', args: [{ id: 'a', blob: {} }, Buffer.of(1), Buffer.of(1)] },
    ],
    [
      'a long value',
      { seq: 2, method: 'gcmEncrypt', args: [key('a'), Buffer.of(1), Buffer.alloc(65_536)] },
    ],
    ['an odd name', { seq: 2, method: 'gcmDecrypt', args: [key('ä'), Buffer.of(1), Buffer.of(1)] }],
  ])('are not used for %s', (_, call) => {
    expect(packCalls([...calls, call])).toBeNull();
  });

  it.each([1, 5, 6, 9])('of replies that end after %i bytes are none', (length) => {
    const whole = packReplies([{ seq: 1, value: Buffer.from('value') }]);
    expect(unpackReplies(whole.subarray(0, length))).toBeNull();
  });

  it('are answered packed where it went well, and in words where it did not', async () => {
    const frames: ReplyFrame[] = [];
    const driver = {
      gcmEncrypt: async () => Uint8Array.of(9, 9),
      gcmDecrypt: async () => {
        throw new OperationError('HSM_KEY_DIFFERS');
      },
    } as unknown as HsmDriver;
    const server = new BridgeServer({
      send: (frame) => frames.push(structuredClone(frame)),
      now: () => 0,
      later: (work) => void setImmediate(work),
      device: {
        open: async () => ({ driver, value: undefined }),
        tokens: async () => undefined,
        initializeToken: async () => undefined,
        end: () => undefined,
      },
    });
    server.receive({ calls: [{ seq: 0, method: 'open', args: [] }] });
    await expect.poll(() => frames.length).toBe(1);
    server.receive({ calls: [], packed: packCalls(calls) as Buffer });
    await expect.poll(() => frames.length).toBe(2);
    expect(unpackReplies(frames[1]?.packed as Uint8Array)).toMatchObject([{ seq: 1 }]);
    expect(frames[1]?.replies).toMatchObject([
      { seq: 70_000, ok: false, failure: { code: 'HSM_KEY_DIFFERS' } },
    ]);
  });
});

const plain = (value: unknown): unknown =>
  value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
