import { expect } from 'vitest';
import { type Detail, requireDone } from './desk.ts';
import type { OutsideAws } from './outside-aws.ts';

/** What was really changed in AWS, whatever number of calls it took. */
export interface Changed {
  readonly created: number;
  /** Different key materials that were brought in: the same one may be sent again. */
  readonly materials: number;
  readonly deleted: number;
  /** Moves from one key to another, or out of nothing. */
  readonly aliasMoves: number;
  readonly policies: number;
  readonly parameters: number;
}

export async function changed(aws: OutsideAws, since: number): Promise<Changed> {
  const effects = (await aws.journal(since)).flatMap((entry) => entry.effects);
  const count = (kind: string): number => effects.filter((each) => each.kind === kind).length;
  const materials = effects.flatMap((each) =>
    each.kind === 'material-imported' ? `${each.keyId} ${each.materialSha256}` : [],
  );
  return {
    created: count('key-created'),
    materials: new Set(materials).size,
    deleted: count('material-deleted'),
    aliasMoves: effects.filter((each) => each.kind === 'alias' && each.from !== each.to).length,
    policies: count('policy-put'),
    parameters: count('parameters-issued'),
  };
}

/** One rotation, whatever it took: Done, one key, one material, one move of the alias. */
export async function requireOneRotation(
  aws: OutsideAws,
  detail: Detail,
  since: number,
): Promise<void> {
  requireDone(detail);
  const { parameters, ...made } = await changed(aws, since);
  expect(made).toEqual({ created: 1, materials: 1, deleted: 0, aliasMoves: 1, policies: 0 });
  expect(parameters).toBeGreaterThan(0);
}
