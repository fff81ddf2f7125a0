import type { Dialog, Locator, Page } from 'playwright-core';
import type { Call } from '../../electron/hosts/cli/operations.ts';

/** One thing that a person does on the way to a dialog, or in it. */
type Step = (page: Page) => Promise<void>;

const place =
  (name: string): Step =>
  (page) =>
    page
      .getByRole('navigation', { name: 'Places' })
      .getByRole('button', { name: new RegExp(`^${name}`) })
      .click();
/** What Enter runs in the palette, once it can be run. */
export const chosenCommand = (page: Page): Locator =>
  page.getByRole('option', { selected: true }).and(page.locator(':not([aria-disabled=true])'));
export const command =
  (text: string): Step =>
  async (page) => {
    await page.keyboard.press('Control+k');
    const field = page.getByRole('combobox', { name: 'Command' });
    await field.fill(text);
    // What is chosen in the tree and how the keystore stands are read first: until then it cannot be run.
    await chosenCommand(page).waitFor();
    await page.keyboard.press('Enter');
    await field.waitFor({ state: 'detached' });
  };
/** Dialogs stand last in the page. */
const button =
  (name: string | RegExp): Step =>
  (page) =>
    page.getByRole('button', { name }).last().click();
const row =
  (name: RegExp): Step =>
  (page) =>
    page.getByRole('row', { name }).first().click();
const job =
  (name: RegExp): Step =>
  (page) =>
    page.getByRole('row', { name }).first().dblclick();
const menu =
  (name: RegExp): Step =>
  async (page) => {
    await page.keyboard.press('Shift+F10');
    await page.getByRole('menuitem', { name }).click();
  };
const tab =
  (name: string): Step =>
  (page) =>
    page.getByRole('tab', { name, exact: true }).click();
const tick: Step = (page) => page.getByRole('dialog').last().getByRole('checkbox').last().check();
const opens: Step = (page) => page.keyboard.press('ArrowRight');

/** A dialog, how a person comes to it, and what is typed into it, if anything can be. */
export interface Opened {
  readonly by: readonly Step[];
  readonly title: RegExp;
  readonly types?: string;
  /** Done after it, which hides the field again. */
  readonly after?: Step;
  /** What was typed or chosen is no secret, and would be lost. */
  readonly lost?: boolean;
}

const typed = (types: string) => ({ types, lost: true });

const groups = place('Key Groups');
const group = [groups, row(/^cards-prod, key group/)];
const key = [...group, opens, row(/^cards-prod version 1/)];
const stores = place('External Key Stores');
const store = [stores, row(/^ledger, external key store/)];
const proxies = [...store, tab('Proxy')];
const request = button('Show the request');
const practice = [place('Practice'), tab('Practice KMS')];
const stopped = [place('Jobs'), job(/cards-late/)];
const behind = { title: /^Add Key Group/, after: button('Back'), ...typed('Name') };

/** Dialogs of every part of the window, with a key group "cards-prod" and a store "ledger". */
export const dialogs: readonly Opened[] = [
  { by: [command('Add folder…')], title: /^Add folder/, ...typed('Name') },
  { by: [command('Add key group…')], title: /^Add Key Group/ },
  { by: [command('Add key group…'), button('Continue')], ...behind },
  { by: [command('Verify an exported audit log…')], title: /^Verify/, ...typed('Fingerprint') },
  { by: [command('Import credential…')], title: /^Import a/, ...typed('Name in this keystore') },
  { by: [command('Add a way to unlock…')], title: /^Add another way/, types: 'Passphrase' },
  { by: [command('Restore a backup…')], title: /^Restore/, ...typed('Folder of the backup') },
  { by: [...group, command('Properties of cards-prod')], title: /^Prop/, ...typed('Description') },
  { by: [...group, command('Move cards-prod')], title: /^Move/ },
  { by: [...key, command('Synchronize cards-prod')], title: /^Synchronize/ },
  { by: [...store, command('Create KMS key in ledger')], title: /^Create a KMS/, ...typed('Name') },
  { by: [...store, command('Create ledger in AWS')], title: /ledger/ },
  { by: [...store, command('Block ledger at once')], title: /^Block/ },
];

/**
 * Those that no command opens, with a rotation of "cards-late" that needs somebody, an external key
 * "payments", a certificate that was asked for, a second way to unlock, and a practice KMS of the
 * keystore's own.
 */
