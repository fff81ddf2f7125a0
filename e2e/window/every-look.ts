import type { Page } from 'playwright-core';
import { axeFindings } from './accessible.ts';

/** The smallest window, 1280 × 800 at a zoom of 200 %, and as narrow as WCAG 1.4.10 says: 400 %. */
const small = [
  { width: 900, height: 600 },
  { width: 640, height: 400 },
  { width: 320, height: 640 },
] as const;
const usual = { width: 1280, height: 800 } as const;

/** What is wrong with what is shown now, for eyes, screen readers, small windows and zoom. */
export async function faultsOf(page: Page, name: string): Promise<readonly string[]> {
  const told: string[] = [...(await axeFindings(page))];
  for (const size of small) {
    await page.setViewportSize(size);
    const lost = await page.evaluate<string[]>(lostText);
    told.push(...lost.map((each) => `at ${size.width} × ${size.height} ${each}`));
  }
  await page.setViewportSize(usual);
  return told.map((each) => `${name}: ${each}`);
}

/**
 * In the page: text that no scrolling brings into sight, boxes that must be scrolled sideways, the
 * button of a dialog that Enter would press, where it cannot be seen, labels that look like fields or are
 * drawn over the deeds of a dialog, and a short word that is broken.
 * A line that ends in an ellipsis counts as whole where a title or the name of its row says it all.
 */
const lostText = `(async () => {
  // What follows the size of the window takes some frames.
  for (let frame = 0; ; frame += 1) {
    await new Promise((done) => requestAnimationFrame(done));
    const lost = lostNow();
    if (lost.length === 0 || frame === 90) return lost;
  }
  function lostNow() {
  const lost = [];
  const say = (at, what) => {
    const text = (at.innerText ?? at.textContent ?? '').trim().slice(0, 60);
    lost.push(what + ' <' + at.tagName.toLowerCase() + ' class="' + at.className + '"> ' + text);
  };
  const dialogs = [...document.querySelectorAll('[role=dialog]')];
  const top = dialogs.at(-1) ?? document.body;
  for (const box of [document.documentElement, document.querySelector('main'), ...dialogs])
    if (box && box.scrollWidth > box.clientWidth + 1) say(box, 'too wide');
  const asOne = innerWidth <= 560 || innerHeight <= 520;
  if (!asOne && document.documentElement.scrollHeight > innerHeight + 1) say(document.documentElement, 'too high');
  const deed = document.activeElement?.closest('[role=dialog] footer') ? document.activeElement : null;
  if (deed) {
    const [box, frame] = [deed, deed.closest('[role=dialog]')].map((at) => at.getBoundingClientRect());
    if (box.bottom > frame.bottom || box.top < frame.top) say(deed, 'has the focus out of sight');
  }
  const deeds = dialogs.at(-1)?.querySelector('footer');
  if (deeds) {
    const [box, frame] = [deeds, dialogs.at(-1)].map((at) => at.getBoundingClientRect());
    if (box.bottom < frame.bottom - 2 && box.bottom > frame.top) say(deeds, 'has room left below it');
    const { zIndex, position } = getComputedStyle(deeds);
    const above = Number(zIndex) || 0;
    const under = position === 'sticky' ? dialogs.at(-1).querySelectorAll('label') : [];
    for (const at of under) {
      const { top, bottom } = at.getBoundingClientRect();
      const over = bottom > box.top + 1 && top < box.bottom - 1 && Number(getComputedStyle(at).zIndex) > above;
      if (over && !deeds.contains(at)) say(at, 'is drawn over the deeds');
    }
  }
  const within = document.querySelector('[role=menu]') ?? top;
  for (const at of within.querySelectorAll('*')) {
    const style = getComputedStyle(at);
    if (style.visibility === 'hidden' || at.closest('.unseen, svg, [aria-hidden=true]')) continue;
    // A table goes in two directions: it may be moved sideways, in a box of its own.
    const table = at.matches('[role=grid], [role=treegrid]') || at.querySelector(':scope > :is([role=grid], [role=treegrid], table)');
    const scrolls = /auto|scroll/.test(style.overflowX) && at.clientWidth > 1 && !table;
    if (scrolls && at.scrollWidth > at.clientWidth + 1 && !at.matches('pre, input, textarea'))
      say(at, 'scrolls sideways');
    if (at.matches('label:not(:has(input, select, textarea, button))') && style.borderTopStyle !== 'none')
      say(at, 'a label drawn as a field');
    const texts = [...at.childNodes].filter((n) => n.nodeType === 3 && n.data.trim() !== '');
    if (texts.length === 0) continue;
    const range = document.createRange();
    range.setStartBefore(texts[0]);
    range.setEndAfter(texts[0]);
    const box = range.getBoundingClientRect();
    // Beyond the left edge on purpose until it has the focus.
    if (box.width < 1 || box.height < 1 || box.right < -100) continue;
    // Text that an ellipsis ends comes in two boxes too: what may not go on below breaks nothing.
    const oneWord = style.whiteSpace !== 'nowrap' && /^[A-Za-z]{2,14}$/.test(texts[0].data.trim());
    if (oneWord && range.getClientRects().length > 1) say(at, 'breaks a word');
    let [x, y, whole] = [true, true, false];
    for (let up = at; up && up !== document.documentElement; up = up.parentElement) {
      const { overflowX, overflowY, textOverflow, position } = getComputedStyle(up);
      const edge = up.getBoundingClientRect();
      // The pointer comes, and goes: no tooltip is to stay open behind it.
      if (textOverflow === 'ellipsis')
        for (const event of ['mouseover', 'mouseout']) up.dispatchEvent(new MouseEvent(event, { bubbles: true }));
      if (textOverflow === 'ellipsis' || up.matches('[title]'))
        whole ||= up.closest('[title]:not([title=""]), [role=row][aria-label]') !== null;
      if (/auto|scroll/.test(overflowX)) x = false;
      if (/auto|scroll/.test(overflowY)) y = false;
      if (whole) break;
      if (x && /hidden|clip/.test(overflowX) && (box.right > edge.right + 1 || box.left < edge.left - 1)) {
        say(at, 'cut sideways');
        [x, y] = [false, false];
        break;
      }
      if (y && /hidden|clip/.test(overflowY) && (box.bottom > edge.bottom + 2 || box.top < edge.top - 2)) {
        say(at, 'cut below');
        [x, y] = [false, false];
        break;
      }
      if (position === 'fixed') break;
    }
    if (!whole && x && (box.right > innerWidth + 1 || box.left < -1)) say(at, 'beside the window');
    if (!whole && y && (box.bottom > innerHeight + 1 || box.top < -1)) say(at, 'below the window');
  }
  return lost;
  }
})()`;
