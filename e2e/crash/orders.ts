import type { CallRecord, Standing } from '../../electron/core/jobs/kind.ts';
import type { InputFor, OutputFor } from '../../electron/hosts/cli/operations.ts';
import type { KeyTurn } from '../../shared/model/key-turn.ts';
import type { StoreDeed, XksKeyDeed } from '../../shared/model/xks.ts';

/** What the harness asks of a core process, and what that process tells before it dies or ends. */

export interface Choices {
  readonly deleteMaterial: boolean;
  readonly updatePolicy: boolean;
  readonly importMaterial: boolean;
}

/** One thing to do, in the words of the contract. Deeds are planned, started and seen to their end. */
export type Task =
  | { readonly do: 'add-group'; readonly group: InputFor<'group.add'> }
  | {
      readonly do: 'edit-group';
      readonly group: string;
      readonly changes: InputFor<'group.edit'>['changes'];
    }
  | { readonly do: 'force-rotate'; readonly group: string }
  /** A key of these bytes (hex), as another system wraps it under the transport key of the group. */
  | { readonly do: 'bring-in'; readonly group: string; readonly secret: string }
  | { readonly do: 'copy-key'; readonly key: string; readonly group: string }
  /** A rotation that something keeps from its end: it waits for a person. */
  | { readonly do: 'rotate-in-vain'; readonly group: string }
  /** The person gives up what waits for them, and has AWS delete its empty KMS key. */
  | { readonly do: 'give-up'; readonly group: string }
  | { readonly do: 'make-active'; readonly key: string }
  | { readonly do: KeyTurn; readonly key: string }
  | { readonly do: 'synchronize'; readonly key: string; readonly choices: Choices }
  /** The renewal that starts by itself as AWS is to keep a group's material for so many days. */
  | { readonly do: 'renew'; readonly group: string; readonly days: number }
  | { readonly do: 'add-store'; readonly store: InputFor<'xksStore.add'> }
  | { readonly do: 'edit-store'; readonly changes: InputFor<'xksStore.edit'> }
  /** Writes what a proxy on this computer needs to a file of the harness. */
  | { readonly do: 'prepare-proxy'; readonly to: string }
  | { readonly do: 'store-deed'; readonly deed: StoreDeed; readonly store: string }
  | {
      readonly do: 'xks-key-deed';
      readonly deed: XksKeyDeed;
      readonly key: string;
      readonly alias: string | null;
    }
  /** Time passes in AWS: what waits for a day there has come to it. */
  | { readonly do: 'let-time-pass'; readonly seconds: number }
  | { readonly do: 'import-credential'; readonly csv: string; readonly endpoint: string }
  | { readonly do: 'attach'; readonly module: string; readonly label: string }
  | { readonly do: 'designate' }
  | { readonly do: 'add-credential'; readonly name: string; readonly endpoint: string }
  | { readonly do: 'change-passphrase'; readonly replacement: Uint8Array }
  | { readonly do: 'back-up' }
  | { readonly do: 'back-up-to'; readonly place: string };

/** Where to die. */
export interface Kill {
  /** `KIND/STEP/EVENT#OCCURRENCE`, or `first-answer`: the first answer that any step gets. */
  readonly at: string;
}

export interface Orders {
  readonly keystore: string;
  readonly state: string;
  /** Where the randomness of this process comes from: the same seed, the same choices. */
  readonly seed: string;
  readonly passphrase: Uint8Array;
  readonly pin: Uint8Array | null;
  /** Where the practice KMS is told what time it is. */
  readonly practiceControl: string;
  /** Brought about before the fault points are armed. */
  readonly prepare: readonly Task[];
  /** The deed under test; null where jobs are only waited for. */
  readonly deed: Task | null;
  readonly kill: Kill | null;
  /** Jobs that wait for a person are sent on, as the person would once they have looked. */
  readonly sendOn: boolean;
  /** File that the audit log is exported to at the end. */
  readonly auditFile: string;
}

export interface SeenStep {
  readonly name: string;
  readonly state: string;
  readonly proof: readonly string[];
}

export interface StepReport extends SeenStep {
  readonly attempts: number;
  readonly calls: readonly CallRecord[];
}

export interface JobReport {
  readonly id: string;
  readonly number: number;
  readonly kind: string;
  readonly state: string;
  readonly failure: string | null;
  readonly message: string;
  readonly standing: Standing | null;
  /** What the cancel question would say. */
  readonly leftovers: string | null;
  readonly steps: readonly StepReport[];
}

/** Everything a caller can see of the keystore once it is quiet. */
export interface Report {
  readonly condition: string;
  readonly jobs: readonly JobReport[];
  readonly keys: readonly OutputFor<'key.show'>[];
  readonly groups: readonly OutputFor<'group.list'>['groups'][number][];
  readonly stores: readonly OutputFor<'xksStore.show'>[];
  readonly serving: OutputFor<'xks.status'>;
  readonly auditSize: number;
  readonly audit: OutputFor<'audit.verify'>;
}

/** A line of the process's output; written before whatever follows from it. */
export type Said =
  | { readonly say: 'armed'; readonly at: number; readonly auditSize: number }
  | { readonly say: 'point'; readonly point: string; readonly phase: 'act' | 'reconcile' | null }
  | { readonly say: 'dying'; readonly point: string }
  /** The caller was told: this job exists. */
  | { readonly say: 'started'; readonly job: string }
  /** The caller was told: the job has these steps in these states. */
  | {
      readonly say: 'seen';
      readonly job: string;
      readonly state: string;
      readonly steps: readonly SeenStep[];
    }
  | { readonly say: 'quiet'; readonly report: Report }
  | { readonly say: 'failed'; readonly error: string };
