import { expect, it } from 'vitest';
import { contract, findOperation } from '../../shared/contract/index.ts';
import { failures } from '../../shared/errors/failures.ts';
import { OperationError } from '../../shared/errors/operation-error.ts';
import type { AuditedCall, Caller } from './core.ts';
import { createGate, type GateServices } from './gate.ts';

const person: Caller = { trusted: true, actor: 'ada', host: 'desk', channel: 'cli' };

/** A gate over one handler, with everything it did written down. */
const noFolders = { folders: [], total: 0, next: null };

function gateOver(
  handler: (input: unknown) => unknown,
  condition: () => Promise<void> = async () => {},
) {
  const seen: {
    audited: string[];
    refused: [string, string][];
    logged: string[];
    calls: AuditedCall[];
  } = {
    audited: [],
    refused: [],
    logged: [],
    calls: [],
  };
  const services: GateServices = {
    during: async (_operation, work) => {
      await condition();
      return work();
    },
    handler: () => handler,
    audit: {
      within: (call, work) => {
        seen.audited.push(call.action);
        seen.calls.push(call);
        return work();
      },
      refused: (call, code) => void seen.refused.push([call.action, code]),
    },
    log: { log: (_level, event) => void seen.logged.push(event) },
  };
  return { call: createGate(services), seen };
}

it('runs a known operation of a trusted caller and answers with its output', async () => {
  const { call, seen } = gateOver(() => noFolders);
  expect(await call('folder.list', {}, person)).toEqual({ ok: true, output: noFolders });
  expect(seen.audited).toEqual(['folder.list']);
});

it.each([
  'nothing.here',
  'group',
  'group.list.more',
  '',
  '__proto__.toString',
  'constructor.name',
  'group.toString',
])('knows no operation called "%s"', async (name) => {
  const { call } = gateOver(() => ({}));
  expect(await call(name, {}, person)).toMatchObject({
    ok: false,
    failure: { code: 'NO_SUCH_OPERATION' },
  });
});

it('refuses a stranger, audits it, and does not reach the handler', async () => {
  let reached = false;
  const { call, seen } = gateOver(() => {
    reached = true;
  });
  const reply = await call('group.list', {}, { ...person, trusted: false });
  expect(reply).toMatchObject({ ok: false, failure: { code: 'CALLER_NOT_TRUSTED' } });
  expect(seen.refused).toEqual([['group.list', 'CALLER_NOT_TRUSTED']]);
  expect(reached).toBe(false);
});

it('refuses unknown fields, wrong types and sizes by path, never by value', async () => {
  const { call } = gateOver(() => ({}));
  const secret = 'hunter2-hunter2-hunter2';
  const reply = await call('folder.add', { name: 7, parent: null, password: secret }, person);
  expect(reply).toMatchObject({ ok: false, failure: { code: 'BAD_INPUT' } });
  const text = JSON.stringify(reply);
  expect(text).toContain('name');
  expect(text).not.toContain(secret);
});

it('asks whether the keystore is ready for what the operation needs', async () => {
  const locked = async () => {
    throw new OperationError('KEYSTORE_LOCKED');
  };
  const { call, seen } = gateOver(() => noFolders, locked);
  expect(await call('folder.list', {}, person)).toMatchObject({
    ok: false,
    failure: { code: 'KEYSTORE_LOCKED' },
  });
  expect(seen.refused).toEqual([]);
  await call('folder.add', { name: 'x' }, person);
  expect(seen.refused).toEqual([['folder.add', 'KEYSTORE_LOCKED']]);
});

it('keeps an output that was not declared inside', async () => {
  const { call, seen } = gateOver(() => ({ ...noFolders, extra: 'leak' }));
  const reply = await call('folder.list', {}, person);
  expect(reply).toEqual({
    ok: false,
    failure: { code: 'INTERNAL', details: { call: 'folder.list' } },
  });
  expect(seen.logged).toContain('operation-failed');
});

it('shows nothing of an unexpected error but that there was one', async () => {
  const { call } = gateOver(() => {
    throw new Error('secret stack');
  });
  expect(JSON.stringify(await call('folder.list', {}, person))).not.toContain('secret stack');
});

it('wipes secret bytes when the call ends, however it ends, and audits only their length', async () => {
  const { call, seen } = gateOver(() => {
    throw new OperationError('UNLOCK_REFUSED');
  });
  const passphrase = Uint8Array.from(Buffer.from('correct horse battery'));
  await call('keystore.unlock', { passphrase }, person);
  expect([...passphrase].every((byte) => byte === 0)).toBe(true);
  expect(seen.calls[0]?.input).toMatchObject({ passphrase: { secretBytes: 21 } });

  const misplaced = Uint8Array.from([1, 2, 3]);
  await call('folder.add', { name: misplaced }, person);
  expect([...misplaced]).toEqual([0, 0, 0]);
});

it('tells a read that nobody waits for it any more, and calls its end no failure', async () => {
  const { call, seen } = gateOver(
    () =>
      new Promise((_resolve, reject) => {
        const { givenUp } = seen.calls.at(-1) ?? {};
        givenUp?.addEventListener('abort', () => reject(givenUp.reason as Error));
      }),
  );
  const nobody = new AbortController();
  const reply = call('group.planForceRotate', { group: 'x' }, person, nobody.signal);
  await new Promise((resolve) => setImmediate(resolve));
  nobody.abort();
  expect(await reply).toMatchObject({ ok: false, failure: { code: 'CANCELLED_BY_PERSON' } });
  expect(seen.logged).toEqual([]);
});

it('never cuts off what changes something', async () => {
  const { call, seen } = gateOver(() => ({ id: '019a0000-0000-7000-8000-000000000001' }));
  await call('folder.add', { name: 'x' }, person, AbortSignal.abort());
  expect(seen.calls.map(({ givenUp }) => givenUp)).toEqual([null]);
});

it('finds every declared operation, and each names only failures that exist', () => {
  for (const [noun, operations] of Object.entries(contract)) {
    for (const [verb, operation] of Object.entries(operations)) {
      expect(findOperation(`${noun}.${verb}`)).toBe(operation);
      for (const code of operation.fails) expect(failures).toHaveProperty(code);
    }
  }
});
