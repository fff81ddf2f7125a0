/**
 * jsdom lays nothing out: from here on every element has the size of a table of ten rows, and
 * scrolling by script is scrolling.
 */
export function layOut(): void {
  const sizes = { offsetHeight: 308, clientHeight: 308, offsetWidth: 900, clientWidth: 900 };
  for (const [side, size] of Object.entries(sizes)) {
    Object.defineProperty(HTMLElement.prototype, side, { configurable: true, get: () => size });
  }
  Element.prototype.scrollTo = function scrollTo(this: Element, options?: unknown) {
    this.scrollTop = (options as { top?: number } | undefined)?.top ?? 0;
    this.dispatchEvent(new Event('scroll'));
  } as typeof Element.prototype.scrollTo;
  Element.prototype.scrollIntoView = () => undefined;
}
