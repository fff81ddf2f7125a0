import type { ComponentType } from 'react';
import { ForceRotateDialog } from './features/plans/force-rotate-dialog.tsx';
import { MakeActiveDialog } from './features/plans/make-active-dialog.tsx';
import { SynchronizeDialog } from './features/plans/synchronize-dialog.tsx';
import { type Dialog, type DialogKind, type DialogOf, useDialogs } from './state/dialogs.ts';

/** What every dialog component gets: what it is about, and how it closes itself. */
export interface DialogProps<K extends DialogKind> {
  readonly dialog: DialogOf<K>;
  readonly close: () => void;
}

type DialogTable = { readonly [K in DialogKind]?: ComponentType<DialogProps<K>> };

const table: DialogTable = {
  'force-rotate': ForceRotateDialog,
  synchronize: SynchronizeDialog,
  'make-active': MakeActiveDialog,
};

/** All open dialogs, the last on top. */
export function DialogStack() {
  const { open, close } = useDialogs();
  return open.map((dialog, at) => (
    <OneDialog key={`${at} ${dialog.kind}`} dialog={dialog} close={() => close(dialog)} />
  ));
}

function OneDialog({ dialog, close }: { readonly dialog: Dialog; readonly close: () => void }) {
  // The table is typed by kind; TypeScript cannot follow the pairing through a union.
  const View = table[dialog.kind] as
    | ComponentType<{ dialog: Dialog; close: () => void }>
    | undefined;
  return View ? <View dialog={dialog} close={close} /> : null;
}
