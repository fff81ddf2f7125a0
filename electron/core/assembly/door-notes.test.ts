import { describe, expect, it } from 'vitest';
import type { DoorNote } from '../core.ts';
import { person, TestCore } from './core.fixture.ts';

const session = '0190aaaa-0000-7000-8000-0000000000a1';
const came = (at: number): DoorNote => ({
  event: 'begin',
  session,
  at,
  details: { browser: 'Firefox' },
});

async function noted(test: TestCore) {
  const { records } = await test.call('audit.list', { action: 'session.begin' });
  return records.map(({ actor, channel, objects, details }) => ({
    actor,
    channel,
    objects,
    details,
  }));
}

describe('who comes to the windows of a keystore', () => {
  it('stands in its audit log, with who, where and when', async () => {
    await using test = new TestCore();
    await test.create();
    test.core.note(came(1_700_000_000_000), person('console'));
    expect(await noted(test)).toEqual([
      {
        actor: 'custodian-2',
        channel: 'console',
        objects: [session],
        details: { browser: 'Firefox', at: 1_700_000_000_000 },
      },
    ]);
  });

  it('says when it stands there, and not before', async () => {
    await using test = new TestCore();
    await test.create();
    const written: number[] = [];
    const note = (at: number) =>
      test.core.note(came(at), person('console'), () => written.push(at));
    note(1);
    expect(written).toEqual([1]);
    await test.call('keystore.lock', {});
    note(2);
    expect(written).toEqual([1]);
    await test.unlock();
    expect(written).toEqual([1, 2]);
  });

  it('is kept until the log takes it, and at most a hundred of them', async () => {
    await using test = new TestCore();
    for (let at = 1; at <= 150; at += 1) test.core.note(came(at), person('console'));
    await test.create();
    const { records } = await test.call('audit.list', { action: 'session.begin', limit: 200 });
    expect(records.map(({ details }) => details['at'])).toEqual(
      Array.from({ length: 100 }, (_, n) => 150 - n),
    );
    await test.call('keystore.lock', {});
    test.core.note(came(151), person('console'));
    await test.unlock();
    expect((await noted(test))[0]?.details['at']).toBe(151);
  });
});
