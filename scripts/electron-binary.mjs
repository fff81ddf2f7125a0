// Finds the Electron binary, or fetches it: one attempt of at most `fetchMs` and `mostBytes`, held against
// the checksums that the npm package carries (its own integrity is pinned by package-lock.json). A
// failed attempt is remembered, so that no later start waits again. Runs on Node 18 or newer.
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  createWriteStream,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const releases = 'https://github.com/electron/electron/releases/download/';

const programs = {
  darwin: 'Electron.app/Contents/MacOS/Electron',
  linux: 'electron',
  win32: 'electron.exe',
};

/**
 * Where the Electron binary is, or why there is none. `fetchMs` bounds fetching, checking and
 * unpacking together, `mostBytes` what is taken in (releases have 100 to 150 MiB); `base` is where releases are: ELECTRON_MIRROR, else GitHub.
 */
export async function findElectron({
  root,
  offline,
  fetchMs = 60_000,
  mostBytes = 400 * 2 ** 20,
  log = () => undefined,
  environment = process.env,
  base = environment.ELECTRON_MIRROR ?? releases,
}) {
  const folder = join(root, 'node_modules', 'electron');
  const program = programs[process.platform];
  if (program === undefined) return none(`Electron does not run on ${process.platform}`);
  if (!existsSync(join(folder, 'package.json'))) return none('the electron package is missing');
  const { version } = readJson(join(folder, 'package.json'));

  const elsewhere = environment.ELECTRON_OVERRIDE_DIST_PATH;
  if (elsewhere) {
    const path = join(elsewhere, program);
    return isProgram(path) ? { path } : none(`ELECTRON_OVERRIDE_DIST_PATH has no ${program}`);
  }
  const path = join(folder, 'dist', program);
  if (isProgram(path) && versionOf(join(folder, 'dist')) === version) return { path };
  if (offline) return none('the Electron binary is not there, and no download is allowed');

  const name = `electron-v${version}-${process.platform}-${process.arch}.zip`;
  const cache = join(root, 'node_modules', '.cache', 'keyreeve');
  const mark = join(cache, 'electron-not-fetched.json');
  const former = formerFailure(mark, name);
  if (former !== null) return none(`${former} (remove ${mark} to let it be tried again)`);

  const sum = readJson(join(folder, 'checksums.json'))[name];
  if (sum === undefined)
    return none(`there is no Electron for ${process.platform} ${process.arch}`);
  log(`fetching Electron ${version}, once, for at most ${Math.ceil(fetchMs / 1000)} s`);
  mkdirSync(cache, { recursive: true });
  const url = new URL(`v${version}/${name}`, base.endsWith('/') ? base : `${base}/`);
  const problem = await fetchInto({ url, sum, folder, program, cache, fetchMs, mostBytes });
  if (problem === null) return { path };
  const reason = `Electron could not be fetched: ${problem}`;
  writeFileSync(mark, `${JSON.stringify({ name, reason })}\n`);
  return none(reason);
}

/** Null when the binary is in its place; else why not. Leaves nothing half done. */
async function fetchInto({ url, sum, folder, program, cache, fetchMs, mostBytes }) {
  const signal = AbortSignal.timeout(fetchMs);
  const zip = join(cache, `electron.${process.pid}.zip`);
  const fresh = join(folder, `dist.${process.pid}`);
  try {
    const found = await download(url, zip, { signal, mostBytes });
    if (found !== sum) return `its SHA-256 is ${found}, not ${sum}`;
    await within(signal, unpack(zip, fresh));
    if (!isProgram(join(fresh, program))) return `the archive holds no ${program}`;
    rmSync(join(folder, 'dist'), { recursive: true, force: true });
    renameSync(fresh, join(folder, 'dist'));
    // Electron's own tools look here.
    writeFileSync(join(folder, 'path.txt'), program);
    return null;
  } catch (error) {
    if (signal.aborted) return `it took longer than ${Math.ceil(fetchMs / 1000)} s`;
    return describe(error);
  } finally {
    rmSync(zip, { force: true });
    rmSync(fresh, { recursive: true, force: true });
  }
}

async function download(url, file, { signal, mostBytes }) {
  const answer = await fetch(url, { signal, redirect: 'follow' });
  if (!answer.ok || answer.body === null) throw new Error(`${url.host} answered ${answer.status}`);
  const hash = createHash('sha256');
  let bytes = 0;
  const count = new Transform({
    transform(chunk, _encoding, done) {
      bytes += chunk.length;
      if (bytes > mostBytes) return done(new Error(`it is larger than ${mostBytes} bytes`));
      hash.update(chunk);
      done(null, chunk);
    },
  });
  await pipeline(Readable.fromWeb(answer.body), count, createWriteStream(file), { signal });
  return hash.digest('hex');
}

/** With the unpacker of Electron's own installer: it keeps modes and links, and no path escapes. */
async function unpack(zip, dir) {
  const { extract } = createRequire(import.meta.url)('@electron-internal/extract-zip');
  await extract(zip, { dir });
}

function within(signal, work) {
  const late = new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  return Promise.race([work, late]);
}

function formerFailure(mark, name) {
  if (!existsSync(mark)) return null;
  try {
    const former = readJson(mark);
    return former.name === name ? String(former.reason) : null;
  } catch {
    return null;
  }
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function versionOf(dist) {
  const file = join(dist, 'version');
  return existsSync(file) ? readFileSync(file, 'utf8').trim().replace(/^v/, '') : null;
}

/** `fetch` hides what went wrong in its cause. */
function describe(error) {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message || cause.name : String(cause);
}

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));
const none = (reason) => ({ path: null, reason });
