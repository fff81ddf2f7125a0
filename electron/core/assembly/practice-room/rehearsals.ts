import type { OutputFor } from '../../../../shared/contract/index.ts';
import { notFound } from '../../../../shared/errors/operation-error.ts';
import type { Json } from '../../../../shared/model/json.ts';
import type { MischiefRule } from '../../../../shared/model/practice-mischief.ts';
import {
  type RehearsalName,
  rehearsalNames,
  rehearsalSteps,
} from '../../../../shared/model/rehearsals.ts';
import type { Caller } from '../../core.ts';
import { readMischief, sameFault, writeMischief } from './mischief.ts';
import type { Entry } from './calls.ts';
import { type FactSources, type Facts, factsOf, type Kept } from './rehearsal-facts.ts';
import {
  allowEverything,
  isAllowed,
  lackAgain,
  prepareGroup,
  prepareUser,
} from './rehearsal-ground.ts';
import {
  deletedSteps,
  expiredSteps,
  lostAnswerSteps,
  permissionSteps,
  secondsToExpiry,
  type Ticked,
} from './rehearsal-steps.ts';

type View = OutputFor<'practice.rehearsals'>['rehearsals'][number];
type KeptAll = Readonly<Partial<Record<RehearsalName, Kept>>>;

export interface RehearsalSources extends FactSources {
  /** The credential that the practice keystore was set up with. */
  readonly credentialId: () => string | null;
  readonly endpoint: () => string;
}

const setting = 'practice-rehearsals';

/** Set by the rehearsal of the lost answer: the reply to one call, and a place to crash at. */
const lostAnswer: readonly MischiefRule[] = [
  { kind: 'lost-reply', operation: 'CreateKey', amount: 1 },
  { kind: 'hang', operation: 'ImportKeyMaterial', amount: 50 },
];

/** The guided rehearsals: what they set up, what they undo, and how far each has come. */
export class Rehearsals {
  readonly #sources: () => RehearsalSources;

  constructor(sources: () => RehearsalSources) {
    this.#sources = sources;
  }

  async list(): Promise<View[]> {
    const all = this.#kept();
    return Promise.all(rehearsalNames.map((name) => this.#view(name, all[name])));
  }

  /** Begins it, or begins it anew; another that is under way is left. */
  async begin(name: RehearsalName, caller: Caller): Promise<void> {
    const sources = this.#sources();
    const { open, control } = sources;
    await this.#leaveOthers();
    const user = name === 'permission' ? await prepareUser(sources) : null;
    const credentialId = user?.credentialId ?? sources.credentialId();
    if (credentialId === null) throw notFound('credential', 'practice');
    const formerId = this.#kept()[name]?.groupId;
    const groupId = await prepareGroup(sources, name, { credentialId, formerId, caller });
    if (name === 'lost-answer') await this.#setFaults(lostAnswer);
    const { calls } = await control.get<{ calls: Entry[] }>('/journal/latest', { limit: 1 });
    this.#keep(name, {
      state: 'under-way',
      begunAt: open.clock.now(),
      seq: calls[0]?.seq ?? 0,
      groupId,
      missing: user?.missing ?? null,
      crashedAt: null,
      allowedByLeaving: false,
    });
    open.changed('practice');
  }

