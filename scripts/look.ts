/**
 * Pictures of the window as it is now, for whoever builds it:
 * `node scripts/look.ts FOLDER [--keystore none|practice] [--size 1280x800] [--zoom 1] [WORDS…]`.
 * WORDS are links, buttons or items that are pressed one after the other, with a picture after each,
 * light and dark. `type:LABEL=TEXT` fills a field, `key:Control+k` presses keys.
 */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { ConsoleStage } from '../e2e/support/console.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    keystore: { type: 'string', default: 'none' },
    size: { type: 'string', default: '1280x800' },
    zoom: { type: 'string', default: '1' },
  },
});
const [folder = 'looks', ...words] = positionals;
const [width = 1280, height = 800] = values.size.split('x').map(Number);
const zoom = Number(values.zoom);
const out = resolve(folder);
mkdirSync(out, { recursive: true });

await using stage = await ConsoleStage.open({
  keystore: values.keystore === 'practice' ? 'practice' : 'none',
  window: {
    viewport: { width: Math.round(width / zoom), height: Math.round(height / zoom) },
    deviceScaleFactor: zoom,
  },
});
const { page } = stage;
await page.waitForLoadState('networkidle');
await picture('00-start');
for (const [at, word] of words.entries()) {
  await act(page, word);
  await picture(`${String(at + 1).padStart(2, '0')}-${word.replaceAll(/\W+/g, '-')}`);
}
if (stage.complaints.length > 0) {
  process.stderr.write(`${stage.complaints.join('\n')}\n`);
  stage.complaints.length = 0;
}

async function act(on: Page, word: string): Promise<void> {
  const [, kind, rest = ''] = /^(type|key):(.*)$/s.exec(word) ?? [];
  if (kind === 'key') return on.keyboard.press(rest);
  if (kind === 'type') {
    const [label = '', text = ''] = rest.split('=', 2);
    return on.getByLabel(label).first().fill(text);
  }
  const roles = [
    'button',
    'link',
    'menuitem',
    'tab',
    'radio',
    'checkbox',
    'treeitem',
    'option',
  ] as const;
  for (const role of roles) {
    const found = on.getByRole(role, { name: word }).first();
    if (await found.isVisible()) return found.click();
  }
  return on.getByText(word).first().click();
}

async function picture(name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({
      path: join(out, `${name}-${colorScheme}.png`),
      animations: 'disabled',
    });
  }
  process.stdout.write(`${join(out, name)}-{light,dark}.png\n`);
}
