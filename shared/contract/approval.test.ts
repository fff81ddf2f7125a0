import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Approval, Operation } from './op.ts';
import { contract } from './index.ts';

/** From which rule on each operation that is no read needs a second person, where that hangs on nothing. */
const decided: Readonly<Record<string, Approval | null>> = {
  'keystore.addSlot': 'destructive',
  'keystore.removeSlot': 'destructive',
  'keystore.allowSoftwareModuleToAws': 'destructive',
  'credential.setTls': 'destructive',
  'credential.remove': 'destructive',
  'group.remove': 'destructive',
  'device.designate': 'destructive',
  'approver.add': 'destructive',
  'approver.remove': 'destructive',
  'approval.setRule': 'destructive',
  'xksStore.remove': 'destructive',
  'xksStore.retireCredential': 'destructive',
  'xksKey.destroyVersion': 'destructive',
  'xksKey.remove': 'destructive',
  'group.synchronize': 'every-deed',
  'group.bringIn': 'every-deed',
  'group.copyKey': 'every-deed',
  'group.forceRotate': 'every-deed',
  'group.makeActive': 'every-deed',
  'key.enable': 'every-deed',
  'xks.restore': 'every-deed',
  'xksKey.allowKmsKey': 'every-deed',
  'xksRule.remove': 'every-deed',
  'xksRule.setMode': 'every-deed',
  // in an emergency, or in practice
  'key.disable': null,
  'xks.kill': null,
  'xks.rehearse': null,
  'practice.advance': null,
  'practice.reset': null,
  'practice.crash': null,
};

/** Where it hangs on what is asked. */
const cases: readonly (readonly [string, Readonly<Record<string, unknown>>, Approval | null])[] = [
  ['key.synchronize', { deleteMaterial: true }, 'destructive'],
  ['key.synchronize', { deleteMaterial: false }, 'every-deed'],
  ['setting.change', { consoleAllowed: true }, 'destructive'],
  ['setting.change', { consoleAllowed: false, autoLockMinutes: null }, null],
  ['credential.import', { trustEndpoint: true }, 'destructive'],
  ['credential.import', { trustEndpoint: false }, null],
  ['xksStore.run', { deed: 'delete' }, 'destructive'],
  ['xksStore.run', { deed: 'disconnect' }, 'destructive'],
  ['xksStore.run', { deed: 'rotate-credential' }, 'every-deed'],
  ['xksKey.run', { deed: 'schedule-deletion' }, 'destructive'],
  ['xksKey.run', { deed: 'release' }, 'destructive'],
  ['xksKey.run', { deed: 'create' }, 'every-deed'],
];

const operations = new Map<string, Operation>(
  Object.entries(contract).flatMap(([noun, verbs]) =>
    Object.entries(verbs).map(([verb, operation]): [string, Operation] => [
      `${noun}.${verb}`,
      operation as Operation,
    ]),
  ),
);
const levelOf = (name: string, input: unknown): Approval | null | undefined =>
  operations.get(name)?.approvalFor(input);

describe('what needs a second person', () => {
  it('is decided for each destructive operation, and for no read', () => {
    const conditional = new Set(cases.map(([name]) => name));
    for (const [name, { effect }] of operations) {
      if (conditional.has(name)) continue;
      expect([name, levelOf(name, {})]).toEqual([name, decided[name] ?? null]);
      if (effect === 'destructive') expect(decided, name).toHaveProperty([name]);
      if (effect === 'read') expect(decided, name).not.toHaveProperty([name]);
    }
    for (const name of Object.keys(decided)) expect(operations.has(name), name).toBe(true);
  });

  it.each(cases)('of %s with %o is %s', (name, input, level) => {
    expect(levelOf(name, input)).toBe(level);
  });

  it('is told in the guide: a row for each rule, and what never waits', () => {
    const guide = readFileSync('docs/guides/second-person.md', 'utf8');
    for (const rule of ['off', 'destructive', 'every-deed'])
      expect(guide).toContain(`| \`${rule}\` |`);
    expect(guide).toContain('disabling a KMS key, and blocking an external key or store');
  });
});
