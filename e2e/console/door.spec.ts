import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConsoleProcess } from '../support/console-process.ts';
import { ownPage, type RawHeaders, rawRequest, typedAddress } from '../support/raw-http.ts';

/** Refused at the door: a wrong token that was looked at is answered in JSON. */
const doorShut = '403\n';

let host: ConsoleProcess;
let port: number;
beforeAll(async () => {
  host = await ConsoleProcess.start();
  ({ port } = host);
});
afterAll(() => host.stop());

/** The kernel's list of listening sockets, as `address port` in hex. */
function listeners(): string[] {
  return ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) =>
    readFileSync(table, 'latin1')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state]) => state === '0A')
      .map(([, local = '']) => local),
  );
}

describe('1: the loopback address and nothing else', () => {
  it('listens on 127.0.0.1 only', () => {
    const hex = port.toString(16).toUpperCase().padStart(4, '0');
    expect(listeners().filter((local) => local.endsWith(`:${hex}`))).toEqual([`0100007F:${hex}`]);
  });

  const proxied: RawHeaders[] = [
    { Forwarded: 'for=10.0.0.1' },
    { 'X-Forwarded-For': '10.0.0.1' },
    { 'X-Forwarded-Host': 'console.example' },
    { 'X-Real-IP': '10.0.0.1' },
    { Via: '1.1 proxy' },
  ];
  it.each(proxied)('refuses what came through a proxy: %o', async (headers) => {
    const { status } = await rawRequest(port, { headers: { ...typedAddress(port), ...headers } });
    expect(status).toBe(403);
  });
});

describe('4: every request says rightly where it comes from', () => {
  const page = () => typedAddress(port);

  it('serves the page to a typed address, and to its own page', async () => {
    expect((await rawRequest(port, { headers: page() })).status).toBe(200);
    const own = { ...page(), 'Sec-Fetch-Site': 'same-origin' };
    expect((await rawRequest(port, { headers: own })).status).toBe(200);
  });

  it.each([
    'localhost:PORT',
    '127.0.0.1',
    '127.0.0.1.:PORT',
    '127.1:PORT',
    '0.0.0.0:PORT',
    '[::1]:PORT',
    'keyreeve.example:PORT',
    'keyreeve.example',
    '127.0.0.1:PORT.keyreeve.example',
    'user@127.0.0.1:PORT',
    '',
  ])('serves nothing under the name "%s"', async (name) => {
    const Host = name.replace('PORT', String(port));
    const answer = await rawRequest(port, { headers: { ...page(), Host } });
    expect([400, 403, 421]).toContain(answer.status);
    expect(answer.body).not.toContain('csp-nonce');
    const change = { method: 'POST', path: '/session', body: '{"token":"x"}' };
    const changed = await rawRequest(port, { ...change, headers: { ...ownPage(port), Host } });
    expect([changed.status, changed.body]).toEqual([403, doorShut]);
  });

  it('refuses a request without a Host, or with two', async () => {
    expect((await rawRequest(port, { headers: { ...page(), Host: null } })).status).toBe(403);
    const twice = [`Host: 127.0.0.1:${port}`];
    expect((await rawRequest(port, { headers: page(), lines: twice })).status).toBe(403);
  });

  it('says which port is right when asked under another, as SSH forwarding does', async () => {
    for (const Host of ['127.0.0.1:8080', 'localhost:8080', '[::1]:8080', 'localhost']) {
      const { status, body, headers } = await rawRequest(port, { headers: { ...page(), Host } });
      expect(status).toBe(421);
      expect(body).toContain(`ssh -L ${port}:127.0.0.1:${port}`);
      expect(body).not.toContain('8080');
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    }
  });

  const wrongChanges: RawHeaders[] = [
    { Origin: null },
    { Origin: 'null' },
    { Origin: 'http://127.0.0.1:5173' },
    { Origin: 'https://127.0.0.1:PORT' },
    { Origin: 'http://localhost:PORT' },
    { Origin: 'http://127.0.0.1:PORT.example' },
    { Origin: 'http://evil.example' },
    { 'Sec-Fetch-Site': null },
    { 'Sec-Fetch-Site': 'same-site' },
    { 'Sec-Fetch-Site': 'cross-site' },
    { 'Sec-Fetch-Site': 'none' },
  ];
  it.each(wrongChanges)('takes no change from %o', async (headers) => {
    const sent = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [
        name,
        value?.replace('PORT', String(port)) ?? null,
      ]),
    );
    const {
      status,
      body,
      headers: got,
    } = await rawRequest(port, {
      method: 'POST',
      path: '/session',
      headers: { ...ownPage(port), ...sent },
      body: '{"token":"x"}',
    });
    expect([status, body]).toEqual([403, doorShut]);
    expect(got.get('set-cookie')).toBeUndefined();
  });

  it.each(['same-site', 'cross-site'])(
    'shows a closed page to a way from a %s page',
    async (site) => {
      const headers = { ...page(), 'Sec-Fetch-Site': site };
      const { status, body } = await rawRequest(port, { headers });
      expect(status).toBe(403);
      expect(body).toContain('Open the console by its own address');
    },
  );

  it('gives its files to its own page only', async () => {
    const { body } = await rawRequest(port, { headers: page() });
    const path = /src="\.(\/assets\/[^"]+\.js)"/.exec(body)?.[1] ?? '';
    const own = { Host: `127.0.0.1:${port}`, 'Sec-Fetch-Site': 'same-origin' };
    expect((await rawRequest(port, { path, headers: own })).status).toBe(200);
    for (const site of ['same-site', 'cross-site', 'none', null]) {
      const headers = { ...own, 'Sec-Fetch-Site': site };
      expect((await rawRequest(port, { path, headers })).status).toBe(403);
    }
  });

  it('is shown in no frame', async () => {
    const headers = { ...page(), 'Sec-Fetch-Dest': 'iframe', 'Sec-Fetch-Site': 'same-origin' };
    expect((await rawRequest(port, { headers })).status).toBe(403);
  });
});

