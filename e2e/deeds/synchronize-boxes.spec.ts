import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aesWorks } from '../../shared/text/key-works.ts';
import { synchronizeWords } from '../../shared/text/synchronize.ts';
import { day, HurriedClock } from '../support/clocks.ts';
import { Desk, requireDone } from '../support/desk.ts';
import { OutsideAws } from '../support/outside-aws.ts';
import { editedPolicy, policyTemplate } from '../support/policies.ts';
import { replaceCopy, rewrite } from '../support/tamper.ts';
import { requireClear } from '../support/truth.ts';

let aws: OutsideAws;
let desk: Desk;
const clock = new HurriedClock();

beforeAll(async () => {
  aws = await OutsideAws.start();
  desk = await Desk.open(aws, { clock });
});
afterAll(async () => {
  await desk?.[Symbol.asyncDispose]();
  await aws?.[Symbol.asyncDispose]();
});

const D = { deleteMaterial: true };
const P = { updatePolicy: true };
const I = { importMaterial: true };
const none = { deleteMaterial: false, updatePolicy: false, importMaterial: false };

/** The table of the Synchronize window: boxes, button, what the sentence says. */
const table = [
  {
    boxes: { ...none, ...P, ...I },
    button: 'Import material and update policy',
    says: /can be decrypted.*No key ID changes.*alias does not move/,
  },
  {
    boxes: { ...none, ...I },
    button: 'Import material',
    says: /The policy stays as it is in AWS\./,
  },
  { boxes: { ...none, ...P }, button: 'Update policy', says: /^Material is not touched\.$/ },
  {
    boxes: { ...none, ...D },
    button: 'Delete material from AWS',
    says: /^Everything under version 1 stops decrypting in AWS now\.$/,
  },
  {
    boxes: { ...none, ...D, ...P },
    button: 'Delete material, update policy',
    says: /policy is replaced first.*stops decrypting in AWS now/,
  },
  {
    boxes: { ...none, ...D, ...I },
    button: 'Delete, then import again',
    says: /cannot be used for some seconds.*Only needed/,
  },
  {
    boxes: { ...none, ...D, ...P, ...I },
    button: 'Delete, import again, update policy',
    says: /cannot be used for some seconds.*policy is replaced first/,
  },
] as const;

const writing: Readonly<Record<string, string>> = {
  PutKeyPolicy: 'policy',
  DeleteImportedKeyMaterial: 'delete',
  ImportKeyMaterial: 'import',
};

describe('the eight combinations', () => {
  let keyId = '';
  beforeAll(async () => {
    await desk.addGroup('cards', { policy: policyTemplate });
    keyId = (await desk.rotated('cards')).remote?.keyId ?? '';
  });

  it.each(table)('$button', async ({ boxes, button, says }) => {
    await aws.putPolicy(keyId, editedPolicy);
    const before = await aws.key(keyId);
    const sealed = await aws.encrypt('alias/cards', button);
    const choices = { key: 'cards/1', ...boxes };
    const plan = await desk.call('key.planSynchronize', choices);
    expect(plan.button).toBe(`${button} (practice)`);
    expect(plan.sentence).toMatch(says);
    expect(plan.stays).toContain('No key ID changes, and the alias does not move');
    expect(plan.confirmName).toBe(boxes.deleteMaterial && !boxes.importMaterial ? 'cards' : null);
    const after = Object.fromEntries(plan.comparison.map((row) => [row.what, row.after]));
    const alone = boxes.deleteMaterial && !boxes.importMaterial;
    expect(after['KMS key state']).toBe(
      alone ? 'PendingImport' : boxes.importMaterial ? 'Enabled' : 'as it is',
    );
    expect(after['Policy']).toBe(boxes.updatePolicy ? 'template' : 'as it is');

    const since = await aws.mark();
    requireDone(await desk.synchronize('cards/1', boxes));
    const done = (await aws.calls(since)).flatMap((call) => writing[call] ?? []);
    expect(done).toEqual([
      ...(boxes.updatePolicy ? ['policy'] : []),
      ...(boxes.deleteMaterial ? ['delete'] : []),
      ...(boxes.importMaterial ? ['import'] : []),
    ]);
    const stood = await aws.key(keyId);
    expect(JSON.parse(stood.policy)).toEqual(
      JSON.parse(boxes.updatePolicy ? policyTemplate : before.policy),
    );
    const gone = boxes.deleteMaterial && !boxes.importMaterial;
    expect(stood.metadata.KeyState).toBe(gone ? 'PendingImport' : 'Enabled');
    expect(await aws.holder('alias/cards')).toBe(keyId);
    const { state } = await desk.call('key.show', { key: 'cards/1' });
    expect(state).toBe(gone ? 'Material gone' : 'Active, alias');
    if (gone) {
      await expect(aws.decrypt(sealed)).rejects.toThrow(/pending import/);
      requireDone(await desk.synchronize('cards/1', { ...none, ...I }));
    }
    expect((await aws.decrypt(sealed)).text).toBe(button);
    const [first, now] = [before.materials[0], (await aws.key(keyId)).materials[0]];
    expect(now).toMatchObject({ materialId: first?.materialId, sha256: first?.sha256 });
  });

  it('none of the three: no deed', async () => {
    const plan = await desk.call('key.planSynchronize', { key: 'cards/1', ...none });
    expect(plan.sentence).toBe('Choose at least one.');
    expect(plan.blocked?.code).toBe('NOTHING_TO_DO');
    expect(requireClear(plan.blocked ?? fail()).headline).toBe('There is nothing to do.');
  });

  it('says the same in every window: the words are in one place', () => {
    for (const { boxes, button } of table)
      expect(synchronizeWords(boxes, 1, aesWorks).button).toBe(button);
  });
});

