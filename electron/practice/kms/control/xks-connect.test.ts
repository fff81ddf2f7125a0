import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type PracticeKms, startPracticeKms } from '../start.ts';
import { control, send } from '../testing/raw-client.ts';

let kms: PracticeKms;
beforeAll(async () => {
  kms = await startPracticeKms({ xksConnect: [{ host: 'one.example.test', port: 4433 }] });
});
beforeEach(() => control(kms.controlUrl, 'POST /reset'));
afterAll(() => kms.close());

const ONE = { host: 'one.example.test', to: '127.0.0.1:4433' };
const tell = (body: unknown) => control(kms.controlUrl, 'POST /xks-connect', body);

test('tells, adds, moves and removes ways to proxies; a reset goes back to the command line', async () => {
  expect(await control(kms.controlUrl, 'GET /xks-connect')).toEqual({ routes: [ONE] });
  const two = { host: 'two.example.test', to: '127.0.0.1:5000' };
  expect(await tell({ ...two, host: 'TWO.example.test' })).toEqual({ routes: [ONE, two] });
  expect(await tell({ ...ONE, to: '127.0.0.1:1' })).toEqual({
    routes: [{ ...ONE, to: '127.0.0.1:1' }, two],
  });
  expect(await tell({ ...ONE, to: null })).toEqual({ routes: [two] });
  await control(kms.controlUrl, 'POST /reset');
  expect(await control(kms.controlUrl, 'GET /xks-connect')).toEqual({ routes: [ONE] });
});

test.each([
  [{ ...ONE, to: '192.168.0.1:443' }],
  [{ ...ONE, to: 'localhost:443' }],
  [{ ...ONE, to: '127.0.0.1' }],
  [{ ...ONE, to: '127.0.0.1:0' }],
  [{ ...ONE, to: '127.0.0.1:65536' }],
  [{ ...ONE, host: 'https://one.example.test' }],
  [{ ...ONE, host: '' }],
  [{ host: ONE.host }],
  [{ ...ONE, more: true }],
])('%j is refused, and nothing changes', async (body) => {
  const reply = await send(`${kms.controlUrl}/xks-connect`, 'POST', {}, JSON.stringify(body));
  expect(reply.status).toBe(400);
  expect(await control(kms.controlUrl, 'GET /xks-connect')).toEqual({ routes: [ONE] });
});
