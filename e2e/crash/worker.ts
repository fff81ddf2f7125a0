import { problemsOf } from './checks/problems.ts';
import { MaterialReader } from './material.ts';
import { type Scenery, Stage } from './stage.ts';
import { type TokenObject, tokenObjects } from './token-look.ts';
import { type Outcome, type Plan, run, TrialBroken } from './trial.ts';

export interface Tried {
  readonly plan: Plan;
  /** Empty: every check held. */
  readonly problems: readonly string[];
  /** Null when the trial did not come to its end. */
  readonly outcome: Outcome | null;
}

interface Place {
  readonly stage: Stage;
  readonly tokenBefore: readonly TokenObject[];
  reader: MaterialReader | null;
}

/** Tries points one after the other, each on a fresh copy of a stage that it keeps. */
export class Worker implements AsyncDisposable {
  readonly #places = new Map<Scenery, Promise<Place>>();

  async try(plan: Plan): Promise<Tried> {
    try {
      const place = await this.#place(plan.variant.scenery);
      const { stage, tokenBefore } = place;
      const outcome = await run(plan, { stage, reader: () => this.#reader(place) });
      return { plan, outcome, problems: problemsOf(outcome, stage, tokenBefore) };
    } catch (error) {
      if (error instanceof TrialBroken) return { plan, outcome: null, problems: [error.message] };
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      return { plan, outcome: null, problems: [`the trial broke: ${text}`] };
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const opening of this.#places.values()) {
      const place = await opening.catch(() => null);
      await place?.reader?.[Symbol.asyncDispose]();
      await place?.stage.close();
    }
  }

  #place(scenery: Scenery): Promise<Place> {
    const known = this.#places.get(scenery);
    if (known) return known;
    const opening = Stage.open(scenery).then(async (stage) => ({
      stage,
      tokenBefore: await tokenObjects(stage),
      reader: null,
    }));
    this.#places.set(scenery, opening);
    opening.catch(() => this.#places.delete(scenery));
    return opening;
  }

  /** The built-in device is the same for every copy; a token's files are put back each time. */
  async #reader(place: Place): Promise<MaterialReader> {
    const { stage } = place;
    if (stage.token) await place.reader?.[Symbol.asyncDispose]();
    else if (place.reader) return place.reader;
    place.reader = null;
    place.reader = await MaterialReader.open(stage);
    return place.reader;
  }
}
