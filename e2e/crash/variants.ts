import { keyTurnJobs } from '../../shared/model/key-turn.ts';
import type { Choices, Task } from './orders.ts';
import { region } from './practice.ts';
import type { Scenery } from './stage.ts';

/** What a deed must have done once it is Done, counted from the moment it was asked for. */
export interface Expected {
  /** KMS keys made, materials put in, materials deleted, alias moves, policies put, keys disabled and enabled. */
  readonly created: number;
  readonly imported: number;
  readonly deleted: number;
  readonly aliasMoves: number;
  readonly policies: number;
  readonly disabled: number;
  readonly enabled: number;
  /** KMS keys whose deletion was scheduled. */
  readonly discarded: number;
  /** Rotations on demand that took effect. */
  readonly rotated: number;
  /** State in AWS of each version, from version 1 on. */
  readonly states: readonly string[];
  /** Version that holds the alias; null while there is none. */
  readonly holder: number | null;
}

/** The same of a deed on an external key store: what AWS was told, and how everything stands then. */
export interface ExpectedStore {
  /** Changing calls that took effect, each counted. */
  readonly calls: Readonly<Record<string, number>>;
  /** State of the store in AWS; null: AWS has none. */
  readonly store: string | null;
  /** State of the one KMS key in it; null: it has none. */
  readonly key: string | null;
  /** Alias of that KMS key. */
  readonly alias: string | null;
  /** The external key stays and belongs to no KMS key any more: AWS has deleted the one it had. */
  readonly released: boolean;
}

export interface Variant {
  readonly name: string;
  readonly scenery: Scenery;
  /** Done before the deed, outside of the count. `waiting` is a KMS key that waits for material. */
  prepare(waiting: string): readonly Task[];
  readonly needsWaitingKey: boolean;
  /** Hex: material that this KMS key has already; null: it has none. */
  readonly filledWith: string | null;
  /** Actions that AWS refuses during all of it. */
  readonly denied: readonly string[];
  readonly deed: Task;
  /** Kinds of the jobs that the deed makes. */
  readonly kinds: readonly string[];
  /** Only these steps are killed at; all when empty. */
  readonly steps: readonly string[];
  readonly expected: Expected;
  /** Null where the deed is none on an external key store. */
  readonly external: ExpectedStore | null;
}

export const group = 'payments';
export const alias = `alias/${group}`;

type GroupFields = Extract<Task, { do: 'add-group' }>['group'];

const add = (storage: 'hsm' | 'software', fields: Partial<GroupFields> = {}): Task => ({
  do: 'add-group',
  group: { name: group, credential: 'payments-kms', region, storage, ...fields },
});
const rotate: Task = { do: 'force-rotate', group };
const synchronize = (version: number, choices: Choices): Task => ({
  do: 'synchronize',
  key: `${group}/${version}`,
  choices,
});
const nothing: Choices = { deleteMaterial: false, updatePolicy: false, importMaterial: false };

/** A key of another system. */
const fromElsewhere = '5ec2e7'.padEnd(64, '0');

/** Two policies that both let the account's root do everything; AWS's default is a third. */
const policy = (sid: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: sid,
        Effect: 'Allow',
        Principal: { AWS: 'arn:aws:iam::123456789012:root' },
        Action: 'kms:*',
        Resource: '*',
      },
    ],
  });

const none: Expected = {
  created: 0,
  imported: 0,
  deleted: 0,
  aliasMoves: 0,
  policies: 0,
  disabled: 0,
  enabled: 0,
  discarded: 0,
  rotated: 0,
  states: [],
  holder: 1,
};
const rotated = { ...none, created: 1, imported: 1, aliasMoves: 1 };

interface Sketch {
  readonly scenery?: Scenery;
  readonly prepare: readonly Task[] | ((waiting: string) => readonly Task[]);
  readonly deed: Task;
  readonly kinds?: readonly string[];
  readonly steps?: readonly string[];
  readonly denied?: readonly string[];
  readonly filledWith?: string;
  readonly expected: Expected | ExpectedStore;
}

