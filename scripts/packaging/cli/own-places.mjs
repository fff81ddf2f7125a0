// Sources name files of ours by where they are in the checkout. In a bundle each has another place.
import { dirname, join, relative, sep } from 'node:path';

const named = /new URL\(\s*'([^']+)',\s*import\.meta\.url\s*\)/g;
const itself = /new URL\(import\.meta\.url\)/g;

/**
 * A Vite plugin that gives every `new URL('…', import.meta.url)` its place beside the bundle's files.
 * `programs`: source of each program by its name; `files`: other places by where they are in the
 * checkout. A place that is in neither fails the build.
 */
export function ownPlaces(programs, files) {
  const places = new Map([
    ...Object.entries(programs).map(([name, source]) => [source, `${name}.js`]),
    ...Object.entries(files),
  ]);
  let root = '';
  const placeOf = (path) => {
    const place = places.get(relative(root, path).split(sep).join('/'));
    if (place === undefined) throw new Error(`${path} has no place in the bundle`);
    return `new URL('./${place}', import.meta.url)`;
  };
  return {
    name: 'own-places',
    enforce: 'pre',
    configResolved: (config) => void (root = config.root),
    transform(code, id) {
      const [file] = id.split('?');
      if (!file.startsWith(root) || file.includes('node_modules')) return null;
      if (!code.includes('import.meta.url')) return null;
      return code
        .replace(named, (_whole, target) => placeOf(join(dirname(file), target)))
        .replace(itself, () => placeOf(file));
    },
  };
}
