import { GroupFormPage } from './group-form-page.ts';
import type { LaterStage } from './later-stage.ts';
import type { PictureName } from './pictures/shown.ts';

interface Looks {
  readonly go: (place: string) => Promise<void>;
  readonly look: (name: PictureName) => Promise<void>;
  readonly lookAtCommand: (name: PictureName, title: string, there: RegExp) => Promise<void>;
  readonly closeTop: () => Promise<void>;
}

const words = (text: string) => Uint8Array.from(Buffer.from(text));

/** Approvals, its dialogs, and a deed that is held up: the way in “deputy” is to be taken away. */
export async function approvalsLookedAt(
  { page, call }: LaterStage,
  second: string,
  { go, look, lookAtCommand, closeTop }: Looks,
): Promise<void> {
  const form = new GroupFormPage(page);
  for (const name of ['Maria Keller', second])
    await call('approver.add', { name, passphrase: words(`the words of ${name}`) });
  await call('approval.setRule', { rule: 'destructive' });
  await lookAtCommand('add-approver', 'Add an approver…', /Their passphrase/i);
  await lookAtCommand('approval-rule', 'Change what needs a second person…', /The same, and/);
  await go('Security and backup');
  await page.getByRole('button', { name: 'Remove deputy' }).click();
  await form.button('Remove deputy').click();
  await form.heading('A second person').waitFor();
  await form.top.getByText('What would be done', { exact: true }).waitFor();
  await form.top.getByRole('radio', { name: 'Maria Keller' }).check();
  await look('second-person');
  await closeTop();
  await form.top.getByText(/It waits as request/).waitFor();
  await closeTop();
  await go('Approvals');
  await page.getByRole('button', { name: /^Approve request/ }).waitFor();
  await look('approvals');
  await page.getByRole('button', { name: /^Approve request/ }).click();
  await form.top.getByRole('radio', { name: 'Maria Keller' }).check();
  await look('approve');
  await closeTop();
  await page.getByRole('button', { name: 'Change passphrase of Maria' }).click();
  await look('approver-passphrase');
  await closeTop();
  await page.getByRole('button', { name: 'Remove Maria Keller' }).click();
  await look('remove-approver');
  await closeTop();
  await page.getByRole('button', { name: /^Refuse request/ }).click();
  await page.getByRole('region', { name: 'What became of the others' }).waitFor();
}
