import { expect } from 'vitest';
import type { Failure } from '../../shared/errors/operation-error.ts';
import { renderFailure } from '../../shared/text/failures.ts';
import type { Desk, Detail, KeyView } from './desk.ts';
import type { HeldKey, OutsideAws } from './outside-aws.ts';

const words = (text: string): number => text.split(/\s+/).filter((word) => word !== '').length;

/**
 * What a person reads of a failure: all parts, within their lengths, without codes in them, and
 * the name that the other system gave beside it.
 */
export function requireClear(failure: Failure): ReturnType<typeof renderFailure> {
  const text = renderFailure(failure);
  const { headline, forYourKeys, next } = text;
  for (const part of [headline, forYourKeys, next]) {
    expect(part, failure.code).not.toBe('');
    expect(part, failure.code).not.toMatch(/undefined|\[object|[{}]|[A-Z]{3,}_[A-Z]/);
  }
  expect(words(headline), headline).toBeLessThanOrEqual(12);
  expect(words(`${headline} ${forYourKeys} ${next}`), failure.code).toBeLessThanOrEqual(60);
  expect(headline).not.toContain(failure.external?.name ?? 'Exception');
  if (failure.external) expect(text.detail).toContain(failure.external.name);
  return text;
}

/** The one failure a job shows. */
export function failureOf({ job }: Detail): Failure {
  if (!job.failure) throw new Error(`${job.title} is ${job.state} and says no failure`);
  requireClear(job.failure);
  return job.failure;
}

const found = (pattern: RegExp, text: string): string | null => pattern.exec(text)?.[1] ?? null;

/**
 * Holds the four lines of WHERE THINGS STAND against what the practice KMS really has. The reading
 * is the one the job shows; nothing may have changed in AWS since.
 */
export async function requireTrueStanding(
  desk: Desk,
  aws: OutsideAws,
  detail: Detail,
): Promise<NonNullable<Detail['standing']>> {
  const { job, standing } = detail;
  if (!standing) throw new Error(`${job.title} does not say where things stand`);
  const held = await aws.held();
  const { keys: listed } = await desk.call('key.list', { group: job.groupId, limit: 500 });
  const keys: KeyView[] = [];
  for (const { reference } of listed) keys.push(await desk.call('key.show', { key: reference }));
  const world: World = { held: held.keys, aliases: held.aliases, keys };
  await copiesLine(desk, standing.copies, world);
  awsLine(standing.aws.text, world, job.number);
  const { group } = await desk.call('group.show', { group: job.groupId ?? '' });
  applicationsLine(standing.applications, world, `alias/${group.alias}`, group.region);
  dataLine(standing.data, world);
  return standing;
}

interface World {
  readonly held: readonly HeldKey[];
  readonly aliases: readonly { name: string; target: string | null; region: string }[];
  readonly keys: readonly KeyView[];
}
type Line = NonNullable<Detail['standing']>['copies'];

const version = (world: World, said: string | null): KeyView => {
  const key = world.keys.find((each) => String(each.version) === said);
  if (!key) throw new Error(`there is no version ${said ?? '-'}`);
  return key;
};

const inAws = (world: World, key: KeyView): HeldKey | null =>
  world.held.find(({ metadata }) => metadata.KeyId === key.remote?.keyId) ?? null;

async function copiesLine(desk: Desk, { text, good }: Line, world: World): Promise<void> {
  if (text.startsWith('No new key was made')) return;
  const key = version(world, found(/^Version (\d+) is saved/, text));
  const said = text.includes('in the backup');
  const { backup } = await desk.call('keystore.status', {});
  expect(good, text).toBe(said || backup.place === null);
  if (said) expect(key.copies.map((copy) => `${copy.ok} ${copy.text}`).join()).toMatch(/backup/i);
}

function awsLine(text: string, world: World, jobNumber: number): void {
  const named = found(/[Vv]ersion (\d+) \(KMS key/, text);
  if (named === null) {
    const marked = world.held.filter((key) =>
      new RegExp(`kr-${jobNumber}-`).test(key.metadata.Description),
    );
    if (text === 'Nothing was made there for this job') expect(marked, text).toEqual([]);
    return;
  }
  const key = inAws(world, version(world, named));
  const material = (key?.materials ?? []).some(({ sha256 }) => sha256 !== null);
  if (/could not be read/.test(text)) {
    if (text.startsWith('AWS accepted the material')) expect(material, text).toBe(true);
    return;
  }
  if (/there and Enabled/.test(text)) expect(key?.metadata.KeyState, text).toBe('Enabled');
  else if (/waits for|is gone/.test(text)) {
    expect(key?.metadata.KeyState, text).toBe('PendingImport');
    expect(material, text).toBe(false);
  } else {
    const state = found(/is (\w+)$/, text);
    expect(key?.metadata.KeyState ?? 'Gone', text).toBe(state);
  }
}

function applicationsLine({ text, good }: Line, world: World, alias: string, region: string): void {
  const at = world.aliases.find((each) => each.name === alias && each.region === region);
  const target = at?.target ?? null;
  const named = found(/name[sd] version (\d+)/, text);
  if (named !== null) {
    const holder = version(world, named).remote?.keyId;
    // A line that could not be read says so, and claims the past only.
    if (good !== null) expect(holder, text).toBe(target);
  } else if (/does not exist/.test(text)) expect(target, text).toBeNull();
  else if (/not of this group/.test(text)) {
    expect(world.keys.map((key) => key.remote?.keyId)).not.toContain(target);
    expect(target).not.toBeNull();
  } else expect(good, text).toBeNull();
}

function dataLine({ text, good }: Line, world: World): void {
  const states = [...text.matchAll(/version (\d+) is (\w+)/g)];
  for (const [, named, state] of states) {
    const key = inAws(world, version(world, named ?? ''));
    expect(key?.metadata.KeyState ?? 'Gone', text).toBe(state);
  }
  if (!text.startsWith('Decrypts as before')) return;
  expect(good).toBe(true);
  const off = world.keys.filter(
    (key) =>
      key.remote !== null &&
      key.lifecycle !== 'pre-activation' &&
      inAws(world, key)?.metadata.KeyState !== 'Enabled',
  );
  expect(
    off.map((key) => key.reference),
    text,
  ).toEqual([]);
}
