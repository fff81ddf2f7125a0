import { spawnSync } from 'node:child_process';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ConsoleProcess } from '../support/console-process.ts';
import { corePid } from '../support/core-pid.ts';
import { ownPage, rawRequest } from '../support/raw-http.ts';
import {
  cookieOf,
  hello,
  lineHeaders,
  newFactor,
  openSocket,
  outcomeOf,
  postToken,
  tokenOf,
  useLink,
  WebCaller,
  type WebKey,
} from '../support/web-caller.ts';

let host: ConsoleProcess;
let port: number;
const start = async (): Promise<void> => {
  host = await ConsoleProcess.start();
  ({ port } = host);
};
const stop = () => host.stop();

const wrongToken = 'A'.repeat(43);
const reasonOf = (body: string): unknown => (JSON.parse(body) as { reason: unknown }).reason;

describe('2: a link works once', () => {
  beforeEach(start);
  afterEach(stop);

  it('becomes a session, and is told to have been used to whoever holds it after that', async () => {
    const token = tokenOf(host.url);
    expect((await postToken(port, token)).status).toBe(200);
    const again = await postToken(port, token);
    expect([again.status, reasonOf(again.body)]).toEqual([403, 'link-used']);
    expect(again.headers.get('set-cookie')).toBeUndefined();
  });

  it('answers the page that used it again, until a window of that page stands', async () => {
    const [token, factor] = [tokenOf(host.url), newFactor()];
    const first = await postToken(port, token, factor);
    const again = await postToken(port, token, factor);
    expect([again.status, again.body]).toEqual([200, first.body]);
    expect(again.headers.get('set-cookie')).toBe(first.headers.get('set-cookie'));
    const other = await postToken(port, token);
    expect([other.status, reasonOf(other.body)]).toEqual([403, 'link-used']);
    const cookie = cookieOf(again);
    const window = await WebCaller.open(port, { cookie, factor, waiting: false });
    // The process that has the line tells the one that listens of it.
    const late = await vi.waitUntil(
      async () => {
        const answer = await postToken(port, token, factor);
        return answer.status === 403 && answer;
      },
      { timeout: 60_000 },
    );
    expect(reasonOf(late.body)).toBe('link-used');
    expect(late.headers.get('set-cookie')).toBeUndefined();
    expect(await window.call('keystore.status')).toMatchObject({ ok: true });
    window.close();
  });

  it('is not used up by a page that names no factor of its own', async () => {
    const token = tokenOf(host.url);
    for (const factor of ['', 'short', `${newFactor()}x`, `${'A'.repeat(42)}=`]) {
      const { status, body } = await postToken(port, token, factor);
      expect([factor, status, reasonOf(body)]).toEqual([factor, 403, 'no-session']);
    }
    expect((await postToken(port, token)).status).toBe(200);
  });

  it('gives another link by the private socket, which voids the one before', async () => {
    const second = await host.link();
    const first = await postToken(port, tokenOf(host.url));
    expect(reasonOf(first.body)).toBe('link-used');
    expect((await postToken(port, tokenOf(second))).status).toBe(200);
  });

  it('is void after five wrong tokens, and the console goes on', async () => {
    for (let guess = 0; guess < 5; guess += 1) {
      const { status, body } = await postToken(port, wrongToken);
      expect([status, reasonOf(body)]).toEqual([403, 'no-session']);
    }
    expect((await postToken(port, tokenOf(host.url))).status).toBe(403);
    expect(host.alive).toBe(true);
    expect((await postToken(port, tokenOf(await host.link()))).status).toBe(200);
  });

  it('stays good after four wrong tokens', async () => {
    for (let guess = 0; guess < 4; guess += 1) await postToken(port, wrongToken);
    expect((await postToken(port, tokenOf(host.url))).status).toBe(200);
  });

  it('answers the same to whatever nonsense', async () => {
    for (const body of [
      '{}',
      '[]',
      'null',
      '{"token":7}',
      '{"token":""}',
      'token',
      '{"token":"x"',
    ]) {
      const request = { method: 'POST', path: '/session', headers: ownPage(port), body };
      const answer = await rawRequest(port, request);
      expect([body, answer.status, answer.body]).toEqual([body, 403, '{"reason":"no-session"}']);
    }
  });

  it('is never an argument or a variable of a process, and never in a log', async () => {
    const token = tokenOf(host.url);
    const files = spawnSync('grep', ['-rl', token, host.state], { encoding: 'utf8' });
    expect(files.stdout).toBe('');
    const processes = spawnSync('sh', [
      '-c',
      `cat /proc/${host.pid}/cmdline /proc/${host.pid}/environ`,
    ]);
    expect(processes.stdout.toString('latin1')).not.toContain(token);
  });
});

