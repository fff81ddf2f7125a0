import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, it } from 'vitest';
import { TranscriptRun } from './support/run-transcript.ts';
import { needs } from './support/transcript.ts';

const folder = fileURLToPath(new URL('./cli', import.meta.url));
const transcripts = readdirSync(folder)
  .filter((name) => name.endsWith('.txt'))
  .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));

describe('the command line, as its transcripts say', () => {
  for (const { name, text } of transcripts) {
    const missing = needs(text).filter((path) => !existsSync(path));
    it.skipIf(missing.length > 0)(
      name,
      async () => {
        await using run = new TranscriptRun();
        await run.play(`e2e/cli/${name}`, text);
      },
      600_000,
    );
  }
});
