import type { AuditLog } from '../audit/audit-log.ts';
import type { DoorNote } from '../core.ts';
import { type Named, who } from './callers.ts';

/** Notes that are held until a keystore can take them; the oldest give way. */
const mostHeld = 100;

interface Held {
  readonly note: DoorNote;
  readonly caller: Named;
  readonly written: (() => void) | undefined;
}

/**
 * Writes down who came to the keystore's windows and who left. What happened while it was not open
 * stands in the log behind the next unlock, with the time at which it happened.
 */
export class DoorNotes {
  #held: Held[] = [];

  note(log: AuditLog | null, held: Held): void {
    if (log) append(log, held);
    else this.#held = [...this.#held, held].slice(-mostHeld);
  }

  /** The log takes records now. */
  flush(log: AuditLog): void {
    for (const held of this.#held.splice(0)) append(log, held);
  }
}

function append(log: AuditLog, { note, caller, written }: Held): void {
  const { event, session, at, details } = note;
  log.append({
    ...who(caller),
    action: `session.${event}`,
    objects: [session],
    outcome: 'OK',
    details: { ...details, at },
  });
  written?.();
}
