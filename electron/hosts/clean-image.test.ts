import { spawnSync } from 'node:child_process';
import { describe, expect, it, vi } from 'vitest';
import type { Caller } from '../core/core.ts';
import { canTakeCleanImage, isRenewed, watchSecrets } from './clean-image.ts';
import { InTestCore } from './in-test-core.fixture.ts';

const caller: Caller = { trusted: true, actor: 'a', host: 'h', channel: 'cli' };
const passphrase = (): Uint8Array => Uint8Array.from(Buffer.from('some long passphrase'));

async function isSoiled(soiled: Promise<true>): Promise<boolean> {
  const notYet = new Promise<false>((resolve) => setImmediate(() => resolve(false)));
  return Promise.race([soiled, notYet]);
}

describe('a core whose secrets are watched', () => {
  it('is as good as new while nothing secret came in', async () => {
    const inner = new InTestCore();
    const { core, soiled } = watchSecrets(inner, caller);
    await core.call('keystore.status', {}, caller);
    inner.change({ revision: 1, what: 'session', ids: [] });
    expect(await isSoiled(soiled)).toBe(false);
  });

  it('is soiled by a passphrase that did not open', async () => {
    const { core, soiled } = watchSecrets(new InTestCore(), caller);
    await core.call('keystore.unlock', { passphrase: passphrase() }, caller);
    expect(await isSoiled(soiled)).toBe(true);
  });

  it('is not given up while another caller is just opening it', async () => {
    const inner = new InTestCore();
    const { core, soiled } = watchSecrets(inner, caller);
    const status = inner.handlers.get('keystore.status');
    const opening = Promise.withResolvers<unknown>();
    inner.handlers.set('keystore.unlock', () => opening.promise);
    const right = core.call('keystore.unlock', { passphrase: passphrase() }, caller);
    inner.handlers.set('keystore.unlock', () => status?.({}));
    await core.call('keystore.unlock', { passphrase: passphrase() }, caller);
    expect(await isSoiled(soiled)).toBe(false);

    opening.resolve(status?.({}));
    await right;
    expect(await isSoiled(soiled)).toBe(true);
  });

  it('begins nothing that brings a secret once it gives way, and forgets what was brought', async () => {
    const inner = new InTestCore();
    const { core, soiled } = watchSecrets(inner, caller);
    await core.call('keystore.unlock', { passphrase: passphrase() }, caller);
    await soiled;
    const begun = inner.calls.length;
    const late = passphrase();
    const reply = await core.call('keystore.unlock', { passphrase: late }, caller);
    expect(reply).toMatchObject({ ok: false, failure: { code: 'KEYSTORE_RENEWING' } });
    expect(inner.calls).toHaveLength(begun);
    expect([...new Set(late)]).toEqual([0]);
    // What brings none is answered to the end: windows show what happened.
    expect((await core.call('keystore.status', {}, caller)).ok).toBe(true);
  });

  it('does not give way to one that came while it was looked at', async () => {
    const inner = new InTestCore();
    const { core, soiled } = watchSecrets(inner, caller);
    const seen = await core.call('keystore.status', {}, caller);
    const locked = (seen.ok ? seen.output : {}) as object;
    const looked = Promise.withResolvers<unknown>();
    const opening = Promise.withResolvers<unknown>();
    inner.handlers.set('keystore.status', () => looked.promise);
    const refused = core.call('keystore.unlock', { passphrase: passphrase() }, caller);
    await vi.waitFor(() => expect(inner.calls.at(-1)?.name).toBe('keystore.status'));
    inner.handlers.set('keystore.unlock', () => opening.promise);
    const right = core.call('keystore.unlock', { passphrase: passphrase() }, caller);
    looked.resolve(locked);
    await refused;
    expect(await isSoiled(soiled)).toBe(false);
    opening.resolve({ ...locked, state: 'verified' });
    inner.handlers.set('keystore.status', () => ({ ...locked, state: 'verified' }));
    expect((await right).ok).toBe(true);
    expect(await isSoiled(soiled)).toBe(false);
  });

  it('is needed as it is while the keystore is open, and soiled once it is locked', async () => {
    const inner = new InTestCore();
    const { core, soiled } = watchSecrets(inner, caller);
    const reply = await core.call('keystore.status', {}, caller);
    const seen = (reply.ok ? reply.output : {}) as object;
    inner.handlers.set('keystore.status', () => ({ ...seen, state: 'verified' }));
    await core.call('keystore.unlock', { passphrase: passphrase() }, caller);
    inner.change({ revision: 1, what: 'session', ids: [] });
    expect(await isSoiled(soiled)).toBe(false);

    inner.handlers.set('keystore.status', () => ({ ...seen, state: 'locked' }));
    inner.change({ revision: 2, what: 'session', ids: [] });
    expect(await soiled).toBe(true);
  });
});

describe('a clean image', () => {
  it('knows itself by the mark of its own process only, and forgets it', () => {
    const environment: NodeJS.ProcessEnv = { KEYREEVE_RENEWED: String(process.pid) };
    expect(isRenewed(environment)).toBe(true);
    expect(environment).toEqual({});
    expect(isRenewed({})).toBe(false);
    expect(isRenewed({ KEYREEVE_RENEWED: '1' })).toBe(false);
  });

  it.runIf(canTakeCleanImage())('is the same process with the words it was given', () => {
    const program = `
      const { isRenewed, takeCleanImage } = await import('${import.meta.resolve('./clean-image.ts')}');
      const renewed = isRenewed(process.env);
      console.log(renewed, process.pid, process.argv.slice(2).join(' '), process.execArgv.join(' '));
      if (!renewed) await takeCleanImage(['second', 'life']);`;
    const file = `data:text/javascript,${encodeURIComponent(program)}`;
    const script = `import(${JSON.stringify(file)})`;
    const flags = ['--disable-sigusr1', '--eval', script, 'unused', 'first'];
    const { stdout, pid } = spawnSync(process.execPath, flags, { encoding: 'utf8' });
    expect(stdout.split('\n')[0]).toContain(`false ${pid}`);
    expect(stdout.split('\n')[1]).toContain(`true ${pid}`);
    expect(stdout.split('\n')[1]).toContain('--disable-sigusr1');
  });
});
