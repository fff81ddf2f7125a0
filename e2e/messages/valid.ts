import type { Declared, DeclaredText } from './declared.ts';
import type { Dice } from './dice.ts';

/** Texts of every form that the contract knows; which of them a field takes, its schema says. */
const plausible: readonly string[] = [
  'payments-prod',
  'a name with spaces',
  'Ключи 鍵 🔑',
  '82B7A1',
  '0f1e2d3c4b5a',
  'a'.repeat(64),
  '0'.repeat(64),
  '1234abcd-12ab-34cd-56ef-1234567890ab',
  '018f3c1e-7b1a-7c3d-9e2f-0123456789ab',
  'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
  'arn:aws:iam::111122223333:role/key-custodian',
  'eu-central-1',
  'us-gov-west-1',
  '111122223333',
  'kms:CreateKey',
  'AKIAIOSFODNN7EXAMPLE',
  '/nowhere/at/all.file',
  String.raw`C:\nowhere\at.all`,
  'http://127.0.0.1:9/',
  'https://kms.eu-central-1.amazonaws.com/',
  'https://xks.example.org',
  'com.amazonaws.vpce.eu-central-1.vpce-svc-0123456789abcdef0',
  '{"Version":"2012-10-17","Statement":[]}',
];

const fitting = new Map<DeclaredText, readonly string[]>();

/** Texts at both ends of the allowed length, where nothing else is asked of them. */
function atTheEnds({ least, most, patterns, refined }: DeclaredText): string[] {
  if (patterns.length > 0 || refined) return [];
  const ends = ['x'.repeat(least)];
  if (most !== null && most <= 5_000) ends.push('x'.repeat(most));
  return ends;
}

function textsFor(field: DeclaredText): readonly string[] {
  const before = fitting.get(field);
  if (before) return before;
  const texts = [...plausible, ...atTheEnds(field)].filter(field.accepts);
  if (texts.length === 0) throw new Error(`no text fits ${field.patterns.join(' ')}: add one`);
  fitting.set(field, texts);
  return texts;
}

/** Says what a text field of a message shall be, where any will not do. */
export type TextChoice = (field: DeclaredText) => readonly string[] | null;
const any: TextChoice = () => null;

/** A value that the declaration allows. */
export function valid(field: Declared, dice: Dice, choose: TextChoice = any): unknown {
  switch (field.kind) {
    case 'object': {
      const entries = [...field.fields].map(
        ([name, each]) => [name, valid(each, dice, choose)] as const,
      );
      return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
    }
    case 'record':
      return dice.onceIn(3)
        ? {}
        : { [dice.one(field.names ?? ['entry'])]: valid(field.of, dice, choose) };
    case 'list': {
      const most = Math.min(field.most ?? 3, field.least + 2);
      const length = field.least + dice.below(most - field.least + 1);
      return Array.from({ length }, () => valid(field.of, dice, choose));
    }
    case 'choice':
      return valid(dice.one(field.options), dice, choose);
    case 'one-of':
      return dice.one(field.values);
    case 'text':
      return dice.one(choose(field) ?? textsFor(field));
    case 'number':
      return dice.one([field.least ?? 0, field.most ?? 1_000, (field.least ?? 1) + 1]);
    case 'yes-no':
      return dice.onceIn(2);
    case 'bytes':
      return new Uint8Array(8 + dice.below(32)).fill(1 + dice.below(250));
    case 'absent-or':
      return dice.onceIn(2) ? undefined : valid(field.of, dice, choose);
    case 'null-or':
      return dice.onceIn(3) ? null : valid(field.of, dice, choose);
  }
}
