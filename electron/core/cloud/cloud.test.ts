import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { regionOf, regions } from './regions.ts';

const here = dirname(fileURLToPath(import.meta.url));

describe('loading', () => {
  it('does not load the SDK before the first connection', () => {
    const script = `
      const { createCloud } = await import(${JSON.stringify(pathToFileURL(join(here, 'create-cloud.ts')).href)});
      const ports = { clock: { now: () => 0, monotonic: () => 0 } };
      const cloud = createCloud(ports);
      cloud.outlook({ realm: 'real', account: '1', region: 'eu-west-1', operation: 'CreateKey' });
      const { createRequire } = await import('node:module');
      const loaded = Object.keys(createRequire(import.meta.url).cache).filter((name) => name.includes('aws-sdk') || name.includes('smithy'));
      console.log(JSON.stringify(loaded));
    `;
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
    });
    expect(JSON.parse(output)).toEqual([]);
  });
});

describe('Regions', () => {
  it('are those of the SDK’s partition data, by the same names', () => {
    const core = dirname(createRequire(import.meta.url).resolve('@aws-sdk/core/package.json'));
    const file = join(core, 'dist-es/submodules/client/util-endpoints/lib/aws/partitions.js');
    const text = readFileSync(file, 'utf8')
      .replace('export const partitionsInfo = ', '')
      .replace(/;\s*$/, '');
    const { partitions } = JSON.parse(text) as {
      partitions: { id: string; regions: Record<string, { description: string }> }[];
    };
    const offered = partitions
      .filter(({ id }) => !id.startsWith('aws-iso'))
      .flatMap(({ id, regions: each }) =>
        Object.entries(each).map(([code, { description }]) => `${id} ${code} ${description}`),
      )
      .filter((line) => !line.includes('-global '))
      .sort();
    expect(
      regions.map(({ partition, code, name }) => `${partition} ${code} ${name}`).sort(),
    ).toEqual(offered);
  });

  it('include both of GovCloud, with what AWS asks of their users', () => {
    for (const [code, name] of [
      ['us-gov-east-1', 'AWS GovCloud (US-East)'],
      ['us-gov-west-1', 'AWS GovCloud (US-West)'],
    ] as const) {
      expect(regionOf(code)).toMatchObject({
        name,
        partition: 'aws-us-gov',
        note: expect.stringContaining('government'),
      });
    }
    expect(regionOf('eu-west-1').note).toBeUndefined();
  });

  it('may be newer than the list', () => {
    expect(regionOf('eu-west-9')).toMatchObject({ partition: 'aws', name: 'eu-west-9' });
    expect(regionOf('us-iso-east-1')).toMatchObject({ partition: 'aws-iso' });
    expect(regionOf('us-isob-east-1')).toMatchObject({ partition: 'aws-iso-b' });
  });
});
