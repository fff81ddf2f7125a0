import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeFrame, encodeFrame, FrameError, FrameReader, frameLimits } from './frames.ts';

const body = (frame: Buffer): Buffer => frame.subarray(4);
const raw = (json: string, tail: Buffer = Buffer.alloc(0)): Buffer => {
  const text = Buffer.from(json);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  return Buffer.concat([length, text, tail]);
};

it('carries bytes beside the message and never as text in it', () => {
  const secret = Buffer.from('correct horse battery');
  const frame = encodeFrame(
    { id: 1, input: { passphrase: new Uint8Array(secret), slot: 'a' } },
    'may-hold-bytes',
  );
  const jsonLength = frame.readUInt32BE(4);
  const json = frame.subarray(8, 8 + jsonLength).toString();
  expect(json).not.toContain('correct');
  expect(json).not.toContain('99,111');
  expect(decodeFrame(body(frame))).toEqual({
    id: 1,
    input: { passphrase: new Uint8Array(secret), slot: 'a' },
  });
});

it('refuses bytes where none may be, and a message over the cap', () => {
  expect(() => encodeFrame({ output: new Uint8Array(4) }, 'no-bytes')).toThrow('INTERNAL');
  expect(() => encodeFrame({ text: 'x'.repeat(frameLimits.bytes) }, 'no-bytes')).toThrow(
    'BAD_INPUT',
  );
});

it('gives the same messages however the bytes are cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ a: fc.jsonValue(), b: fc.uint8Array({ minLength: 1 }) }), {
        maxLength: 5,
      }),
      fc.infiniteStream(fc.integer({ min: 1, max: 40 })),
      (messages, cuts) => {
        const stream = Buffer.concat(messages.map((m) => encodeFrame(m, 'may-hold-bytes')));
        const reader = new FrameReader();
        const got: unknown[] = [];
        for (let at = 0; at < stream.length; ) {
          const size = cuts.next().value;
          const chunk = Buffer.from(stream.subarray(at, at + size));
          for (const one of reader.take(chunk)) got.push(decodeFrame(one));
          at += size;
        }
        expect(got).toEqual(JSON.parse(JSON.stringify(messages), reviveFrom(messages)));
        expect(reader.midway).toBe(false);
      },
    ),
    { numRuns: 60 },
  );
});

function reviveFrom(messages: readonly { b: Uint8Array }[]) {
  let i = 0;
  return function (this: unknown, key: string, value: unknown): unknown {
    const outer = messages[i];
    if (key === 'b' && outer && isBytes(value, outer.b)) {
      i += 1;
      return new Uint8Array(outer.b);
    }
    return value;
  };
}
const isBytes = (value: unknown, bytes: Uint8Array): boolean =>
  JSON.stringify(value) === JSON.stringify(bytes);

it('answers any garbage with an error and nothing else', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        decodeFrame(Buffer.from(bytes));
      } catch (error) {
        expect(error).toBeInstanceOf(FrameError);
      }
    }),
    { numRuns: 500 },
  );
});

it.each([
  ['no envelope', raw('[]')],
  ['no message', raw('{}')],
  ['text that is not UTF-8', raw('', Buffer.from([0xff]))],
  ['bytes left over', raw('{"message":1}', Buffer.from([1]))],
  ['bytes that are missing', raw('{"message":{"a":null},"attachments":[{"at":["a"],"length":9}]}')],
  [
    'bytes in place of a value',
    raw('{"message":{"a":1},"attachments":[{"at":["a"],"length":1}]}', Buffer.from([1])),
  ],
  [
    'bytes in an inherited place',
    raw('{"message":{},"attachments":[{"at":["__proto__","a"],"length":1}]}', Buffer.from([1])),
  ],
  ['a negative length', raw('{"message":{"a":null},"attachments":[{"at":["a"],"length":-1}]}')],
  [
    'too many attachments',
    raw(`{"message":null,"attachments":[${'{"at":["a"],"length":0},'.repeat(9).slice(0, -1)}]}`),
  ],
])('refuses %s', (_, frame) => {
  expect(() => decodeFrame(frame)).toThrow(FrameError);
});

it('refuses a frame that announces more than the cap, before any of it came', () => {
  const reader = new FrameReader();
  const announced = Buffer.alloc(4);
  announced.writeUInt32BE(frameLimits.bytes + 1);
  expect(() => reader.take(announced)).toThrow(FrameError);
});
