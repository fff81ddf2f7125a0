import type { SignableRequest } from '../auth/sigv4.ts';
import type { Trouble } from '../mischief/mischief.ts';
import type { JournalEntry } from '../state/journal.ts';
import { KmsFailure, throttled } from '../wire/failures.ts';
import type { World } from '../world.ts';
import type { ReplyContext } from './replies.ts';

/** One request, read completely. */
export interface Exchange {
  readonly request: SignableRequest;
  readonly body: Buffer;
  readonly requestId: string;
}

/** A reply as it is to go out. */
export interface TextReply {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** What came of a request, and the fault that strikes its reply. */
export interface Served {
  readonly trouble: Trouble;
  /** Null: nothing was done, and the fault takes the place of a reply. */
  readonly reply: TextReply | null;
}

export const replyContext = (world: World, requestId: string): ReplyContext => ({
  requestId,
  date: Date.now() + world.mischiefs.current.clockSkewSeconds * 1000,
  dateHeader: world.mischiefs.current.dateHeader,
});

/** Rehearsed failures that replace the work; null for those that do not. */
export function troubleFailure(kind: Trouble['kind']): KmsFailure | null {
  if (kind === 'throttled') return throttled();
  if (kind === 'http 500') return new KmsFailure('KMSInternalException', undefined, 500);
  if (kind === 'credentials expired') {
    return new KmsFailure(
      'ExpiredTokenException',
      'The security token included in the request is expired',
    );
  }
  if (kind === 'http 503') return new KmsFailure('ServiceUnavailableException', undefined, 503);
  return null;
}

export const mischiefName = (trouble: Trouble): string | null =>
  trouble.kind === 'none' ? null : trouble.kind;

/** Journals a request that never became an operation of the dispatcher. */
export function journalAlone(
  world: World,
  entry: Partial<JournalEntry> & Pick<JournalEntry, 'requestId'>,
): void {
  const whole: JournalEntry = {
    time: new Date(world.clock.now()).toISOString(),
    account: null,
    region: null,
    principal: null,
    service: 'kms',
    operation: 'unknown',
    parameters: null,
    error: null,
    message: null,
    effects: [],
    mischief: null,
    trail: null,
    ...entry,
  };
  world.state.transaction(() => world.state.journal.append(whole));
}
