import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ConsoleCore } from './console-core.ts';
import type { FromCore, ToCore } from './core-messages.ts';
import { handshakeOf, handshakes } from './handshakes.fixture.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyreeve-core-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A core that takes windows, in this process. */
async function begun() {
  const said: FromCore[] = [];
  const ended = Promise.withResolvers<number>();
  const core = new ConsoleCore(
    (message) => said.push(message),
    (code) => ended.resolve(code),
  );
  const tell = (message: ToCore) => core.take(message, undefined);
  const keystorePath = join(folder, 'a.keystore');
  await tell({ start: { keystorePath, stateFolder: folder, formerEnd: null, formerLock: null } });
  expect(said).toContainEqual({ ready: true });
  return { core, tell, ended: ended.promise };
}

it('lets no window in whose session ended while its connection was on its way', async () => {
  const { core, tell, ended } = await begun();
  const [first, second] = await handshakes(2);
  if (!first || !second) throw new Error('two connections');
  const other = handshakeOf(second.tab);
  await core.take({ handshake: handshakeOf(first.tab) }, first.ours);
  await core.take(
    { handshake: { ...other, ticket: { ...other.ticket, session: 'b' } } },
    second.ours,
  );
  await tell({ end: 'a', cause: 'taken-over' });
  await tell({ go: first.tab });
  await tell({ go: second.tab });
  expect(await first.gone).toBe('');
  await tell({ stop: true });
  expect(await second.gone).toContain('101 Switching Protocols');
  expect(await ended).toBe(0);
});
