import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';

export interface WindowFile {
  readonly type: string;
  readonly body: Buffer;
}

/** The window as it was built: read once, so that no request ever names a file on disk. */
export interface WindowFiles {
  /** The page, with the mark of this load in it. */
  page(nonce: string): Buffer;
  /** A file by the path it is asked for; null for anything that was not built. */
  file(path: string): WindowFile | null;
}

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.json': 'application/json; charset=utf-8',
};

const nonceMark = '<meta name="csp-nonce" content="" />';

/** Reads the built window. Raises when a file is of a type that a window has no use for. */
export function readWindowFiles(folder: string): WindowFiles {
  const files = new Map<string, WindowFile>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name.startsWith('.') || entry.name.endsWith('.map')) continue;
    const path = join(entry.parentPath, entry.name);
    const name = `/${relative(folder, path).split(sep).join('/')}`;
    if (name === '/index.html') continue;
    const type = types[extname(name)];
    if (type === undefined) throw new Error(`${name} has no place in the window`);
    files.set(name, { type, body: readFileSync(path) });
  }
  const index = readFileSync(join(folder, 'index.html'), 'utf8');
  const [before, after, ...more] = index.split(nonceMark);
  if (before === undefined || after === undefined || more.length > 0) {
    throw new Error('the page has no place for the mark of its styles');
  }
  return {
    page: (nonce) =>
      Buffer.from(`${before}<meta name="csp-nonce" content="${nonce}" />${after}`, 'utf8'),
    file: (path) => files.get(path) ?? null,
  };
}
