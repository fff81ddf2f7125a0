import { nothingExternalMade, storeLeftovers } from './store-standing.ts';
import {
  hasBytes,
  inAws,
  judge,
  marked,
  materialOf,
  type Sentence,
  type Truth,
  version,
} from './truth.ts';

/** Words for what a cancelled job leaves, as the console has them; the others are AWS's own. */
const words: Readonly<Record<string, string>> = {
  PendingImport: 'empty',
  Enabled: 'enabled',
  Disabled: 'disabled',
};

const sentences: readonly Sentence[] = [
  {
    pattern: /^Cancel now leaves nothing behind\.$/,
    holds: (truth) =>
      marked(truth).length === 0 &&
      truth.store.keys.every(({ key }) => key.madeAt < truth.armedAt) &&
      nothingExternalMade(truth),
  },
  {
    pattern: /^Cancel now leaves version \d+ in the keystore, unused; nothing is in AWS\.$/,
    holds: (truth) => marked(truth).length === 0,
  },
  {
    pattern:
      /^Cancel now leaves version \d+ in the keystore, unused; AWS may hold one KMS key with the mark of this job\.$/,
    holds: (truth) => marked(truth).length <= 1 && !marked(truth).some(hasBytes),
  },
  {
    pattern:
      /^Cancel now leaves version (?<n>\d+) in the keystore; nothing of it is in KMS key \S+, which goes on as before\.$/,
    holds: (truth, { n }) => (inAws(truth, version(truth, n))?.materials.length ?? 0) < Number(n),
  },
  {
    pattern:
      /^Cancel now leaves version \d+ in the keystore; KMS key \S+ may hold its material, unused\.$/,
    holds: (truth) => truth.state.keys.length === 1,
  },
  {
    pattern:
      /^Cancel now leaves version (?<n>\d+) in the keystore; its material waits unused in KMS key \S+, and the next Force Rotate takes it\.$/,
    holds: (truth, { n }) => materialOf(truth, version(truth, n))?.state === 'PENDING_ROTATION',
  },
  {
    pattern:
      /^Cancel now leaves version (?<n>\d+) in the keystore; AWS (?:may go on and encrypt|encrypts) under it in KMS key \S+\.$/,
    holds: (truth, { n }) => materialOf(truth, version(truth, n)) !== undefined,
  },
  {
    pattern:
      /^Cancel now leaves KMS key (?<from>\w{4})…(?<to>\w{4}) in AWS, (?<state>\w+|stopped for want of material)(?<unsure> when last read \(a change of that may have been made since\))?, (?:without alias|with (?<alias>alias\/\S+)|and (?<perhaps>alias\/\S+) may name it already)\.$/,
    holds: (truth, { from = '', to = '', state, unsure, alias, perhaps }) => {
      const { metadata } =
        truth.state.keys.find(
          (key) => key.metadata.KeyId.startsWith(from) && key.metadata.KeyId.endsWith(to),
        ) ?? {};
      if (!metadata) return false;
      const holds = truth.state.aliases.some(({ target }) => target === metadata.KeyId);
      const { KeyState } = metadata;
      const stopped = state?.startsWith('stopped') && KeyState === 'PendingImport';
      const stateHolds = unsure !== undefined || stopped || (words[KeyState] ?? KeyState) === state;
      return stateHolds && (perhaps !== undefined || holds === (alias !== undefined));
    },
  },
];

/** What the cancel question says would stay is what would stay. */
export function whatWouldStay(truth: Truth): readonly string[] {
  const { leftovers, kind } = truth.job;
  if (leftovers === null) return [`standing: ${kind} does not say what a cancel would leave`];
  return judge(leftovers, [...sentences, ...storeLeftovers], truth).problems;
}
