import type { ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Trouble } from '../mischief/mischief.ts';
import type { Served } from './exchange.ts';
import { type ReplyContext, sendHead, sendText } from './replies.ts';

type Kind = Trouble['kind'];

const ending: ReadonlySet<Kind> = new Set(['dropped before effect', 'response lost']);
const resetting: ReadonlySet<Kind> = new Set(['reset before effect', 'reset after effect']);

/** True for a fault that keeps the work from being done. */
export const strikesBefore = (kind: Kind): boolean => kind.endsWith('before effect');

/** Ends a connection without a reply; one that hangs is left as it is, until the client gives up. */
function breakOff(kind: Kind, response: ServerResponse): void {
  if (resetting.has(kind)) response.socket?.resetAndDestroy();
  else if (ending.has(kind)) response.destroy();
}

const pieces = 10;

/** The body in ten pieces over so many milliseconds. Whoever goes away ends it. */
async function trickle(response: ServerResponse, text: string, ms: number): Promise<void> {
  const bytes = Buffer.from(text, 'utf8');
  const size = Math.max(1, Math.ceil(bytes.length / pieces));
  response.flushHeaders();
  for (let at = 0; at < bytes.length && !response.destroyed; at += size) {
    await wait(ms / pieces);
    response.write(bytes.subarray(at, at + size));
  }
  response.end();
}

/** Half of the body, and the end of the connection. */
function cut(response: ServerResponse, text: string): void {
  const bytes = Buffer.from(text, 'utf8');
  const half = bytes.subarray(0, Math.floor(bytes.length / 2));
  response.flushHeaders();
  response.write(half, () => response.destroy());
}

/** Sends a reply, or what the fault leaves of it. */
export async function sendThrough(
  { trouble, reply }: Served,
  response: ServerResponse,
  context: ReplyContext,
): Promise<void> {
  const { kind, replyDelayMs, slowBodyMs } = trouble;
  if (reply === null) return breakOff(kind, response);
  if (replyDelayMs > 0) await wait(replyDelayMs);
  if (ending.has(kind) || resetting.has(kind) || kind === 'hung after effect') {
    breakOff(kind, response);
    return;
  }
  const { status, type, text } = reply;
  if (kind !== 'reply cut' && slowBodyMs === 0) {
    sendText(response, context, status, type, text);
    return;
  }
  sendHead(response, status, context, type, Buffer.byteLength(text));
  if (kind === 'reply cut') cut(response, text);
  else await trickle(response, text, slowBodyMs);
}
