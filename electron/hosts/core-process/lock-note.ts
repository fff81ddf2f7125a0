import type { LockNote } from '../../../shared/contract/session.ts';
import type { Caller, Core } from '../../core/core.ts';
import type { OutputFor } from '../cli/operations.ts';

/** Why this core is locked, for the one that takes its place; null where it is not, or nobody knows. */
export async function lockNoteOf(core: Core, self: Caller): Promise<LockNote | null> {
  const reply = await core.call('session.snapshot', {}, self);
  return reply.ok ? (reply.output as OutputFor<'session.snapshot'>).lock : null;
}
