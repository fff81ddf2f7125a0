import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { LogValue } from '../ports.ts';
import { type TemporaryStore, temporaryStore } from '../store/store.fixture.ts';
import { AuditLog } from './audit-log.ts';
import type { AuditEvent } from './record.ts';
import { softwareSigner } from './signer.ts';

/** An audit log that the software signs, in a keystore of its own. */
export class TestLog {
  readonly temporary: TemporaryStore = temporaryStore();
  /** What the log said to its host: the event and a code. */
  readonly logged: string[] = [];
  readonly audit: AuditLog;

  constructor() {
    this.audit = this.open();
    this.audit.useSigner(softwareSigner(this.temporary.store));
  }

  /** The log of this keystore as another process finds it: nothing signs for it yet. */
  open(): AuditLog {
    const log = (_level: string, event: string, fields?: Readonly<Record<string, LogValue>>) =>
      void this.logged.push(`${event} ${String(fields?.['code'])}`);
    const { store, clock } = this.temporary;
    return new AuditLog({ store, clock, log: { log } });
  }

  /** Writes events in one change, numbered from `from`. */
  fill(count: number, from = 1): void {
    this.temporary.store.change(() => {
      for (let n = from; n < from + count; n++) this.audit.append(event(n));
    });
  }

  dispose(): void {
    this.temporary.dispose();
  }
}

export const event = (n: number, more: Partial<AuditEvent> = {}): AuditEvent => ({
  action: 'group.add',
  actor: 'kim',
  host: 'ws1',
  channel: 'cli',
  outcome: 'OK',
  objects: [`g-${n}`],
  details: { n },
  ...more,
});

/** What work is refused with. */
export async function fails(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error instanceof OperationError ? { code: error.code, ...error.details } : error;
  }
  return 'no error';
}
