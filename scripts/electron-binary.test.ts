import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findElectron } from './electron-binary.mjs';

const version = '99.1.0';
const zipName = `electron-v${version}-${process.platform}-${process.arch}.zip`;

/** A zip archive of stored files, all executable. */
function zipOf(files: Readonly<Record<string, string>>): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const body = Buffer.from(text);
    const path = Buffer.from(name);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt32LE(crc32(body), 10);
    common.writeUInt32LE(body.length, 14);
    common.writeUInt32LE(body.length, 18);
    common.writeUInt16LE(path.length, 22);
    bodies.push(Buffer.from('PK\x03\x04'), common, path, body);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(0o100755 * 0x10000, 6);
    rest.writeUInt32LE(offset, 10);
    // made by Unix, so that modes count
    directory.push(Buffer.from('PK\x01\x02\x14\x03'), common, rest, path);
    offset += 4 + common.length + path.length + body.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(Object.keys(files).length, 8);
  end.writeUInt16LE(Object.keys(files).length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...bodies, central, end]);
}

const archive = zipOf({ electron: '#!/bin/sh\n', version });
const wholeSum = createHash('sha256').update(archive).digest('hex');

let root: string;
let server: Server;
let requests: string[];
let serve: RequestListener;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'keyreeve-electron-'));
  requests = [];
  serve = (_request, response) => void response.end(archive);
  server = createServer((request, response) => {
    requests.push(request.url ?? '');
    serve(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  makePackage(wholeSum);
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(root, { recursive: true, force: true });
});

const folder = () => join(root, 'node_modules', 'electron');
function makePackage(sum: string): void {
  mkdirSync(folder(), { recursive: true });
  writeFileSync(join(folder(), 'package.json'), JSON.stringify({ version }));
  writeFileSync(join(folder(), 'checksums.json'), JSON.stringify({ [zipName]: sum }));
}
function put(dist: string, mode: number, ofVersion = version): void {
  mkdirSync(dist, { recursive: true });
  writeFileSync(join(dist, 'electron'), '#!/bin/sh\n');
  writeFileSync(join(dist, 'version'), ofVersion);
  chmodSync(join(dist, 'electron'), mode);
}
const find = (more: Partial<Parameters<typeof findElectron>[0]> = {}) =>
  findElectron({
    root,
    offline: false,
    environment: {},
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...more,
  });
const binary = () => join(folder(), 'dist', 'electron');

describe.skipIf(process.platform !== 'linux')('the Electron binary', () => {
  it('is taken from where it is, without asking anybody', async () => {
    put(join(folder(), 'dist'), 0o755);
    expect(await find({ offline: true })).toEqual({ path: binary() });
    expect(await find()).toEqual({ path: binary() });
    expect(requests).toEqual([]);
  });

  it('is taken from ELECTRON_OVERRIDE_DIST_PATH when that names one', async () => {
    const environment = { ELECTRON_OVERRIDE_DIST_PATH: join(root, 'own') };
    expect(await find({ environment })).toMatchObject({ path: null });
    put(join(root, 'own'), 0o755);
    expect(await find({ environment })).toEqual({ path: join(root, 'own', 'electron') });
    expect(requests).toEqual([]);
  });

  it('is not fetched offline', async () => {
    expect(await find({ offline: true })).toMatchObject({ path: null });
    expect(requests).toEqual([]);
    expect(readdirSync(join(root, 'node_modules'))).toEqual(['electron']);
  });

  it('is fetched, checked and unpacked once', async () => {
    const said: string[] = [];
    expect(await find({ log: (text) => said.push(text) })).toEqual({ path: binary() });
    expect(requests).toEqual([`/v${version}/${zipName}`]);
    expect(said).toEqual([`fetching Electron ${version}, once, for at most 60 s`]);
    expect(readFileSync(join(folder(), 'path.txt'), 'utf8')).toBe('electron');
    expect(await find()).toEqual({ path: binary() });
    expect(requests).toHaveLength(1);
    expect(readdirSync(join(root, 'node_modules', '.cache', 'keyreeve'))).toEqual([]);
  });

  it.each([
    ['of another version', 0o755, '98.0.0'],
    ['that cannot be run', 0o644, version],
  ])('%s is replaced', async (_what, mode, ofVersion) => {
    put(join(folder(), 'dist'), mode, ofVersion);
    expect(await find()).toEqual({ path: binary() });
    expect(readFileSync(join(folder(), 'dist', 'version'), 'utf8')).toBe(version);
  });

  it('is refused when it is not what the package promises, and nothing of it stays', async () => {
    makePackage('0'.repeat(64));
    const found = await find();
    expect(found).toMatchObject({ path: null });
    expect(JSON.stringify(found)).toContain(wholeSum);
    expect(readdirSync(folder()).sort()).toEqual(['checksums.json', 'package.json']);
    expect(existsSync(join(root, 'node_modules', '.cache', 'keyreeve', 'electron.zip'))).toBe(
      false,
    );
  });

  it.each<[string, RequestListener, string]>([
    ['says no', (_q, answer) => void answer.writeHead(404).end(), 'answered 404'],
    ['breaks off', (_q, answer) => void answer.write('x', () => answer.destroy()), 'fetched'],
    ['sends something else', (_q, answer) => void answer.end('<html>'), 'SHA-256'],
  ])('is given up when the server %s, and not asked for again', async (_what, how, why) => {
    serve = how;
    const first = await find();
    expect(first).toMatchObject({ path: null, reason: expect.stringContaining(why) });
    serve = (_request, response) => void response.end(archive);
    const second = await find();
    expect(second).toMatchObject({ path: null, reason: expect.stringContaining('remove') });
    expect(requests).toHaveLength(1);
  });

  it('is given up when it is larger than any Electron, and nothing of it stays', async () => {
    expect(await find({ mostBytes: archive.length - 1 })).toMatchObject({
      reason: expect.stringContaining(`larger than ${archive.length - 1} bytes`),
    });
    const cache = join(root, 'node_modules', '.cache', 'keyreeve');
    expect(readdirSync(cache)).toEqual(['electron-not-fetched.json']);
    forget();
    expect(await find({ mostBytes: archive.length })).toEqual({ path: binary() });
  });

  it('is given up in time when the server says nothing, or goes on for ever', async () => {
    serve = () => undefined;
    expect(await find({ fetchMs: 50 })).toMatchObject({
      reason: expect.stringContaining('longer than 1 s'),
    });
    forget();
    serve = (_request, response) => void response.write('x');
    expect(await find({ fetchMs: 50 })).toMatchObject({
      reason: expect.stringContaining('longer than 1 s'),
    });
  });

  it('is tried again for another version, and when the mark is unreadable', async () => {
    serve = (_request, response) => void response.writeHead(500).end();
    await find();
    writeFileSync(join(root, 'node_modules/.cache/keyreeve/electron-not-fetched.json'), '{');
    await find();
    expect(requests).toHaveLength(2);
  });

  it('is refused when the archive holds no program', async () => {
    const empty = zipOf({ version });
    makePackage(createHash('sha256').update(empty).digest('hex'));
    serve = (_request, response) => void response.end(empty);
    expect(await find()).toMatchObject({ reason: expect.stringContaining('holds no electron') });
    expect(readdirSync(folder()).sort()).toEqual(['checksums.json', 'package.json']);
  });

  it('is said to be missing where the package is', async () => {
    rmSync(folder(), { recursive: true });
    expect(await find()).toMatchObject({ path: null, reason: 'the electron package is missing' });
  });
});

function forget(): void {
  rmSync(join(root, 'node_modules/.cache/keyreeve/electron-not-fetched.json'));
}