  /** Goes on with one that was left or is under way, where it stopped; false where there is none. */
  async takeUp(name: RehearsalName): Promise<boolean> {
    const kept = this.#kept()[name];
    const { state, steps } = await this.#view(name, kept);
    if (!kept || state === 'done' || this.#sources().open.groups.byId(kept.groupId) === null)
      return false;
    if (state === 'under-way') return true;
    await this.#leaveOthers();
    const done = (step: string): boolean => steps.some((each) => each.step === step && each.done);
    if (name === 'lost-answer' && !done('crash'))
      await this.#setFaults(lostAnswer.slice(done('lost') ? 1 : 0));
    if (kept.allowedByLeaving && kept.missing !== null)
      await lackAgain(this.#sources(), kept.missing);
    this.#keep(name, { ...kept, state: 'under-way', allowedByLeaving: false });
    this.#sources().open.changed('practice');
    return true;
  }

  async #leaveOthers(): Promise<void> {
    for (const other of rehearsalNames)
      if (this.#kept()[other]?.state === 'under-way') await this.leave(other);
  }

  /** Those of the rehearsal that are to be on; what a person has set stays. */
  async #setFaults(wanted: readonly MischiefRule[]): Promise<void> {
    const { control } = this.#sources();
    const rules = await readMischief(control);
    const others = rules.filter((rule) => !lostAnswer.some((one) => sameFault(one, rule)));
    if (wanted.length > 0 || others.length < rules.length)
      await writeMischief(control, [...others, ...wanted]);
  }

  /** Undoes the mischief that it set; what was reached stays, and it can be taken up again. */
  async leave(name: RehearsalName): Promise<void> {
    const sources = this.#sources();
    const kept = this.#kept()[name];
    if (!kept) return;
    if (name === 'lost-answer') await this.#setFaults([]);
    const facts = name === 'permission' ? await factsOf(sources, kept) : null;
    const arn = facts?.newest?.remote?.arn ?? null;
    const allowedByLeaving =
      name === 'permission' && !(await isAllowed(sources.control, kept.missing, arn));
    if (allowedByLeaving) await allowEverything(sources);
    this.#keep(name, { ...kept, state: 'left', allowedByLeaving });
    sources.open.changed('practice');
  }

  /** Before the process ends as in a crash: what is under way is to know it afterwards. */
  noteCrash(crashedAt: number | null): void {
    const kept = this.#kept()['lost-answer'];
    if (kept?.state !== 'under-way') return;
    this.#keep('lost-answer', { ...kept, crashedAt });
  }

  /** The practice KMS was emptied: nothing of them is there any more. */
  forget(): void {
    this.#sources().open.settings.forget(setting);
  }

  #kept(): KeptAll {
    return (this.#sources().open.settings.read(setting) as KeptAll | null) ?? {};
  }

  #keep(name: RehearsalName, kept: Kept): void {
    const value = { ...this.#kept(), [name]: kept };
    this.#sources().open.settings.write(setting, value as unknown as Json);
  }

  async #view(name: RehearsalName, kept: Kept | undefined): Promise<View> {
    if (!kept) return newView(name);
    const sources = this.#sources();
    const facts = await factsOf(sources, kept);
    const ticked: Readonly<Record<string, Ticked>> = await this.#steps(name, facts);
    const steps = rehearsalSteps[name].map((step) => ({
      step,
      ...(ticked[step] ?? { done: false, found: '' }),
    }));
    const over = steps.every(({ done }) => done);
    const { group, newest, job } = facts;
    return {
      rehearsal: name,
      state: over ? 'done' : kept.state,
      steps,
      groupId: group?.id ?? null,
      groupName: group?.name ?? null,
      folderId: group?.folderId ?? null,
      keyId: newest?.key.id ?? null,
      keyReference: newest && group ? `${group.name} version ${newest.key.version}` : null,
      jobId: job?.id ?? null,
      advanceSeconds: name === 'expired' ? secondsToExpiry(facts) : null,
      begunAt: kept.begunAt,
    };
  }

  async #steps(name: RehearsalName, facts: Facts): Promise<Readonly<Record<string, Ticked>>> {
    const { control } = this.#sources();
    switch (name) {
      case 'lost-answer': {
        const rules = await readMischief(control);
        const armed = lostAnswer.every((one) => rules.some((rule) => sameFault(one, rule)));
        return lostAnswerSteps({ ...facts, armed });
      }
      case 'expired':
        return expiredSteps(facts);
      case 'deleted':
        return deletedSteps(facts);
      case 'permission': {
        const arn = facts.newest?.remote?.arn ?? null;
        const { missing, allowedByLeaving } = facts.kept;
        const allowed = !allowedByLeaving && (await isAllowed(control, missing, arn));
        return permissionSteps({ ...facts, allowed });
      }
    }
  }
}

const newView = (name: RehearsalName): View => ({
  rehearsal: name,
  state: 'new',
  steps: rehearsalSteps[name].map((step) => ({ step, done: false, found: '' })),
  groupId: null,
  groupName: null,
  folderId: null,
  keyId: null,
  keyReference: null,
  jobId: null,
  advanceSeconds: null,
  begunAt: null,
});
