import type { Page } from 'playwright-core';

/** Ids that were seen in this run, each with the one that stands for it in pictures. */
let known: readonly (readonly [string, string])[] = [];

/**
 * Puts fixed ids, moments and paths in the place of those that differ from run to run, so that
 * pictures taken again are the same files. What is returned puts the true ones back.
 */
export async function holdStill(page: Page): Promise<() => Promise<void>> {
  known = await page.evaluate<[string, string][]>(`(${inPage})(${JSON.stringify(known)})`);
  return async () => {
    await page.evaluate('globalThis.putBack()');
  };
}

/**
 * In the page. Every moment is 14:31:08, today is 22 November 2026, and other days stay as far from
 * it as they are. An id and its shortened form stay alike.
 */
const inPage = `(entries) => {
  const known = new Map(entries);
  const hex = (seed, length) => {
    let [state, text] = [(seed + 1) * 2654435761 % 4294967296, ''];
    while (text.length < length) {
      state = (state * 1664525 + 1013904223) % 4294967296;
      text += Math.floor(state / 65536).toString(16).padStart(4, '0');
    }
    return text.slice(0, length);
  };
  const standIn = (id) => {
    if (!known.has(id)) known.set(id, hex(known.size, 64));
    return known.get(id);
  };
  /** Hexadecimal digits in the shape that stands there, dashes kept. */
  const shaped = (like, digits) => {
    let at = 0;
    const upper = /[A-F]/.test(like);
    return like.replace(/[0-9a-fA-F]/g, () => upper ? digits[at++ % 64].toUpperCase() : digits[at++ % 64]);
  };
  const ends = (text) => {
    const plain = text.replaceAll('-', '').toLowerCase();
    return plain.slice(0, 4) + plain.slice(-4);
  };
  const whole = (text) => {
    const made = shaped(text, standIn(ends(text)));
    const last = standIn(ends(text)).slice(60);
    return made.slice(0, -4) + (/[A-F]/.test(text) ? last.toUpperCase() : last);
  };
  const accessKey = (id) => /EXAMPLE$/.test(id) ? id
    : [...standIn(id)].slice(0, id.length).map((digit) => 'ABCDEFGHIJKLMNOP'[parseInt(digit, 16)]).join('');
  const day = 86400000;
  const months = ['Jan','Feb','Mar','Apr','May','Jun','Jul','Aug','Sept','Oct','Nov','Dec'];
  const now = new Date();
  const shift = Date.UTC(2026, 10, 22) - Date.UTC(now.getFullYear(), now.getMonth(), now.getDate());
  const shifted = (y, m, d) => new Date(Date.UTC(y, m, d) + Math.round(shift / day) * day);
  const changed = (text) => text
    .replace(/\\/tmp\\/keyreeve-[\\w-]+/g, '/home/custodian/keyreeve')
    .replace(/127\\.0\\.0\\.1:\\d+/g, '127.0.0.1:4599')
    .replace(/\\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\\b/g, whole)
    .replace(/\\b[0-9a-f]{16,}\\b/g, whole)
    .replace(/\\b([0-9a-f]{4})…([0-9a-f]{4})\\b/g, (all, a, b) => {
      const made = standIn(a + b);
      return made.slice(0, 4) + '…' + made.slice(60);
    })
    .replace(/\\b([0-9a-f]{4,12})…(?![0-9a-f])/g, (all, a) => shaped(a, standIn(a)) + '…')
    .replace(/\\b(?=[0-9A-F]*\\d)(?=[0-9A-F]*[A-F])[0-9A-F]{6,}\\b/g, (all) => shaped(all, standIn(all)))
    .replace(/\\b(?:[0-9A-F]{4} ){3,}[0-9A-F]{4}\\b/g, (all) => shaped(all, standIn(all)))
    .replace(/(plan |Plan )([0-9a-f]{6,12})\\b/g, (all, word, id) => word + shaped(id, standIn(id)))
    .replace(/\\b(\\d{4})-(\\d\\d)-(\\d\\d)T[\\d:.]+Z/g, (all, y, m, d) =>
      shifted(y, m - 1, d).toISOString().slice(0, 10) + 'T13:31:08.000Z')
    .replace(/\\b(\\d{4})-(\\d\\d)-(\\d\\d)\\b/g, (all, y, m, d) => shifted(y, m - 1, d).toISOString().slice(0, 10))
    .replace(/\\b(\\d{1,2}) (Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec) (\\d{4})\\b/g, (all, d, name, y) => {
      const month = months.findIndex((each) => each.slice(0, 3) === name.slice(0, 3));
      const to = shifted(y, month, d);
      return to.getUTCDate() + ' ' + months[to.getUTCMonth()] + ' ' + to.getUTCFullYear();
    })
    .replace(/\\b\\d\\d:\\d\\d:\\d\\d\\b/g, '14:31:08')
    .replace(/\\b([01]\\d|2[0-3]):[0-5]\\d(?![:\\d])/g, '14:31')
    .replace(/^\\d{1,2}:\\d\\d$/, '10:00')
    .replace(/^(?=.*[a-f])(?=.*\\d)[0-9a-f]{6,12}$/, (all) => shaped(all, standIn(all)))
    .replace(/(Locks in )\\d+:\\d\\d/g, (all, words) => words + '10:00')
    .replace(/\\b\\d+\\.\\d+(\\s)s\\b/g, '0.4$1s')
    .replace(/(?<![\\d.])[1-9]\\d?(\\s)s\\b/g, '2$1s')
    // What AWS waits is no measured time.
    .replace(/\\b(?!250\\s)\\d+(\\s)ms\\b/g, '40$1ms')
    .replace(/\\/\\w{16,}(\\/kms\\/xks\\/v1)/g, '/Qm3xV7bTz0LcYp4d$1')
    .replace(/\\bAKIA[A-Z2-7]{16,26}\\b|\\b(?=[A-Z]*[2-7])[A-Z2-7]{20,30}\\b/g, accessKey);
  const undo = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let at = walker.nextNode(); at; at = walker.nextNode()) {
    const [node, was, is] = [at, at.data, changed(at.data)];
    if (was === is) continue;
    node.data = is;
    // What the window itself wrote meanwhile is newer than what was there.
    undo.push(() => { if (node.data === is) node.data = was; });
  }
  for (const field of document.querySelectorAll('input:not([type=password], [type=date], [type=checkbox], [type=radio], [type=file]), textarea')) {
    const [was, is] = [field.value, changed(field.value)];
    if (was === is) continue;
    field.value = is;
    undo.push(() => { if (field.value === is) field.value = was; });
  }
  globalThis.putBack = () => { for (const each of undo) each(); };
  return [...known];
}`;
