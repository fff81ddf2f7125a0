// What a package is made of, as CycloneDX: npm's own list of what is installed for use, and what npm
// does not know, Electron and the Node of the command line. The same tree gives the same list.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pinnedNode } from './cli/assemble.mjs';

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

export function makeSbom(root, system = `${process.platform}-${process.arch}`) {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  // Not `--omit dev`: npm then leaves out what tools need as well, React for one.
  const words = ['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application'];
  const text = execFileSync(npm, words, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    stdio: ['ignore', 'pipe', 'ignore'],
    shell: process.platform === 'win32',
  });
  const { serialNumber: _number, ...sbom } = JSON.parse(text);
  const { timestamp: _time, ...metadata } = sbom.metadata;
  const used = sbom.components.filter((component) => !isTool(component));
  const refs = new Set([sbom.metadata.component, ...used].map((each) => each['bom-ref']));
  return {
    ...sbom,
    metadata: { ...metadata, component: { ...metadata.component, name: 'keyreeve' } },
    components: [...used, ...runtimes(root, system)],
    dependencies: sbom.dependencies
      .filter(({ ref }) => refs.has(ref))
      .map(({ ref, dependsOn = [] }) => ({
        ref,
        dependsOn: dependsOn.filter((each) => refs.has(each)),
      })),
  };
}

const isTool = ({ properties = [] }) =>
  properties.some(({ name, value }) => name === 'cdx:npm:package:development' && value === 'true');

/** Chromium, V8 and BoringSSL inside are told by the program itself: `--self-test`. */
function runtimes(root, system) {
  const folder = join(root, 'node_modules', 'electron');
  const { version } = readJson(join(folder, 'package.json'));
  const archive = `electron-v${version}-${system}.zip`;
  const electron = {
    'bom-ref': `electron@${version}`,
    type: 'framework',
    name: 'electron',
    version,
    scope: 'required',
    purl: `pkg:github/electron/electron@v${version}`,
    hashes: [{ alg: 'SHA-256', content: readJson(join(folder, 'checksums.json'))[archive] }],
  };
  const sum = pinnedNode(system);
  if (sum === undefined) return [electron];
  const { version: node } = readJson(join(root, 'node_modules', 'node', 'package.json'));
  return [
    electron,
    {
      'bom-ref': `node@${node}`,
      type: 'platform',
      name: 'node',
      version: node,
      scope: 'required',
      purl: `pkg:npm/node@${node}`,
      hashes: [{ alg: 'SHA-512', content: sum }],
    },
  ];
}