describe('6: no other origin, no other shape', () => {
  it('answers OPTIONS with 403 and never allows another origin', async () => {
    for (const path of ['/', '/session', '/line', '/assets/x.js', '*']) {
      const headers = {
        ...ownPage(port),
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Private-Network': 'true',
        'Access-Control-Request-Local-Network': 'true',
      };
      const answer = await rawRequest(port, { method: 'OPTIONS', path, headers });
      expect(answer.status).toBe(403);
      expect(
        [...answer.headers.keys()].filter((name) => name.startsWith('access-control')),
      ).toEqual([]);
    }
  });

  it.each([
    'text/plain',
    'application/json; charset=utf-8',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    null,
  ])('takes no body of type %s', async (type) => {
    const { status } = await rawRequest(port, {
      method: 'POST',
      path: '/session',
      headers: { ...ownPage(port), 'Content-Type': type },
      body: '{"token":"x"}',
    });
    expect(status).toBe(415);
  });

  it('takes no body over its limit', async () => {
    const { status } = await rawRequest(port, {
      method: 'POST',
      path: '/session',
      headers: ownPage(port),
      body: JSON.stringify({ token: 'x'.repeat(2000) }),
    });
    expect(status).toBe(413);
  });

  it.each([
    ['GET', '/session'],
    ['GET', '/line'],
    ['GET', '/index.html'],
    ['GET', '/assets/'],
    ['GET', '/assets/../index.html'],
    ['GET', '/assets/..%2f..%2fpackage.json'],
    ['GET', '/..%5c..%5cpackage.json'],
    ['GET', '//etc/passwd'],
    ['GET', '/.sources'],
    ['GET', '/?token=x'],
    ['GET', '/constructor'],
    ['GET', '/__proto__'],
    ['HEAD', '/'],
    ['PUT', '/session'],
    ['DELETE', '/session'],
    ['PATCH', '/'],
    ['POST', '/'],
    ['POST', '/line'],
    ['TRACE', '/'],
    ['POST', '/session/resume'],
  ])('has nothing at %s %s', async (method, path) => {
    const headers = method === 'GET' ? { ...ownPage(port), 'Content-Type': null } : ownPage(port);
    const { status, body } = await rawRequest(port, { method, path, headers });
    expect(status).toBe(404);
    expect(body.length).toBeLessThan(10);
  });
});

describe('7: headers', () => {
  it('says the same on every answer, whatever it is', async () => {
    const answers = [
      await rawRequest(port, { headers: typedAddress(port) }),
      await rawRequest(port, { headers: { ...typedAddress(port), Host: 'evil.example' } }),
      await rawRequest(port, { path: '/nothing', headers: ownPage(port) }),
      await rawRequest(port, { method: 'OPTIONS', headers: ownPage(port) }),
      await rawRequest(port, {
        method: 'POST',
        path: '/session',
        headers: ownPage(port),
        body: '{}',
      }),
    ];
    for (const { headers } of answers) {
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
      expect(headers.get('cross-origin-embedder-policy')).toBe('require-corp');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('permissions-policy')).toMatch(/camera=\(\).*usb=\(\)/);
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/unsafe|http|\*/);
    }
  });

  it('marks styles anew at every load', async () => {
    const nonces = new Set<string>();
    for (let load = 0; load < 3; load += 1) {
      const { headers, body } = await rawRequest(port, { headers: typedAddress(port) });
      const nonce = /'nonce-([\w+/=]{24})'/.exec(headers.get('content-security-policy') ?? '')?.[1];
      expect(body).toContain(`<meta name="csp-nonce" content="${nonce}" />`);
      nonces.add(nonce ?? '');
    }
    expect(nonces.size).toBe(3);
  });
});

describe('10: no switch takes any of this away', () => {
  it.each([
    ['--host', '0.0.0.0'],
    ['--no-auth'],
    ['--bind', '0.0.0.0'],
    ['--listen', '::'],
    ['--insecure'],
    ['--port', '80'],
    ['--port', '0.0.0.0:8080'],
  ])('refuses %s %s', async (...words) => {
    await expect(host.run('console', '--no-open', ...words)).rejects.toThrow('ended with 64');
  });

  it('gives another link at a second start, on its own port and on no other', async () => {
    const again = (...words: string[]) => host.run('console', '--no-open', ...words);
    expect(await again('--port', String(host.port))).toContain(`${host.origin}/#t=`);
    const other = again('--port', String(host.port === 8743 ? 8744 : 8743));
    await expect(other).rejects.toThrow(`runs already, on port ${host.port}: end it first`);
  });
});
