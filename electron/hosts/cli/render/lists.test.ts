import { expect, it } from 'vitest';
import { Screen } from '../screen.ts';
import type { OutputFor } from '../operations.ts';
import { keyText } from './lists.ts';
import { styleFor } from './moments.ts';

type Key = OutputFor<'key.check'>;
const style = styleFor(
  new Screen({ stdout: { write: () => true }, stderr: { write: () => true }, colour: false }),
);

/** A key whose material AWS never deletes by itself. */
const key = (state: Key['state']): Key => ({
  id: '01a200db-4f99-70c6-8706-a8123c15892c',
  groupId: '01a200db-4f99-70c6-8706-a8123c15892d',
  groupName: 'cards',
  reference: 'cards/1',
  version: 1,
  keyType: 'AES',
  keyLength: 256,
  keyUsage: 'encrypt-decrypt',
  state,
  lifecycle: 'active',
  kcv: { method: 'CMAC', value: '08E9D8691B' },
  storage: 'software',
  assurance: 'built-in-software',
  madeAt: 0,
  broughtIn: false,
  plannedEnd: 1,
  remote: {
    keyId: 'k',
    account: '111122223333',
    arn: 'arn:aws:kms:eu-west-1:111122223333:key/k',
    region: 'eu-west-1',
    state: state === 'Material gone' ? 'PendingImport' : 'Enabled',
    materialId: null,
    otherMaterial: null,
    materialState: null,
    importState: null,
    validTo: null,
    alias: null,
    readAt: 0,
  },
});

it('does not say of material that is gone that AWS never deletes it', () => {
  expect(keyText(key('Active, alias'), style)).toMatch(/^\W*Deleted by AWS\W*never$/m);
  expect(keyText(key('Material gone'), style)).toMatch(/^\W*Deleted by AWS\W*AWS has no material/m);
});
