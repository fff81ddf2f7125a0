import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const modules = globSync('renderer/**/*.module.css', { cwd: root }).toSorted();
const sources = globSync('renderer/**/*.{ts,tsx}', { cwd: root }).map((path) => ({
  path,
  text: readFileSync(join(root, path), 'utf8'),
}));

/** Which name each source gives the classes of a module. */
function users(module: string): { readonly text: string; readonly name: string }[] {
  return sources.flatMap(({ path, text }) => {
    const imports = [...text.matchAll(/^import (\w+) from '(\.[^']+\.module\.css)';$/gm)];
    const found = imports.find(([, , to = '']) => join(dirname(path), to) === module);
    return found ? [{ text, name: found[1] ?? '' }] : [];
  });
}

const classesOf = (module: string): Set<string> => {
  const css = readFileSync(join(root, module), 'utf8').replaceAll(/\/\*[^]*?\*\//g, '');
  return new Set([...css.matchAll(/\.([a-z][\w-]*)(?=[^{}]*\{)/gi)].map(([, name = '']) => name));
};

describe.each(modules)('%s', (module) => {
  const worn = users(module);
  const names = worn.flatMap(({ text, name }) =>
    [...text.matchAll(new RegExp(`\\b${name}\\['([\\w-]+)'\\]`, 'g'))].map(([, each = '']) => each),
  );
  /** `styles[tone]`: any class may be meant. */
  const chosen = worn.some(({ text, name }) => new RegExp(`\\b${name}\\[[^']`).test(text));

  it('has each class that is asked for', () => {
    const there = classesOf(module);
    expect(names.filter((name) => !there.has(name))).toEqual([]);
  });

  it('has no class that nothing wears', () => {
    const bare = [...classesOf(module)].filter((name) => !chosen && !names.includes(name));
    expect(bare).toEqual([]);
  });
});

it('sees the window’s styles', () => {
  expect(modules.length).toBeGreaterThan(20);
});