describe('3: a session is a cookie that nobody can read, bound to one browser', () => {
  beforeEach(start);
  afterEach(stop);

  it('sets a cookie for this port, unreadable and never sent from elsewhere', async () => {
    const { headers } = await postToken(port, tokenOf(host.url));
    expect(headers.get('set-cookie')).toMatch(
      new RegExp(`^keyreeve_${port}=[\\w-]{43}; HttpOnly; SameSite=Strict; Path=/$`),
    );
  });

  it('answers how it stands only to who has cookie and factor', async () => {
    const key = await useLink(host.url);
    const standing = async (cookie: string | null, factor: string) => {
      const headers = { ...ownPage(port), Cookie: cookie };
      const body = JSON.stringify({ factor });
      const path = '/session/standing';
      return (await rawRequest(port, { method: 'POST', path, headers, body })).status;
    };
    expect(await standing(key.cookie, key.factor)).toBe(200);
    expect(await standing(key.cookie, wrongToken)).toBe(403);
    expect(await standing(null, key.factor)).toBe(403);
    expect(await standing(`keyreeve_${port}=${wrongToken}`, key.factor)).toBe(403);
    // somebody else's page on this address set another one beside it
    expect(await standing(`keyreeve_${port}=${wrongToken}; ${key.cookie}`, key.factor)).toBe(200);
  });

  it('gives way to the next browser when its windows went down with a core that died', async () => {
    const window = await WebCaller.open(port, await useLink(host.url));
    expect(await window.call('keystore.status')).toMatchObject({ ok: true });
    const gone = window.ended();
    process.kill(corePid(host.pid), 'SIGKILL');
    await gone;
    // the next core answers on the private socket
    const link = await vi.waitFor(() => host.link(), { timeout: 60_000 });
    expect((await useLink(link)).waiting).toBe(false);
  });
});

describe('4 and 5: a line needs cookie, origin and second factor', () => {
  let key: WebKey;
  beforeAll(async () => {
    await start();
    key = await useLink(host.url);
  });
  afterAll(stop);
  const outcome = async (headers: Record<string, string | null>): Promise<'open' | number> => {
    const socket = openSocket(port, { ...lineHeaders(port, key.cookie), ...headers });
    const result = await outcomeOf(socket);
    socket.terminate();
    return result;
  };

  it('opens for the page itself, also where the browser says no Sec-Fetch-Site', async () => {
    expect(await outcome({})).toBe('open');
    expect(await outcome({ 'Sec-Fetch-Site': null })).toBe('open');
  });

  it.each([
    { Origin: null },
    { Origin: 'null' },
    { Origin: 'http://127.0.0.1:5173' },
    { Origin: 'http://localhost:PORT' },
    { Origin: 'file://' },
    { 'Sec-Fetch-Site': 'same-site' },
    { 'Sec-Fetch-Site': 'cross-site' },
    { 'Sec-Fetch-Site': 'none' },
    { Host: 'localhost:PORT' },
    { Host: 'evil.example' },
    { Cookie: null },
    { Cookie: `keyreeve_1=${wrongToken}` },
    { Cookie: `keyreeve_PORT=${wrongToken}` },
    { 'X-Forwarded-For': '10.0.0.1' },
  ])('does not open with %o', async (headers) => {
    const sent = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [
        name,
        value?.replace('PORT', String(port)) ?? null,
      ]),
    );
    expect(await outcome(sent)).toBe(403);
  });

  it('serves nothing before the second factor, and nothing with a wrong one', async () => {
    for (const first of [hello(wrongToken), Buffer.from('{"id":1,"call":"session.snapshot"}')]) {
      const socket = openSocket(port, lineHeaders(port, key.cookie));
      const heard: unknown[] = [];
      socket.on('message', (data) => heard.push(data));
      await outcomeOf(socket);
      const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()));
      socket.send(first);
      await ended;
      expect(heard).toEqual([]);
    }
  });

  it('answers calls once the factor was right', async () => {
    const window = await WebCaller.open(port, key);
    const reply = await window.call('keystore.status');
    expect(reply).toMatchObject({ ok: true, output: { state: 'absent' } });
    window.close();
  });
});

describe('9: another account of this computer', () => {
  beforeAll(start);
  afterAll(stop);
  const isRoot = process.getuid?.() === 0;
  const asNobody = (script: string) =>
    spawnSync(process.execPath, ['-e', script], { uid: 65_534, gid: 65_534, encoding: 'utf8' });
  const get = (at: number) =>
    `const s=require('net').connect(${at},'127.0.0.1');s.on('connect',()=>s.write('GET / HTTP/1.1\\r\\nHost: 127.0.0.1:${at}\\r\\nSec-Fetch-Site: none\\r\\nConnection: close\\r\\n\\r\\n'));let n=0;s.on('data',d=>n+=d.length);s.on('error',()=>{});s.on('close',()=>console.log(n))`;

  it.skipIf(!isRoot)('gets no answer at all', () => {
    const { stdout } = asNobody(get(port));
    expect(stdout.trim()).toBe('0');
    const own = spawnSync(process.execPath, ['-e', get(port)], { encoding: 'utf8' });
    expect(Number(own.stdout)).toBeGreaterThan(500);
  });
});
