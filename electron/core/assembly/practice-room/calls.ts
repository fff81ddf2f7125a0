import type { OutputFor } from '../../../../shared/contract/index.ts';
import { instantOf } from '../../../../shared/model/instant.ts';

type Call = OutputFor<'practice.journal'>['calls'][number];

/** Something that a call changed, in the words of the control port. */
export type Effect = { readonly kind: string } & Readonly<Record<string, unknown>>;

export interface Entry {
  readonly seq: number;
  readonly time: string;
  readonly requestId: string;
  readonly region: string | null;
  readonly principal: string | null;
  readonly operation: string;
  readonly parameters: unknown;
  readonly error: string | null;
  readonly message: string | null;
  readonly effects: readonly Effect[];
  readonly mischief: string | null;
}

const say = (value: unknown, none = 'nothing'): string =>
  typeof value === 'string' && value !== '' ? value : none;

const words: Readonly<Record<string, (effect: Effect) => string>> = {
  'key-created': ({ keyId }) => `Key ${say(keyId)} was made.`,
  'key-state': ({ keyId, from, to }) => `Key ${say(keyId)} went from ${say(from)} to ${say(to)}.`,
  'key-deleted': ({ keyId }) => `Key ${say(keyId)} was deleted.`,
  alias: ({ alias, from, to }) =>
    `${say(alias)} ${to === null ? 'was deleted' : `names ${say(to)}`}${from === null ? '' : `; before, ${say(from)}`}.`,
  'parameters-issued': ({ keyId }) => `Parameters for an import into key ${say(keyId)} were given.`,
  'material-imported': ({ keyId, materialId }) =>
    `Material ${say(materialId)} was imported into key ${say(keyId)}.`,
  'material-deleted': ({ keyId, materialId, reason }) =>
    `Material ${say(materialId)} of key ${say(keyId)} ${reason === 'expired' ? 'expired' : 'was deleted'}.`,
  'material-rotated': ({ keyId, to }) => `Key ${say(keyId)} was rotated to material ${say(to)}.`,
  'primary-moved': ({ keyId, to }) => `The primary of ${say(keyId)} moved to ${say(to)}.`,
  'key-store': ({ storeId, to }) => `Key store ${say(storeId)} is ${say(to, 'gone')}.`,
  'policy-put': ({ keyId }) => `The policy of key ${say(keyId)} was put.`,
  grant: ({ keyId, made }) =>
    `A grant of key ${say(keyId)} was ${made === true ? 'made' : 'ended'}.`,
};

const longest = 8000;

/** A call as the console shows it. */
export const viewCall = (entry: Entry): Call => ({
  seq: entry.seq,
  at: instantOf(entry.time),
  requestId: entry.requestId,
  operation: entry.operation,
  principal: entry.principal,
  region: entry.region,
  error: entry.error,
  message: entry.message,
  mischief: entry.mischief,
  effects: entry.effects.map((effect) => words[effect.kind]?.(effect) ?? `${effect.kind}.`),
  parameters: (JSON.stringify(entry.parameters, null, 2) ?? '').slice(0, longest),
});
