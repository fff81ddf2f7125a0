import { createServer } from 'node:http';
import { listenAt } from './listen-at.ts';

export interface ProbeSources {
  /** Whether a load balancer should send requests here. */
  healthy(): boolean;
  /** Prometheus text. */
  metrics(): string;
}

export interface Probe {
  readonly port: number;
  close(): Promise<void>;
}

/** GET /ping and GET /metrics over plain HTTP, without credentials and without anything secret. */
export async function listenForProbes(
  at: { readonly host: string; readonly port: number },
  sources: ProbeSources,
): Promise<Probe> {
  const server = createServer(
    { headersTimeout: 3_000, requestTimeout: 3_000, maxHeaderSize: 8 * 1024 },
    (request, response) => {
      const say = (status: number, text: string): void => {
        response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' });
        response.end(request.method === 'HEAD' ? undefined : text);
      };
      request.resume();
      if (request.method !== 'GET' && request.method !== 'HEAD') return say(405, 'GET only\n');
      if (request.url === '/ping') {
        return sources.healthy() ? say(200, 'serving\n') : say(503, 'not serving\n');
      }
      if (request.url === '/metrics') return say(200, sources.metrics());
      return say(404, 'nothing here\n');
    },
  );
  server.maxConnections = 100;
  const port = await listenAt(server, at);
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
