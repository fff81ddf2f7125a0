import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Cloud, CloudConnection } from '../cloud.ts';
import { createCloud } from '../create-cloud.ts';
import {
  keyId,
  listening,
  metadata,
  practiceSpec,
  startWire,
  testPorts,
  type WireServer,
} from './wire-server.fixture.ts';

let wire: WireServer;
let cloud: Cloud;
let connection: CloudConnection;

beforeEach(async () => {
  wire = await startWire((_, reply) => reply.json({}));
  cloud = createCloud(testPorts());
  connection = await cloud.connect(
    practiceSpec(wire.url, { patience: { tries: 2, within: 5000 } }),
  );
});
afterEach(async () => {
  cloud.close();
  await wire.close();
});

describe('the search for a key whose creation was not answered', () => {
  const ids = Array.from(
    { length: 30 },
    (_, at) => `${String(at).padStart(8, '0')}-0000-4000-8000-000000000000`,
  );
  const made = 1_767_603_600;
  const account = (
    describe: (id: string) => Record<string, unknown>,
    tags: Record<string, string> = {},
  ) => {
    wire.script = (seen, reply) => {
      const id = String(seen.body['KeyId']);
      if (seen.operation === 'ListKeys') {
        const start = seen.body['Marker'] === 'second' ? 20 : 0;
        reply.json({
          Keys: ids
            .slice(start, start + 20)
            .map((each) => ({ KeyId: each, KeyArn: `arn:${each}` })),
          Truncated: start === 0,
          ...(start === 0 ? { NextMarker: 'second' } : {}),
        });
      } else if (seen.operation === 'ListResourceTags') {
        reply.json({
          Tags: tags[id] ? [{ TagKey: 'keyreeve:marker', TagValue: tags[id] }] : [],
          Truncated: false,
        });
      } else {
        reply.json({
          KeyMetadata: metadata({ KeyId: id, CreationDate: made, ...describe(id) }),
        });
      }
    };
  };
  const marked = '[kr-1043-4-aa]';

  it('finds it by its marker, oldest first, with the tags as second witness', async () => {
    const [first = '', second = '', third = ''] = [ids[3], ids[25], ids[7]];
    account(
      (id) => {
        if (id === first) return { Description: marked, CreationDate: made + 60 };
        if (id === second) return { Description: `payments ${marked}`, CreationDate: made + 2 };
        if (id === third) return { Description: marked, CreationDate: made + 90 };
        return { Description: 'other' };
      },
      { [second]: 'kr-1043-4-aa', [third]: 'kr-9-9-bb' },
    );
    const context = listening();
    const found = await connection.findByMarker({ marker: 'kr-1043-4-aa' }, context);
    expect(found.looked).toBe(30);
    expect(found.keys.map((key) => [key.keyId, key.tagsAgree])).toEqual([
      [second, true],
      [first, null],
      [third, false],
    ]);
    expect(context.calls.filter((call) => call.call === 'DescribeKey')).toHaveLength(1);
  });

  it.each([
    ['was made by AWS', { Origin: 'AWS_KMS', Description: marked }],
    ['has a longer marker', { Description: '[kr-1043-4-aabb]' }],
    ['only quotes the marker', { Description: `copy of ${marked} by hand` }],
  ])('leaves a key alone that %s', async (_, key) => {
    account((id) => (id === ids[0] ? key : { Description: '' }));
    expect((await connection.findByMarker({ marker: 'kr-1043-4-aa' })).keys).toEqual([]);
  });

  it('names first the one that is in use, and last the one that AWS is about to delete', async () => {
    const states = ['PendingDeletion', 'PendingImport', 'Disabled', 'PendingImport', 'Enabled'];
    account((id) => {
      const KeyState = states[ids.indexOf(id)];
      // the later in this list, the older
      return KeyState === undefined
        ? {}
        : { Description: marked, KeyState, CreationDate: made - ids.indexOf(id) };
    });
    const { keys } = await connection.findByMarker({ marker: 'kr-1043-4-aa' });
    expect(keys.map(({ keyId: id }) => ids.indexOf(id))).toEqual([4, 2, 3, 1, 0]);
  });

  it.each([-86_400, 86_400])('takes a key however AWS dates it: %i s', async (seconds) => {
    account((id) =>
      id === ids[0] ? { Description: marked, CreationDate: Date.now() / 1000 + seconds } : {},
    );
    expect((await connection.findByMarker({ marker: 'kr-1043-4-aa' })).keys).toHaveLength(1);
  });

  it('takes "not found" of what it found for "not yet" while that is new', async () => {
    account((id) =>
      id === ids[0] ? { Description: marked, CreationDate: Date.now() / 1000 } : {},
    );
    const [hit] = (await connection.findByMarker({ marker: 'kr-1043-4-aa' })).keys;
    let left = 1;
    wire.script = (_, reply) =>
      left-- > 0 ? reply.error('NotFoundException') : reply.json({ KeyMetadata: metadata() });
    await expect(connection.describeKey(hit?.keyId ?? '')).resolves.toMatchObject({ keyId });
  });

  it('passes over keys it may not see, and stops on a list that does not end', async () => {
    wire.script = (seen, reply) => {
      if (seen.operation === 'ListKeys')
        reply.json({
          Keys: [{ KeyId: keyId, KeyArn: `arn:${keyId}` }],
          Truncated: true,
          NextMarker: 'same',
        });
      else reply.error('AccessDeniedException');
    };
    await expect(connection.findByMarker({ marker: 'kr-1043-4-aa' })).rejects.toMatchObject({
      code: 'AWS_FAILED',
    });
    wire.script = (seen, reply) => {
      if (seen.operation === 'ListKeys')
        reply.json({ Keys: [{ KeyId: keyId, KeyArn: `arn:${keyId}` }], Truncated: false });
      else reply.error('AccessDeniedException');
    };
    expect(await connection.findByMarker({ marker: 'kr-1043-4-aa' })).toMatchObject({
      keys: [],
      looked: 1,
    });
  });

  it.each(['', 'AB', 'kr', 'kr_1', 'kr-1043]', 'x'.repeat(64)])(
    'refuses the marker "%s"',
    async (marker) => {
      await expect(connection.findByMarker({ marker })).rejects.toMatchObject({
        code: 'BAD_INPUT',
      });
    },
  );
});
