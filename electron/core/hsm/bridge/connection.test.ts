import { expect, it } from 'vitest';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { TestClock } from '../../kernel/test-clock.fixture.ts';
import type { ChildChannel, ChildExit } from '../../ports.ts';
import { BridgeConnection } from './connection.ts';
import type { CallFrame } from './methods.ts';
import type { Reply } from './protocol.ts';

/** The other end of the line, played by the test. */
class Line implements ChildChannel {
  readonly pid = 4711;
  readonly sent: CallFrame[] = [];
  killed: string | undefined;
  #message: (message: unknown) => void = () => undefined;
  #exit: (exit: ChildExit) => void = () => undefined;

  send(message: unknown): void {
    this.sent.push(structuredClone(message) as CallFrame);
  }
  onMessage(listener: (message: unknown) => void): void {
    this.#message = listener;
  }
  onExit(listener: (exit: ChildExit) => void): void {
    this.#exit = listener;
  }
  kill(signal?: string): void {
    this.killed = signal;
  }
  answer(...replies: Reply[]): void {
    this.#message({ replies });
  }
  say(message: unknown): void {
    this.#message(message);
  }
  exit(exit: ChildExit): void {
    this.#exit(exit);
  }
}

function setUp() {
  const line = new Line();
  const clock = new TestClock();
  const reached: string[] = [];
  const ends: OperationError[] = [];
  const faults = { reach: (point: string) => void reached.push(point) };
  const connection = new BridgeConnection({ clock, faults }, line, (why) => void ends.push(why));
  return { line, clock, reached, ends, connection };
}

const kcv = { method: 'CMAC', value: '0011223344' } as const;
const blob = { wrapped: Buffer.alloc(40), mechanism: 'CKM_AES_KEY_WRAP_KWP', masterId: 'ab', kcv };

it('sends the calls of one turn in one frame and answers by sequence number', async () => {
  const { line, connection, clock, reached, ends } = setUp();
  const calls = [connection.call('kcvOf', [1]), connection.call('kcvOf', [2])];
  await clock.settle();
  expect(line.sent.map((frame) => frame.calls.map((call) => call.seq))).toEqual([[1, 2]]);
  expect(reached).toEqual(['hsm:kcvOf:sent', 'hsm:kcvOf:sent']);
  line.answer(
    { seq: 1, ok: true, value: kcv },
    { seq: 2, ok: true, value: { ...kcv, value: 'FF' } },
  );
  expect(reached.slice(2)).toEqual(['hsm:kcvOf:answered', 'hsm:kcvOf:answered']);
  expect(await Promise.all(calls)).toEqual([kcv, { ...kcv, value: 'FF' }]);
  await clock.advance(600_000);
  expect(ends).toEqual([]);
  expect(clock.sleeping).toBe(0);
});

it('gives a call that comes behind others its own deadline', async () => {
  const { line, connection, clock, ends } = setUp();
  const slow = connection.call('probe', []);
  await clock.advance(60_000);
  line.answer({ seq: 1, ok: false, failure: { code: 'HSM_REFUSED', details: {} } });
  await expect(slow).rejects.toMatchObject({ code: 'HSM_REFUSED' });
  const quick = connection.call('status', []);
  const late = expect(quick).rejects.toMatchObject({ code: 'HSM_TIMEOUT' });
  await clock.advance(1_999);
  expect(ends).toEqual([]);
  await clock.advance(1);
  await late;
});

it.each([
  ['generateKey', ['ab', 'SYMMETRIC_DEFAULT'], 10],
  ['generateKey', ['ab', 'ECC_NIST_P521'], 10],
  ['generateKey', ['ab', 'RSA_4096'], 120],
  ['wrapForAws', [{ spec: 'HMAC_512' }], 5],
  ['wrapForAws', [{ spec: 'RSA_2048' }], 30],
] as const)('gives %s of %j its %i seconds', async (method, args, seconds) => {
  const { connection, clock, ends } = setUp();
  const late = expect(connection.call(method, args)).rejects.toMatchObject({
    code: 'HSM_TIMEOUT',
    external: { name: `no answer in ${seconds} s`, at: method },
  });
  await clock.advance(seconds * 1000 - 1);
  expect(ends).toEqual([]);
  await clock.advance(1);
  await late;
});

it('takes a key with its type and its public key only', async () => {
  const whole = { ...blob, spec: 'ECC_NIST_P256', publicKey: Buffer.of(1, 2) };
  for (const [value, kept] of [
    [whole, true],
    [{ ...whole, publicKey: null }, true],
    [{ ...whole, spec: 'ML_DSA_44' }, false],
    [{ ...whole, publicKey: 'MFkw' }, false],
    [{ ...whole, publicKey: undefined }, false],
  ] as const) {
    const { line, connection, clock } = setUp();
    const call = connection
      .call('generateKey', ['ab', 'ECC_NIST_P256'])
      .catch((error: OperationError) => error.code);
    await clock.settle();
    line.answer({ seq: 1, ok: true, value });
    expect(await call).toEqual(kept ? value : 'HSM_UNAVAILABLE');
  }
});

