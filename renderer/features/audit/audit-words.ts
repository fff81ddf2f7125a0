import { counted } from '../../../shared/text/counted.ts';
import type { OutputFor } from '../../../shared/contract/index.ts';
import { contract, findOperation } from '../../client/declarations.ts';
import { isFailureCode } from '../../../shared/errors/operation-error.ts';
import { jobStateTexts, type StateText } from '../../../shared/text/states.ts';
import {
  goodOutcomes,
  type GoodOutcome,
  ownActions,
  type OwnAction,
} from '../../../shared/model/audit-records.ts';
import { jobStates, type JobState } from '../../../shared/model/job.ts';
import { logStatus } from '../../../shared/text/segments.ts';
import { renderFailure } from '../../../shared/text/failures.ts';

export type AuditRecord = OutputFor<'audit.list'>['records'][number];
export type Verdict = OutputFor<'audit.verify'>;

/** Actions that no operation is called, in words. */
const ownWords: Readonly<Record<OwnAction, string>> = {
  'job.enqueued': 'A job was put into the queue',
  'job.intent': 'A job began a step',
  'job.outcome': 'A step of a job ended',
  'job.state': 'A job came to another state',
  'job.cancel-asked': 'A person asked to cancel a job',
  'job.continued': 'A person let a job go on',
  'job.retried': 'A person had the open remark done again',
  'session.begin': 'A browser came to the console by its link',
  'session.takeover': 'A browser took over the console from another',
  'session.end': 'The session of a browser at the console ended',
  'xks.audit-link': 'How far the audit of a proxy reaches was noted',
  'keystore.accept-older': 'An older keystore than the HSM remembers was accepted',
  'group.transportKeyOver': 'The days of a transport key were over: it was destroyed',
};
const isOwn = (action: string): action is OwnAction => ownActions.some((own) => own === action);

/** Every action by which the log can be read: those that change something, and those of jobs. */
export const auditActions: readonly string[] = [
  ...Object.entries(contract).flatMap(([noun, operations]) =>
    Object.entries(operations).flatMap(([verb, operation]) =>
      operation.effect === 'read' ? [] : [`${noun}.${verb}`],
    ),
  ),
  ...ownActions,
].toSorted();

/** What an action is, in words. */
export const actionWords = (action: string): string =>
  isOwn(action) ? ownWords[action] : (findOperation(action)?.summary ?? action);

const outcomes: Readonly<Record<GoodOutcome, StateText>> = {
  OK: { glyph: '✓', word: 'Done', tone: 'good' },
  STARTED: { glyph: '▸', word: 'Job started', tone: 'busy' },
  JOINED: { glyph: '▸', word: 'Joined the job under way', tone: 'busy' },
  BEGUN: { glyph: '▸', word: 'Begun', tone: 'quiet' },
  PREPARED: { glyph: '✓', word: 'Prepared', tone: 'good' },
  'GIVEN UP': { glyph: '–', word: 'Given up', tone: 'quiet' },
  DESTROYED: { glyph: '–', word: 'Destroyed', tone: 'quiet' },
};
const isGood = (outcome: string): outcome is GoodOutcome =>
  goodOutcomes.some((good) => good === outcome);

/** How it came out: done, begun, or refused and why. */
export function outcomeText({ outcome, details }: AuditRecord): StateText {
  const known = isGood(outcome) ? outcomes[outcome] : undefined;
  const to = details['to'];
  if (isJobState(to) && known !== undefined) return jobStateTexts[to];
  if (known !== undefined) return known;
  const word = isFailureCode(outcome)
    ? renderFailure({ code: outcome, details: {} }).headline
    : outcome;
  return { glyph: '!', word, tone: 'attention' };
}

const isJobState = (value: unknown): value is JobState =>
  jobStates.some((state) => state === value);

/** A value of a record's details on one line. */
export const detailWords = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? '');

/** `1,204 records, signed up to record 1,200`; what nobody signed yet is said. */
export function signedWords({
  size,
  signedSize,
  signer,
}: Pick<OutputFor<'audit.list'>, 'size' | 'signedSize' | 'signer'>): string {
  const by = signer === null ? '' : ` by the ${signerWords(signer.kind)}`;
  if (signedSize === 0)
    return `not signed yet${signer === null ? '' : `; the next signature is${by}`}`;
  const open = size - signedSize;
  const rest =
    open === 0 ? '' : `; ${open} newer ${open === 1 ? 'is' : 'are'} signed with the next`;
  return `signed up to record ${signedSize}${by}${rest}`;
}

export const signerWords = (kind: 'hsm' | 'software'): string =>
  kind === 'hsm' ? 'key in the HSM' : 'software key of this keystore';

/** What a check of an exported log showed. */
export interface VerdictText {
  readonly good: boolean;
  readonly headline: string;
  readonly lines: readonly string[];
}

/** A verdict in words: proved, the first record that does not fit, or nothing signed by that key. */
export function verdictText(verdict: Verdict): VerdictText {
  const { records, signedSize, unsignedTail, remarks } = verdict;
  const status = logStatus(verdict);
  const many = counted(records, 'record');
  if (status === 2) {
    return {
      good: false,
      headline: 'Nothing in this file was signed by that key.',
      lines: [
        `${many} were read. Compare the fingerprint with the one written down at an export; the file itself proves nothing.`,
        ...problems(verdict),
        ...remarks,
      ],
    };
  }
  if (status === 1) return broken(verdict, many);
  return {
    good: unsignedTail === 0,
    headline:
      unsignedTail === 0
        ? `Proved: all ${many} are as they were written.`
        : `Proved up to record ${signedSize}; the last ${unsignedTail} nobody signed.`,
    lines: [
      ...signedBy(verdict),
      ...(unsignedTail === 0
        ? []
        : [
            `Records ${signedSize + 1} to ${signedSize + unsignedTail} fit the chain, but no signature covers them: they could have been written anew.`,
          ]),
      ...remarks,
    ],
  };
}

function broken(verdict: Verdict, many: string): VerdictText {
  const { firstBad, line, signedSize, remarks } = verdict;
  return {
    good: false,
    headline:
      firstBad === null
        ? 'This file is not a whole audit log.'
        : `Record ${firstBad} is the first that does not fit.`,
    lines: [
      ...problems(verdict),
      `${many} were read${line === null ? '' : `, to line ${line} of the file`}.`,
      ...(signedSize > 0 ? [`Records up to ${signedSize} are covered by a good signature.`] : []),
      'Keep the file as it is and compare it with another export.',
      ...remarks,
    ],
  };
}

const problems = ({ problem }: Verdict): readonly string[] =>
  problem === null ? [] : [`What was found: ${problem}.`];

const signedBy = ({ signer, signedHead, store }: Verdict): readonly string[] => [
  ...(signer === null
    ? []
    : [
        `Signed by the ${signer === 'hsm' ? 'key in an HSM' : 'software key'} with that fingerprint.`,
      ]),
  ...(signedHead === null ? [] : [`Head hash ${signedHead}.`]),
  ...(store === null ? [] : [`Keystore ${store}.`]),
];

/** A fingerprint as people write it down, to the 64 hex digits that it is; null when it is none. */
export function fingerprintOf(text: string): string | null {
  const digits = text.replaceAll(/[\s:.-]/g, '').toLowerCase();
  return /^[0-9a-f]{64}$/.test(digits) ? digits : null;
}
