import { describe, expect, it } from 'vitest';
import type { WindowFiles } from '../console/window-files.ts';
import { consoleScheme, serveWindow } from './window-files.ts';

type Serve = (request: { url: string; method: string }) => Response;

const files: WindowFiles = {
  page: (nonce) => Buffer.from(`page ${nonce}`),
  file: (path) =>
    path === '/assets/a.js' ? { type: 'text/javascript', body: Buffer.from('code') } : null,
};
let serve: Serve = () => new Response();
serveWindow(
  { handle: (_scheme: string, given: unknown) => void (serve = given as Serve) } as never,
  files,
);
const get = (url: string, method = 'GET') => serve({ url, method });

describe('the window over its own scheme', () => {
  it('has a scheme that skips no policy and embeds nothing', () => {
    expect(consoleScheme).toEqual({
      scheme: 'app',
      privileges: { standard: true, secure: true, supportFetchAPI: true },
    });
  });

  it('is a page with a mark of its own for its styles, at each load another', async () => {
    const [first, second] = [get('app://console/'), get('app://console/')];
    const policy = first.headers.get('Content-Security-Policy') ?? '';
    const nonce = /'nonce-([A-Za-z0-9+/=]{24})'/.exec(policy)?.[1];
    expect(await first.text()).toBe(`page ${nonce}`);
    expect(second.headers.get('Content-Security-Policy')).not.toBe(policy);
  });

  it('connects to nothing, frames nothing, runs only its own files', () => {
    const policy = get('app://console/').headers.get('Content-Security-Policy') ?? '';
    const rules = Object.fromEntries(
      policy
        .split('; ')
        .map((rule) => [rule.split(' ')[0] ?? '', rule.split(' ').slice(1).join(' ')]),
    );
    expect(rules).toMatchObject({
      'default-src': "'none'",
      'script-src': "'self'",
      'connect-src': "'none'",
      'base-uri': "'none'",
      'form-action': "'none'",
      'frame-ancestors': "'none'",
      'object-src': "'none'",
      'require-trusted-types-for': "'script'",
    });
    expect(policy).not.toContain('unsafe');
    expect(policy).not.toMatch(/https?:|\*/);
  });

  it('serves what was built, and a file can run nothing by itself', async () => {
    const file = get('app://console/assets/a.js');
    expect([file.status, await file.text()]).toEqual([200, 'code']);
    expect(file.headers.get('Content-Type')).toBe('text/javascript');
    expect(file.headers.get('Content-Security-Policy')).toBe("default-src 'none'");
    expect(file.headers.get('X-Content-Type-Options')).toBe('nosniff');
  });

  it.each([
    'app://console/index.html',
    'app://console/assets/',
    'app://console/assets/b.js',
    'app://console/assets/../../../etc/passwd',
    'app://console/..%2f..%2fetc/passwd',
    'app://console/%2e%2e/package.json',
    'app://console//etc/passwd',
    'app://console/assets/a.js%00.html',
    'app://console/assets\\a.js',
    'app://console/package.json',
    'app://console/__proto__',
    'app://other/assets/a.js',
    'app://console.evil/',
    'app://console:8080/',
    'app://user@console/',
    'app:console/',
    'nonsense',
  ])('has nothing at %s', (url) => {
    expect(get(url).status).toBe(404);
  });

  it.each(['POST', 'HEAD', 'PUT', 'OPTIONS'])('takes no %s', (method) => {
    expect(get('app://console/', method).status).toBe(405);
  });
});
