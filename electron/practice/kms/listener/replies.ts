import type { ServerResponse } from 'node:http';
import { watermarkHeader, watermarkValue } from '../constants.ts';
import type { Mischief } from '../mischief/setting.ts';
import type { KmsFailure } from '../wire/failures.ts';

export const jsonType = 'application/x-amz-json-1.1';

/** What every reply carries beside its body. */
export interface ReplyContext {
  readonly requestId: string;
  /** Real milliseconds, shifted only by the clock skew mischief. */
  readonly date: number;
  /** Rehearsed: no Date header, or none that can be read. */
  readonly dateHeader: Mischief['dateHeader'];
}

let told = { second: Number.NaN, text: '' };

/** The Date header; it stays the same for a second. */
function dateText(milliseconds: number): string {
  const second = Math.floor(milliseconds / 1000);
  if (second !== told.second) {
    told = { second, text: new Date(milliseconds).toUTCString() };
  }
  return told.text;
}

/** Names and values by turns, for a body of this length. */
function fieldsOf(context: ReplyContext, type: string, length: number): string[] {
  const { date, dateHeader } = context;
  const fields = [
    'x-amzn-RequestId',
    context.requestId,
    'Cache-Control',
    'no-cache, no-store, must-revalidate, private',
    'Expires',
    '0',
    'Pragma',
    'no-cache',
    'Content-Type',
    type,
    'Content-Length',
    String(length),
    watermarkHeader,
    watermarkValue,
  ];
  if (dateHeader === 'absent') return fields;
  fields.push('Date', dateHeader === 'garbled' ? 'yesterday, about noon' : dateText(date));
  return fields;
}

/** The same as the lines of a head, each with its end. */
export function headText(context: ReplyContext, type: string, length: number): string {
  const fields = fieldsOf(context, type, length);
  let text = '';
  for (let at = 0; at < fields.length; at += 2) text += `${fields[at]}: ${fields[at + 1]}\r\n`;
  return text;
}

/** Writes the head of a reply; the body is to be of this length. */
export function sendHead(
  response: ServerResponse,
  status: number,
  context: ReplyContext,
  type: string,
  length: number,
): void {
  response.sendDate = false;
  response.writeHead(status, fieldsOf(context, type, length));
}

export function sendText(
  response: ServerResponse,
  context: ReplyContext,
  status: number,
  type: string,
  text: string,
): void {
  sendHead(response, status, context, type, Buffer.byteLength(text));
  // As a string: node then sends head and body in one write.
  response.end(text, 'utf8');
}

/** `body` null: AWS sends 200 with nothing. */
export const successText = (body: Readonly<Record<string, unknown>> | null): string =>
  body === null ? '' : JSON.stringify(body);

/** A bare `__type`; `message` only where AWS gives one. */
export function failureText(
  failure: KmsFailure,
  member: 'message' | 'Message' = 'message',
): string {
  const text = failure.text === undefined ? {} : { [member]: failure.text };
  return JSON.stringify({ __type: failure.code, ...text });
}

export function sendFailure(
  response: ServerResponse,
  context: ReplyContext,
  failure: KmsFailure,
): void {
  sendText(response, context, failure.status, jsonType, failureText(failure));
}
