import { randomBytes } from 'node:crypto';
import type { Protocol } from 'electron';
import type { WindowFiles } from '../console/window-files.ts';
import { windowPolicy } from '../transport/http/security-headers.ts';
import { isOwnAddress } from './own-address.ts';

/** The scheme is told to Electron before it is ready; it may not skip a policy nor be embedded. */
export const consoleScheme = {
  scheme: 'app',
  privileges: { standard: true, secure: true, supportFetchAPI: true },
} as const;

/** As in the browser console, but there is nothing to connect to: calls go over IPC. */
const policy = (nonce: string): string =>
  windowPolicy(nonce).replace("connect-src 'self'", "connect-src 'none'");

const always = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cache-Control': 'no-store',
} as const;

/**
 * Serves the window from what was read into memory at the start. A request is looked up as it is;
 * no path on disk is ever made of it.
 */
export function serveWindow(protocol: Pick<Protocol, 'handle'>, files: WindowFiles): void {
  protocol.handle(consoleScheme.scheme, ({ url, method }) => answer(files, url, method));
}

function answer(files: WindowFiles, address: string, method: string): Response {
  if (method !== 'GET') return refusal(405);
  if (!isOwnAddress(address)) return refusal(404);
  const { pathname } = new URL(address);
  if (pathname === '/') {
    const nonce = randomBytes(16).toString('base64');
    const headers = {
      ...always,
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': policy(nonce),
    };
    return new Response(new Uint8Array(files.page(nonce)), { headers });
  }
  const file = files.file(pathname);
  if (file === null) return refusal(404);
  const headers = {
    ...always,
    'Content-Type': file.type,
    'Content-Security-Policy': "default-src 'none'",
  };
  return new Response(new Uint8Array(file.body), { headers });
}

const refusal = (status: number): Response => new Response(null, { status, headers: always });
