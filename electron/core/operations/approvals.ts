import type { ApprovalRequest, ApproverView } from '../../../shared/contract/approval.ts';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { ruleName } from '../../../shared/text/approvals.ts';
import { defaultKdfCost, type KdfCost } from '../crypto/passphrase-kdf.ts';
import { Secret } from '../kernel/secret.ts';
import type { Approver } from '../keystore/approvers.ts';
import type { Access, HandlersOfNoun, OpenKeystore } from './context.ts';

const viewOf = ({ publicKey: _publicKey, ...view }: Approver): ApproverView => view;

const evidenceOf = ({ name, publicKey, fingerprint }: Approver) => ({
  name,
  publicKey: publicKey.toString('base64'),
  fingerprint,
});

/** While a rule stands, somebody must be left who can approve. */
function requireOthers(open: OpenKeystore): void {
  if (open.approvals.rule() !== 'off' && open.approvers.list().length === 1)
    throw new OperationError('APPROVER_NEEDED', { rule: open.approvals.rule() });
}

/** Who may approve. `cost`: of turning a passphrase into a key, where it is not the usual one. */
export const approverHandlers = (
  access: Access,
  cost: KdfCost = defaultKdfCost,
): HandlersOfNoun<'approver'> => ({
  list: () => ({ approvers: access.open().approvers.list().map(viewOf) }),
  add: async ({ name, passphrase }) => {
    const open = access.open();
    using secret = Secret.copyOf(passphrase);
    const signer = await open.approvers.prepare(secret, cost);
    const added = open.store.change(() => {
      const made = open.approvers.add(name, signer);
      open.requireApproval([], { title: name });
      open.audit('OK', [made.id], evidenceOf(made));
      return made;
    });
    open.changed('approval');
    return viewOf(added);
  },
  changePassphrase: async ({ approver, current, replacement }) => {
    const open = access.open();
    using former = Secret.copyOf(current);
    using next = Secret.copyOf(replacement);
    const found = open.approvers.find(approver);
    const secrets = { current: former, replacement: next };
    const signer = await open.approvers.prepareOther(found, secrets, cost);
    open.store.change(() => {
      open.approvers.replace(found.id, signer);
      open.audit('OK', [found.id], { name: found.name });
    });
    open.changed('approval');
    return viewOf(found);
  },
  remove: ({ approver, confirm }) => {
    const open = access.open();
    const found = open.approvers.find(approver);
    if (!confirm)
      throw new OperationError('CONFIRMATION_NEEDED', { what: `remove approver ${found.name}` });
    open.store.change(() => {
      requireOthers(open);
      open.approvers.remove(found.id);
      open.audit('OK', [found.id], { name: found.name, fingerprint: found.fingerprint });
    });
    open.changed('approval');
    return {};
  },
});

/** Deeds that wait for a second person. */
export const approvalHandlers = (access: Access): HandlersOfNoun<'approval'> => ({
  list: () => {
    const { approvals } = access.open();
    return { rule: approvals.rule(), requests: [...approvals.list()] };
  },
  show: ({ number }) => access.open().approvals.get(number),
  setRule: ({ rule }) => {
    const open = access.open();
    open.store.change(() => {
      if (rule !== 'off' && open.approvers.list().length === 0)
        throw new OperationError('APPROVER_NEEDED', { rule });
      const former = open.approvals.rule();
      open.requireApproval([], { title: ruleName(rule) });
      open.approvals.setRule(rule);
      open.audit('OK', [], { rule, former });
    });
    open.changed('approval');
    return { rule };
  },
  give: (input) => give(access.open(), input),
  refuse: ({ number }, { actor }) => {
    const open = access.open();
    const refused = open.store.change(() => {
      const request = open.approvals.refuse(number, actor);
      open.audit('OK', [], said(request));
      return request;
    });
    open.changed('approval');
    return refused;
  },
});

async function give(
  open: OpenKeystore,
  input: { readonly number: number; readonly approver: string; readonly passphrase: Uint8Array },
): Promise<ApprovalRequest> {
  using secret = Secret.copyOf(input.passphrase);
  const approver = open.approvers.find(input.approver);
  const { digest, bytes } = open.approvals.statement(input.number, approver.id);
  const signature = await open.approvers.sign(approver, secret, bytes);
  const given = open.store.change(() => {
    // removed, or decided by somebody else, meanwhile
    open.approvers.find(approver.id);
    const request = open.approvals.approve(input.number, approver.name);
    open.audit('OK', [approver.id], {
      ...said(request),
      approver: approver.name,
      digest,
      signature: signature.toString('base64'),
      fingerprint: approver.fingerprint,
    });
    return request;
  });
  open.changed('approval');
  return given;
}

const said = ({ number, operation, title }: ApprovalRequest) => ({
  title,
  request: number,
  operation,
});
