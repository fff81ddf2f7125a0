import type { AuditLog } from '../audit/audit-log.ts';
import type { DoorNote } from '../core.ts';
import { type Named, who } from './callers.ts';

/** Notes that are held until a keystore can take them; the oldest give way. */
const mostHeld = 100;

/**
 * Writes down who came to the keystore's windows and who left. What happened while it was not open
 * stands in the log behind the next unlock, with the time at which it happened.
 */
export class DoorNotes {
  #held: { readonly note: DoorNote; readonly caller: Named }[] = [];

  note(log: AuditLog | null, note: DoorNote, caller: Named): void {
    if (log) append(log, note, caller);
    else this.#held = [...this.#held, { note, caller }].slice(-mostHeld);
  }

  /** The log takes records now. */
  flush(log: AuditLog): void {
    for (const { note, caller } of this.#held.splice(0)) append(log, note, caller);
  }
}

function append(log: AuditLog, { event, session, at, details }: DoorNote, caller: Named): void {
  log.append({
    ...who(caller),
    action: `session.${event}`,
    objects: [session],
    outcome: 'OK',
    details: { ...details, at },
  });
}
