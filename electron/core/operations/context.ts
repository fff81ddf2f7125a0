import type { Handlers, OutputFor } from '../../../shared/contract/index.ts';
import type { ServingView } from '../../../shared/contract/xks-shapes.ts';
import type { CallerIdentity } from '../cloud/answers.ts';
import type { CloudConnection } from '../cloud/cloud.ts';
import type { Caller } from '../core.ts';
import type { GroupNow } from '../jobs/kinds/plan-group-change.ts';
import type { DeedServices } from '../jobs/kinds/services.ts';
import type { DisablePayload } from '../jobs/kinds/disable.ts';
import type { PlannedAt } from '../jobs/kinds/plan.ts';
import type { JobSummary } from '../jobs/read.ts';
import type { HeldRow } from '../jobs/schedule.ts';
import type { DeedShown } from '../keystore/approvals.ts';
import type { Device } from '../keystore/device.ts';
import type { DomainModel } from '../keystore/domain.ts';
import type { Credential, Group, Key } from '../keystore/rows.ts';
import type { Base } from '../ports.ts';
import type { Store } from '../store/store.ts';
import type { CertificateDesk } from '../xks/certificate/desk.ts';
import type { SegmentLink } from '../xks/audit/link.ts';
import type { GoodOutcome } from '../../../shared/model/audit-records.ts';
import type { KeySpec } from '../../../shared/model/key-specs.ts';
import type { Json } from '../../../shared/model/json.ts';
import type { Scans } from './scans.ts';

/** What changed, so that whoever shows it reads it again. */
export type Noun =
  | 'session'
  | 'folder'
  | 'group'
  | 'key'
  | 'credential'
  | 'job'
  | 'hsm'
  | 'device'
  | 'setting'
  | 'practice'
  | 'xks'
  | 'scan'
  | 'approval';

/** Jobs as the operations see them. */
export interface JobsPort {
  start(
    kind: string,
    payload: Json,
    about: {
      readonly title: string;
      readonly subjects: Readonly<Record<string, string>>;
      readonly plan: string;
      readonly caller: Caller;
    },
  ): { readonly jobId: string; readonly number: number; readonly joined: boolean };
  /** Id of the unfinished job that whoever asks for this deed now would join. */
  underWay(kind: string, payload: Json): string | null;
  /** Number of the newest job of this kind about `subject`, over or not; null: there was none. */
  former(kind: string, subject: string): number | null;
  /** The number of the plan that a job was started under; null: it came due by itself. */
  startedUnder(jobId: string): string | null;
  /** The same for a plan, with the unfinished job that has the last word and says otherwise. */
  wishes(kind: string, payload: Json): Pick<PlannedAt, 'runningJob' | 'otherwise'>;
  /** Groups with a job that waits for a person. */
  groupsNeedingYou(): ReadonlySet<string>;
  /** Does this process run jobs? One of a single command does when it waits for a job. */
  runsHere(): boolean;
  /** When a job is likely to be done (wall clock ms); null where nobody can tell. */
  eta(job: JobSummary): number | null;
  /** When so many jobs of this kind are likely to be done if they are asked for now (wall clock ms). */
  doneBy(kind: string, group: Group, jobs?: number): number;
  /** Is a job of this group under way, or stopped, and how many disablings wait for their day? */
  ofGroup(groupId: string): Pick<GroupNow, 'jobAtWork' | 'stopped' | 'disablings'>;
  /** The job that disables this key some days after a rotation; `at`: its day, until it has come. */
  disablingOf(
    payload: DisablePayload,
  ): { readonly number: number; readonly at: number | null } | null;
  /** `due`, `renewals`: what came due and waits for a person's choice, as far as it is known. */
  counts(): {
    readonly running: number;
    readonly needsYou: number;
    readonly due: number;
    readonly renewals: number;
  };
  /** What is due and waits for a person, and why: rotations by group, renewals by key. */
  due(): { readonly rotations: readonly HeldRow[]; readonly renewals: readonly HeldRow[] };
  /** Starts those a person chose; inside a change. Answers with the ids of their jobs. */
  startDue(
    chosen: { readonly groups: readonly string[]; readonly keys: readonly string[] },
    caller: Caller,
  ): readonly string[];
  /** This device was designated: jobs that waited for it go on. */
  designated(): void;
  /** A rotation that came due at `dueAt` (wall clock ms), without a plan shown to a person. */
  startRotation(
    group: Group,
    caller: Caller,
    dueAt: number,
  ): { readonly jobId: string; readonly number: number };
  /** The same for a key that is to be imported again before AWS deletes its material. */
  startRenewal(
    group: Group,
    key: Key,
    caller: Caller,
    dueAt: number,
  ): { readonly jobId: string; readonly number: number };
}

