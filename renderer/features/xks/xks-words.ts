import type { OutputFor } from '../../../shared/contract/index.ts';
import type { ServingView, StoreView, XksKeyView } from '../../../shared/contract/xks-shapes.ts';
import { shortId, type StateText } from '../../../shared/text/states.ts';

export type Store = StoreView;
export type StoreDetail = OutputFor<'xksStore.show'>;
export type XksKey = XksKeyView;
export type XksKeyDetail = OutputFor<'xksKey.show'>;
export type Rule = StoreDetail['rules'][number];

const notInAws: StateText = { glyph: '-', word: 'Not in AWS', tone: 'quiet' };
const states: Readonly<Record<string, StateText>> = {
  CONNECTED: { glyph: '✓', word: 'Connected', tone: 'good' },
  CONNECTING: { glyph: '▸', word: 'Connecting', tone: 'busy' },
  DISCONNECTING: { glyph: '▸', word: 'Disconnecting', tone: 'busy' },
  DISCONNECTED: { glyph: '○', word: 'Disconnected', tone: 'quiet' },
  FAILED: { glyph: '!', word: 'Failed', tone: 'attention' },
  GONE: { glyph: '!', word: 'Gone from AWS', tone: 'attention' },
};
const unknownState = (word: string): StateText => ({ glyph: '?', word, tone: 'quiet' });

/** Connection state of a store, as AWS last gave it. */
export const storeState = ({ inAws }: Store): StateText =>
  inAws === null ? notInAws : (states[inAws.state] ?? unknownState(inAws.state));

const kmsStates: Readonly<Record<string, StateText>> = {
  Enabled: { glyph: '●', word: 'Enabled', tone: 'good' },
  Disabled: { glyph: '◌', word: 'Disabled', tone: 'quiet' },
  Unavailable: { glyph: '!', word: 'Unavailable', tone: 'attention' },
  PendingDeletion: { glyph: '!', word: 'Pending deletion', tone: 'attention' },
  Gone: { glyph: '!', word: 'Gone from AWS', tone: 'attention' },
};

/** State of the KMS key that stands for an external key. */
export const kmsKeyState = ({ kmsKeyArn, kmsKeyState: state }: XksKey): StateText => {
  if (kmsKeyArn === null) return { glyph: '-', word: 'No KMS key', tone: 'quiet' };
  return state === null ? unknownState('Not read') : (kmsStates[state] ?? unknownState(state));
};

/** What the proxy does with the keys of a store. */
export const storeHere = ({ blocked }: Store): StateText =>
  blocked
    ? { glyph: '!', word: 'Blocked', tone: 'attention' }
    : { glyph: '●', word: 'Not blocked', tone: 'good' };

/** What the proxy does with an external key. */
export function keyHere({ blocked, enabled, rehearsedUntil, served }: XksKey): StateText {
  if (blocked) return { glyph: '!', word: 'Blocked', tone: 'attention' };
  if (!served) return { glyph: '-', word: 'Not served yet', tone: 'quiet' };
  if (rehearsedUntil !== null) return { glyph: '!', word: 'Block rehearsed', tone: 'attention' };
  return enabled
    ? { glyph: '●', word: 'Enabled', tone: 'good' }
    : { glyph: '◌', word: 'Disabled', tone: 'quiet' };
}

/** How proxies stand to what is published: one of them that lags is enough to need somebody. */
export function proxyState({ nodes, revision }: ServingView): StateText {
  const answering = nodes.filter((node) => node.revision !== null);
  if (answering.length === 0)
    return { glyph: '-', word: 'No proxy answers on this computer', tone: 'quiet' };
  const troubled = answering.filter(({ newest, problem }) => !newest || problem !== null);
  if (troubled.length > 0)
    return {
      glyph: '!',
      word: `${troubled.length} of ${answering.length} proxies in trouble`,
      tone: 'attention',
    };
  const proxies = answering.length === 1 ? '1 proxy serves' : `${answering.length} proxies serve`;
  return { glyph: '✓', word: `${proxies} set ${revision}`, tone: 'good' };
}

