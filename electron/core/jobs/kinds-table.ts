import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { JobKind } from './kind.ts';
import type { JobRow, StepRow } from './rows.ts';

/** A job whose record this build can work with. */
export interface Readable {
  readonly kind: JobKind;
  readonly payload: unknown;
}

/** The kinds this build knows. */
export class KindTable {
  readonly #kinds = new Map<string, JobKind>();

  constructor(kinds: readonly JobKind[]) {
    for (const kind of kinds) {
      if (this.#kinds.has(kind.name)) throw new Error(`Two job kinds are named ${kind.name}.`);
      const names = new Set(kind.steps.map((step) => step.name));
      if (names.size === 0 || names.size !== kind.steps.length) {
        throw new Error(`Job kind ${kind.name} needs steps with names of their own.`);
      }
      if (kind.commitStep !== null && !names.has(kind.commitStep)) {
        throw new Error(`Job kind ${kind.name} has no step ${kind.commitStep}.`);
      }
      this.#kinds.set(kind.name, kind);
    }
  }

  find(name: string): JobKind | null {
    return this.#kinds.get(name) ?? null;
  }

  /**
   * Reads a stored job. What was begun by another build must still mean the same steps.
   * @throws OperationError JOB_UNREADABLE: the job is parked for a person, never deleted.
   */
  read(row: JobRow, runs: readonly StepRow[]): Readable {
    const refuse = (reason: string, cause?: unknown): never => {
      const details = { reason, kind: row.kind };
      throw new OperationError('JOB_UNREADABLE', details, { cause });
    };
    const kind = this.find(row.kind) ?? refuse('unknown-kind');
    if (row.at_step >= kind.steps.length) refuse('steps-differ');
    for (const run of runs) if (kind.steps[run.n]?.name !== run.name) refuse('steps-differ');
    let stored: unknown;
    try {
      stored = JSON.parse(row.payload);
    } catch (error) {
      refuse('payload', error);
    }
    const payload = kind.payload.safeParse(stored);
    if (!payload.success) return refuse('payload', payload.error);
    return { kind, payload: payload.data };
  }
}
