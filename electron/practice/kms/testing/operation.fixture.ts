import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KeySpec, KeyUsage } from '../model/key-specs.ts';
import { type PracticeKms, startPracticeKms } from '../start.ts';
import { type ByokClient, byokClient } from './byok.fixture.ts';
import { control, type RawReply } from './raw-client.fixture.ts';

export type Body = Readonly<Record<string, unknown>>;

/** What the requests of a table are made with. */
export interface Stage extends ByokClient {
  readonly controlUrl: string;
  /** A new key of KMS's own. */
  own(KeySpec?: KeySpec, KeyUsage?: KeyUsage): Promise<string>;
  /** A new key with imported material. */
  imported(): Promise<string>;
  advance(seconds: number): Promise<unknown>;
}

/** One way in which an operation refuses. */
export interface Refusal {
  readonly when: string;
  /** From the request that works. */
  readonly request: (base: Body, stage: Stage) => Body | Promise<Body>;
  readonly type: string;
  /** Null: AWS sends no message. Absent: the wording is ours, or tested elsewhere. */
  readonly message?: string | RegExp | null;
}

type StateAnswer = 'ok' | 'DisabledException' | 'KMSInvalidStateException';

/** What the facts say of one operation. */
export interface OperationTable {
  /** The least request that works, with a key of its own. */
  readonly request: (stage: Stage) => Body | Promise<Body>;
  /** A matcher for the whole reply; null where AWS sends an empty body. */
  readonly reply: unknown;
  /** Members without which it is no request. */
  readonly required?: readonly string[];
  /** The member that names the key, and whether an alias may. */
  readonly key?: {
    readonly member?: string;
    readonly alias: boolean;
    /** What is said of an alias; without it, what is said of any text that is no key id. */
    readonly aliasRefusal?: readonly [type: string, message: string];
  };
  /** The answer for a key that is disabled, or pending deletion. */
  readonly disabled?: StateAnswer;
  readonly leaving?: StateAnswer;
  readonly dryRun?: true;
  /** The action when it is not the operation's own name. */
  readonly action?: string;
  readonly refusals?: readonly Refusal[];
}

const region = 'eu-central-1';
const unknown = '12345678-1234-4234-8234-123456789012';
const nobody = `arn:aws:kms:${region}:123456789012:key/${unknown}`;

/** Key ids that name nothing, and what AWS says of them. */
const strangeKeys: readonly (readonly [string, string, string])[] = [
  ['an unknown id', unknown, `Key '${nobody}' does not exist`],
  ['an unknown ARN', nobody, `Key '${nobody}' does not exist`],
  ['no id', 'nonsense', `Invalid keyId 'nonsense'`],
  ['an ARN of another Region', nobody.replace(region, 'us-east-1'), 'Invalid arn us-east-1'],
];

const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

function without(body: Body, name: string): Body {
  const { [name]: _gone, ...rest } = body;
  return rest;
}

const outcome = (reply: RawReply) => [reply.type ?? reply.status, reply.message];

/** Runs a table; everything that holds of every operation is checked with it. */
export function testOperation(operation: string, table: OperationTable): void {
  let kms: PracticeKms | null = null;
  let stage: Stage;

  beforeAll(async () => {
    kms = await startPracticeKms({ wrappingKeyReuse: 1000 });
    const { controlUrl } = kms;
    const client = byokClient(kms.url);
    stage = {
      ...client,
      controlUrl,
      own: (KeySpec, KeyUsage) =>
        client.createKey({
          Origin: 'AWS_KMS',
          ...(KeySpec === undefined ? {} : { KeySpec, KeyUsage }),
        }),
      async imported() {
        const keyId = await client.createKey();
        await client.importMaterial(keyId, Buffer.alloc(32, 1));
        return keyId;
      },
      advance: (advanceSeconds) => control(controlUrl, 'POST /clock', { advanceSeconds }),
    };
  });
  afterAll(() => kms?.close());

  describe(operation, () => {
    test('replies', async () => {
      const reply = await stage.call(operation, await table.request(stage));
      expect([reply.status, reply.message]).toEqual([200, undefined]);
      if (table.reply === null) expect(reply.text).toBe('');
      else expect(reply.json).toEqual(table.reply);
    });
    testConstraints(operation, table, () => stage);
    testKeyMember(operation, table, () => stage);
    testStates(operation, table, () => stage);
    testRefusals(operation, table, () => stage);
  });
}

type Part = (operation: string, table: OperationTable, stage: () => Stage) => void;