/** What stands between external key stores and the proxies that serve them. */
export interface Desk {
  publish(): Promise<ServingView>;
  status(): Promise<ServingView>;
  readonly certificate: CertificateDesk;
  /** Copies of the proxy whose folders are here. */
  nodes(): readonly { readonly node: string; readonly folder: string }[];
  /**
   * Notes in the audit log how far the segments of each proxy reach, once what was written since was read;
   * also those of folders named.
   */
  link(segments?: readonly string[]): Promise<readonly SegmentLink[]>;
  /** The same without reading: for whoever cannot wait. */
  noteReach(): Promise<void>;
  /** Takes off the device what no version names any more. Answers with how much of it has to wait. */
  clearDevice(): Promise<number>;
  /** Where the serving set lies. */
  readonly folder: string;
  /** Inside a change. @throws OperationError XKS_FOLDER_IN_USE */
  chooseFolder(folder: string): void;
  /** Takes what was published out of a folder that is no longer chosen. */
  leaveFolder(former: string): void;
  prepareProxy(): Promise<OutputFor<'xks.prepareProxy'>>;
}

/** An open keystore with everything that works on it. */
export interface OpenKeystore extends Base, DomainModel {
  readonly store: Store;
  readonly device: Device;
  readonly deeds: DeedServices;
  readonly jobs: JobsPort;
  readonly desk: Desk;
  readonly scans: Scans;
  /** How the attached token is called, e.g. `HSM “BYOK-A”`; null without one. */
  readonly hsmTitle: string | null;
  /** Which keys it takes to AWS unchanged, as the probe found; null: not tried, or no token. */
  readonly hsmSpecs: ReadonlySet<KeySpec> | null;
  /** Writes an audit record; inside `store.change` it stands or falls with the change. */
  audit(
    outcome: GoodOutcome,
    objects: readonly string[],
    details?: Readonly<Record<string, Json>>,
  ): void;
  /**
   * Goes on only under a second person's approval, where one is needed. Writing the audit record asks for it,
   * too: this is for what has more to show to whoever approves, and for what begins before its record.
   * @throws OperationError APPROVAL_NEEDED; nothing may catch it
   */
  requireApproval(objects: readonly string[], shown: DeedShown): void;
  changed(what: Noun, ...ids: string[]): void;
  /** A connection to AWS for what a person waits for. */
  connect(credential: Credential, region: string): Promise<CloudConnection>;
  /** Asks AWS who a credential is, in the Region given or a default one. */
  identify(credential: Credential, region?: string): Promise<CallerIdentity>;
  /** Destroys the transport keys whose days are over; audit log and window are told of each. */
  endTransportKeys(): void;
  /** Ends open connections of a credential that was removed, or whose settings changed. */
  forget(credentialId: string): void;
}

/** What handlers are given: the open keystore, or a refusal. */
export interface Access {
  /** @throws OperationError KEYSTORE_LOCKED */
  open(): OpenKeystore;
}

export type HandlersOfNoun<N extends keyof Handlers<Caller>> = Handlers<Caller>[N];
