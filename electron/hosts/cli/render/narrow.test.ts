import { describe, expect, it } from 'vitest';
import { hitsText } from '../commands/find.ts';
import type { OutputFor } from '../operations.ts';
import { Screen } from '../screen.ts';
import { displayWidth } from '../text-width.ts';
import { endingsText } from './endings.ts';
import { auditText, modulesText } from './keystore.ts';
import { materialsText } from './key-looks.ts';
import { groupsText } from './lists.ts';
import { styleFor } from './moments.ts';

const id = '01a200db-4f99-70c6-8706-a8123c15892c';
const day = 86_400_000;

const onTerminal = (columns: number) => {
  const sink = { isTTY: true, columns, write: () => true };
  return styleFor(new Screen({ stdout: sink, stderr: sink, colour: false }));
};

const group = {
  path: 'europe/payments-production',
  state: 'Version 3 is active; 1 earlier',
  needsYou: true,
  keys: 3,
  activeVersion: 3,
  alias: 'payments-production-eu',
  region: 'ap-southeast-2',
  nextRotationAt: 9 * day,
};
const record = {
  seq: 100_234,
  at: 9 * day,
  actor: 'custodian-2',
  channel: 'console',
  action: 'credential.findInAws',
  objects: [id, id],
  outcome: 'AWS_ACCESS_DENIED',
  details: { title: 'Rotate HSM protected keys: payments-production' },
  hash: 'aa',
};
const ending = {
  key: { reference: 'europe/payments-production/12', remote: { region: 'ap-southeast-2' } },
  what: 'material',
  at: 10 * day,
  renewsAt: 3 * day,
  rotatesAt: null,
  needsYou: true,
};
const module = {
  path: '/usr/lib/softhsm/libsofthsm2.so',
  failure: null,
  tokens: [
    {
      label: 'practice',
      serial: '8f3a21c0ffee8f3a',
      pin: 'count-low',
      assurance: 'software-module',
    },
  ],
};
const material = {
  materialId: 'c7a1'.repeat(16),
  state: 'PENDING_ROTATION',
  importState: 'PENDING_IMPORT',
  validTo: 9 * day,
  ours: true,
};
const hit = {
  kind: 'job',
  title: 'Rotate software protected keys: payments',
  detail: 'request',
  id,
};

type Style = ReturnType<typeof onTerminal>;
const lists: readonly (readonly [string, (style: Style) => string])[] = [
  ['group list', (style) => groupsText({ groups: [group, group] } as never, style)],
  [
    'audit show',
    (style) =>
      auditText(
        { records: [record], size: 1, signedSize: 1, signer: null, head: '' } as never,
        style,
      ),
  ],
  ['key ending', (style) => endingsText({ ending: [ending], readAt: 0 } as never, style)],
  ['hsm list', (style) => modulesText({ modules: [module] } as never, style)],
  [
    'key materials',
    (style) => {
      const [_sentence, ...rows] = materialsText(
        { materials: [material], readAt: 0 } as never,
        style,
      ).split('\n');
      return rows.join('\n');
    },
  ],
  ['find', ({ width }) => hitsText({ hits: [hit] } as never, width)],
];

describe.each(lists)('%s', (_, text) => {
  const plain = (columns: number): string[] =>
    text(onTerminal(columns))
      .replaceAll(/[\uE000-\uE00F]/g, '')
      .split('\n');

  it.each([40, 60, 80])('stays within %i columns', (columns) => {
    for (const line of plain(columns))
      expect(displayWidth(line), line).toBeLessThanOrEqual(columns);
  });
});

it('puts a row below another where its columns do not fit beside each other, and cuts no id', () => {
  const output = { hits: [hit, hit] } as unknown as OutputFor<'session.find'>;
  const rows = hitsText(output, 40)
    .replaceAll(/[\uE000-\uE00F]/g, '')
    .split('\n\n');
  expect(rows).toHaveLength(2);
  expect(rows[0]).toBe(
    ['Rotate software protected keys: payments', '  Id', `    ${id}`].join('\n'),
  );
});