export function variant(name: string, sketch: Sketch): Variant {
  const { prepare, expected } = sketch;
  return {
    name,
    scenery: sketch.scenery ?? 'software',
    prepare: typeof prepare === 'function' ? prepare : () => prepare,
    needsWaitingKey: typeof prepare === 'function',
    filledWith: sketch.filledWith ?? null,
    deed: sketch.deed,
    kinds: sketch.kinds ?? [kindOf(sketch.deed)],
    steps: sketch.steps ?? [],
    denied: sketch.denied ?? [],
    expected: 'calls' in expected ? none : expected,
    external: 'calls' in expected ? expected : null,
  };
}

function kindOf(deed: Task): string {
  if (deed.do === 'force-rotate') return 'group.force-rotate';
  if (deed.do === 'bring-in') return 'group.bring-in';
  if (deed.do === 'copy-key') return 'group.copy-key';
  if (deed.do === 'give-up') return 'key.discard';
  if (deed.do === 'store-deed') return `xks-store.${deed.deed}`;
  if (deed.do === 'xks-key-deed') return `xks-key.${deed.deed}`;
  if (deed.do === 'renew') return 'key.renew';
  if (deed.do === 'disable' || deed.do === 'enable') return keyTurnJobs[deed.do];
  return deed.do === 'make-active' ? 'key.make-active' : 'key.synchronize';
}

const firstDone = { ...rotated, states: ['Enabled'], holder: 1 };
const inKeyDone = { ...none, imported: 1, rotated: 1, states: ['Enabled', 'Enabled'], holder: 2 };
const laterDone = { ...rotated, states: ['Enabled', 'Enabled'], holder: 2 };

