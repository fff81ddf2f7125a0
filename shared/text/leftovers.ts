import { isolate } from './isolate.ts';

/** What a job that is cancelled leaves behind, as known when it is told. */
export type LeftBehind =
  | { readonly what: 'nothing' }
  | {
      readonly what: 'version';
      readonly version: number;
      /** AWS may hold a KMS key that the job made and of which it never heard. */
      readonly mayHaveMadeKey: boolean;
    }
  | {
      readonly what: 'kms-key';
      /** As shown: the id, shortened. */
      readonly key: string;
      /** AWS's word, as last read. */
      readonly state: string;
      /** Several versions are in it: without material it has not lost all of it. */
      readonly shared?: boolean;
      /** A change of that state was sent, and nobody knows whether it was made. */
      readonly stateInDoubt: boolean;
      /** Full name of the alias that names the key, as last read; null: none of ours. */
      readonly alias: string | null;
      /** An alias that may have been moved to the key since; null: none. */
      readonly aliasInDoubt: string | null;
    }
  | {
      /** A version of a KMS key that is in use and stays. */
      readonly what: 'material';
      readonly version: number;
      /** As shown: the id, shortened. */
      readonly key: string;
      /** AWS's word for the KMS key, as last read. */
      readonly state: string;
      readonly material: 'none' | 'in-doubt' | 'waiting' | 'rotating' | 'current';
    }
  | {
      readonly what: 'external-key';
      readonly name: string;
      readonly mayHaveMadeKey: boolean;
    }
  | {
      /** The job asked AWS for a key store and never heard whether it was made. */
      readonly what: 'key-store-in-doubt';
      readonly name: string;
    };

/** The same facts for the question before a cancel and for the ending after it. */
export interface LeftoverTexts {
  readonly now: string;
  readonly after: string;
}

/** Words for the state of a KMS key; others are AWS's own. */
const states: Readonly<Record<string, string>> = {
  PendingImport: 'empty',
  Enabled: 'enabled',
  Disabled: 'disabled',
};

/** Of a KMS key that versions share, where AWS lacks one of their materials. */
const stoppedWords = 'stopped for want of material';

/** What a job that is cancelled leaves, said before and after. */
export function leftoverTexts(left: LeftBehind): LeftoverTexts {
  switch (left.what) {
    case 'nothing':
      return { now: 'Cancel now leaves nothing behind.', after: 'It left nothing behind.' };
    case 'version': {
      const there = left.mayHaveMadeKey
        ? 'AWS may hold one KMS key with the mark of this job'
        : 'nothing is in AWS';
      return {
        now: `Cancel now leaves version ${left.version} in the keystore, unused; ${there}.`,
        after: `Version ${left.version} stays in the keystore, unused; ${there}.`,
      };
    }
    case 'material': {
      const facts = materialWords(left);
      return {
        now: `Cancel now leaves version ${left.version} in the keystore; ${facts}.`,
        after: `Version ${left.version} stays in the keystore; ${facts}.`,
      };
    }
    case 'external-key': {
      const there = left.mayHaveMadeKey
        ? 'AWS may hold one KMS key with the mark of this job'
        : 'no KMS key stands for it';
      return {
        now: `Cancel now leaves external key ${isolate(left.name)} in the keystore, unused; ${there}.`,
        after: `External key ${isolate(left.name)} stays in the keystore, unused; ${there}.`,
      };
    }
    case 'key-store-in-doubt': {
      const there = `AWS may have key store ${isolate(left.name)}; it is not connected and holds no key.`;
      return { now: `Nothing is left here; ${there}`, after: there };
    }
    case 'kms-key': {
      const facts = `${stateWords(left)}, ${aliasWords(left)}`;
      return {
        now: `Cancel now leaves KMS key ${left.key} in AWS, ${facts}.`,
        after: `KMS key ${left.key} stays in AWS, ${facts}.`,
      };
    }
  }
}

function materialWords({
  key,
  state,
  material,
}: Extract<LeftBehind, { what: 'material' }>): string {
  const off = state === 'PendingImport' ? stoppedWords : (states[state] ?? state);
  switch (material) {
    case 'none':
      return `nothing of it is in KMS key ${key}, which ${state === 'Enabled' ? 'goes on as before' : `is ${off}`}`;
    case 'in-doubt':
      return `KMS key ${key} may hold its material, unused`;
    case 'waiting':
      return `its material waits unused in KMS key ${key}, and the next Force Rotate takes it`;
    case 'rotating':
      return `AWS may go on and encrypt under it in KMS key ${key}`;
    case 'current':
      return state === 'Enabled'
        ? `AWS encrypts under it in KMS key ${key}`
        : `it is the current one of KMS key ${key}, which is ${off}`;
  }
}

type KmsKeyLeft = Extract<LeftBehind, { what: 'kms-key' }>;

function stateWords({ state, stateInDoubt, shared }: KmsKeyLeft): string {
  const stopped = shared && state === 'PendingImport';
  const word = stopped ? stoppedWords : (states[state] ?? state);
  return stateInDoubt ? `${word} when last read (a change of that may have been made since)` : word;
}

function aliasWords({ alias, aliasInDoubt }: KmsKeyLeft): string {
  if (alias !== null) return `with ${alias}`;
  return aliasInDoubt === null ? 'without alias' : `and ${aliasInDoubt} may name it already`;
}
