/** The limit: a bare Node HTTPS server that reads a body and answers one. */
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { SignatureCheck } from '../../electron/core/xks/wire/sigv4.ts';
import { randomBytes } from 'node:crypto';
import { serve } from '../support/worker.ts';

export interface BareInput {
  readonly certificate: string;
  readonly privateKey: string;
}

export type BareMethods = {
  listen(input: BareInput): Promise<number>;
  /** What it answers from now on; with a secret it checks SigV4 first. */
  answer(input: { readonly body: Uint8Array; readonly secret: string | null }): void;
};

let body = '';
let known: { readonly secret: string } | null = null;
const signatures = new SignatureCheck({ now: () => Date.now() }, randomBytes);

function listen({ certificate, privateKey }: BareInput): Promise<number> {
  const options = {
    cert: certificate,
    key: privateKey,
    honorCipherOrder: true,
    ALPNProtocols: ['http/1.1'],
  };
  const server = createServer(options, (request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const whole = Buffer.concat(pieces);
      const { method = '', url: path = '', rawHeaders } = request;
      const one = known;
      const fits =
        one === null || signatures.verify({ method, path, rawHeaders, body: whole }, () => one);
      response.writeHead(fits ? 200 : 401, {
        'Content-Type': 'application/json',
        'Content-Length': Buffer.byteLength(body),
      });
      response.end(body);
    });
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

serve({
  listen,
  answer: (input) => {
    body = Buffer.from(input.body).toString('utf8');
    known = input.secret === null ? null : { secret: input.secret };
  },
} satisfies BareMethods);