/** Every kind of job, in the variants that take different ways through it. */
export const variants: readonly Variant[] = [
  variant('first-rotation', { prepare: [add('software')], deed: rotate, expected: firstDone }),
  variant('later-rotation', {
    prepare: [add('software', { policy: policy('Template') }), rotate],
    deed: rotate,
    expected: laterDone,
  }),
  variant('first-rotation-signing', {
    prepare: [add('software', { keyType: 'ECC' })],
    deed: rotate,
    expected: firstDone,
  }),
  variant('later-rotation-signing', {
    prepare: [add('software', { keyType: 'ECC' }), rotate],
    deed: rotate,
    expected: laterDone,
  }),
  variant('waiting-key', {
    prepare: (activeKeyId) => [add('software', { activeKeyId })],
    deed: rotate,
    expected: { ...firstDone, created: 0 },
  }),
  variant('bring-in', {
    prepare: [add('software'), rotate],
    deed: { do: 'bring-in', group, secret: fromElsewhere },
    expected: laterDone,
  }),
  variant('bring-in-taken-over', {
    filledWith: fromElsewhere,
    prepare: (activeKeyId) => [add('software', { activeKeyId })],
    deed: { do: 'bring-in', group, secret: fromElsewhere },
    expected: { ...firstDone, created: 0 },
  }),
  variant('copy-key', {
    prepare: [
      add('software', { name: 'source', keyType: 'HMAC' }),
      { do: 'force-rotate', group: 'source' },
      add('software', { keyType: 'HMAC' }),
      rotate,
    ],
    deed: { do: 'copy-key', key: 'source/1', group },
    expected: laterDone,
  }),
  variant('disable-old', {
    prepare: [add('software', { disableAfterRotating: true, disableWaitDays: 0 }), rotate],
    deed: rotate,
    kinds: ['group.force-rotate', 'key.disable'],
    expected: { ...laterDone, disabled: 1, states: ['Disabled', 'Enabled'] },
  }),
  variant('first-rotation-hsm', {
    scenery: 'softhsm',
    prepare: [add('hsm')],
    deed: rotate,
    expected: firstDone,
  }),
  variant('later-rotation-hsm', {
    scenery: 'softhsm',
    prepare: [add('hsm'), rotate],
    deed: rotate,
    expected: laterDone,
  }),
  variant('fresh-wrapping-keys', {
    scenery: 'fresh-pairs',
    prepare: [add('software')],
    deed: rotate,
    steps: ['parameters', 'wrap', 'import'],
    expected: firstDone,
  }),
  variant('first-rotation-in-key', {
    prepare: [add('software', { mapping: 'material' })],
    deed: rotate,
    expected: firstDone,
  }),
  variant('later-rotation-in-key', {
    prepare: [add('software', { mapping: 'material' }), rotate],
    deed: rotate,
    kinds: ['group.rotate-material'],
    expected: inKeyDone,
  }),
  variant('later-rotation-in-key-slow', {
    scenery: 'slow-rotation',
    prepare: [add('software', { mapping: 'material', policy: policy('Template') }), rotate],
    deed: rotate,
    kinds: ['group.rotate-material'],
    steps: ['rotate', 'current', 'alias'],
    expected: inKeyDone,
  }),
  variant('synchronize-import-in-key', {
    prepare: [
      add('software', { mapping: 'material' }),
      rotate,
      rotate,
      synchronize(1, { ...nothing, deleteMaterial: true }),
    ],
    deed: synchronize(1, { ...nothing, importMaterial: true }),
    expected: { ...none, imported: 1, states: ['Enabled', 'Enabled'], holder: 2 },
  }),
  variant('synchronize-delete-in-key', {
    prepare: [add('software', { mapping: 'material' }), rotate, rotate],
    deed: synchronize(1, { ...nothing, deleteMaterial: true }),
    expected: { ...none, deleted: 1, states: ['PendingImport', 'PendingImport'], holder: 2 },
  }),
  variant('synchronize-import', {
    prepare: [add('software'), rotate, synchronize(1, { ...nothing, deleteMaterial: true })],
    deed: synchronize(1, { ...nothing, importMaterial: true }),
    expected: { ...none, imported: 1, states: ['Enabled'] },
  }),
  variant('synchronize-delete', {
    prepare: [add('software'), rotate],
    deed: synchronize(1, { ...nothing, deleteMaterial: true }),
    expected: { ...none, deleted: 1, states: ['PendingImport'] },
  }),
  variant('synchronize-delete-import', {
    prepare: [add('software'), rotate],
    deed: synchronize(1, { ...nothing, deleteMaterial: true, importMaterial: true }),
    expected: { ...none, deleted: 1, imported: 1, states: ['Enabled'] },
  }),
  variant('synchronize-delete-import-hsm', {
    scenery: 'softhsm',
    prepare: [add('hsm'), rotate],
    deed: synchronize(1, { ...nothing, deleteMaterial: true, importMaterial: true }),
    steps: ['delete', 'wrap', 'import'],
    expected: { ...none, deleted: 1, imported: 1, states: ['Enabled'] },
  }),
  variant('synchronize-policy', {
    prepare: [
      add('software', { policy: policy('Former') }),
      rotate,
      { do: 'edit-group', group, changes: { policy: policy('Template') } },
    ],
    deed: synchronize(1, { ...nothing, updatePolicy: true }),
    expected: { ...none, policies: 1, states: ['Enabled'] },
  }),
  variant('renew', {
    prepare: [add('software', { rotate: false, awsDeletesMaterialAfterDays: 1 }), rotate],
    // its date is less than a month away then, as is that of a key of a year after eleven months
    deed: { do: 'renew', group, days: 365 },
    expected: { ...none, imported: 1, states: ['Enabled'] },
  }),
  variant('make-active', {
    prepare: [add('software'), rotate, rotate],
    deed: { do: 'make-active', key: `${group}/1` },
    expected: { ...none, aliasMoves: 1, states: ['Enabled', 'Enabled'], holder: 1 },
  }),
  variant('disable', {
    prepare: [add('software'), rotate, rotate],
    deed: { do: 'disable', key: `${group}/1` },
    expected: { ...none, disabled: 1, states: ['Disabled', 'Enabled'], holder: 2 },
  }),
  variant('disable-active', {
    prepare: [add('software'), rotate],
    deed: { do: 'disable', key: `${group}/1` },
    expected: { ...none, disabled: 1, states: ['Disabled'], holder: 1 },
  }),
  variant('enable', {
    prepare: [add('software'), rotate, { do: 'disable', key: `${group}/1` }],
    deed: { do: 'enable', key: `${group}/1` },
    expected: { ...none, enabled: 1, states: ['Enabled'], holder: 1 },
  }),
  variant('discard', {
    prepare: [add('software'), { do: 'rotate-in-vain', group }],
    denied: ['kms:ImportKeyMaterial'],
    deed: { do: 'give-up', group },
    expected: { ...none, discarded: 1, states: ['PendingDeletion'], holder: null },
  }),
];
