import { type KeyKind, wholeKind } from '../../../shared/model/key-kinds.ts';
import type { InputFor, OutputFor } from '../../../shared/contract/index.ts';
import type { Mapping } from '../../../shared/model/mapping.ts';
import type { Span } from '../../../shared/contract/shapes.ts';

/** A span as it is being typed. */
export interface SpanText {
  readonly amount: string;
  readonly unit: Span['unit'];
}

/** Everything in the window of a key group, as typed: nothing of it need fit yet. */
export interface GroupForm extends KeyKind {
  readonly storage: 'hsm' | 'software';
  readonly mapping: Mapping;
  readonly folder: string | null;
  readonly name: string;
  readonly credential: string | null;
  readonly rotate: boolean;
  readonly rotateEvery: SpanText;
  readonly keepValidFor: SpanText;
  readonly alias: string;
  /** Nobody has edited the alias: it follows the name. */
  readonly aliasFollows: boolean;
  readonly description: string;
  readonly region: string;
  readonly activeKeyId: string;
  readonly policy: string | null;
  /** Name of the file it came from; null for what the group had. */
  readonly policyFile: string | null;
  readonly awsDeletes: boolean;
  readonly awsDeletesDays: string;
  readonly disableAfterRotating: boolean;
  readonly disableWaitDays: string;
}

type GroupShown = OutputFor<'group.show'>;
export type GroupDraft = InputFor<'group.preview'>['fields'];
export type GroupAddition = InputFor<'group.add'>;
export type GroupChanges = InputFor<'group.edit'>['changes'];

/** Nothing in a form is more than a text, a number or a pair of them. */
export const sameField = (one: unknown, other: unknown): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

/** A form on the group as it is now: what nobody has changed since it was opened follows the group. */
export function followed(opened: GroupForm, form: GroupForm, now: GroupForm): GroupForm {
  const fields = Object.keys(now) as (keyof GroupForm)[];
  const changed = fields.filter((field) => !sameField(form[field], opened[field]));
  return { ...now, ...Object.fromEntries(changed.map((field) => [field, form[field]])) };
}

/** A new group: everything has a default but name, credential and Region. */
export function newForm(storage: GroupForm['storage'], folder: string | null): GroupForm {
  return {
    ...wholeKind('AES', undefined, undefined),
    storage,
    mapping: 'container',
    folder,
    name: '',
    credential: null,
    rotate: true,
    rotateEvery: { amount: '12', unit: 'months' },
    keepValidFor: { amount: '24', unit: 'months' },
    alias: '',
    aliasFollows: true,
    description: '',
    region: '',
    activeKeyId: '',
    policy: null,
    policyFile: null,
    awsDeletes: false,
    awsDeletesDays: '365',
    disableAfterRotating: false,
    disableWaitDays: '7',
  };
}

/** What kind of keys it makes. */
export const kindOfForm = ({ keyType, keyLength, keyUsage }: KeyKind): KeyKind => ({
  keyType,
  keyLength,
  keyUsage,
});

/** A group as it is, to be changed. */
export function formOf({ group, policy }: GroupShown): GroupForm {
  const days = group.awsDeletesMaterialAfterDays;
  return {
    ...kindOfForm(group),
    storage: group.storage,
    mapping: group.mapping,
    folder: group.folderId,
    name: group.name,
    credential: group.credentialId,
    rotate: group.rotate,
    rotateEvery: spanText(group.rotateEvery),
    keepValidFor: spanText(group.keepValidFor),
    alias: group.alias,
    aliasFollows: false,
    description: group.description,
    region: group.region,
    activeKeyId: group.activeKeyId ?? '',
    policy,
    policyFile: null,
    awsDeletes: days !== null,
    awsDeletesDays: String(days ?? 365),
    disableAfterRotating: group.disableAfterRotating,
    disableWaitDays: String(group.disableWaitDays),
  };
}

const spanText = ({ amount, unit }: Span): SpanText => ({ amount: String(amount), unit });

/** A whole number of up to four digits; null for anything else. */
export const wholeNumber = (text: string): number | null =>
  /^\d{1,4}$/.test(text.trim()) ? Number(text) : null;

function spanOf({ amount, unit }: SpanText): Span | null {
  const n = wholeNumber(amount);
  return n === null || n < 1 || n > 3650 ? null : { amount: n, unit };
}

const within = (text: string, low: number, high: number): number | null => {
  const n = wholeNumber(text);
  return n === null || n < low || n > high ? null : n;
};

/** What is switched off need not fit; it is left out then, and stays as it was. */
function numbersOf(form: GroupForm) {
  const rotateEvery = spanOf(form.rotateEvery);
  const keepValidFor = spanOf(form.keepValidFor);
  const disableWaitDays = within(form.disableWaitDays, 0, 365);
  return {
    ...(rotateEvery === null ? {} : { rotateEvery }),
    ...(keepValidFor === null ? {} : { keepValidFor }),
    ...(disableWaitDays === null ? {} : { disableWaitDays }),
    awsDeletesMaterialAfterDays: form.awsDeletes ? within(form.awsDeletesDays, 1, 365) : null,
  };
}

/** As asked for a preview: whatever fits, and the texts as they are. */
export function draftOf(form: GroupForm): GroupDraft {
  return {
    ...numbersOf(form),
    ...kindOfForm(form),
    name: form.name,
    credential: form.credential,
    storage: form.storage,
    mapping: form.mapping,
    rotate: form.rotate,
    ...(form.aliasFollows ? {} : { alias: form.alias }),
    description: form.description,
    region: form.region,
    activeKeyId: form.activeKeyId.trim() === '' ? null : form.activeKeyId.trim(),
    policy: form.policy,
    disableAfterRotating: form.disableAfterRotating,
    folder: form.folder,
  };
}

/** As added, once a preview found nothing wrong. */
export function additionOf(form: GroupForm): GroupAddition {
  const { credential, ...draft } = draftOf(form);
  return { ...draft, credential: credential ?? '', name: form.name, region: form.region };
}

/** Only what somebody changed since the window was opened. */
export function changesOf(opened: GroupForm, form: GroupForm): GroupChanges {
  const before = draftOf(opened);
  const {
    credential,
    storage: _storage,
    keyType: _t,
    keyLength: _l,
    keyUsage: _u,
    ...now
  } = draftOf(form);
  const fields = { ...now, ...(credential == null ? {} : { credential }) };
  const changed = Object.entries(fields).filter(
    ([field, value]) => JSON.stringify(value) !== JSON.stringify(before[field as keyof GroupDraft]),
  );
  return Object.fromEntries(changed);
}

export const isChanged = (opened: GroupForm, form: GroupForm): boolean =>
  JSON.stringify(opened) !== JSON.stringify(form);