export const furtherDialogs: readonly Opened[] = [
  { by: stopped, title: /cards-late/ },
  { by: [...stopped, button('Cancel job…')], title: /^Cancel job/ },
  { by: [...practice, button(/^Move the clock/)], title: /^Move/, ...typed('How far') },
  { by: [...practice, button(/^Reset the/)], title: /^Reset/ },
  { by: [place('Credentials'), row(/ledger-kms/), button('Remove…')], title: /^Remove credential/ },
  { by: [place('Security'), button(/^Remove second/)], title: /^Remove/ },
  { by: [...proxies, request], title: /^Request a/, ...typed('Name') },
  { by: [...proxies, button('Import a')], title: /^Import the/, ...typed('Certificate and chain') },
  { by: [...proxies, button('Match with')], title: /^Match/, ...typed('Records of CloudTrail') },
  {
    by: [stores, row(/^payments, /), menu(/Rehearse a block…$/)],
    title: /^Rehearse/,
    ...typed('Caller'),
  },
];

/** What a dialog reads of its own is there once its deed can be pressed. */
const ready =
  (name: string | RegExp): Step =>
  (page) =>
    page.getByRole('dialog').last().getByRole('button', { name, disabled: false }).last().waitFor();
/** A deed whose answer the page does not live to see. */
export interface CutOffDeed {
  readonly by: readonly Step[];
  /** What asks for it. */
  readonly press: Step;
  /** It was done, by what the core says. */
  readonly done: (call: Call) => Promise<boolean>;
}

const ahead = async (call: Call): Promise<number> =>
  (await call('practice.show', {})).clock.aheadSeconds;

const principals = JSON.stringify({
  accounts: [{ accountId: '123456789012', users: [{ name: 'late-custodian' }] }],
});

/** Deeds of the dialogs above, in an order in which each can be done. */
export const cutOffDeeds: readonly CutOffDeed[] = [
  {
    by: [...practice, button(/^Move the clock/), ready(/^Move it 1 day/)],
    press: button(/^Move it 1 day/),
    done: async (call) => (await ahead(call)) > 80_000,
  },
  {
    by: [...practice, button(/^Reset the/), tick, ready('Reset the practice KMS')],
    press: button('Reset the practice KMS'),
    done: async (call) => (await ahead(call)) === 0,
  },
  {
    by: [place('Practice'), tab('Accounts')],
    press: (page) =>
      page.getByLabel('Principals file').setInputFiles({
        name: 'principals.json',
        mimeType: 'application/json',
        buffer: Buffer.from(principals),
      }),
    done: async (call) => {
      const { principals: all } = await call('practice.principals', {});
      return all.some(({ name }) => name === 'late-custodian');
    },
  },
  {
    by: [...stopped, button('Cancel job…'), ready(/^(Leave it|Cancel the job)$/)],
    press: button(/^(Leave it|Cancel the job)$/),
    done: async (call) =>
      (await call('job.list', {})).jobs.some(({ state }) => state === 'cancelled'),
  },
  {
    by: [place('Security'), button(/^Remove second/), ready('Remove second')],
    press: button('Remove second'),
    done: async (call) => (await call('keystore.status', {})).slots.length === 1,
  },
  {
    by: [place('Credentials'), row(/spare-kms/), button('Remove…'), ready('Remove spare-kms')],
    press: button('Remove spare-kms'),
    done: async (call) =>
      !(await call('credential.list', {})).credentials.some(({ name }) => name === 'spare-kms'),
  },
  {
    by: [
      ...proxies,
      request,
      (page) => page.getByLabel('Name', { exact: true }).fill('other.example.test'),
      tick,
      ready(/^Give it up/),
    ],
    press: button(/^Give it up/),
    done: async (call) =>
      (await call('xks.certificate', {})).pending?.host === 'other.example.test',
  },
  {
    by: [stores, row(/^payments, /), menu(/Rehearse a block…$/), ready(/^Block payments for/)],
    press: button(/^Block payments for/),
    done: async (call) =>
      (await call('xksKey.list', {})).keys.some(({ rehearsedUntil }) => rehearsedUntil !== null),
  },
];

/** A rotation of the group "cards-prod", once its plan lets it begin. */
export const rotation: readonly Step[] = [
  ...group,
  command('Force Rotate cards-prod'),
  (page) =>
    page
      .getByRole('button', { name: /^Rotate/ })
      .and(page.locator(':enabled:not([aria-disabled=true])'))
      .last()
      .waitFor(),
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

/**
 * Lets a test hold the answers of the core back until the page is loaded again, from the next load of
 * the page on.
 */
export async function heldAnswers(page: Page): Promise<{ hold: () => void }> {
  let holds = false;
  await page.routeWebSocket(/\/line$/, (line) => {
    holds = false;
    const host = line.connectToServer();
    host.onMessage((message) => {
      if (!holds) line.send(message);
    });
  });
  return {
    hold: () => {
      holds = true;
    },
  };
}
