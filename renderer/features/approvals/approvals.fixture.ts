import type {
  ApprovalRequest,
  ApprovalRule,
  ApproverView,
} from '../../../shared/contract/approval.ts';
import { slot, statusOf } from '../../testing/pictures.fixture.ts';
import { refuse, type ScriptedLink } from '../../testing/scripted-link.fixture.ts';
import { realCore } from '../administration/administration.fixture.ts';

export const at = 1_800_000_000_000;
const hour = 3_600_000;

export const approver = (name: string, n: number): ApproverView => ({
  id: `0190aaaa-0000-7000-8000-0000000000b${n}`,
  name,
  addedAt: at,
  fingerprint: `${n}b`.repeat(32),
});
export const maria = approver('Maria', 1);
export const jon = approver('Jon', 2);

export const request = (more: Partial<ApprovalRequest> = {}): ApprovalRequest => ({
  number: 1,
  operation: 'keystore.removeSlot',
  title: 'safe',
  says: [],
  plan: null,
  askedBy: 'custodian-2',
  askedAt: at,
  endsAt: at + 24 * hour,
  freeAt: null,
  state: 'open',
  decidedBy: null,
  decidedAt: null,
  ...more,
});

/** The passphrase of every approver here. */
export const theirs = 'words that only they know';
const waysIn = [slot(), slot({ id: 'slot-2', label: 'safe' })];

interface Guarded {
  readonly link: ScriptedLink;
  readonly requests: ApprovalRequest[];
}

/** A core of real keys in which ways to open the keystore are added and removed only under an approval. */
export function guardedCore(
  approvers: readonly ApproverView[] = [maria],
  rule: ApprovalRule = 'destructive',
): Guarded {
  const link = realCore();
  const requests: ApprovalRequest[] = [];
  const decide = (number: number, more: Partial<ApprovalRequest>): ApprovalRequest => {
    const place = requests.findIndex((each) => each.number === number);
    const found = requests[place];
    if (found === undefined) throw refuse('NOT_FOUND');
    if (found.state !== 'open') throw refuse('APPROVAL_OVER', { request: number });
    const decided = { ...found, ...more, decidedAt: at };
    requests[place] = decided;
    link.change('approval');
    return decided;
  };
  /** Once for every approval of just this. */
  const require = (operation: string, title: string): void => {
    const place = requests.findIndex(
      (each) => each.operation === operation && each.title === title && each.state === 'approved',
    );
    const found = requests[place];
    if (found !== undefined) {
      requests[place] = { ...found, state: 'used' };
      return;
    }
    const number = requests.length + 1;
    requests.push(request({ number, operation, title }));
    link.change('approval');
    throw refuse('APPROVAL_NEEDED', {
      request: number,
      about: title,
      approvers: approvers.map(({ name }) => name),
    });
  };
  Object.assign(link.script, {
    'keystore.status': () => statusOf('verified', 'real', { slots: waysIn }),
    'keystore.removeSlot': ({ slot: gone }) => {
      const found = waysIn.find(({ id }) => id === gone);
      require('keystore.removeSlot', found?.label ?? '');
      return { remaining: waysIn.filter(({ id }) => id !== gone) };
    },
    'keystore.addSlot': ({ label }) => {
      require('keystore.addSlot', label);
      return { slot: slot({ id: 'slot-3', label }) };
    },
    'approver.list': () => ({ approvers: [...approvers] }),
    'approval.list': () => ({ rule, requests: requests.toReversed() }),
    'approval.show': ({ number }) => {
      const found = requests.find((each) => each.number === number);
      if (found === undefined) throw refuse('NOT_FOUND');
      return found;
    },
    'approval.give': ({ number, approver: by, passphrase }) => {
      if (new TextDecoder().decode(passphrase) !== theirs)
        throw refuse('APPROVER_REFUSED', { approver: by });
      return decide(number, { state: 'approved', decidedBy: by });
    },
    'approval.refuse': ({ number }) =>
      decide(number, { state: 'refused', decidedBy: 'custodian-2' }),
  } satisfies ScriptedLink['script']);
  return { link, requests };
}
