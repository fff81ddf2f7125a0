// How large the built window is, and how large it may be. What a start has to load is the page's own
// scripts and styles; the rest comes when a place or a dialog is opened.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const kibibyte = 1024;

/**
 * In KiB. A build that is larger fails its check: make it smaller, or say here why it may grow. It was
 * 1280 in all; standing in one column at 320 px takes the styles of every place once more, and TLS of a
 * credential is a dialog with certificates to compare; key types bring selects, a public key to save, and
 * words for what keys of each kind do. The choice of a mapping says what it binds to, and has a limit to set.
 * A key from elsewhere has six ways to be refused, each with its words; Expiry leads to renewals that wait.
 * What a keystore that may not be written, a name with hidden characters and other material are told as takes some more,
 * as does what is said of a key that is taken over, and of a transport key whose days are over. Copying a key to
 * another group finds the groups that take it. A second person has a place, five dialogs, and one over all
 * others, which is asked for where calls are made, at the start. An alias that is on no key of its group says
 * what that means.
 */
export const limits = { start: { raw: 480, gzip: 153 }, all: { raw: 1420, gzip: 437 } };

function sizeOf(bodies) {
  const sum = (of) => bodies.reduce((total, body) => total + of(body).length, 0) / kibibyte;
  return {
    raw: sum((body) => body),
    gzip: sum((body) => gzipSync(body)),
    brotli: sum(brotliCompressSync),
  };
}

/** Sizes in KiB of scripts and styles in a built window: those of the start, and all. */
export function bundleSize(folder) {
  const page = readFileSync(join(folder, 'index.html'), 'utf8');
  const names = readdirSync(join(folder, 'assets')).filter((name) => /\.(?:js|css)$/.test(name));
  const read = (name) => readFileSync(join(folder, 'assets', name));
  return {
    start: sizeOf(names.filter((name) => page.includes(name)).map(read)),
    all: sizeOf(names.map(read)),
  };
}

/** What is too large, in words; empty when nothing is. */
export function tooLarge(size) {
  return Object.entries(limits).flatMap(([part, limit]) =>
    Object.entries(limit)
      .filter(([kind, most]) => size[part][kind] > most)
      .map(([kind, most]) => `${part}, ${kind}: ${size[part][kind].toFixed(1)} KiB, limit ${most}`),
  );
}

export const sizeLine = ({ start, all }) =>
  [
    ['at the start', start],
    ['in all', all],
  ]
    .map(([when, { raw, gzip, brotli }]) => {
      const [a, b, c] = [raw, gzip, brotli].map((each) => each.toFixed(1));
      return `${when} ${a} KiB (gzip ${b}, brotli ${c})`;
    })
    .join('; ');
