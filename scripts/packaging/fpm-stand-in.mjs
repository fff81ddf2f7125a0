#!/usr/bin/env node
// Stands where electron-builder calls fpm: makes the deb of the same words with dpkg-deb. A word that
// it does not know ends it.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const words = process.argv.slice(2);
const single = {};
const many = { '-d': [], '--deb-recommends': [] };
const files = [];
const valued = new Set([
  '-s',
  '-t',
  '--architecture',
  '--after-install',
  '--after-remove',
  '--description',
  '--version',
  '--package',
  '--name',
  '--maintainer',
  '--vendor',
  '--url',
  '--deb-priority',
  '--license',
  '--deb-compression',
  '--category',
  '--log',
]);
for (let at = 0; at < words.length; at += 1) {
  const word = words[at];
  if (word === '--force' || word === '--debug') continue;
  if (word in many) many[word].push(words[(at += 1)]);
  else if (valued.has(word)) single[word] = words[(at += 1)];
  else if (!word.startsWith('-') && word.includes('=')) files.push(word.split('='));
  else throw new Error(`fpm's stand-in does not know ${word}`);
}

const tree = mkdtempSync(join(tmpdir(), 'keyreeve-deb-'));
try {
  chmodSync(tree, 0o755);
  for (const [from, to] of files) {
    const target = join(tree, to);
    mkdirSync(dirname(target), { recursive: true });
    if (statSync(from).isDirectory())
      cpSync(from, target, { recursive: true, verbatimSymlinks: true });
    else copyFileSync(from, target);
  }
  const control = join(tree, 'DEBIAN');
  mkdirSync(control);
  copyFileSync(single['--after-install'], join(control, 'postinst'));
  copyFileSync(single['--after-remove'], join(control, 'postrm'));
  for (const name of ['postinst', 'postrm']) chmodSync(join(control, name), 0o755);
  const [synopsis, ...lines] = single['--description'].split('\n');
  const fields = {
    Package: single['--name'],
    Version: single['--version'],
    Architecture: single['--architecture'],
    Maintainer: single['--maintainer'],
    Depends: many['-d'].join(', '),
    Recommends: many['--deb-recommends'].join(', '),
    Priority: single['--deb-priority'],
    Homepage: single['--url'],
    Description: [synopsis, ...lines.map((line) => ` ${line.trim() || '.'}`)].join('\n'),
  };
  const text = Object.entries(fields).map(([name, value]) => `${name}: ${value}\n`);
  writeFileSync(join(control, 'control'), text.join(''));
  execFileSync('dpkg-deb', [
    '-Zgzip',
    '-z1',
    '--root-owner-group',
    '--build',
    tree,
    single['--package'],
  ]);
} finally {
  rmSync(tree, { recursive: true, force: true });
}
