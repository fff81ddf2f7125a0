import type { Call } from '../../electron/hosts/cli/operations.ts';
import { type OutsideAws, practiceRoot, region } from '../../e2e/support/outside-aws.ts';
import { median, quantile } from '../support/measure.ts';
import type { OpenedWindow } from './opened-window.ts';

const credential = 'bench-kms';
/** Groups that rotate all the time. */
const rotating = 16;
const nameOf = (n: number): string => `rotating-${n}-prod`;

export async function addRotatingGroups(call: Call, aws: OutsideAws): Promise<void> {
  await call('device.designate', { confirm: true });
  await call('credential.import', {
    kind: 'keys',
    name: credential,
    accessKeyId: practiceRoot.accessKeyId,
    secretAccessKey: Uint8Array.from(Buffer.from(practiceRoot.secretAccessKey)),
    endpoint: aws.url,
  });
  for (let n = 0; n < rotating; n++) {
    await call('group.add', { name: nameOf(n), credential, region, storage: 'software' });
  }
}

/** Real rotations, one after the other in each group, until it is told to end. */
class Rotations {
  #going = true;
  /** Rejects as soon as one of them fails. */
  readonly failed: Promise<never>;
  readonly #ended: Promise<unknown>;

  constructor(call: Call) {
    this.#ended = Promise.all(
      Array.from({ length: rotating }, (_, n) => this.#rotate(call, nameOf(n))),
    );
    this.failed = this.#ended.then(() => new Promise<never>(() => undefined));
    this.failed.catch(() => undefined);
  }

  async #rotate(call: Call, group: string): Promise<void> {
    while (this.#going) {
      const { number } = await call('group.planForceRotate', { group });
      const { jobId } = await call('group.forceRotate', { group, plan: number });
      for (let [state, revision] = ['waiting', 0]; state !== 'done'; ) {
        const moved = await call('job.wait', { job: jobId, revision, waitMs: 5_000 });
        ({ state } = moved.detail.job);
        ({ revision } = moved);
        if (state === 'needs-you' || state === 'cancelled') {
          throw new Error(`the rotation of ${group} is ${state}`);
        }
      }
    }
  }

  async end(): Promise<void> {
    this.#going = false;
    await this.#ended;
  }
}

/** What was heard once the rotations are on their way. */
async function underWay(window: OpenedWindow): ReturnType<OpenedWindow['heard']> {
  const first = await window.heard();
  for (;;) {
    const now = await window.heard();
    if (now.jobUpdates > first.jobUpdates + 20) return now;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export interface LiveSeen {
  readonly updatesPerSecond: number;
  readonly typed: number;
  readonly dropped: number;
  /** Milliseconds of work from a key to the frame after it. */
  readonly keyMedian: number;
  readonly keyP95: number;
  /** What moved while nobody touched anything, as the browser scores it. */
  readonly shift: number;
}

/** Letters of words that people look for, so often. */
const text = (length: number): string => 'payments ledger prod '.repeat(20).slice(0, length).trim();

/** Types into the field of a place while jobs move, then leaves the window alone for a while. */
export async function liveUpdates(
  window: OpenedWindow,
  place: { readonly screen: string; readonly field: RegExp },
  length: number,
): Promise<LiveSeen> {
  const { page } = window;
  await window.go(place.screen);
  const field = page.getByRole('main').getByLabel(place.field).first();
  await field.waitFor();
  const rotations = new Rotations(window.host.call);
  try {
    // Until all of them are on their way.
    const before = await Promise.race([rotations.failed, underWay(window)]);
    const began = performance.now();
    await field.fill('');
    await field.focus();
    const wanted = text(length);
    const times: number[] = [];
    for (const letter of wanted)
      times.push((await window.press(letter === ' ' ? 'Space' : letter)).work);
    const got = await field.inputValue();
    await field.fill('');
    const shifted = (await window.heard()).shifts.length;
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    const after = await window.heard();
    const seconds = (performance.now() - began) / 1000;
    return {
      updatesPerSecond: (after.jobUpdates - before.jobUpdates) / seconds,
      typed: wanted.length,
      dropped: wanted === got ? 0 : Math.max(1, wanted.length - got.length),
      keyMedian: median(times),
      keyP95: quantile(times, 0.95),
      shift: after.shifts.slice(shifted).reduce((sum, each) => sum + each, 0),
    };
  } finally {
    await rotations.end();
  }
}
