import { afterEach, beforeEach } from 'vitest';
import { forgetEnded, lastWords } from './last-words.ts';

// What another computer saw when a test failed there is all that there will ever be of it.
beforeEach(forgetEnded);
afterEach(async ({ task }) => {
  if (task.result?.state !== 'fail') return;
  const told = await lastWords();
  if (told !== '') process.stderr.write(`\n=== ${task.name}\n${told}\n===\n`);
});
