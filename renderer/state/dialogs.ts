import { create } from 'zustand';
import type { KeyTurn } from '../../shared/model/key-turn.ts';
import type { StoreDeed, XksKeyDeed } from '../../shared/model/xks.ts';

/** What a person can move or remove in the tree. */
export interface TreeItem {
  readonly kind: 'folder' | 'group';
  readonly id: string;
  readonly name: string;
}

/** What can be taken away of external key stores. A credential is named by its access key id. */
export type XksRemoval =
  | { readonly target: 'store' | 'key'; readonly id: string }
  | { readonly target: 'version'; readonly id: string; readonly number: number }
  | { readonly target: 'credential'; readonly id: string; readonly store: string };

/** Of a KMS key that is to be created with its external key. */
export interface NewKmsKey {
  readonly store: string;
  readonly alias: string | null;
  readonly description: string;
  /** Key policy, JSON text; null: AWS's default. */
  readonly policy: string | null;
}

/** Every dialog there is, with what it is about. Each is shown by one component (dialogs.tsx). */
export type Dialog =
  | { readonly kind: 'add-group'; readonly folder: string | null }
  | { readonly kind: 'group-properties'; readonly group: string }
  | { readonly kind: 'select-credential'; readonly group: string }
  | { readonly kind: 'add-folder'; readonly parent: string | null }
  | { readonly kind: 'move'; readonly items: readonly TreeItem[] }
  | { readonly kind: 'remove'; readonly item: TreeItem }
  | { readonly kind: 'force-rotate'; readonly group: string }
  | { readonly kind: 'bring-in'; readonly group: string }
  | { readonly kind: 'copy-key'; readonly key: string }
  | { readonly kind: 'synchronize'; readonly key: string }
  | { readonly kind: 'synchronize-group'; readonly group: string }
  | { readonly kind: 'make-active'; readonly key: string }
  | { readonly kind: 'turn-key'; readonly key: string; readonly turn: KeyTurn }
  | { readonly kind: 'key-properties'; readonly key: string }
  | { readonly kind: 'key-policy'; readonly key: string }
  | { readonly kind: 'key-grants'; readonly key: string }
  | { readonly kind: 'key-materials'; readonly key: string }
  | {
      readonly kind: 'prove-copies';
      readonly of: { readonly what: 'key' | 'group'; readonly id: string; readonly name: string };
    }
  | {
      readonly kind: 'find-in-aws';
      readonly of: {
        readonly what: 'group' | 'credential';
        readonly id: string;
        readonly name: string;
      };
    }
  | { readonly kind: 'job'; readonly job: string }
  | { readonly kind: 'cancel-job'; readonly jobs: readonly string[] }
  | { readonly kind: 'due' }
  | { readonly kind: 'import-credential'; readonly chosen?: (credentialId: string) => void }
  | { readonly kind: 'remove-credential'; readonly credential: string }
  | { readonly kind: 'credential-tls'; readonly credential: string }
  | { readonly kind: 'attach-hsm' }
  | { readonly kind: 'enter-pin' }
  | { readonly kind: 'designate' }
  | { readonly kind: 'change-passphrase'; readonly slot: string }
  | { readonly kind: 'add-slot' }
  | { readonly kind: 'remove-slot'; readonly slot: string }
  | { readonly kind: 'approval-rule' }
  | { readonly kind: 'approve'; readonly request: number }
  | { readonly kind: 'add-approver' }
  | { readonly kind: 'approver-passphrase'; readonly approver: string }
  | { readonly kind: 'remove-approver'; readonly approver: string }
  | { readonly kind: 'restore' }
  | { readonly kind: 'advance-clock'; readonly seconds: number | null }
  | { readonly kind: 'reset-practice' }
  | { readonly kind: 'crash-keyreeve' }
  | { readonly kind: 'export-audit' }
  | { readonly kind: 'verify-audit' }
  | { readonly kind: 'xks-add-store' }
  | { readonly kind: 'xks-edit-store'; readonly store: string }
  | { readonly kind: 'xks-store-deed'; readonly store: string; readonly deed: StoreDeed }
  | { readonly kind: 'xks-add-key'; readonly store: string }
  | {
      readonly kind: 'xks-key-deed';
      /** For `create` also STORE/NAME of an external key that is to be made. */
      readonly key: string;
      readonly deed: XksKeyDeed;
      readonly made?: NewKmsKey;
    }
  | {
      readonly kind: 'xks-stop';
      readonly how: 'block' | 'disable';
      readonly target: 'store' | 'key';
      readonly id: string;
    }
  | { readonly kind: 'xks-rotate-key'; readonly key: string }
  | { readonly kind: 'xks-allow-kms-key'; readonly key: string }
  | { readonly kind: 'xks-remove'; readonly what: XksRemoval }
  | { readonly kind: 'xks-add-rule'; readonly store: string; readonly key: string | null }
  | { readonly kind: 'xks-try-rules'; readonly store: string; readonly key: string | null }
  | { readonly kind: 'xks-write-credential'; readonly store: string }
  | { readonly kind: 'xks-reconcile' }
  | { readonly kind: 'xks-rehearse'; readonly key: string }
  | { readonly kind: 'xks-request-certificate' }
  | { readonly kind: 'xks-import-certificate' }
  | { readonly kind: 'commands' }
  | { readonly kind: 'shortcuts' };
export type DialogKind = Dialog['kind'];
export type DialogOf<K extends DialogKind> = Extract<Dialog, { kind: K }>;

interface Dialogs {
  /** The last one is on top. */
  readonly open: readonly Dialog[];
  readonly show: (dialog: Dialog) => void;
  /** Closes the topmost, or everything down to and with the given one. */
  readonly close: (dialog?: Dialog) => void;
  /** Puts another in the place of the topmost: a plan gives way to its job. */
  readonly replace: (dialog: Dialog) => void;
  readonly closeAll: () => void;
}

export const useDialogs = create<Dialogs>((set) => ({
  open: [],
  show: (dialog) => set(({ open }) => ({ open: [...open, dialog] })),
  close: (dialog) =>
    set(({ open }) => {
      const at = dialog === undefined ? open.length - 1 : open.indexOf(dialog);
      return at < 0 ? {} : { open: open.slice(0, at) };
    }),
  replace: (dialog) => set(({ open }) => ({ open: [...open.slice(0, -1), dialog] })),
  closeAll: () => set({ open: [] }),
}));