const fail = (): never => {
  throw new Error('nothing was refused');
};

describe('the name is typed before a delete', () => {
  const alone = { ...none, ...D };

  beforeAll(async () => {
    await desk.addGroup('vault');
    await desk.rotated('vault');
    await desk.rotated('vault');
  });

  it('where the key holds the alias: no name, another name, the name', async () => {
    const plan = await desk.call('key.planSynchronize', { key: 'vault/2', ...alone });
    expect(plan.confirmName).toBe('vault');
    const start = { key: 'vault/2', ...alone, plan: plan.number };
    for (const confirm of [undefined, 'Vault', 'vault/2']) {
      const given = confirm === undefined ? {} : { confirm };
      const failure = await desk.refused('key.synchronize', { ...start, ...given });
      expect(failure).toMatchObject({ code: 'NAME_NOT_TYPED', details: { name: 'vault' } });
      expect(requireClear(failure).next).toContain('vault');
    }
    const { jobId } = await desk.call('key.synchronize', { ...start, confirm: 'vault' });
    requireDone(await desk.settled(jobId));
    requireDone(await desk.synchronize('vault/2', { ...none, ...I }));
  });

  it('not where an earlier key was never used', async () => {
    const plan = await desk.call('key.planSynchronize', { key: 'vault/1', ...alone });
    expect(plan.confirmName).toBeNull();
    const start = { key: 'vault/1', ...alone, plan: plan.number };
    const { jobId } = await desk.call('key.synchronize', start);
    requireDone(await desk.settled(jobId));
    requireDone(await desk.synchronize('vault/1', { ...none, ...I }));
  });

  it('where it was used in the last 30 days, and not after them', async () => {
    const { remote } = await desk.call('key.show', { key: 'vault/1' });
    await aws.encrypt(remote?.keyId ?? '', 'a cheque');
    const used = await desk.call('key.planSynchronize', { key: 'vault/1', ...alone });
    expect(used.confirmName).toBe('vault');
    expect(used.lookFirst.join()).toMatch(/Last use AWS reports: Encrypt on /);
    clock.wallAhead = 31 * day;
    await aws.misbehave({ clockSkewSeconds: clock.wallAhead / 1000 });
    const later = await desk.call('key.planSynchronize', { key: 'vault/1', ...alone });
    expect(later.blocked).toBeNull();
    expect(later.confirmName).toBeNull();
    clock.wallAhead = 0;
    await aws.misbehave();
  });

  it('and nothing is asked when AWS has no material any more', async () => {
    const { remote } = await desk.call('key.show', { key: 'vault/2' });
    await aws.deleteMaterial(remote?.keyId ?? '');
    const plan = await desk.call('key.planSynchronize', { key: 'vault/2', ...alone });
    expect(plan.confirmName).toBeNull();
    expect(plan.changes).toEqual(['Nothing to delete: AWS has no material now']);
    expect(plan.calls.filter((call) => call.changes)).toEqual([]);
    requireDone(await desk.synchronize('vault/2', { ...none, ...I }));
  });
});

