import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type PracticeKms, startPracticeKms } from '../start.ts';
import { control, send } from '../testing/raw-client.fixture.ts';

let kms: PracticeKms;
beforeAll(async () => {
  kms = await startPracticeKms({ xksConnect: [{ host: 'one.example.test', port: 4433 }] });
});
beforeEach(() => control(kms.controlUrl, 'POST /reset'));
afterAll(() => kms.close());

const one = { host: 'one.example.test', to: '127.0.0.1:4433' };
const tell = (body: unknown) => control(kms.controlUrl, 'POST /xks-connect', body);

test('tells, adds, moves and removes ways to proxies; a reset goes back to the command line', async () => {
  expect(await control(kms.controlUrl, 'GET /xks-connect')).toEqual({ routes: [one] });
  const two = { host: 'two.example.test', to: '127.0.0.1:5000' };
  expect(await tell({ ...two, host: 'TWO.example.test' })).toEqual({ routes: [one, two] });
  expect(await tell({ ...one, to: '127.0.0.1:1' })).toEqual({
    routes: [{ ...one, to: '127.0.0.1:1' }, two],
  });
  expect(await tell({ ...one, to: null })).toEqual({ routes: [two] });
  await control(kms.controlUrl, 'POST /reset');
  expect(await control(kms.controlUrl, 'GET /xks-connect')).toEqual({ routes: [one] });
});

test.each([
  [{ ...one, to: '192.168.0.1:443' }],
  [{ ...one, to: 'localhost:443' }],
  [{ ...one, to: '127.0.0.1' }],
  [{ ...one, to: '127.0.0.1:0' }],
  [{ ...one, to: '127.0.0.1:65536' }],
  [{ ...one, host: 'https://one.example.test' }],
  [{ ...one, host: '' }],
  [{ host: one.host }],
  [{ ...one, more: true }],
])('%j is refused, and nothing changes', async (body) => {
  const reply = await send(`${kms.controlUrl}/xks-connect`, 'POST', {}, JSON.stringify(body));
  expect(reply.status).toBe(400);
  expect(await control(kms.controlUrl, 'GET /xks-connect')).toEqual({ routes: [one] });
});
