import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, it } from 'vitest';
import { TranscriptRun } from './support/run-transcript.ts';

const folder = fileURLToPath(new URL('./cli', import.meta.url));
const files = readdirSync(folder).filter((name) => name.endsWith('.txt'));

describe('the command line, as its transcripts say', () => {
  it.each(files)(
    '%s',
    async (name) => {
      await using run = new TranscriptRun();
      await run.play(`e2e/cli/${name}`, readFileSync(join(folder, name), 'utf8'));
    },
    600_000,
  );
});
