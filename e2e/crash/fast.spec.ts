import { afterAll, describe, expect, it } from 'vitest';
import { planNamed } from './campaign.ts';
import { Worker } from './worker.ts';

/**
 * The moments where a careless recovery makes a second key, loses one, or tells what is not so.
 * `npm run test:crash` has all of them.
 */
const dangerous = [
  'first-rotation:group.force-rotate/save/before-intent#1',
  'first-rotation:group.force-rotate/create/after-intent#1',
  'first-rotation:group.force-rotate/create/aws:CreateKey:sent#1',
  'first-rotation:group.force-rotate/create/aws:CreateKey:answered#1+again',
  'first-rotation:group.force-rotate/import/aws:ImportKeyMaterial:sent#1',
  'first-rotation:group.force-rotate/alias/aws:CreateAlias:sent#1+again',
  'later-rotation:group.force-rotate/alias/aws:UpdateAlias:answered#1',
  'first-rotation-in-key:group.force-rotate/import/after-intent#1+again',
  'later-rotation-in-key:group.rotate-material/import/aws:ImportKeyMaterial:sent#1+again',
  'later-rotation-in-key:group.rotate-material/rotate/aws:RotateKeyOnDemand:sent#1',
  'later-rotation-in-key-slow:group.rotate-material/rotate/aws:RotateKeyOnDemand:answered#1',
  'waiting-key:group.force-rotate/create/after-outcome#1',
  'bring-in:group.bring-in/generate/hsm:bringIn:answered#1',
  'bring-in:group.bring-in/save/before-intent#1+again',
  'bring-in:group.bring-in/create/aws:CreateKey:sent#1',
  'copy-key:group.copy-key/generate/hsm:kcvOf:answered#1',
  'copy-key:group.copy-key/create/aws:CreateKey:sent#1+again',
  'disable-old:key.disable/disable/aws:DisableKey:sent#1',
  'synchronize-delete-import:key.synchronize/delete/aws:DeleteImportedKeyMaterial:sent#1',
  'renew:key.renew/import/aws:ImportKeyMaterial:sent#1',
  'disable:key.disable-now/disable/aws:DisableKey:sent#1',
  'enable:key.enable/enable/aws:EnableKey:answered#1+again',
  'make-active:key.make-active/alias/aws:UpdateAlias:sent#1',
  'first-rotation-hsm:group.force-rotate/wrap/hsm:wrapForAws:sent#1',
] as const;

describe('the core is killed at', () => {
  const worker = new Worker();
  afterAll(() => worker[Symbol.asyncDispose]());

  it.each(dangerous)('%s', async (name) => {
    const { problems } = await worker.try(planNamed(name, 'fast'));
    expect(problems).toEqual([]);
  });
});