describe('another date for material that AWS has', () => {
  const refusal =
    'AWS may refuse another date in place: nothing changes then, and Delete Key Material helps';
  const inDays = (days: number): number => Math.floor(Date.now() / 1000 + days * 86_400) * 1000;
  let keyId = '';
  const dateInAws = async (): Promise<unknown> => (await aws.key(keyId)).metadata.ValidTo;

  beforeAll(async () => {
    await desk.addGroup('dated');
    keyId = (await desk.rotated('dated')).remote?.keyId ?? '';
    aws.controlNow('POST /open-points', { 'import-over-present': 'same-date' });
  });

  it('is refused in place, which is said first, and nothing changes', async () => {
    const choices = { key: 'dated/1', ...none, ...I, validTo: inDays(40) };
    const plan = await desk.call('key.planSynchronize', choices);
    expect(plan.lookFirst).toContain(refusal);
    const before = await aws.key(keyId);
    const ended = await desk.synchronize('dated/1', { ...none, ...I, validTo: choices.validTo });
    expect(ended.job.state).toBe('stopped-nothing-changed');
    expect(ended.job.failure).toMatchObject({
      code: 'IMPORT_OVER_PRESENT',
      external: { name: 'KMSInvalidStateException', at: 'ImportKeyMaterial' },
    });
    expect(requireClear(ended.job.failure ?? fail()).next).toContain('Delete Key Material');
    expect(await aws.key(keyId)).toEqual(before);
    const { copies } = await desk.call('key.show', { key: 'dated/1' });
    expect(copies.map(({ text }) => text).join()).toContain('Not yet proved against AWS');
  });

  it('is taken where the material is deleted first, and then as often as asked', async () => {
    const validTo = inDays(40);
    requireDone(await desk.synchronize('dated/1', { ...none, ...D, ...I, validTo }));
    expect(await dateInAws()).toBe(validTo / 1000);
    const plan = await desk.call('key.planSynchronize', { key: 'dated/1', ...none, ...I, validTo });
    expect(plan.lookFirst).not.toContain(refusal);
    requireDone(await desk.synchronize('dated/1', { ...none, ...I, validTo }));
  });

  it('is not asked for where nobody says one: the date that AWS has stays', async () => {
    await desk.addGroup('by-days', { awsDeletesMaterialAfterDays: 30, rotate: false });
    const id = (await desk.rotated('by-days')).remote?.keyId ?? '';
    // Another date than the group would have now.
    const validTo = inDays(40);
    requireDone(await desk.synchronize('by-days/1', { ...none, ...D, ...I, validTo }));
    requireDone(await desk.synchronize('by-days/1', { ...none, ...I }));
    expect((await aws.key(id)).metadata.ValidTo).toBe(validTo / 1000);
    // What is put back anew has the group's date.
    requireDone(await desk.synchronize('by-days/1', { ...none, ...D, ...I }));
    const days = (Number((await aws.key(id)).metadata.ValidTo) - Date.now() / 1000) / 86_400;
    expect(Math.round(days)).toBe(30);
  });

  it('is the same deed the next day where it follows from the days of the group', async () => {
    await desk.addGroup('nightly', { awsDeletesMaterialAfterDays: 30, rotate: false });
    await desk.rotated('nightly');
    await aws.misbehave({ operations: { ImportKeyMaterial: { dropBeforeEffect: 1_000_000 } } });
    const stopped = await desk.synchronize('nightly/1', { ...none, ...D, ...I });
    await aws.misbehave();
    expect(stopped.job.state).toBe('needs-you');
    clock.wallAhead = day;
    await aws.misbehave({ clockSkewSeconds: day / 1000 });
    const choices = { key: 'nightly/1', ...none, ...D, ...I };
    const plan = await desk.call('key.planSynchronize', choices);
    expect(plan).toMatchObject({ runningJob: stopped.job.id, blocked: null });
    const again = await desk.call('key.synchronize', { ...choices, plan: plan.number });
    expect(again).toMatchObject({ jobId: stopped.job.id, joined: true });
    // who chooses a day asks for another deed, be it the day that the group's days come to
    const chosen = { ...choices, validTo: inDays(30) };
    expect((await desk.call('key.planSynchronize', chosen)).runningJob).toBeNull();
    clock.wallAhead = 0;
    await aws.misbehave();
    requireDone(await desk.goOn(stopped.job.id));
  });

  it('stops a job that has put a policy back; cancelled, the next one deletes first', async () => {
    await desk.addGroup('both', { policy: policyTemplate });
    const id = (await desk.rotated('both')).remote?.keyId ?? '';
    await aws.putPolicy(id, editedPolicy);
    const validTo = inDays(40);
    const stopped = await desk.synchronize('both/1', { ...none, ...P, ...I, validTo });
    expect(stopped.job).toMatchObject({
      state: 'needs-you',
      failure: { code: 'IMPORT_OVER_PRESENT' },
    });
    await desk.call('job.cancel', { job: stopped.job.id });
    requireDone(await desk.synchronize('both/1', { ...none, ...D, ...I, validTo }));
    expect((await aws.key(id)).metadata.ValidTo).toBe(validTo / 1000);
  });

  it('is taken in place by an AWS that lets it', async () => {
    aws.controlNow('POST /open-points', { 'import-over-present': 'allowed' });
    const validTo = inDays(50);
    requireDone(await desk.synchronize('dated/1', { ...none, ...I, validTo }));
    expect(await dateInAws()).toBe(validTo / 1000);
  });
});