it('tells of an answer before it is handed on', async () => {
  const { line, connection, clock, reached } = setUp();
  let seen: readonly string[] = [];
  const call = connection.call('kcvOf', []).then(() => (seen = [...reached]));
  await clock.settle();
  line.answer({ seq: 1, ok: true, value: kcv });
  await call;
  expect(seen).toEqual(['hsm:kcvOf:sent', 'hsm:kcvOf:answered']);
});

it('zeroes what it was told to, once it is sent', async () => {
  const { line, connection, clock } = setUp();
  const pin = Buffer.from('4711');
  void connection.call('login', [pin], [pin]).catch(() => undefined);
  expect(pin.toString()).toBe('4711');
  await clock.settle();
  expect(pin.equals(Buffer.alloc(4))).toBe(true);
  expect(Buffer.from(line.sent[0]?.calls[0]?.args[0] as Uint8Array).toString()).toBe('4711');
  connection.kill(new OperationError('HSM_UNAVAILABLE'));
  const late = Buffer.from('0815');
  await expect(connection.call('login', [late], [late])).rejects.toBeInstanceOf(OperationError);
  expect(late.equals(Buffer.alloc(4))).toBe(true);
});

it('passes on what the bridge says of a failure, word for word', async () => {
  const { line, connection, clock, ends } = setUp();
  const call = connection.call('kcvOf', []);
  await clock.settle();
  const failure = {
    code: 'HSM_REFUSED',
    details: { problem: 'x' },
    external: { name: 'CKR_KEY_UNEXTRACTABLE', at: 'C_WrapKey' },
  } as const;
  line.answer({ seq: 1, ok: false, failure });
  await expect(call).rejects.toMatchObject(failure);
  expect(ends).toEqual([]);
});

it('gives the call being worked on its whole deadline, and those behind it theirs after', async () => {
  const { line, connection, clock, ends } = setUp();
  const slow = connection.call('probe', []);
  const quick = connection.call('status', []);
  void slow.catch(() => undefined);
  const late = expect(quick).rejects.toMatchObject({
    code: 'HSM_TIMEOUT',
    external: { name: 'no answer in 2 s', at: 'status' },
  });
  await clock.advance(119_000);
  expect(ends).toEqual([]);
  line.answer({
    seq: 1,
    ok: false,
    failure: { code: 'HSM_REFUSED', details: {} },
  });
  await clock.advance(1_999);
  expect(ends).toEqual([]);
  await clock.advance(1);
  await late;
  expect(ends).toHaveLength(1);
  expect(line.killed).toBe('SIGKILL');
});

it('refuses everything in flight when the process is gone', async () => {
  const { line, connection, clock, ends } = setUp();
  const calls = [connection.call('kcvOf', []), connection.call('generateKey', ['ab'])];
  const refused = calls.map((call, at) =>
    expect(call).rejects.toMatchObject({
      code: 'HSM_UNAVAILABLE',
      external: { name: 'SIGSEGV', at: ['kcvOf', 'generateKey'][at] },
    }),
  );
  await clock.settle();
  line.exit({ code: null, signal: 'SIGSEGV' });
  await Promise.all(refused);
  expect(ends).toHaveLength(1);
  await expect(connection.call('status', [])).rejects.toMatchObject({ code: 'HSM_UNAVAILABLE' });
});

const nonsense: readonly [string, unknown][] = [
  ['no frame', 'hello'],
  ['null', null],
  ['an unknown member', { replies: [], extra: 1 }],
  ['a truncated reply', { replies: [{ seq: 1, ok: true, value: { method: 'CMAC' } }] }],
  ['another type', { replies: [{ seq: 1, ok: true, value: blob }] }],
  ['a reply without its fate', { replies: [{ seq: 1 }] }],
  [
    'an unknown failure code',
    { replies: [{ seq: 1, ok: false, failure: { code: 'X', details: {} } }] },
  ],
  ['no such question', { replies: [{ seq: 99, ok: true, value: kcv }] }],
  ['an answer twice', { replies: [1, 1].map((seq) => ({ seq, ok: true, value: kcv })) }],
];

it.each(nonsense)('ends a bridge that answers with %s', async (_, message) => {
  const { line, connection, clock, ends } = setUp();
  const call = connection.call('kcvOf', []).then(
    () => 'answered',
    (error: OperationError) => error.code,
  );
  await clock.settle();
  line.say(message);
  expect(['HSM_UNAVAILABLE', 'answered']).toContain(await call);
  expect(ends).toHaveLength(1);
  expect(line.killed).toBe('SIGKILL');
});
