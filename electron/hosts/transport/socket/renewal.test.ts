import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InTestCore, silentLog } from '../../in-test-core.fixture.ts';
import { connectSocket } from './connect.ts';
import { socketPlace, type SocketPlace } from './place.ts';
import { endRenewal, isRenewing, noteRenewal } from './renewal.ts';
import { serveSocket } from './serve.ts';

let folder: string;
let place: SocketPlace;
const serve = () =>
  serveSocket(new InTestCore(), { place, caller: { actor: 'a', host: 'h' }, log: silentLog });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'krn-'));
  place = socketPlace(folder, join(folder, 'a.keystore'));
  await (await serve()).close();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a listener that replaces itself', () => {
  it('is waited for until it listens again', async () => {
    noteRenewal(place, silentLog);
    expect(statSync(place.renewing).mode & 0o777).toBe(0o600);
    const connecting = connectSocket(place);
    const server = await serve();
    endRenewal(place, silentLog);
    const client = await connecting;
    expect(client).not.toBeNull();
    client?.close();
    await server.close();
  });

  it('is not waited for when it died meanwhile', async () => {
    const { pid } = spawnSync('true');
    writeFileSync(place.renewing, String(pid));
    expect(isRenewing(place)).toBe(false);
    expect(await connectSocket(place)).toBeNull();
  });

  it.each(['', 'nonsense', '-1', '0'])('is not waited for when its note says "%s"', (said) => {
    writeFileSync(place.renewing, said);
    expect(isRenewing(place)).toBe(false);
  });

  it('is not waited for for ever', () => {
    noteRenewal(place, silentLog);
    const longAgo = new Date(Date.now() - 60_000);
    utimesSync(place.renewing, longAgo, longAgo);
    expect(isRenewing(place)).toBe(false);
  });

  it('leaves no note behind', () => {
    noteRenewal(place, silentLog);
    noteRenewal(place, silentLog);
    endRenewal(place, silentLog);
    expect(existsSync(place.renewing)).toBe(false);
    endRenewal(place, silentLog);
  });
});