const testConstraints: Part = (operation, { request, required = [] }, stage) => {
  test.for([...required])('needs %s', async (name) => {
    const body = without(await request(stage()), name);
    const path = lowerFirst(name);
    for (const sent of [body, { ...body, [name]: null }]) {
      expect(outcome(await stage().call(operation, sent))).toEqual([
        'ValidationException',
        `1 validation error detected: Value null at '${path}' failed to satisfy constraint: Member must not be null`,
      ]);
    }
  });
};

const testKeyMember: Part = (operation, { request, key }, stage) => {
  if (key === undefined) return;
  const { member = 'KeyId', alias, aliasRefusal } = key;
  test.for([...strangeKeys])('does not find %s', async ([, text, message]) => {
    const body = { ...(await request(stage())), [member]: text };
    expect(outcome(await stage().call(operation, body))).toEqual(['NotFoundException', message]);
  });

  test(alias ? 'takes aliases' : 'takes no alias', async () => {
    const body = await request(stage());
    const TargetKeyId = alias ? String(body[member]) : await stage().own();
    const AliasName = `alias/${operation}-${TargetKeyId.slice(-12)}`;
    await stage().must('CreateAlias', { AliasName, TargetKeyId });
    const reply = await stage().call(operation, { ...body, [member]: AliasName });
    const refused = aliasRefusal ?? ['NotFoundException', `Invalid keyId '${AliasName}'`];
    expect(outcome(reply)).toEqual(alias ? [200, undefined] : refused);
  });
};

const testStates: Part = (operation, { request, key, disabled, leaving }, stage) => {
  const states = [
    ['disabled', 'DisableKey', disabled, 'is disabled.'],
    ['pending deletion', 'ScheduleKeyDeletion', leaving, 'is pending deletion.'],
  ] as const;
  for (const [name, switching, answer, text] of states) {
    if (answer === undefined) continue;
    test(`a key that is ${name}`, async () => {
      const body = await request(stage());
      const KeyId = String(body[key?.member ?? 'KeyId']);
      await stage().must(switching, { KeyId });
      const { Arn } = await stage().metadata(KeyId);
      const reply = await stage().call(operation, body);
      const refused = [answer, `${String(Arn)} ${text}`];
      expect(outcome(reply)).toEqual(answer === 'ok' ? [200, undefined] : refused);
    });
  }
};

const testRefusals: Part = (operation, table, stage) => {
  const { request, dryRun, refusals = [], action = operation } = table;
  test('without permission', async () => {
    const body = await request(stage());
    await control(stage().controlUrl, 'POST /deny', { actions: [`kms:${action}`], times: 1 });
    const reply = await stage().call(operation, body);
    expect(reply.type).toBe('AccessDeniedException');
    expect(reply.message).toContain(`is not authorized to perform: kms:${action} on `);
  });

  if (dryRun === true) {
    test('a dry run says that it would work', async () => {
      const body = { ...(await request(stage())), DryRun: true };
      expect(outcome(await stage().call(operation, body))).toEqual([
        'DryRunOperationException',
        'The request would have succeeded, but the DryRun option is set.',
      ]);
    });
  }

  test.for([...refusals])('$when: $type', async (refusal) => {
    const body = await refusal.request(await request(stage()), stage());
    const reply = await stage().call(operation, body);
    expect(reply.type).toBe(refusal.type);
    const { message } = refusal;
    if (message === null) expect(reply.json).toEqual({ __type: refusal.type });
    else if (message instanceof RegExp) expect(reply.message).toMatch(message);
    else if (message !== undefined) expect(reply.message).toBe(message);
  });
};

/** The ARN of a key here, for matching replies. */
export const anyArn: unknown = expect.stringMatching(
  /^arn:aws:kms:eu-central-1:123456789012:key\/(mrk-)?[0-9a-f-]{32,36}$/,
);
export const anyBlob: unknown = expect.stringMatching(/^[A-Za-z0-9+/]+={0,2}$/);
export const anyMaterialId: unknown = expect.stringMatching(/^[0-9a-f]{64}$/);
/** Seconds since 1970. */
export const anyTime: unknown = expect.any(Number);

export const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** A grant token that nobody was given. */
export const strangeToken: Refusal = {
  when: 'a strange grant token',
  request: (base) => ({ ...base, GrantTokens: [base64('no such token')] }),
  type: 'InvalidGrantTokenException',
};

/** A marker that no reply had. */
export const strangeMarker: Refusal = {
  when: 'a strange marker',
  request: (base) => ({ ...base, Marker: 'nonsense' }),
  type: 'InvalidMarkerException',
};

/** Limits of paging are 1 to 1000 by the model. */
export const tooMany: Refusal = {
  when: 'a limit over 1000',
  request: (base) => ({ ...base, Limit: 1001 }),
  type: 'ValidationException',
  message:
    "1 validation error detected: Value '1001' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 1000",
};
