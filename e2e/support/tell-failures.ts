import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { forgetEnded, lastWords, lastWordsInShort, look } from './last-words.ts';

/** Where scripts/run-tests.mjs finds at its end what each failed try saw. */
const folder = process.env['KEYREEVE_LAST_WORDS'];

// What another computer saw when a test failed there is all that there will ever be of it.
beforeEach(forgetEnded);
afterEach(async ({ task }) => {
  if (task.result?.state !== 'fail') return;
  const seen = await look();
  if (seen.length > 0) process.stderr.write(`\n=== ${task.name}\n${lastWords(seen)}\n===\n`);
  if (folder === undefined) return;
  const { errors = [], retryCount = 0 } = task.result;
  const what = `=== ${task.file.name} > ${task.name}${retryCount > 0 ? ', second try' : ''}`;
  const why = (errors.at(-1)?.message ?? '').split('\n').slice(0, 4).join('\n');
  // First tries first: a second one may only show what the first left.
  const at = String(readdirSync(folder).length).padStart(3, '0');
  writeFileSync(
    join(folder, `${retryCount}-${Date.now()}-${process.pid}-${at}.txt`),
    `${what}\n${why}\n${lastWordsInShort(seen)}\n===`,
  );
});
