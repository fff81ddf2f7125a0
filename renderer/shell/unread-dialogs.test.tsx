// @vitest-environment jsdom
import { act, screen } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { storeId, xksKeyId } from '../features/xks/xks.fixture.ts';
import { type Dialog, useDialogs } from '../state/dialogs.ts';
import { snapshotOf } from '../testing/pictures.fixture.ts';
import { refuse, ScriptedLink } from '../testing/scripted-link.fixture.ts';
import { openWindow, type TestWindow } from '../testing/window.fixture.tsx';

let opened: TestWindow | null = null;
afterEach(() => {
  opened?.close();
  opened = null;
});

const id = 'aaaa0000-0000-4000-8000-000000000001';
const item = { id, name: 'payments' };
const about: readonly (readonly [string, Dialog])[] = [
  ['the rehearsal of a block', { kind: 'xks-rehearse', key: xksKeyId }],
  ['the block of a key', { kind: 'xks-stop', how: 'block', target: 'key', id: xksKeyId }],
  ['the block of a store', { kind: 'xks-stop', how: 'block', target: 'store', id: storeId }],
  ['the removal of a store', { kind: 'xks-remove', what: { target: 'store', id: storeId } }],
  ['the removal of a key', { kind: 'xks-remove', what: { target: 'key', id: xksKeyId } }],
  ['a rule of a key', { kind: 'xks-add-rule', store: storeId, key: xksKeyId }],
  ['the file of a credential', { kind: 'xks-write-credential', store: storeId }],
  ['a request that is tried', { kind: 'xks-try-rules', store: storeId, key: null }],
  ['the rotation of an external key', { kind: 'xks-rotate-key', key: xksKeyId }],
  ['one more KMS key', { kind: 'xks-allow-kms-key', key: xksKeyId }],
  ['the removal of a folder', { kind: 'remove', item: { kind: 'folder', ...item } }],
  ['the removal of a group', { kind: 'remove', item: { kind: 'group', ...item } }],
  ['the removal of a credential', { kind: 'remove-credential', credential: id }],
  ['the removal of a way in', { kind: 'remove-slot', slot: id }],
];
const claims = /any more|is empty|holds no|has no|“”| {2}|of $|undefined/;

/** What is said in the dialog and of its last button, by text, subject and description. */
async function said(link: ScriptedLink, dialog: Dialog): Promise<readonly string[]> {
  opened = openWindow(link);
  await screen.findByRole('navigation', { name: 'Places' });
  act(() => useDialogs.getState().show(dialog));
  const shown = await screen.findByRole('dialog');
  const deed = shown.querySelector('footer button:last-of-type');
  const why = deed?.getAttribute('title') ?? '';
  expect(deed?.getAttribute('aria-disabled') === 'true' || deed?.hasAttribute('disabled')).toBe(
    true,
  );
  return [why, ...[...shown.querySelectorAll('h2, p, button, .detail')].map(textOf)];
}
const textOf = ({ textContent }: Element): string => textContent ?? '';

const never = <Output,>(): Promise<Output> => Promise.withResolvers<Output>().promise;
const unread = {
  'session.snapshot': () => snapshotOf('verified'),
  'xksStore.list': never,
  'xksKey.list': never,
  'xksKey.show': never,
  'folder.list': never,
  'group.show': never,
  'credential.list': never,
  'keystore.status': never,
} as const;

describe('a dialog over something that is not read yet', () => {
  it.each(about)('claims nothing of it: %s', async (_, dialog) => {
    const texts = await said(new ScriptedLink(unread), dialog);
    expect(texts.filter((text) => claims.test(text))).toEqual([]);
  });
});

describe('a dialog over something that cannot be read', () => {
  const failing = Object.fromEntries(
    Object.keys(unread).map((name) => [name, () => Promise.reject(refuse('DISK_FULL'))]),
  );
  it.each(about)('says why, and claims nothing of it: %s', async (_, dialog) => {
    const link = new ScriptedLink({ ...failing, 'session.snapshot': unread['session.snapshot'] });
    const texts = await said(link, dialog);
    expect(texts.filter((text) => claims.test(text))).toEqual([]);
    const dialogs = await screen.findByRole('dialog');
    await expect
      .poll(() => [...dialogs.querySelectorAll('[role=alert]')].length)
      .toBeGreaterThan(0);
    const after = [...dialogs.querySelectorAll('h2, p, button, .detail')].map(textOf);
    expect(after.filter((text) => claims.test(text))).toEqual([]);
  });
});
