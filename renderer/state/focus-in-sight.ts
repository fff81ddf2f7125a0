/**
 * What has the focus stays in sight when the window gets smaller or is zoomed: what was seen before
 * and is not any more is scrolled to, until somebody scrolls, presses or goes on by themselves.
 * @returns ends it
 */
export function keepFocusInSight(): () => void {
  let resized = false;
  const seen = new IntersectionObserver((entries) => {
    const last = entries.at(-1);
    if (!last || last.isIntersecting || !resized || last.target !== document.activeElement) return;
    last.target.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  });
  const onFocus = ({ target }: FocusEvent): void => {
    resized = false;
    seen.disconnect();
    if (target instanceof Element) seen.observe(target);
  };
  const onResize = (): void => {
    resized = true;
  };
  const onOwnWay = (): void => {
    resized = false;
  };
  const own = ['wheel', 'keydown', 'pointerdown'] as const;
  document.addEventListener('focusin', onFocus);
  window.addEventListener('resize', onResize);
  for (const name of own) window.addEventListener(name, onOwnWay, { capture: true, passive: true });
  return () => {
    seen.disconnect();
    document.removeEventListener('focusin', onFocus);
    window.removeEventListener('resize', onResize);
    for (const name of own) window.removeEventListener(name, onOwnWay, { capture: true });
  };
}