/** Health as the proxy tells AWS. */
export const healthWord = (health: string | null): StateText => {
  if (health === 'ACTIVE') return { glyph: '✓', word: 'Active', tone: 'good' };
  if (health === null) return { glyph: '?', word: 'Does not answer', tone: 'attention' };
  const words: Readonly<Record<string, string>> = {
    DEGRADED: 'Degraded',
    UNAVAILABLE: 'Unavailable',
  };
  return { glyph: '!', word: words[health] ?? health, tone: 'attention' };
};

/** What the one next thing about a store is; null when nothing waits for anybody. */
export function storeNext(
  store: Store,
): { readonly text: string; readonly urgent: boolean } | null {
  const { inAws } = store;
  if (store.blocked) return { text: 'Blocked here: lift the block once it is safe', urgent: true };
  if (inAws === null) {
    if (store.needsYou) return jobWaits;
    const missing = missingPlace(store);
    return { text: missing ?? 'Create it in AWS', urgent: false };
  }
  if (inAws.error !== null) return { text: inAws.error.mend, urgent: true };
  if (inAws.state === 'GONE') return { text: 'AWS no longer has it: look there', urgent: true };
  if (inAws.state === 'FAILED') return { text: 'Remove the cause, then connect it', urgent: true };
  if (store.needsYou) return jobWaits;
  if (inAws.state === 'DISCONNECTED') return { text: 'Connect it to use its keys', urgent: false };
  return null;
}

/** Nothing else is wrong with a store that needs somebody. */
const jobWaits = { text: 'A job of it waits for you: look under Jobs', urgent: true };

/** What a store still lacks before AWS can have it; null when nothing. */
export function missingPlace({ credential, region, endpoint }: Store): string | null {
  if (credential === null) return 'Give it a credential for AWS';
  if (region === null) return 'Say its Region';
  return endpoint === null ? 'Say the endpoint of its proxy' : null;
}

/** What the one next thing about an external key is. */
export function keyNext(key: XksKey): { readonly text: string; readonly urgent: boolean } | null {
  // Blocked by its store alone, it is the store that needs somebody.
  if (key.blocked) return { text: 'Blocked: every use fails', urgent: key.needsYou };
  if (!key.served) return { text: 'Make it again: its making was interrupted', urgent: true };
  if (key.kmsKeyState === 'PendingDeletion')
    return { text: 'AWS deletes its KMS key on the day set', urgent: true };
  if (key.kmsKeyState === 'Gone')
    return { text: 'AWS no longer has its KMS key: look there', urgent: true };
  if (!key.enabled) return { text: 'Disabled: every use fails', urgent: false };
  if (key.kmsKeyArn === null) return { text: 'Create its KMS key', urgent: false };
  return key.onlyInHsm ? { text: 'Lost with this HSM: it has no copy', urgent: false } : null;
}

/** The key id at the end of an ARN, shortened for the eye. */
export const shortArn = (arn: string): string => `…${shortId(arn.replace(/^.*\//, ''))}`;

export const connectivityWords: Readonly<Record<Store['connectivity'], string>> = {
  PUBLIC_ENDPOINT: 'Public endpoint',
  VPC_ENDPOINT_SERVICE: 'VPC endpoint service',
};

export const usageWords = ({ usage }: XksKey): string => {
  if (usage.encrypt && usage.decrypt) return 'Encrypt and decrypt';
  if (usage.encrypt) return 'Encrypt only';
  return usage.decrypt ? 'Decrypt only' : 'Neither';
};

/** Names under which AWS comes to the proxies, each once. */
export const hostsOf = (stores: readonly Store[]): readonly string[] => [
  ...new Set(stores.flatMap(({ endpoint }) => endpoint?.replace(/^https:\/\//, '') ?? [])),
];
