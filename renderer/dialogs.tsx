import Button from '@mui/material/Button';
import type { ComponentType } from 'react';
import { AddSlotDialog } from './features/administration/add-slot-dialog.tsx';
import { AttachHsmDialog } from './features/administration/attach-hsm-dialog.tsx';
import { ChangePassphraseDialog } from './features/administration/change-passphrase-dialog.tsx';
import { DesignateDialog } from './features/administration/designate-dialog.tsx';
import { EnterPinDialog } from './features/administration/enter-pin-dialog.tsx';
import { CredentialTlsDialog } from './features/administration/credential-tls-dialog.tsx';
import { ImportCredentialDialog } from './features/administration/import-credential-dialog.tsx';
import { RemoveCredentialDialog } from './features/administration/remove-credential-dialog.tsx';
import { RemoveSlotDialog } from './features/administration/remove-slot-dialog.tsx';
import { AddApproverDialog } from './features/approvals/add-approver-dialog.tsx';
import { ApproveDialog } from './features/approvals/approve-dialog.tsx';
import { ApproverPassphraseDialog } from './features/approvals/approver-passphrase-dialog.tsx';
import { RemoveApproverDialog } from './features/approvals/remove-approver-dialog.tsx';
import { RuleDialog } from './features/approvals/rule-dialog.tsx';
import { RestoreDialog } from './features/entry/restore-dialog.tsx';
import { ExportAuditDialog } from './features/audit/export-audit-dialog.tsx';
import { VerifyAuditDialog } from './features/audit/verify-audit-dialog.tsx';
import { CommandsDialog } from './features/commands/commands-dialog.tsx';
import { ShortcutsDialog } from './features/commands/shortcuts-dialog.tsx';
import { CancelJobDialog } from './features/jobs/cancel-job-dialog.tsx';
import { DueDialog } from './features/jobs/due-dialog.tsx';
import { JobDialog } from './features/jobs/job-dialog.tsx';
import { AddGroupDialog } from './features/group-form/add-group-dialog.tsx';
import { GroupPropertiesDialog } from './features/group-form/group-properties-dialog.tsx';
import { SelectCredentialDialog } from './features/group-form/select-credential-dialog.tsx';
import { AddFolderDialog } from './features/key-groups/add-folder-dialog.tsx';
import { MoveDialog } from './features/key-groups/move-dialog.tsx';
import { RemoveDialog } from './features/key-groups/remove-dialog.tsx';
import {
  KeyGrantsDialog,
  KeyMaterialsDialog,
  KeyPolicyDialog,
} from './features/keys/key-look-dialog.tsx';
import { KeyPropertiesDialog } from './features/keys/key-properties-dialog.tsx';
import { ProveCopiesDialog } from './features/keys/prove-copies-dialog.tsx';
import { BringInDialog } from './features/plans/bring-in-dialog.tsx';
import { CopyKeyDialog } from './features/plans/copy-key-dialog.tsx';
import { ForceRotateDialog } from './features/plans/force-rotate-dialog.tsx';
import { KeyTurnDialog } from './features/plans/key-turn-dialog.tsx';
import { MakeActiveDialog } from './features/plans/make-active-dialog.tsx';
import { AdvanceClockDialog } from './features/practice/advance-clock-dialog.tsx';
import { CrashDialog } from './features/practice/crash-dialog.tsx';
import { ResetPracticeDialog } from './features/practice/reset-practice-dialog.tsx';
import { SynchronizeGroupDialog } from './features/plans/synchronize-group-dialog.tsx';
import { SynchronizeDialog } from './features/plans/synchronize-dialog.tsx';
import { FindInAwsDialog } from './features/scan/find-in-aws-dialog.tsx';
import { AddKeyDialog } from './features/xks/add-key-dialog.tsx';
import { AddRuleDialog } from './features/xks/add-rule-dialog.tsx';
import { AllowKmsKeyDialog } from './features/xks/allow-kms-key-dialog.tsx';
import { KeyDeedDialog, StoreDeedDialog } from './features/xks/deed-dialogs.tsx';
import { ImportCertificateDialog } from './features/xks/import-certificate-dialog.tsx';
import { RequestCertificateDialog } from './features/xks/request-certificate-dialog.tsx';
import { RehearseDialog } from './features/xks/rehearse-dialog.tsx';
import { ReconcileDialog } from './features/xks/reconcile-dialog.tsx';
import { RemoveXksDialog } from './features/xks/remove-xks-dialog.tsx';
import { RotateKeyDialog } from './features/xks/rotate-key-dialog.tsx';
import { StopDialog } from './features/xks/stop-dialog.tsx';
import { AddStoreDialog, EditStoreDialog } from './features/xks/store-form-dialog.tsx';
import { TryRulesDialog } from './features/xks/try-rules-dialog.tsx';
import { WriteCredentialDialog } from './features/xks/write-credential-dialog.tsx';
import { Contained } from './ui/contained.tsx';
import { type Dialog, type DialogKind, type DialogOf, useDialogs } from './state/dialogs.ts';

