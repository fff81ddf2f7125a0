import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { afterEach, expect, it } from 'vitest';
import { OwnProxy } from './own-proxy.ts';

let own: OwnProxy;
afterEach(() => own.remove());

it('goes on starting when it is told by SIGHUP before it serves', async () => {
  own = await OwnProxy.prepare();
  const file = own.at('configuration.json');
  const configuration = readFileSync(file);
  rmSync(file);
  execFileSync('mkfifo', [file]);
  const running = own.run();
  const pipe = await open(file, 'w'); // opens when it reads
  own.signal('SIGHUP');
  await pipe.writeFile(configuration);
  await pipe.close();
  await running;
  const kms = own.kms();
  expect((await kms.health()).status).toBe(200);
  kms.close();
});
