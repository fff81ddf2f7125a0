// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { keepFocus } from './keep-focus.ts';

let end: () => void;
beforeEach(() => {
  end = keepFocus();
});
afterEach(() => {
  vi.useRealTimers();
  end();
  document.body.replaceChildren();
});

const page = (html: string): void => {
  document.body.innerHTML = html;
};
function get(selector: string): HTMLElement {
  const found = document.querySelector<HTMLElement>(selector);
  if (!found) throw new Error(`no ${selector}`);
  return found;
}
const at = () => document.activeElement?.id;

describe('the focus', () => {
  it('goes to the nearest part of the page when what had it goes, and to no other button', async () => {
    page(
      '<main id=m><section id=s aria-label=Rules><p><button id=a></button></p><button id=b></button></section></main>',
    );
    get('#a').focus();
    get('#a').remove();
    await expect.poll(at).toBe('s');
    get('#b').focus();
    get('#s').remove();
    await expect.poll(at).toBe('m');
  });

  it('comes back to a field that was disabled while its deed ran, also from its dialog', async () => {
    page(
      '<div class=MuiModal-root><div class=MuiDialog-container tabindex=-1 id=c><div role=dialog><fieldset><input id=i></fieldset></div></div></div>',
    );
    const set = document.querySelector('fieldset') as HTMLFieldSetElement;
    get('#i').focus();
    set.disabled = true;
    get('#c').focus();
    expect(at()).toBe('c');
    set.disabled = false;
    await expect.poll(at).toBe('i');
  });

  it('goes to where what opened a dialog stood, when that is gone with the dialog', async () => {
    page('<main><section id=s aria-label=Keys><button id=a></button></section></main>');
    get('#a').focus();
    const modal = document.createElement('div');
    modal.className = 'MuiModal-root';
    modal.innerHTML = '<div role=dialog id=d tabindex=-1><button id=x></button><button id=y>';
    document.body.append(modal);
    get('#x').focus();
    get('#a').remove();
    get('#x').remove();
    // Never behind what is open.
    await expect.poll(at).toBe('d');
    get('#y').focus();
    modal.remove();
    await expect.poll(at).toBe('s');
  });

  it('stays nowhere when somebody pressed beside everything, and where others put it', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    page('<main id=m><input id=a><input id=b></main>');
    get('#a').focus();
    get('#a').blur();
    await Promise.resolve();
    get('#b').remove();
    await Promise.resolve();
    vi.runAllTimers();
    expect(document.activeElement).toBe(document.body);
    page('<main id=m><input id=a><input id=b></main>');
    get('#a').focus();
    get('#a').remove();
    await Promise.resolve();
    get('#b').focus();
    vi.runAllTimers();
    expect(at()).toBe('b');
  });
});
