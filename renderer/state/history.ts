import { useDialogs } from './dialogs.ts';
import { type Screen, useNavigation } from './navigation.ts';
import { useNotices } from './notices.ts';

/** Entries of ours below the one that is shown: a second Back may come before the first is undone. */
const floor = 3;
/** Former places that are remembered. */
const mostPlaces = 50;

const depthOf = (state: unknown): number | null =>
  typeof state === 'object' && state !== null && 'keyreeve' in state
    ? Number(state.keyreeve)
    : null;

/**
 * Back never leaves the page: it closes what is on top, as Esc does, else goes to the former place.
 * A browser counts only entries that were made while a person was at work, so ours are made at the
 * first sign of one.
 * @param atWork whether the places of an open keystore are in sight
 * @returns ends it
 */
export function keepBack(atWork: () => boolean): () => void {
  const trail = new Trail();
  const begin = (): void => {
    if (depthOf(history.state) !== null) return;
    history.replaceState({ keyreeve: 0 }, '');
    for (let depth = 1; depth <= floor; depth += 1) history.pushState({ keyreeve: depth }, '');
  };
  const onBack = ({ state }: PopStateEvent): void => {
    const depth = depthOf(state);
    // Another link of ours was opened in this tab, or this is our own way forward again.
    if (depth === null || depth >= floor) return;
    history.go(floor - depth);
    if (closeTop() || !atWork()) return;
    if (!trail.back()) {
      useNotices.getState().say({ text: nowhere, jobId: null, tone: 'quiet' });
    }
  };
  const signs = ['pointerdown', 'keydown'] as const;
  for (const sign of signs) window.addEventListener(sign, begin, { capture: true });
  window.addEventListener('popstate', onBack);
  return () => {
    for (const sign of signs) window.removeEventListener(sign, begin, { capture: true });
    window.removeEventListener('popstate', onBack);
    trail.end();
  };
}

const nowhere = 'There is no place to go back to. Close the tab to leave; jobs go on.';

/** Dialogs and menus know by themselves what may be left: they are asked as by the Esc key. */
function closeTop(): boolean {
  const open = [...document.querySelectorAll('.MuiModal-root')].at(-1);
  if (!open && useDialogs.getState().open.length === 0) return false;
  const focused = document.activeElement;
  const at = open && !open.contains(focused) ? (open.querySelector('[tabindex]') ?? open) : focused;
  at?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
  return true;
}

/** Where a person was before, the last place last. */
class Trail {
  readonly end: () => void;
  readonly #former: Screen[] = [];
  #going = false;

  constructor() {
    this.end = useNavigation.subscribe(({ screen }, before) => {
      if (screen === before.screen || this.#going) return;
      this.#former.push(before.screen);
      if (this.#former.length > mostPlaces) this.#former.shift();
    });
  }

  /** False where there is none. */
  back(): boolean {
    const former = this.#former.pop();
    if (former === undefined) return false;
    this.#going = true;
    useNavigation.getState().go(former);
    this.#going = false;
    return true;
  }
}
