import { once } from 'node:events';
import { createConnection } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** Header lines exactly as they are sent; `null` leaves a usual one out. */
export type RawHeaders = Readonly<Record<string, string | null>>;

export interface RawRequest {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: RawHeaders;
  /** Further lines, for a name that comes twice. */
  readonly lines?: readonly string[];
  readonly body?: string;
}

/** What a browser of this origin sends for a call of its own page. */
export const ownPage = (port: number): RawHeaders => ({
  Host: `127.0.0.1:${port}`,
  Origin: `http://127.0.0.1:${port}`,
  'Sec-Fetch-Site': 'same-origin',
  'Content-Type': 'application/json',
});

/** What a browser sends for an address that a person typed. */
export const typedAddress = (port: number): RawHeaders => ({
  Host: `127.0.0.1:${port}`,
  'Sec-Fetch-Site': 'none',
  'Sec-Fetch-Mode': 'navigate',
  'Sec-Fetch-Dest': 'document',
});

/** One request as bytes on a socket, so that nothing is added or put right on the way. */
export async function rawRequest(port: number, request: RawRequest): Promise<RawAnswer> {
  const { method = 'GET', path = '/', headers = {}, lines = [], body = '' } = request;
  const all = Object.entries({ Connection: 'close', ...headers }).flatMap(([name, value]) =>
    value === null ? [] : [`${name}: ${value}`],
  );
  if (body !== '') all.push(`Content-Length: ${Buffer.byteLength(body)}`);
  const text = [`${method} ${path} HTTP/1.1`, ...all, ...lines, '', body].join('\r\n');
  const socket = createConnection({ port, host: '127.0.0.1' });
  let answer = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    answer += chunk;
  });
  socket.write(text);
  await once(socket, 'close');
  return parseAnswer(answer);
}

function parseAnswer(text: string): RawAnswer {
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const [first = '', ...lines] = head.split('\r\n');
  const headers = new Map<string, string>();
  for (const line of lines) {
    const at = line.indexOf(':');
    headers.set(line.slice(0, at).toLowerCase(), line.slice(at + 1).trim());
  }
  return { status: Number(first.split(' ')[1] ?? 0), headers, body: rest.join('\r\n\r\n') };
}
