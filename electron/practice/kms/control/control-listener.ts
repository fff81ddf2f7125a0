import type { IncomingMessage, ServerResponse } from 'node:http';
import { watermarkHeader, watermarkValue } from '../constants.ts';
import { BodyTooLarge, readBody } from '../listener/http-server.ts';
import { isStorageTrouble } from '../listener/storage-watch.ts';
import type { World } from '../world.ts';
import { ControlRefusal } from './reading.ts';
import { controlRoutes } from './routes.ts';

function send(response: ServerResponse, status: number, body: unknown): void {
  const bytes = Buffer.from(`${JSON.stringify(body)}\n`, 'utf8');
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': bytes.length,
    'Cache-Control': 'no-store',
    [watermarkHeader]: watermarkValue,
  });
  response.end(bytes);
}

/**
 * The control port has no credential, so it is closed to everything a browser could send: pages
 * carry an Origin, and a name that was rebound to loopback shows in Host.
 */
function requireLocalTool(request: IncomingMessage, port: number): void {
  const host = request.headers.host ?? '';
  if (request.headers.origin !== undefined) {
    throw new ControlRefusal(403, 'requests from web pages are refused');
  }
  if (![`127.0.0.1:${port}`, `localhost:${port}`].includes(host)) {
    throw new ControlRefusal(403, 'the Host header must name this loopback address');
  }
}

async function readJsonBody(request: IncomingMessage): Promise<unknown> {
  const body = await readBody(request);
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    throw new ControlRefusal(400, 'the body is not JSON');
  }
}

/** Serves the control routes. `port` is known once the server listens. */
export function createControlHandler(world: World, port: () => number) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      requireLocalTool(request, port());
      const url = new URL(request.url ?? '/', 'http://127.0.0.1');
      const route = controlRoutes[`${request.method ?? ''} ${url.pathname}`];
      if (route === undefined) throw new ControlRefusal(404, 'no such control route');
      const body = await readJsonBody(request);
      // What is shown and changed here builds on what was acknowledged.
      world.state.settle();
      send(response, 200, await route(world, body, url.searchParams));
    } catch (error) {
      if (error instanceof ControlRefusal)
        return send(response, error.status, { error: error.message });
      if (error instanceof BodyTooLarge) return send(response, 413, { error: 'body too large' });
      if (isStorageTrouble(error)) {
        const why = `a file of the practice KMS cannot be written (${error.code})`;
        return send(response, 500, { error: why });
      }
      throw error;
    }
  };
}
