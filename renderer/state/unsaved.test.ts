// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { act, renderHook } from '@testing-library/react';
import { findOperation } from '../../shared/contract/index.ts';
import { type Dialog, useDialogs } from './dialogs.ts';
import { forgetScreen, useDraftOnScreen } from './kept-on-screen.ts';
import { onlyLooks, Unsaved } from './unsaved.ts';

const dialog: Dialog = { kind: 'add-folder', parent: null };
let unsaved: Unsaved;
beforeEach(() => {
  unsaved = new Unsaved();
  document.body.innerHTML = '<main><input id=f></main><div role=dialog><input id=n></div>';
  useDialogs.getState().show(dialog);
});
afterEach(() => {
  useDialogs.getState().closeAll();
  document.body.replaceChildren();
});

function type(selector: string, text: string): HTMLInputElement {
  const field = document.querySelector<HTMLInputElement>(selector);
  if (!field) throw new Error(`no ${selector}`);
  field.value = text;
  unsaved.typed(field);
  return field;
}

it('deeds that only look change nothing, by their contract', () => {
  for (const name of onlyLooks) expect([name, findOperation(name)?.effect]).toEqual([name, 'read']);
});

describe('what was typed and is not saved', () => {
  it('is known while it stands in its field, and not when that is emptied', () => {
    const field = type('#n', 'Payments');
    expect([unsaved.any(), unsaved.inDialogs()]).toEqual([true, true]);
    field.value = '';
    expect([unsaved.any(), unsaved.inDialogs()]).toEqual([false, false]);
  });

  it('is no secret and no search', () => {
    document.body.innerHTML = '<div role=dialog><input type=password><input type=search></div>';
    type('[type=password]', 'a passphrase');
    type('[type=search]', 'Payments');
    expect(unsaved.any()).toBe(false);
  });

  it('is a choice in a dialog that differs from the one it was shown with, and none outside', () => {
    document.body.innerHTML =
      '<main><input type=checkbox></main><div role=dialog><input type=checkbox checked></div>';
    const [outside, inside] = [...document.querySelectorAll('input')];
    if (!outside || !inside) throw new Error('no boxes');
    outside.checked = true;
    unsaved.typed(outside);
    expect([unsaved.any(), unsaved.inDialogs()]).toEqual([false, false]);
    inside.checked = false;
    unsaved.typed(inside);
    expect([unsaved.any(), unsaved.inDialogs()]).toEqual([true, true]);
    inside.checked = true;
    expect([unsaved.any(), unsaved.inDialogs()]).toEqual([false, false]);
  });

  it('stands while a lock or another step hides the field of an open dialog', () => {
    type('#n', 'Payments').remove();
    expect([unsaved.any(), unsaved.inDialogs()]).toEqual([true, true]);
    useDialogs.getState().close(dialog);
    expect([unsaved.any(), unsaved.inDialogs()]).toEqual([false, false]);
  });

  it('is saved where a deed of the dialog was done and the dialog shows what that brought', () => {
    const field = type('#n', 'Payments');
    unsaved.did('folder.add');
    // It may be changed and sent anew.
    expect(unsaved.any()).toBe(true);
    field.remove();
    expect(unsaved.any()).toBe(false);
  });

  it('is not saved by a look that its dialog took', () => {
    const field = type('#n', 'Payments');
    unsaved.did('group.lookAtAlias');
    field.remove();
    expect(unsaved.any()).toBe(true);
  });

  it('is not saved by a deed of a dialog above it', () => {
    type('#n', 'Payments').remove();
    const above: Dialog = { kind: 'enter-pin' };
    useDialogs.getState().show(above);
    unsaved.did('folder.add');
    useDialogs.getState().close(above);
    expect(unsaved.any()).toBe(true);
  });

  it('outside a dialog goes with its field, or with what sent it', () => {
    document.body.innerHTML = '<form id=s><input id=m></form><input id=f>';
    type('#f', 'new name').remove();
    expect(unsaved.any()).toBe(false);
    type('#m', '25');
    expect([unsaved.any(), unsaved.inDialogs()]).toEqual([true, false]);
    unsaved.sent(document.querySelector('#s') as HTMLFormElement);
    expect(unsaved.any()).toBe(false);
  });

  it('outside a dialog stands while a lock hides it, where the place keeps it', () => {
    const { result, unmount } = renderHook(() => useDraftOnScreen('place', ''));
    act(() => result.current[1]('/mnt/second'));
    unmount();
    expect([unsaved.any(), unsaved.inDialogs()]).toEqual([true, false]);
    forgetScreen();
    expect(unsaved.any()).toBe(false);
  });
});
