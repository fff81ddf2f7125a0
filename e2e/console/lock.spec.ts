import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { holderSession } from '../../electron/hosts/cli/session.ts';
import { connectSocket } from '../../electron/hosts/transport/socket/connect.ts';
import { socketPlace } from '../../electron/hosts/transport/socket/place.ts';
import { closeCodes } from '../../shared/wire/console.ts';
import { Finder } from '../secrets/finder.ts';
import { memoryProblem, readMemory } from '../secrets/process-memory.ts';
import { spellings } from '../secrets/spellings.ts';
import { sharedChromium } from '../support/chromium.ts';
import { chromiumPath, ConsoleStage, passphrase } from '../support/console.ts';
import { ConsoleProcess } from '../support/console-process.ts';
import { corePid } from '../support/core-pid.ts';
import { lineHeaders, openSocket, outcomeOf, useLink, WebCaller } from '../support/web-caller.ts';

function holds(pid: number, secret: string): boolean {
  const finder = new Finder(new Map([['secret', spellings(Buffer.from(secret))]]));
  let found = false;
  readMemory(pid, finder.overlap, (piece) => {
    found ||= finder.find(piece).length > 0;
  });
  return found;
}

describe('a lock', () => {
  it('leaves no passphrase in either process, and the windows find the next core', async () => {
    await using host = await ConsoleProcess.start();
    const key = await useLink(host.url);
    const window = await WebCaller.open(host.port, key);
    const bytes = new Uint8Array(Buffer.from(passphrase));
    expect(
      await window.call('keystore.create', { realm: 'practice', passphrase: bytes }),
    ).toMatchObject({ ok: true });
    const before = corePid(host.pid);
    expect(memoryProblem(before)).toBeNull();
    // That something is not there counts only where it would be seen if it were.
    expect(holds(host.pid, host.origin)).toBe(true);
    expect(holds(before, host.keystore)).toBe(true);
    expect(holds(host.pid, passphrase)).toBe(false);
    const ended = window.ended();
    expect(await window.call('keystore.lock')).toMatchObject({ ok: true });
    expect(await ended).toBe(closeCodes.restart);
    const again = await WebCaller.open(host.port, key);
    expect(await again.call('keystore.status')).toMatchObject({
      ok: true,
      output: { state: 'locked' },
    });
    const after = corePid(host.pid);
    expect(after).not.toBe(before);
    expect(holds(after, passphrase)).toBe(false);
    expect(holds(host.pid, passphrase)).toBe(false);
    again.close();
  });

  it('answers each window that connects while it goes on', async () => {
    await using host = await ConsoleProcess.start();
    const { cookie } = await useLink(host.url);
    const passphraseBytes = () => new Uint8Array(Buffer.from(passphrase));
    await host.call('keystore.create', { realm: 'practice', passphrase: passphraseBytes() });
    const outcomes: (string | number)[] = [];
    for (let n = 0; n < 2; n += 1) {
      let going = true;
      const locked = host.call('keystore.lock', {}).finally(() => {
        going = false;
      });
      for (let after = 0; after < 8; after += going ? 0 : 1) {
        const window = openSocket(host.port, lineHeaders(host.port, cookie));
        outcomes.push(await outcomeOf(window));
        window.close();
      }
      await locked;
      await expect
        .poll(async () => {
          host.disconnect();
          return (await host.call('keystore.unlock', { passphrase: passphraseBytes() })).state;
        })
        .toMatch(/checking|verified/);
    }
    expect(new Set(outcomes)).toEqual(new Set(['open']));
  });

  it('loses no passphrase that comes right behind it: the next core opens', async () => {
    await using host = await ConsoleProcess.start();
    const bytes = () => new Uint8Array(Buffer.from(passphrase));
    await host.call('keystore.create', { realm: 'practice', passphrase: bytes() });
    const place = socketPlace(host.state, host.keystore);
    const connect = () => connectSocket(place);
    for (let n = 0; n < 4; n += 1) {
      const client = await connect();
      if (!client) throw new Error('nobody holds the keystore');
      const session = holderSession(client, connect);
      await session.call('keystore.lock', {});
      // The same line: the core that locked has not gone yet.
      const opened = await session.call('keystore.unlock', { passphrase: bytes() });
      expect(['checking', 'verified']).toContain(opened.state);
      await session.end();
      host.disconnect();
      await expect
        .poll(async () => (await host.call('keystore.status', {})).state)
        .toBe('verified');
    }
  });
});

describe.skipIf(chromiumPath === null)('a core that ends by itself', () => {
  it('is a locked core, and the window says so without a reload', async () => {
    await using stage = await ConsoleStage.open({ keystore: 'practice' });
    await stage.page.getByRole('button', { name: 'Lock now' }).waitFor();
    stage.host.disconnect();
    process.kill(corePid(stage.host.pid), 'SIGKILL');
    await stage.page.getByRole('heading', { name: 'Unlock desk.keystore' }).waitFor();
    await stage.page.getByText('The process that held it ended unasked').waitFor();
    await stage.page.getByLabel('Passphrase').fill(passphrase);
    await stage.page.getByRole('button', { name: 'Unlock desk.keystore' }).click();
    await stage.page.getByRole('button', { name: 'Lock now' }).waitFor();
    stage.complaints.length = 0;
  });
});

describe.skipIf(chromiumPath === null)('a browser that is opened for the person', () => {
  it('gets the link in a file that only this account can read, and is let in by it once', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'keyreeve-open-'));
    const note = join(folder, 'note');
    const fake = join(folder, 'chromium');
    writeFileSync(fake, `#!/bin/sh\nprintf '%s\\n' "$@" > ${note}.new && mv ${note}.new ${note}\n`);
    chmodSync(fake, 0o755);
    const environment = { DISPLAY: ':99', PATH: `${folder}:${process.env['PATH'] ?? ''}` };
    await using host = await ConsoleProcess.start({ environment, open: true });
    while (!existsSync(note)) await new Promise((resolve) => setImmediate(resolve));
    const words = readFileSync(note, 'utf8');
    expect(words).not.toContain('#t=');
    const page = /--app=(file:\S+)/.exec(words)?.[1] ?? '';
    const path = fileURLToPath(page);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700);
    const context = await (await sharedChromium()).newContext();
    const window = await context.newPage();
    await window.goto(page);
    await window.waitForURL(`${host.origin}/`);
    await window
      .getByRole('heading', { name: 'This page did not come' })
      .waitFor({ state: 'detached' });
    await window.waitForFunction(() => sessionStorage.length === 1);
    await window.reload();
    await window.locator('#window > *').first().waitFor({ state: 'attached' });
    const second = await context.newPage();
    await second.goto(page);
    await second.getByRole('heading', { name: 'Open the console by its own address' }).waitFor();
    await context.close();
    rmSync(folder, { recursive: true, force: true });
  });
});