/** What every dialog component gets: what it is about, and how it closes itself. */
export interface DialogProps<K extends DialogKind> {
  readonly dialog: DialogOf<K>;
  readonly close: () => void;
}

type DialogTable = { readonly [K in DialogKind]?: ComponentType<DialogProps<K>> };

const table: DialogTable = {
  'add-folder': AddFolderDialog,
  move: MoveDialog,
  remove: RemoveDialog,
  'key-properties': KeyPropertiesDialog,
  'key-policy': KeyPolicyDialog,
  'key-grants': KeyGrantsDialog,
  'key-materials': KeyMaterialsDialog,
  'prove-copies': ProveCopiesDialog,
  'find-in-aws': FindInAwsDialog,
  'import-credential': ImportCredentialDialog,
  'remove-credential': RemoveCredentialDialog,
  'credential-tls': CredentialTlsDialog,
  'attach-hsm': AttachHsmDialog,
  'enter-pin': EnterPinDialog,
  designate: DesignateDialog,
  'change-passphrase': ChangePassphraseDialog,
  'add-slot': AddSlotDialog,
  'remove-slot': RemoveSlotDialog,
  'approval-rule': RuleDialog,
  approve: ApproveDialog,
  'add-approver': AddApproverDialog,
  'approver-passphrase': ApproverPassphraseDialog,
  'remove-approver': RemoveApproverDialog,
  restore: RestoreDialog,
  job: JobDialog,
  'cancel-job': CancelJobDialog,
  due: DueDialog,
  commands: CommandsDialog,
  shortcuts: ShortcutsDialog,
  'advance-clock': AdvanceClockDialog,
  'reset-practice': ResetPracticeDialog,
  'crash-keyreeve': CrashDialog,
  'export-audit': ExportAuditDialog,
  'verify-audit': VerifyAuditDialog,
  'add-group': AddGroupDialog,
  'group-properties': GroupPropertiesDialog,
  'select-credential': SelectCredentialDialog,
  'force-rotate': ForceRotateDialog,
  'bring-in': BringInDialog,
  'copy-key': CopyKeyDialog,
  synchronize: SynchronizeDialog,
  'synchronize-group': SynchronizeGroupDialog,
  'make-active': MakeActiveDialog,
  'turn-key': KeyTurnDialog,
  'xks-add-store': AddStoreDialog,
  'xks-edit-store': EditStoreDialog,
  'xks-store-deed': StoreDeedDialog,
  'xks-add-key': AddKeyDialog,
  'xks-key-deed': KeyDeedDialog,
  'xks-stop': StopDialog,
  'xks-rotate-key': RotateKeyDialog,
  'xks-allow-kms-key': AllowKmsKeyDialog,
  'xks-remove': RemoveXksDialog,
  'xks-add-rule': AddRuleDialog,
  'xks-try-rules': TryRulesDialog,
  'xks-write-credential': WriteCredentialDialog,
  'xks-reconcile': ReconcileDialog,
  'xks-rehearse': RehearseDialog,
  'xks-request-certificate': RequestCertificateDialog,
  'xks-import-certificate': ImportCertificateDialog,
};

/** All open dialogs, the last on top; before the keystore is open, only those of one kind. */
export function DialogStack({ only }: { readonly only?: DialogKind }) {
  const { open, close } = useDialogs();
  return open.map((dialog, at) =>
    only === undefined || dialog.kind === only ? (
      <OneDialog key={`${at} ${dialog.kind}`} dialog={dialog} close={() => close(dialog)} />
    ) : null,
  );
}

function OneDialog({ dialog, close }: { readonly dialog: Dialog; readonly close: () => void }) {
  // The table is typed by kind; TypeScript cannot follow the pairing through a union.
  const View = table[dialog.kind] as
    | ComponentType<{ dialog: Dialog; close: () => void }>
    | undefined;
  if (!View) return null;
  return (
    <Contained above other={<Button onClick={close}>Close</Button>}>
      <View dialog={dialog} close={close} />
    </Contained>
  );
}
