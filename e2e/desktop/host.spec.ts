import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DesktopEvent } from '../../shared/host/desktop-bridge.ts';
import { softHsm } from '../../electron/core/hsm/token.fixture.ts';
import { InTestDesktop, passphrase } from '../../electron/hosts/desktop/desktop.fixture.ts';
import { makePracticeKeystore } from '../support/made-keystore.ts';

let desktop: InTestDesktop;
beforeEach(() => {
  desktop = new InTestDesktop();
});
afterEach(async () => {
  await desktop.stop();
});

/** Its keystore is there and open. */
async function opened(desktop: InTestDesktop): Promise<void> {
  await makePracticeKeystore({
    keystore: join(desktop.folder, 'a.keystore'),
    state: join(desktop.folder, 'state'),
    passphrase: Buffer.from(passphrase()).toString(),
  });
  await desktop.output('keystore.unlock', { passphrase: passphrase() });
  const state = async () => (await desktop.output('keystore.status'))['state'];
  await expect.poll(state).toBe('verified');
}

describe('starting', () => {
  it('locks down before it is ready, then has one window with our page', async () => {
    await desktop.start();
    const { electron, window } = desktop;
    expect(electron.appFake.calls[0]).toEqual(['sandbox']);
    expect(electron.schemes).toEqual([
      {
        scheme: 'app',
        privileges: { standard: true, secure: true, supportFetchAPI: true },
      },
    ]);
    expect(window.loaded).toEqual(['app://console/']);
    expect(window.deeds).toEqual(['show']);
    expect(window.options.webPreferences).toMatchObject({
      sandbox: true,
      preload: '/app/preload.cjs',
    });
    expect(await desktop.output('keystore.status')).toMatchObject({ state: 'absent' });
  });

  it('does not start a packaged program with switches that it does not know', async () => {
    desktop.electron.isPackaged = true;
    await desktop.start(['--no-sandbox']);
    expect(desktop.electron.exits).toEqual([64]);
    expect(desktop.said).toEqual(['keyreeve: not taken on the command line: --no-sandbox']);
    expect(desktop.electron.windows).toEqual([]);
  });

  it('does not start a packaged program whose native code nobody vouches for', async () => {
    desktop.electron.isPackaged = true;
    await desktop.start();
    const what = `${join(desktop.folder, 'packaged.json')} is not the file that was packaged`;
    expect(desktop.electron.exits).toEqual([70]);
    expect(desktop.said[0]).toContain(what);
    expect(desktop.electron.messages).toMatchObject([{ message: 'Keyreeve does not start' }]);
    expect([desktop.electron.windows.length, desktop.electron.children.length]).toEqual([0, 0]);
  });

  it('gives way to the one that runs already', async () => {
    desktop.electron.singleInstance = false;
    await desktop.start();
    expect([desktop.electron.quits.length, desktop.electron.windows.length]).toEqual([1, 0]);
  });

  it('comes forward when it is started again, whatever the other one was told', async () => {
    await desktop.start();
    desktop.electron.appFake.emit('second-instance', {}, ['--keystore', '/evil'], '/tmp', {});
    expect(desktop.window.deeds).toEqual(['show', 'show', 'focus']);
    expect(desktop.electron.windows).toHaveLength(1);
  });
});

describe('processes', () => {
  it('get the places of vendor settings and nothing else of the environment', async () => {
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'canary');
    vi.stubEnv('NODE_EXTRA_CA_CERTS', '/evil.pem');
    vi.stubEnv('SOFTHSM2_CONF', '/etc/softhsm2.conf');
    try {
      await desktop.start();
    } finally {
      vi.unstubAllEnvs();
    }
    const { env } = desktop.core.options;
    expect(env).toMatchObject({ SOFTHSM2_CONF: '/etc/softhsm2.conf' });
    expect(Object.keys(env ?? {})).not.toContain('AWS_SECRET_ACCESS_KEY');
    expect(Object.keys(env ?? {})).not.toContain('NODE_EXTRA_CA_CERTS');
  });

  it.skipIf(softHsm.missing !== null)(
    'carry a first practice rotation: core, HSM bridge and practice KMS',
    async () => {
      await desktop.start();
      await desktop.create();
      const set = await desktop.output('practice.setUp', { keysIn: 'softhsm' });
      expect(set['url']).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
      const named = desktop.electron.children.map(({ options }) => options.serviceName);
      expect(named).toContain('Keyreeve core');
      expect(named).toContain('Keyreeve HSM bridge');
      expect(named).toContain('Keyreeve practice KMS');
    },
  );

  it.skipIf(softHsm.missing !== null)('let the bridge speak past the main process', async () => {
    await desktop.start();
    const heard: unknown[] = [];
    await opened(desktop);
    await desktop.output('practice.setUp', { keysIn: 'softhsm' });
    const bridges = desktop.electron.children.filter(({ path }) => path.includes('bridge'));
    expect(bridges.length).toBeGreaterThan(0);
    for (const bridge of bridges) bridge.on('message', (message) => heard.push(message));
    expect(await desktop.output('hsm.status')).toMatchObject({});
    expect(heard).toEqual([]);
  });
});

