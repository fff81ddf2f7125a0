/** The limit: a bare Node server that reads a body and answers one of a given size. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '../support/worker.ts';

export type BareMethods = {
  /** Answers bodies of so many bytes from now on; the port. */
  answer(input: { readonly bytes: number }): Promise<number>;
};

let body = '';
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    Buffer.concat(chunks);
    response.writeHead(200, {
      'Content-Type': 'application/x-amz-json-1.1',
      'Content-Length': body.length,
    });
    response.end(body);
  });
});
const listening = new Promise<number>((resolve) => {
  server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
});

serve({
  answer({ bytes }) {
    body = 'x'.repeat(bytes);
    return listening;
  },
} satisfies BareMethods);
