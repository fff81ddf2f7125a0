import type { z } from 'zod';
import type { KeyRecord } from '../model/records.ts';
import { describeIssue } from '../principals/issues.ts';
import type { World } from '../world.ts';

/** A control request that cannot be served. Nothing was changed. */
export class ControlRefusal extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.name = 'ControlRefusal';
    this.status = status;
  }
}

export type Route = (world: World, body: unknown, query: URLSearchParams) => unknown;

/** @throws ControlRefusal that says what is wrong and where. */
export function read<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ControlRefusal(400, describeIssue(parsed.error));
}

/** Id or ARN; with a bare id, the first key of that id in any account and region. */
export function findAnywhere(world: World, keyId: string): KeyRecord {
  const found = world.state.keys.all().find((key) => key.keyId === keyId || key.arn === keyId);
  if (found === undefined) throw new ControlRefusal(404, `no key ${keyId}`);
  return found;
}
