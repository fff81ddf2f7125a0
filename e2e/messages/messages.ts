import { testCa } from '../../electron/core/cloud/aws/certificates.fixture.ts';
import { contract, findOperation } from '../../shared/contract/index.ts';
import type { Operation } from '../../shared/contract/op.ts';
import { reference } from '../../shared/contract/shapes.ts';
import { type Declared, declared } from './declared.ts';
import type { Dice } from './dice.ts';
import { type TextChoice, valid } from './valid.ts';
import { type Carries, spoilt, wrongs } from './wrong.ts';

/** A message of the campaign, and how it must end. */
export interface Message {
  readonly call: string;
  readonly input: unknown;
  /** Codes with which it may be refused. */
  readonly refusedWith: readonly string[];
  readonly isWrong: boolean;
  /** It may be carried out. */
  readonly mayRun: boolean;
  /** For a report: the call and what is wrong with it. */
  readonly what: string;
}

export const operationNames: readonly string[] = Object.entries(contract).flatMap(([noun, verbs]) =>
  Object.keys(verbs).map((verb) => `${noun}.${verb}`),
);

export function operationOf(name: string): Operation {
  const found = findOperation(name);
  if (!found) throw new Error(`the contract has no ${name}`);
  return found;
}

/** A reference that points at nothing. */
const nobody = '00000000-0000-4000-8000-00000000dead';

const isReference = (field: Declared): boolean =>
  field.kind === 'text' && field.schema === reference;

/** A change that must be told what it is about, and is told of something that is not there. */
function isAimless({ effect, fails, input }: Operation): boolean {
  const field = declared(input);
  if (effect === 'read' || !fails.includes('NOT_FOUND') || field.kind !== 'object') return false;
  return [...field.fields.values()].some(isReference);
}

/** Reads that start processes or wait: they have their turn, and not one of three. */
const slow = /^(?:hsm\.list|keystore\.verifyBackup|group\.lookAtAlias|.*\.plan[A-Z].*)$/;
/** What a valid message leaves alone: a mark of a page, and a time that must lie ahead of the clock. */
const leftOut: Readonly<Record<string, readonly string[]>> = {
  'group.list': ['after', 'folder'],
  'key.list': ['after'],
  'key.ending': ['after'],
  'folder.list': ['after'],
  'job.list': ['after'],
  'key.planSynchronize': ['validTo'],
  'scan.list': ['after'],
};
/** What a valid message says instead: nothing waits, no two fields contradict each other, PEM is some. */
const instead: Readonly<Record<string, object>> = {
  'job.wait': { revision: 0, waitMs: 0 },
  'scan.show': { revision: 0, waitMs: 0 },
  'group.planEdit': { changes: {} },
  'credential.previewTls': { ca: testCa, client: null },
  'xks.reconcile': { practice: true, from: null, to: null },
};

const reads = operationNames.filter((name) => operationOf(name).effect === 'read');
const quickReads = reads.filter((name) => !slow.test(name));
const slowReads = reads.filter((name) => slow.test(name));
const aimless = operationNames.filter((name) => isAimless(operationOf(name)));

export interface Things {
  /** Names and ids of what the keystore holds, by the noun that a reference is asked for. */
  readonly references: readonly string[];
}

/** Valid messages, wrong by nothing: reads of what is there, and changes of what is not. */
export function controlMessage(dice: Dice, { references }: Things): Message {
  const name = dice.one(dice.onceIn(50) ? aimless : dice.onceIn(100) ? slowReads : quickReads);
  const operation = operationOf(name);
  const choose: TextChoice = (field) =>
    isReference(field) ? (operation.effect === 'read' ? references : [nobody]) : null;
  const drawn = valid(declared(operation.input), dice, choose) as Record<string, unknown>;
  const kept = Object.entries(drawn).filter(([field]) => !leftOut[name]?.includes(field));
  return {
    call: name,
    input: { ...Object.fromEntries(kept), ...instead[name] },
    refusedWith: operation.fails,
    isWrong: false,
    mayRun: operation.effect === 'read',
    what: `${name}, valid`,
  };
}

const notACall = ['BAD_INPUT', 'NO_SUCH_OPERATION'];

/** Names next to one of an operation that are none. */
function nameNextTo(name: string, dice: Dice): string {
  const [noun = '', verb = ''] = name.split('.');
  return dice.one([
    `${name}x`,
    name.toUpperCase(),
    `${name}.`,
    `${name} `,
    `.${name}`,
    noun,
    verb,
    '',
    `${noun}.__proto__`,
    `${noun}.constructor`,
    `__proto__.${verb}`,
    `constructor.name`,
    `${noun}/${verb}`,
    `${name}\0`,
    `${noun}.${verb}.${verb}`,
    name.repeat(40),
  ]);
}

/** A message that differs from a valid one in one field: in its name, or at one place of its input. */
function wrongMessage(dice: Dice, carries: Carries): Message {
  const name = dice.one(operationNames);
  const field = declared(operationOf(name).input);
  const input = valid(field, dice);
  if (dice.onceIn(40)) {
    const call = nameNextTo(name, dice);
    const what = `${JSON.stringify(call.slice(0, 60))} is no operation`;
    return { call, input, refusedWith: notACall, isWrong: true, mayRun: false, what };
  }
  const wrong = dice.one(wrongs(field, input, carries));
  const place = wrong.at.join('.');
  return {
    call: name,
    input: spoilt(input, wrong),
    refusedWith: ['BAD_INPUT'],
    isWrong: true,
    mayRun: false,
    what: `${name}${place === '' ? '' : ` ${place}`}: ${wrong.why}`,
  };
}

/** Of three messages two are wrong, so that a refusal that sticks to the line shows at the next one. */
export const nextMessage = (dice: Dice, carries: Carries, things: Things): Message =>
  dice.onceIn(3) ? controlMessage(dice, things) : wrongMessage(dice, carries);
