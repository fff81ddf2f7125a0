/** An element that had the focus, then everything it stood in. Held weakly: nothing lives on by it. */
type Path = readonly WeakRef<Element>[];

interface Had {
  /** The dialog or menu it was in; null for the page itself. */
  readonly layer: WeakRef<Element> | null;
  readonly path: Path;
}

const layers = '.MuiModal-root';
/** What has the focus when nothing has it: dialogs take it themselves where a part of them lost it. */
const nothing = 'body, .MuiDialog-container, [role=dialog]';
/** Where somebody finds the way again: what has a name of its own, or can be scrolled by keyboard. */
const footholds =
  '[tabindex], main, nav, aside, footer, section[aria-label], section[aria-labelledby], [role=dialog]';

/**
 * Nobody who works by keyboard or screen reader loses the place where they were. What had the focus
 * and goes away (a row, a button that gives way, the thing a closed dialog was about) leaves it to
 * the nearest part of the page it stood in, never to another button: a second Enter must do nothing.
 * What was only disabled for a while has it again afterwards.
 * @returns ends it
 */
export function keepFocus(): () => void {
  let had: readonly Had[] = [];
  let timer: ReturnType<typeof setTimeout> | null = null;
  const isLost = (): boolean => had.length > 0 && isNowhere();
  const look = (): void => {
    timer = null;
    if (isLost()) back(had);
  };
  // React and the dialogs have put the focus where they want it by then.
  const later = (): void => {
    if (isLost()) timer ??= setTimeout(look);
  };
  const onFocus = ({ target }: FocusEvent): void => {
    if (!(target instanceof Element) || target.matches(nothing)) return;
    const layer = target.closest(layers);
    const others = had.filter((each) => (each.layer?.deref() ?? null) !== layer);
    const entry = { layer: layer === null ? null : new WeakRef(layer), path: pathOf(target) };
    had = [...others.filter((each) => each.layer?.deref()?.isConnected ?? true), entry];
  };
  const onBlur = ({ target, relatedTarget }: FocusEvent): void => {
    if (relatedTarget instanceof Element || !(target instanceof Element)) return;
    // Only afterwards is it known whether it went away or somebody pressed beside everything.
    queueMicrotask(() => {
      if (isUsable(target) && isNowhere()) had = [];
      else later();
    });
  };
  const changes = new MutationObserver(later);
  const attributeFilter = ['disabled', 'hidden'];
  changes.observe(document.body, { subtree: true, childList: true, attributeFilter });
  document.addEventListener('focusin', onFocus);
  document.addEventListener('focusout', onBlur);
  return () => {
    changes.disconnect();
    document.removeEventListener('focusin', onFocus);
    document.removeEventListener('focusout', onBlur);
    if (timer !== null) clearTimeout(timer);
  };
}

const isNowhere = (): boolean => document.activeElement?.matches(nothing) ?? true;

function pathOf(target: Element): Path {
  const path: WeakRef<Element>[] = [];
  for (let at: Element | null = target; at && at !== document.body; at = at.parentElement)
    path.push(new WeakRef(at));
  return path;
}

const isUsable = (at: Element): boolean =>
  at.isConnected &&
  !at.matches(':disabled') &&
  at.closest('[hidden]') === null &&
  // Pages of tests are not laid out.
  (!('checkVisibility' in at) || at.checkVisibility({ visibilityProperty: true }));

/** Gives the focus to what had it last, or to what that stood in. */
function back(had: readonly Had[]): void {
  // Nothing behind a dialog may take it.
  const top = [...document.querySelectorAll(layers)].at(-1) ?? document.body;
  for (const { path } of had.toReversed()) {
    const [first, ...around] = path.flatMap((each) => each.deref() ?? []);
    // It was disabled for the time of a deed: it has the focus again when that is over.
    if (first && top.contains(first) && first.matches(':disabled')) return;
    const place = [first, ...around.filter((at) => at.matches(footholds))].find(
      (at) => at !== undefined && top.contains(at) && isUsable(at),
    );
    if (place) {
      take(place);
      return;
    }
  }
  const rest = top.querySelector('[role=dialog], main');
  if (rest) take(rest);
}

function take(place: Element): void {
  if (!(place instanceof HTMLElement)) return;
  if (place.tabIndex < 0 && !place.hasAttribute('tabindex')) place.tabIndex = -1;
  place.focus({ preventScroll: true });
}
