import type { Wording } from '../wording.ts';

/** Wording for what needs a second person. */
export const approvalWording = {
  APPROVAL_NEEDED: {
    headline: (d) =>
      d.when(
        'approvedBy',
        (by) => `Approved by ${by}, and not done yet.`,
        'A second person has to approve this first.',
      ),
    forYourKeys: (d) =>
      d.has('approvedBy')
        ? 'Nothing was changed. What was typed here in secret was not kept.'
        : `Nothing was done. It waits as request ${d.text('request', 'for approval')}.`,
    next: (d) =>
      d.has('approvedBy')
        ? 'Type it again and do the same once more, within an hour.'
        : `Let an approver approve it${d.when('request', (n) => `: in Administration > Approvals, or with “keyreeve approval give ${n}”`)}. Then do the same again.`,
  },
  APPROVAL_OVER: {
    headline: (d) =>
      `Request ${d.text('request', 'for approval')} ${d.text('state', '') === 'refused' ? 'was refused' : 'waits for nobody any more'}.`,
    forYourKeys: 'Nothing was changed.',
    next: 'Look at what became of it. Where the deed is still wanted, ask for it again.',
  },
  APPROVER_REFUSED: {
    headline: (d) => `That is not the passphrase of ${d.quoted('approver', 'this approver')}.`,
    forYourKeys: 'Nothing was approved and nothing was done. The attempt stands in the audit log.',
    next: 'Try again: this is the passphrase of an approver, not the one that opens the keystore.',
  },
  APPROVER_NEEDED: {
    headline: 'While a second person is needed, somebody must be left to approve.',
    forYourKeys: 'Nothing was changed.',
    next: 'Add an approver first; two are better, should one forget their passphrase.',
  },
} satisfies Record<string, Wording>;
