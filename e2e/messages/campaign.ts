import { residentOf } from '../../bench/support/machine.ts';
import { median } from '../../bench/support/measure.ts';
import { Dice } from './dice.ts';
import { type Message, nextMessage, type Things } from './messages.ts';
import type { Ending, Transport } from './transport.ts';

export interface Outcome {
  readonly transport: string;
  readonly sent: number;
  readonly wrong: number;
  readonly controls: number;
  /** Messages that are no call at all, on lines and channels of their own. */
  readonly nonsense: number;
  /** Wrong messages that were carried out. */
  readonly accepted: readonly string[];
  /** Valid ones that were not understood, answers that are none, codes that do not fit. */
  readonly astray: readonly string[];
  readonly crashes: readonly string[];
  /** Resident memory of the host's processes in MiB, after each twentieth of the campaign. */
  readonly resident: readonly number[];
}

/** How often something is sent that is no call. */
const nonsenseOnceIn = 100;
const samples = 20;

/** What is wrong with how a message ended that was not carried out; null: nothing. */
function problemOf(message: Message, ending: Exclude<Ending, { kind: 'done' }>): string | null {
  if (ending.kind === 'broken') return `${message.what}: ${ending.why}`;
  if (message.refusedWith.includes(ending.code)) return null;
  return `${message.what}: refused with ${ending.code}`;
}

class Tally {
  sent = 0;
  wrong = 0;
  controls = 0;
  nonsense = 0;
  readonly accepted: string[] = [];
  readonly astray: string[] = [];
  readonly resident: number[] = [];

  message(message: Message, ending: Ending): void {
    this.sent += 1;
    if (message.isWrong) this.wrong += 1;
    else this.controls += 1;
    if (ending.kind === 'done') {
      if (!message.mayRun) this.accepted.push(message.what);
      return;
    }
    const problem = problemOf(message, ending);
    if (problem !== null) this.astray.push(problem);
  }

  noCall(what: string, ending: Ending): void {
    this.sent += 1;
    this.nonsense += 1;
    if (ending.kind === 'done') this.accepted.push(what);
    if (ending.kind === 'broken') this.astray.push(`${what}: ${ending.why}`);
  }
}

export interface CampaignOptions {
  readonly count: number;
  readonly seed: string;
  readonly things: Things;
  readonly progress?: (sent: number) => void;
}

/** Sends so many messages, several under way at once, and tells how they ended. */
export async function campaign(transport: Transport, options: CampaignOptions): Promise<Outcome> {
  const { count, seed, things } = options;
  const dice = new Dice(`${seed} ${transport.name}`);
  const tally = new Tally();
  const living = transport.processes();
  const every = Math.ceil(count / samples);
  let begun = 0;
  const one = async (): Promise<void> => {
    if (dice.onceIn(nonsenseOnceIn)) {
      const { what, ending } = await transport.nonsense(dice);
      tally.noCall(what, ending);
      return;
    }
    const message = nextMessage(dice, transport.carries, things);
    tally.message(message, await transport.send(message.call, message.input));
  };
  const stream = async (): Promise<void> => {
    while (begun < count) {
      begun += 1;
      const sample = begun % every === 0;
      await one();
      if (!sample) continue;
      tally.resident.push(living.reduce((sum, pid) => sum + alive(pid), 0));
      options.progress?.(tally.sent);
    }
  };
  await Promise.all(Array.from({ length: transport.atOnce }, stream));
  const { sent, wrong, controls, nonsense, accepted, astray, resident } = tally;
  const gone = living.filter((pid) => alive(pid) === 0);
  const crashes = [...gone.map((pid) => `process ${pid} is gone`), ...transport.complaints()];
  const counts = { sent, wrong, controls, nonsense };
  return { transport: transport.name, ...counts, accepted, astray, crashes, resident };
}

/** Its resident memory in MiB; 0 of a process that has ended. */
function alive(pid: number): number {
  try {
    return residentOf(pid);
  } catch {
    return 0;
  }
}

/**
 * How much (MiB) the host's processes hold at the end more than in the middle: both as medians, for a
 * collector of garbage comes when it likes. What they need to get going does not count.
 */
export function growth({ resident }: Outcome): number {
  const third = Math.floor(resident.length / 3);
  return median(resident.slice(-third)) - median(resident.slice(third, 2 * third));
}

/** A host may hold so much more (MiB) at the end of a campaign. */
export const mostGrowth = 16;