describe('Update Policy without a template policy', () => {
  it('changes nothing and says so', async () => {
    await desk.addGroup('untouched');
    const keyId = (await desk.rotated('untouched')).remote?.keyId ?? '';
    await aws.putPolicy(keyId, editedPolicy);
    const { policy } = await aws.key(keyId);
    const choices = { key: 'untouched/1', ...none, ...P };
    const plan = await desk.call('key.planSynchronize', choices);
    expect(plan.stays).toContain('Policy: this group has no template, so nothing changes');
    expect(plan.changes).toEqual([]);
    expect(plan.sentence).toBe('This group has no policy template: nothing changes.');
    const usual = await desk.call('key.planSynchronize', { ...choices, ...I });
    expect(usual.button).toBe('Import material (practice)');
    expect(usual.steps).not.toContain('Update policy');
    const detail = await desk.synchronize('untouched/1', { ...none, ...P });
    requireDone(detail);
    const step = detail.steps.find(({ name }) => name === 'policy');
    expect(step).toMatchObject({
      state: 'skipped',
      proof: [{ text: 'the group has no policy template: nothing was changed' }],
    });
    expect(detail.job.message).toContain('nothing had to be changed');
    expect((await aws.key(keyId)).policy).toBe(policy);
  });
});

describe('a delete is refused while our copy cannot be opened', () => {
  const choices = [
    { ...none, ...D },
    { ...none, ...D, ...P },
    { ...none, ...D, ...I },
  ];

  const damages = [
    { version: 1, damage: 'a bit of it is wrong' },
    { version: 2, damage: 'it is another key' },
    { version: 3, damage: 'it is cut short' },
  ];

  beforeAll(async () => {
    await desk.addGroup('damaged');
    const made = [];
    for (let n = 0; n < 4; n += 1) made.push(await desk.rotated('damaged'));
    const [one, two, three] = made.map(({ id }) => id) as [string, string, string, string];
    await rewrite(desk, ({ keys }, store) => {
      const copy = (id: string): Buffer => Buffer.from(keys.blob(id).wrapped);
      const other = copy(three);
      replaceCopy(store, one, flipped(copy(one)));
      replaceCopy(store, two, other);
      replaceCopy(store, three, other.subarray(8));
    });
  });

  it.each(damages)('$damage', async ({ version }) => {
    const key = `damaged/${version}`;
    const before = await aws.held();
    for (const boxes of choices) {
      const plan = await desk.call('key.planSynchronize', { key, ...boxes });
      expect(plan.blocked?.code).toBe('HSM_KEY_DIFFERS');
      expect(plan.checks.at(-1)?.ok).toBe(false);
      const start = { key, ...boxes, plan: plan.number, confirm: 'damaged' };
      const failure = await desk.refused('key.synchronize', start);
      expect(failure.code).toBe('HSM_KEY_DIFFERS');
      expect(requireClear(failure).next).toContain('Delete nothing');
    }
    expect((await aws.held()).keys).toEqual(before.keys);
  });

  it('and the keys beside it are deleted and brought back as ever', async () => {
    requireDone(await desk.synchronize('damaged/4', { ...none, ...D, ...I }));
    // What needs no copy is not refused.
    requireDone(await desk.synchronize('damaged/1', { ...none, ...P }));
  });
});

const flipped = (bytes: Buffer): Buffer => {
  const copy = Buffer.from(bytes);
  copy.writeUInt8((copy[9] ?? 0) ^ 1, 9);
  return copy;
};
