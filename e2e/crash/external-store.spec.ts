import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Standing } from '../../electron/core/jobs/kind.ts';
import { planNamed } from './campaign.ts';
import { externalStoreHolds } from './checks/store-in-aws.ts';
import { standingsAreTrue } from './checks/standing.ts';
import type { Outcome } from './trial.ts';
import { Worker } from './worker.ts';

/**
 * The worst moment of a job on an external key store: AWS made the KMS key, and whoever asked for it
 * died before it knew, twice. Then the facts of that trial are falsified: every check must notice.
 */
describe('the core is killed between a KMS key and its external key', () => {
  const worker = new Worker();
  let good: Outcome;

  beforeAll(async () => {
    const point = 'external-key-create:xks-key.create/create/aws:CreateKey:answered#1+again';
    const { outcome, problems } = await worker.try(planNamed(point, 'checks'));
    expect(problems).toEqual([]);
    if (!outcome) throw new Error('no outcome');
    good = outcome;
  }, 300_000);
  afterAll(() => worker[Symbol.asyncDispose]());

  const holds = (outcome: Outcome): string[] => {
    const { external } = outcome.plan.variant;
    if (!external) throw new Error('no deed on an external key store');
    return externalStoreHolds(outcome, external);
  };
  const state = (more: Partial<Outcome['state']>): Outcome => ({
    ...good,
    state: { ...good.state, ...more },
  });
  const kept = (more: Partial<Outcome['store']['external']>): Outcome => {
    const external = { ...good.store.external, ...more };
    return { ...good, store: { ...good.store, external } };
  };
  const keysWith = (change: (KeyId: string) => string): Outcome =>
    state({
      keys: good.state.keys.map((key) => ({
        ...key,
        metadata: { ...key.metadata, KeyId: change(key.metadata.KeyId) },
      })),
    });

  const falsified: [string, () => Outcome][] = [
    ['a KMS key that we name otherwise', () => keysWith(() => 'another')],
    ['a second KMS key', () => state({ keys: [...good.state.keys, ...good.state.keys] })],
    ['a KMS key that is gone', () => state({ keys: [] })],
    ['a key store that is gone', () => state({ keyStores: [] })],
    [
      'a credential that no proxy accepts',
      () => state({ keyStores: good.state.keyStores.map((one) => ({ ...one, accessKeyId: 'X' })) }),
    ],
    ['an alias that is gone', () => state({ aliases: [] })],
    ['an external key that is gone', () => kept({ keys: [] })],
    [
      'an external key that nothing is bound to',
      () => kept({ keys: good.store.external.keys.map((one) => ({ ...one, bindings: [] })) }),
    ],
    [
      'a version that was never put into service',
      () =>
        kept({
          keys: good.store.external.keys.map((one) => ({
            ...one,
            versions: one.versions.map((version) => ({ ...version, state: 'made' as const })),
          })),
        }),
    ],
    [
      'a copy that was changed',
      () => {
        const blobs = new Map(
          [...good.store.blobs].map(([id, blob]) => [id, { ...blob, wrapped: Buffer.alloc(40) }]),
        );
        return { ...good, store: { ...good.store, blobs } };
      },
    ],
    ['a KMS key that does not encrypt', () => ({ ...good, carried: [] })],
    [
      'a call made twice',
      () => ({
        ...good,
        journal: good.journal.flatMap((entry) =>
          entry.operation === 'CreateKey' ? [entry, entry] : [entry],
        ),
      }),
    ],
    [
      'a set that is not served',
      () => ({
        ...good,
        report: { ...good.report, serving: { ...good.report.serving, published: 1 } },
      }),
    ],
  ];

  it.each(falsified)('the campaign would notice %s', (_name, falsify) => {
    expect(holds(good)).toEqual([]);
    expect(holds(falsify())).not.toEqual([]);
  });

  const said = (line: keyof Standing, text: string): Outcome => {
    if (!good.stop) throw new Error('no stop');
    const jobs = good.stop.report.jobs.map((job) =>
      job.standing
        ? { ...job, standing: { ...job.standing, [line]: { ...job.standing[line], text } } }
        : job,
    );
    return { ...good, stop: { ...good.stop, report: { ...good.stop.report, jobs } } };
  };
  it.each([
    ['copies', 'External keys of this keystore are untouched'],
    ['aws', 'AWS has no key store for it'],
    ['aws', 'No KMS key stands for it yet; ledger (cks-0) reads CONNECTED'],
    ['applications', 'KMS keys of this store cannot be used while it is not connected'],
    ['data', 'All is well'],
  ] as const)('the campaign would notice %s: %s', (line, text) => {
    expect(standingsAreTrue(good)).toEqual([]);
    expect(standingsAreTrue(said(line, text))).not.toEqual([]);
  });
});
