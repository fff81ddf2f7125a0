import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { nodeHttp } from '../../kernel/node-http.ts';

/** A refusal comes at once, and a clock that moved far has much to do. Milliseconds. */
const patience = 30_000;
const largestAnswer = 64 * 1024 * 1024;

/** The control port of the practice KMS that this process started. Answers are as its page says. */
export interface Control {
  get<Answer>(route: string, query?: Readonly<Record<string, string | number>>): Promise<Answer>;
  post<Answer>(route: string, body: unknown): Promise<Answer>;
  remove<Answer>(route: string): Promise<Answer>;
}

/**
 * @param url asked for at every call: it may have been started anew meanwhile, or be about to start
 * Every call @throws OperationError PRACTICE_NOT_RUNNING, PRACTICE_REFUSED
 */
export function controlAt(url: () => Promise<string>): Control {
  return {
    get: async (route, query = {}) => {
      const at = new URL(route, await url());
      for (const [name, value] of Object.entries(query)) at.searchParams.set(name, String(value));
      return ask(at, 'GET', null);
    },
    post: async (route, body) => ask(new URL(route, await url()), 'POST', JSON.stringify(body)),
    remove: async (route) => ask(new URL(route, await url()), 'DELETE', null),
  };
}

async function ask<Answer>(url: URL, method: string, body: string | null): Promise<Answer> {
  const { status, text } = await send(url, method, body);
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch (error) {
    throw new OperationError('PRACTICE_NOT_RUNNING', {}, { cause: error });
  }
  if (status === 200) return answer as Answer;
  const said = (answer as { readonly error?: unknown } | null)?.error;
  throw new OperationError('PRACTICE_REFUSED', {
    problem: typeof said === 'string' ? said : `it answered ${status}`,
  });
}

function send(
  url: URL,
  method: string,
  body: string | null,
): Promise<{ readonly status: number; readonly text: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>();
  const away = (cause: unknown): void =>
    reject(new OperationError('PRACTICE_NOT_RUNNING', {}, { cause }));
  const call = nodeHttp.request(url, { method, timeout: patience, agent: false }, (reply) => {
    const parts: Buffer[] = [];
    let size = 0;
    reply.on('data', (part: Buffer) => {
      size += part.length;
      if (size > largestAnswer) call.destroy(new Error('the answer is too large'));
      else parts.push(part);
    });
    reply.on('error', away);
    reply.on('end', () =>
      resolve({ status: reply.statusCode ?? 0, text: Buffer.concat(parts).toString('utf8') }),
    );
  });
  call.on('timeout', () => call.destroy(new Error('no answer')));
  call.on('error', away);
  call.end(body ?? undefined);
  return promise;
}
