import { isFailureCode } from '../../shared/errors/operation-error.ts';
import { countDue } from '../../shared/text/due.ts';
import { renderFailure } from '../../shared/text/failures.ts';
import { quote } from '../../shared/text/isolate.ts';
import type { LinkState } from '../client/link.ts';
import type { Dialog } from '../state/dialogs.ts';
import type { Screen } from '../state/navigation.ts';
import type { Snapshot } from '../state/snapshot.ts';

/** What can be done about a condition. */
export type ConditionDeed =
  | { readonly label: string; readonly does: 'connect' }
  | { readonly label: string; readonly goes: Screen }
  | { readonly label: string; readonly shows: Dialog };

/** Something of the whole window that is not as it should be. */
export interface Condition {
  readonly id: 'lost' | 'read-only' | 'pin' | 'hsm' | 'due' | 'checking';
  readonly headline: string;
  readonly more: string;
  readonly deed: ConditionDeed | null;
}

/** What is not as it should be now, the gravest first. */
export function conditionsOf(snapshot: Snapshot, connection: LinkState): Condition[] {
  const { keystore, hsm, counts } = snapshot;
  const { due, renewals } = counts;
  const all: (Condition | false)[] = [
    connection.kind === 'lost' && lost,
    keystore.state === 'read-only' && {
      id: 'read-only',
      headline: '! Read-only.',
      more: sayReason(keystore.reason),
      deed: { label: 'Show what to do', goes: 'security' },
    },
    hsm === 'pin-needed' && pin,
    (hsm === 'unavailable' || hsm === 'wrong-token') && hsmAway(snapshot),
    due + renewals > 0 && {
      id: 'due',
      headline: `! ${countDue(due, renewals)} came due and wait${due + renewals === 1 ? 's' : ''} for you.`,
      more: '',
      deed: { label: 'Look and choose…', shows: { kind: 'due' } },
    },
    keystore.state === 'checking' && checking,
  ];
  return all.filter((one) => one !== false);
}

const lost: Condition = {
  id: 'lost',
  headline: '! The window lost its connection to the keystore.',
  more: 'What is shown may be old. Jobs go on.',
  deed: { label: 'Connect now', does: 'connect' },
};

const pin: Condition = {
  id: 'pin',
  headline: '! The HSM needs its PIN.',
  more: 'Jobs that need it wait.',
  deed: { label: 'Enter PIN…', shows: { kind: 'enter-pin' } },
};

const hsmAway = ({ hsm, hsmLabel }: Snapshot): Condition => ({
  id: 'hsm',
  headline:
    hsm === 'unavailable'
      ? `! HSM ${quote(hsmLabel ?? '')} is away.`
      : `! Another token than ${quote(hsmLabel ?? '')} is there.`,
  more: 'Jobs that need it wait; nothing is made or sent until it is back.',
  deed: { label: 'Attach HSM…', shows: { kind: 'attach-hsm' } },
});

const checking: Condition = {
  id: 'checking',
  headline: '',
  more: 'Checking the keystore. You can look at everything; changes wait until it is verified.',
  deed: null,
};

/** The core names a failure; what it means is said in the one wording. */
function sayReason(reason: string | null): string {
  if (reason === null) return '';
  return isFailureCode(reason) ? renderFailure({ code: reason, details: {} }).headline : reason;
}
