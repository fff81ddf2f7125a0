import { describe, expect, it } from 'vitest';
import { groupDraft, groupFields } from '../../../shared/contract/group.ts';
import { groupShown } from '../plans/plan.fixture.ts';
import {
  additionOf,
  changesOf,
  draftOf,
  followed,
  formOf,
  type GroupForm,
  newForm,
} from './fields.ts';

const filled: GroupForm = {
  ...newForm('software', null),
  name: 'payments-prod',
  credential: 'payments-kms',
  region: 'eu-west-1',
};

it('follows the group in what nobody has changed', () => {
  const typed = { ...filled, alias: 'payments-new' };
  const now = { ...filled, activeKeyId: '1234abcd', alias: 'elsewhere' };
  expect(followed(filled, typed, now)).toEqual({ ...now, alias: 'payments-new' });
});

describe('a new group', () => {
  it('has the defaults of the contract for everything that was not filled in', () => {
    const { folder: _folder, ...addition } = additionOf(filled);
    const given = groupFields.parse(addition);
    expect(given).toEqual(
      groupFields.parse({
        name: 'payments-prod',
        credential: 'payments-kms',
        region: 'eu-west-1',
        storage: 'software',
        keyLength: 256,
        keyUsage: 'encrypt-decrypt',
      }),
    );
  });

  it('leaves the alias to the name until somebody edits it', () => {
    expect(draftOf(filled)).not.toHaveProperty('alias');
    expect(draftOf({ ...filled, alias: 'cards', aliasFollows: false }).alias).toBe('cards');
  });

  it('sends days only where AWS shall delete the material', () => {
    expect(draftOf(filled).awsDeletesMaterialAfterDays).toBeNull();
    const days = draftOf({ ...filled, awsDeletes: true, awsDeletesDays: '400' });
    expect(days.awsDeletesMaterialAfterDays).toBeNull();
    expect(draftOf({ ...filled, awsDeletes: true }).awsDeletesMaterialAfterDays).toBe(365);
  });

  it.each(['', '1.5', '12x', '-3', '99999', '٣'])('leaves out the amount %j', (amount) => {
    const draft = draftOf({ ...filled, rotateEvery: { amount, unit: 'months' } });
    expect(draft).not.toHaveProperty('rotateEvery');
    expect(groupDraft.safeParse(draft).success).toBe(true);
  });
});

describe('a change', () => {
  const opened = formOf(groupShown());

  it('is nothing where nothing was changed', () => {
    expect(changesOf(opened, opened)).toEqual({});
    expect(changesOf(opened, { ...opened })).toEqual({});
  });

  it('names only what was changed', () => {
    expect(changesOf(opened, { ...opened, alias: 'payments-new', description: 'x' })).toEqual({
      alias: 'payments-new',
      description: 'x',
    });
    expect(changesOf(opened, { ...opened, activeKeyId: '' })).toEqual({ activeKeyId: null });
    expect(changesOf(opened, { ...opened, awsDeletes: true })).toEqual({
      awsDeletesMaterialAfterDays: 365,
    });
    const every = { amount: '6', unit: 'months' } as const;
    expect(changesOf(opened, { ...opened, rotateEvery: every })).toEqual({
      rotateEvery: { amount: 6, unit: 'months' },
    });
  });

  it('is measured against the group as it was when the window opened', () => {
    const form = { ...opened, description: 'mine' };
    expect(changesOf(opened, form)).toEqual({ description: 'mine' });
  });
});
