import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type PracticeKms, startPracticeKms } from '../start.ts';
import { type ByokClient, byokClient } from '../testing/byok.fixture.ts';
import { control } from '../testing/raw-client.fixture.ts';

let kms: PracticeKms;
let client: ByokClient;
beforeAll(async () => {
  kms = await startPracticeKms({});
  client = byokClient(kms.url);
});
beforeEach(() => control(kms.controlUrl, 'POST /reset'));
afterAll(() => kms.close());

interface Page {
  readonly calls: readonly { readonly seq: number; readonly operation: string }[];
  readonly next: number | null;
}
const latest = (query: string) => control<Page>(kms.controlUrl, `GET /journal/latest?${query}`);
const names = ({ calls }: Page) => calls.map(({ operation }) => operation);

test('gives the last calls first, in pages, by operation and by how they came out', async () => {
  const keyId = await client.createKey();
  await client.call('DescribeKey', { KeyId: 'x' });
  await client.must('DescribeKey', { KeyId: keyId });
  await control(kms.controlUrl, 'POST /mischief', { operations: { ListKeys: { throttle: 1 } } });
  await client.call('ListKeys', {});
  expect(names(await latest(''))).toEqual(['ListKeys', 'DescribeKey', 'DescribeKey', 'CreateKey']);
  const first = await latest('limit=3');
  expect([names(first), first.next]).toEqual([
    ['ListKeys', 'DescribeKey', 'DescribeKey'],
    first.calls[2]?.seq,
  ]);
  const second = await latest(`limit=3&before=${first.next}`);
  expect([names(second), second.next]).toEqual([['CreateKey'], null]);
  expect(names(await latest('operation=DescribeKey'))).toHaveLength(2);
  expect(names(await latest('outcome=refused'))).toEqual(['ListKeys', 'DescribeKey']);
  expect(names(await latest('outcome=struck'))).toEqual(['ListKeys']);
  expect(names(await latest('outcome=changed'))).toEqual(['CreateKey']);
});

test('says what there is, and what happens by itself when the clock moves', async () => {
  const going = await client.createKey({ Origin: 'AWS_KMS' });
  const other = await client.createKey();
  await client.must('CreateAlias', { AliasName: 'alias/other', TargetKeyId: other });
  await client.must('ScheduleKeyDeletion', { KeyId: going, PendingWindowInDays: 7 });
  const ahead = (seconds: number) => control(kms.controlUrl, `GET /clock/ahead?seconds=${seconds}`);
  expect(await ahead(6 * 86_400)).toMatchObject({ events: [], total: 0 });
  expect(await ahead(8 * 86_400)).toMatchObject({
    events: [{ what: 'key-deleted', keyId: going, alias: null }],
    total: 1,
  });
  expect(await control(kms.controlUrl, 'GET /holdings')).toMatchObject({
    keys: 2,
    withoutMaterial: 1,
    aliases: 1,
    people: 0,
  });
});
