import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { passphrase } from '../support/console.ts';
import { lastWords, lastWordsInShort, look } from '../support/last-words.ts';
import { openWindow, type WindowStage, windowHere } from '../support/window-stage.ts';

/** What a failed test prints: on another computer nobody can look a second time. */
describe.skipIf(!windowHere)('what is told of a host and its window when a test fails', () => {
  let on: WindowStage;
  beforeAll(async () => {
    on = await openWindow({ keystore: 'practice' });
    await on.page.getByRole('navigation', { name: 'Places' }).waitFor();
  });
  afterAll(() => on?.stop());

  it('has the log, the processes and the page, and no secret', async () => {
    await on.page.getByRole('combobox', { name: /^Find/ }).focus();
    const seen = await look();
    const told = lastWords(seen);
    expect(told).toContain(`process ${on.host.pid}`);
    expect(told).toMatch(/processes:\n(.*\n)*.*core/);
    expect(told).toMatch(/log:\n\{"at":/);
    expect(told).toMatch(/page, from its top:\n(.*\n)*Key Groups/);
    expect(told).toMatch(/has the focus:\n<input/);
    expect(told).not.toContain(passphrase);
    expect(told).not.toContain(new URL(on.page.url()).hash || 'no token');
    // Where only the end of a long text is kept: what had the focus first, then the page.
    const short = lastWordsInShort(seen);
    expect(short).toMatch(/^has the focus:\n<input.*\n(.*\n)*page.*\n(.*\n)*log:\n\{"at":/);
    expect(short.split('\n').length).toBeLessThanOrEqual(55);
  });

  it('tells of one that ended within the test, from before its folder went', async () => {
    const other = await openWindow({ keystore: 'practice' });
    const { pid } = other.host;
    await other.stop();
    expect(lastWords(await look())).toMatch(new RegExp(`process ${pid}\n(.*\n)*log:\n\\{"at":`));
  });
});
