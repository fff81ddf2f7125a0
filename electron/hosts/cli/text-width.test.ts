import { expect, it } from 'vitest';
import { bringInCommands } from '../../../shared/text/bring-in.ts';
import { paint } from './screen.ts';
import { displayWidth, wrapped } from './text-width.ts';

it('breaks a sentence between words', () => {
  expect(wrapped('Nothing is sent to AWS until the first Force Rotate.', 20).split('\n')).toEqual([
    'Nothing is sent to',
    'AWS until the first',
    'Force Rotate.',
  ]);
});

it('goes on where the text began, behind an indentation, a label or a sign', () => {
  expect(wrapped('  ! KMS key needs it', 14)).toBe('  ! KMS key\n  needs it');
  expect(wrapped('Realm   nothing leaves this computer', 24)).toBe(
    'Realm   nothing leaves\n        this computer',
  );
  expect(wrapped('✓  1 Check account and clock', 20)).toBe('✓  1 Check account\n   and clock');
});

it('goes below a label that leaves too little room, and leaves whole what is to be copied', () => {
  const id = '01a209de-c90f-7b88-b45e-98f5c08a0f9a';
  expect(wrapped(`Active Key ID  ${id}`, 40)).toBe(`Active Key ID\n  ${id}`);
  expect(wrapped('Disable key after rotating  yes, after 7 days', 40)).toBe(
    'Disable key after rotating\n  yes, after 7 days',
  );
  const command = `  keyreeve group force-rotate payments-production --plan ${'8f'.repeat(6)}`;
  expect(wrapped(command, 40)).toBe(command);
  for (const { line } of bringInCommands('RSAES_OAEP_SHA_1', { keyType: 'AES', keyLength: 256 })) {
    expect(wrapped(`  ${line}`, 40)).toBe(`  ${line}`);
  }
});

it('leaves alone what fits, in columns and not in characters', () => {
  expect(wrapped('支払処理  支払', 14)).toBe('支払処理  支払');
  expect(wrapped('支払処理 支払', 12)).toBe('支払処理\n支払');
  expect(wrapped('any length', Number.POSITIVE_INFINITY)).toBe('any length');
});

it('counts no mark of colour, and loses none', () => {
  const painted = `${paint('faint', 'Realm ')}  ${paint('attention', 'nothing leaves this computer')}`;
  const broken = wrapped(painted, 24);
  expect(broken.replaceAll(/[\uE000-\uE00F]/g, '')).toBe(
    'Realm   nothing leaves\n        this computer',
  );
  expect(broken.replaceAll(/\s/g, '')).toBe(painted.replaceAll(/\s/g, ''));
  for (const line of broken.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(24);
});
