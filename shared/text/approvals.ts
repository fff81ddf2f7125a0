import type { ApprovalRequest, ApprovalRule } from '../contract/approval.ts';
import type { OperationName } from '../contract/index.ts';

/** What needs a second person, as short as a choice. */
export const ruleNames: Readonly<Record<ApprovalRule, string>> = {
  off: 'nothing',
  destructive: 'what takes something away or lets somebody in',
  'every-deed': 'every deed on keys',
};
export const ruleName = (rule: ApprovalRule): string => ruleNames[rule];

/** The same in full, for whoever chooses. */
export const ruleSentences: Readonly<Record<ApprovalRule, string>> = {
  off: 'Whoever has opened the keystore can do everything alone.',
  destructive:
    'Deleting key material, scheduling a deletion, destroying versions of external keys, deleting or disconnecting an external key store; removing groups, credentials, external keys, approvers and ways to open the keystore; adding such a way or an approver; designating a device; letting the browser console in; trusting an authority or endpoint of your own.',
  'every-deed':
    'The same, and Force Rotate, Synchronize, Make Active, bringing in and copying keys, enabling a KMS key, and the deeds of external key stores. What is rotated or renewed by schedule goes on by itself.',
};

/** What never waits: a block in an emergency. */
export const neverWaits =
  'Disabling a KMS key and blocking an external key or store never wait for anybody: in an emergency they must work at once.';

/** What the rule is worth: said where it is set. */
export const ruleLimits =
  'It is Keyreeve that holds a deed up: somebody who knows what opens the keystore and writes a program of their own is not held up by it. Every approval is signed and stands in the audit log.';

const stateWords: Readonly<Record<ApprovalRequest['state'], string>> = {
  open: 'Waits for a second person',
  approved: 'Approved, not used yet',
  refused: 'Refused',
  used: 'Approved and done',
  over: 'Over: nobody decided, or it was not used in time',
};
export const requestState = ({ state, decidedBy }: ApprovalRequest): string =>
  state === 'used' && decidedBy === null ? 'Done: nobody refused it for 7 days' : stateWords[state];

/** What the operation of a request does, as a deed; for titles that name only what it is about. */
const deedWords: Partial<Record<OperationName, string>> = {
  'keystore.addSlot': 'Add a way to open the keystore',
  'keystore.removeSlot': 'Remove a way to open the keystore',
  'keystore.allowSoftwareModuleToAws': 'Allow keys of a software module to be sent to real AWS',
  'credential.remove': 'Remove a credential',
  'credential.import': "Trust an endpoint that is not Amazon's",
  'credential.setTls': "Trust an authority that is not Amazon's",
  'xksRule.remove': 'Remove a rule of an external key store',
  'xksRule.setMode': 'Let rules refuse, or only look on',
  'group.remove': 'Remove a key group',
  'device.designate': 'Designate this device',
  'setting.change': 'Let the browser console open this keystore',
  'approver.add': 'Add an approver',
  'approver.remove': 'Remove an approver',
  'approval.setRule': 'Change what needs a second person',
  'xksStore.remove': 'Remove an external key store',
  'xksStore.retireCredential': 'Retire a proxy credential',
  'xksKey.destroyVersion': 'Destroy a version of an external key',
  'xksKey.remove': 'Remove an external key',
  'xksKey.allowKmsKey': 'Allow one more KMS key to use an external key',
  'xks.restore': 'Lift a block',
};

/** What would be done, in one line: a job's title says it by itself. */
export function requestDeed({
  operation,
  title,
}: Pick<ApprovalRequest, 'operation' | 'title'>): string {
  const deed = deedWords[operation as OperationName];
  if (deed === undefined) return title;
  return title === '' ? deed : `${deed}: ${title}`;
}
