import type { Dialog, Page } from 'playwright-core';

/** A dialog, how a person comes to it, and what is typed into it, if anything can be. */
export interface Opened {
  readonly command: string;
  readonly title: RegExp;
  /** What is chosen before. */
  readonly of?: 'group' | 'key' | 'store';
  /** A button pressed before something is typed. */
  readonly before?: string;
  readonly types?: string;
  /** A button pressed after it, that hides the field again. */
  readonly after?: string;
  /** What was typed is no secret, and would be lost. */
  readonly lost?: boolean;
}

const typed = (types: string) => ({ types, lost: true });
const behind = { before: 'Continue', after: 'Back', ...typed('Name') };

/** Dialogs of every part of the window, with a key group "cards-prod" and a store "ledger". */
export const dialogs: readonly Opened[] = [
  { command: 'Add folder…', title: /^Add folder/, ...typed('Name') },
  { command: 'Add key group…', title: /^Add Key Group/ },
  { command: 'Add key group…', title: /^Add Key Group/, ...behind },
  { command: 'Verify an exported audit log…', title: /^Verify/, ...typed('Fingerprint') },
  { command: 'Import credential…', title: /^Import a/, ...typed('Name in this keystore') },
  { command: 'Add a way to unlock…', title: /^Add another way/, types: 'Passphrase' },
  { command: 'Restore a backup…', title: /^Restore/, ...typed('Folder of the backup') },
  { of: 'group', command: 'Properties of cards-prod', title: /^Prop/, ...typed('Description') },
  { of: 'group', command: 'Move cards-prod', title: /^Move/ },
  { of: 'key', command: 'Synchronize cards-prod', title: /^Synchronize/ },
  { of: 'store', command: 'Create KMS key in ledger', title: /^Create a KMS/, ...typed('Name') },
  { of: 'store', command: 'Create ledger in AWS', title: /ledger/ },
  { of: 'store', command: 'Block ledger at once', title: /^Block/ },
];

/** Loads the page again, and says what the browser asked; a person says yes. */
export async function reloaded(page: Page): Promise<string | null> {
  let asked: string | null = null;
  const onDialog = (dialog: Dialog): void => {
    asked = dialog.type();
    void dialog.accept();
  };
  page.on('dialog', onDialog);
  await page.reload();
  page.off('dialog', onDialog);
  return asked;
}

/** Holds the answers of the core back from the next load of the page on, as long as it is told to. */
export async function heldAnswers(page: Page): Promise<{ hold: (on: boolean) => void }> {
  let holds = false;
  await page.routeWebSocket(/\/line$/, (line) => {
    const host = line.connectToServer();
    host.onMessage((message) => {
      if (!holds) line.send(message);
    });
  });
  return {
    hold: (on) => {
      holds = on;
    },
  };
}