describe('locking', () => {
  it('from the menu locks, replaces the core and throws a page away that has nothing to lose', async () => {
    await desktop.start();
    await opened(desktop);
    const former = desktop.core;
    const bridge = desktop.bridge();
    bridge.onHost((event) => {
      if ('emptied' in event) void bridge.ask({ ask: 'kept', fresh: true });
    });
    const gone = once(former, 'exit');
    desktop.choose('Lock now');
    await gone;
    await expect.poll(() => desktop.core !== former).toBe(true);
    expect(await desktop.output('keystore.status')).toMatchObject({ state: 'locked' });
    expect(desktop.window.deeds).toContain('crash');
    expect(desktop.window.loaded).toHaveLength(2);
    expect(desktop.logged.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('leaves a page alone that is being typed into', async () => {
    await desktop.start();
    await opened(desktop);
    const bridge = desktop.bridge();
    const asked = new Promise<void>((resolve) => {
      bridge.onHost((event) => {
        if ('emptied' in event)
          void bridge.ask({ ask: 'kept', fresh: false }).then(() => resolve());
      });
    });
    await desktop.output('keystore.lock');
    await asked;
    expect(desktop.window.deeds).not.toContain('crash');
    expect(desktop.window.loaded).toHaveLength(1);
  });

  it('answers a passphrase that does not open, then empties the core and not the page', async () => {
    await desktop.start();
    await opened(desktop);
    await desktop.output('keystore.lock');
    const former = desktop.core;
    const events: DesktopEvent[] = [];
    await expect.poll(() => desktop.core !== former).toBe(true);
    desktop.bridge().onHost((event) => events.push(event));
    const second = desktop.core;
    const wrong = new TextEncoder().encode('another passphrase, as long');
    expect(await desktop.call('keystore.unlock', { passphrase: wrong })).toMatchObject({
      failure: { code: 'UNLOCK_REFUSED' },
    });
    expect([...wrong].every((byte) => byte === 0)).toBe(true);
    await expect.poll(() => desktop.core !== second).toBe(true);
    expect(await desktop.output('keystore.unlock', { passphrase: passphrase() })).toMatchObject({
      state: expect.stringMatching(/checking|verified/),
    });
    expect(events.some((event) => 'emptied' in event)).toBe(false);
  });

  it.each(['suspend', 'lock-screen', 'user-did-resign-active'])('follows %s', async (event) => {
    await desktop.start();
    await opened(desktop);
    const former = desktop.core;
    desktop.electron.powerMonitor.emit(event);
    await expect.poll(() => desktop.core !== former).toBe(true);
    expect(await desktop.output('keystore.status')).toMatchObject({ state: 'locked' });
  });

  it('ends in order when the computer goes down', async () => {
    await desktop.start();
    await opened(desktop);
    const gone = once(desktop.core, 'exit');
    desktop.electron.powerMonitor.emit('shutdown');
    expect(await gone).toEqual([0]);
    await expect.poll(() => desktop.electron.exits).toEqual([0]);
    expect(desktop.window.deeds.at(-1)).toBe('hide');
    const kept = readFileSync(join(desktop.folder, 'state', 'desktop', 'window.json'), 'utf8');
    expect(JSON.parse(kept)).toEqual({ x: 10, y: 20, width: 1000, height: 700 });
  });
});

describe('a core that ends unasked', () => {
  it('is replaced by a locked one, which notes it at the next unlock', async () => {
    await desktop.start();
    await opened(desktop);
    const states: unknown[] = [];
    desktop.bridge().onHost((event) => states.push(event));
    const flying = desktop.call('job.wait', { jobId: crypto.randomUUID(), afterRevision: 0 });
    const former = desktop.core;
    process.kill(former.pid ?? 0, 'SIGKILL');
    await once(former, 'exit');
    expect(await flying).toSatisfy((answer: object) => 'lost' in answer || 'ok' in answer);
    expect(await desktop.output('keystore.status')).toMatchObject({ state: 'locked' });
    expect(states).toEqual([{ core: 'starting' }, { core: 'open' }]);
    await desktop.output('keystore.unlock', { passphrase: passphrase() });
    await expect
      .poll(async () => JSON.stringify(await desktop.call('audit.list')))
      .toContain('exit code 137');
  });

  it('again and again waits for a person', async () => {
    await desktop.start();
    for (let times = 0; times < 3; times += 1) {
      await desktop.output('keystore.status');
      const { core } = desktop;
      process.kill(core.pid ?? 0, 'SIGKILL');
      await once(core, 'exit');
    }
    expect(await desktop.call('keystore.status')).toEqual({ lost: true });
    expect(await desktop.bridge().ask({ ask: 'core-state' })).toEqual({
      ok: true,
      output: 'ended',
    });
    await desktop.bridge().ask({ ask: 'start-core' });
    expect(await desktop.output('keystore.status')).toMatchObject({ state: 'absent' });
  });

  it.skipIf(softHsm.missing !== null)('takes what it had started with it', async () => {
    await desktop.start();
    await opened(desktop);
    await desktop.output('practice.setUp', { keysIn: 'softhsm' });
    const others = desktop.electron.children.filter(
      (child) => child !== desktop.core && !child.ended,
    );
    expect(others.length).toBeGreaterThanOrEqual(2);
    const gone = others.map((child) => once(child, 'exit'));
    process.kill(desktop.core.pid ?? 0, 'SIGKILL');
    await Promise.all(gone);
  });
});

describe('a stranger', () => {
  it('in another frame is refused, and the core audits it', async () => {
    await desktop.start();
    desktop.window.mainFrame.origin = 'https://evil.example';
    expect(await desktop.call('keystore.status')).toMatchObject({
      failure: { code: 'CALLER_NOT_TRUSTED' },
    });
    await expect.poll(() => desktop.coreLog()).toContain('CALLER_NOT_TRUSTED');
  });
});

describe('what the window asks of the desktop', () => {
  it('are paths that a person chose in a dialog that begins at home', async () => {
    await desktop.start();
    const bridge = desktop.bridge();
    expect(await bridge.ask({ ask: 'choose-folder' })).toEqual({ ok: true, output: null });
    desktop.electron.chosen = { canceled: false, filePaths: ['/mnt/b'], filePath: '/mnt/a.jsonl' };
    expect(await bridge.ask({ ask: 'choose-folder' })).toEqual({ ok: true, output: '/mnt/b' });
    expect(await bridge.ask({ ask: 'choose-file-to-write', suggestion: 'a.jsonl' })).toEqual({
      ok: true,
      output: '/mnt/a.jsonl',
    });
    expect(desktop.electron.asked).toMatchObject([
      { defaultPath: '/home/somebody/documents' },
      { defaultPath: '/home/somebody/documents' },
      { defaultPath: '/home/somebody/documents/a.jsonl' },
    ]);
  });

  it('tells the versions, and copies them when asked to', async () => {
    await desktop.start();
    desktop.choose('About Keyreeve');
    await expect.poll(() => desktop.electron.copied).toHaveLength(1);
    expect(desktop.electron.copied[0]).toContain(`Keyreeve 1.2.3\n`);
    expect(desktop.electron.copied[0]).toContain(`node ${process.versions.node}`);
  });
});

describe('a page that is gone', () => {
  it('is loaded again, until it is gone too often', async () => {
    await desktop.start();
    const { window } = desktop;
    for (let times = 0; times < 4; times += 1) {
      window.webContents.emit('render-process-gone', {}, { reason: 'crashed' });
    }
    expect(window.loaded).toHaveLength(4);
    expect(desktop.electron.messages).toMatchObject([{ message: 'The window cannot be shown.' }]);
    desktop.time += 60_001;
    window.webContents.emit('render-process-gone', {}, { reason: 'oom' });
    expect(window.loaded).toHaveLength(5);
  });
});
