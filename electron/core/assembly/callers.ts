import { hostname } from 'node:os';
import type { Caller } from '../core.ts';

export type Named = Pick<Caller, 'actor' | 'host' | 'channel'>;

/** Whom the audit log names where nobody asked. */
export const nobody = { actor: 'idle-lock', host: '', channel: 'scheduler' } as const;

/** Programs and the schedule are no sign that somebody sits there. */
export const isPersonAtWork = ({ channel }: Named): boolean =>
  channel === 'desktop' || channel === 'console';

/** The part of an audit record that says who did it. */
export const who = ({ actor, host, channel }: Named) => ({
  actor,
  host: host || hostname(),
  channel,
  objects: [] as readonly string[],
  requestHash: null,
});
