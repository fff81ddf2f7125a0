import { expect, it } from 'vitest';
import { displayWidth } from '../text-width.ts';
import { hitsText } from './find.ts';

const id = '01a200db-4f99-70c6-8706-a8123c15892c';
const place = { id, groupId: null, folderIds: [] };
const hits = [
  {
    ...place,
    kind: 'job',
    title: 'Rotate software protected keys: payments-production-eu',
    detail: 'request 4f11cbb5-0d0e-4b5e-9c43-0a3f6f1c9a11',
  },
  {
    ...place,
    kind: 'key',
    title: `${'ledger-'.repeat(30)}prod, version 12`,
    detail: 'alias/ledger',
  },
] as const;

it('fits what was found into a terminal of 80 columns, and keeps every id whole', () => {
  const lines = hitsText({ hits: [...hits] }, 80).split('\n');
  for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(80);
  expect(lines.filter((line) => line.endsWith(id))).toHaveLength(2);
  expect(lines[2]).toContain('version 12');
});

it('leaves nothing out where it is read by a program', () => {
  const text = hitsText({ hits: [...hits] }, Number.POSITIVE_INFINITY);
  for (const { title, detail } of hits) {
    expect(text).toContain(title);
    expect(text).toContain(detail);
  }
});
