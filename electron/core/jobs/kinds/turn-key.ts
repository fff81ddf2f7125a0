import { z } from 'zod';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { type KeyTurn, keyTurnJobs } from '../../../../shared/model/key-turn.ts';
import type { KmsKeyRead } from '../../cloud/answers.ts';
import type { JobKind, StepContext, StepResult, StepSpec } from '../kind.ts';
import { keyObstacle, turnKmsKey, turns } from './kms-key-state.ts';
import { stateMatter } from './matters.ts';
import { aliasOf } from './names.ts';
import { checkAccount, keyOpener, type OpenKey, proof, readingOf, shortId } from './reading.ts';
import type { DeedServices } from './services.ts';
import { leftoversOf, standingOf } from './standing.ts';

const turnPayload = z.strictObject({
  groupId: z.uuid(),
  keyId: z.uuid(),
  /** The plan said that the key is in use, and its group's name was typed. */
  typed: z.boolean(),
});
export type TurnPayload = z.output<typeof turnPayload>;
type Context = StepContext<TurnPayload>;

/**
 * Disables a key in AWS at once, or enables it again, because a person asks for it. In a line of its
 * own: what stops a key must not wait for a rotation of its group, nor what another job waits for.
 */
export const turnKey =
  (turn: KeyTurn) =>
  (services: DeedServices): JobKind<TurnPayload> => {
    const open = keyOpener(services);
    return {
      name: keyTurnJobs[turn],
      payload: turnPayload,
      steps: [checkStep(services, open, turn), turnStep(services, open, turn)],
      orderKey: ({ groupId, keyId }) => stateLine(groupId, keyId),
      deedKey: ({ keyId }) => `${turn}:${keyId}`,
      matter: ({ keyId }) => stateMatter(keyId),
      needsDesignation: false,
      commitStep: turn,
      standing: ({ payload, outputs }) =>
        standingOf(services, payload.groupId, payload.keyId, outputs),
      leftovers: ({ payload, stepStates }) => leftoversOf(services, payload.keyId, stepStates),
    };
  };

/** The line in which the deeds on the state of one key stand. */
const stateLine = (groupId: string, keyId: string): string => `state:${groupId}:${keyId}`;

/** The group whose job stands in this line; the line itself where it is none of one key's state. */
export const groupOfLine = (line: string): string =>
  line.startsWith('state:') ? (line.split(':')[1] ?? line) : line;

function checkStep(services: DeedServices, open: OpenKey, turn: KeyTurn): StepSpec<TurnPayload> {
  return {
    name: 'check',
    title: 'Check account, clock and key',
    changes: 'nothing',
    repeatable: true,
    reconcile: async () => 'act',
    act: async (context) => {
      const { group, key, remote, connection } = await open(context, { checksItself: true });
      const seen = await checkAccount(services, connection, group, context);
      const read = await connection.describeKey(remote.kmsKeyId, context);
      const obstacle = keyObstacle(turn, read.state);
      if (obstacle) return { type: 'stop', error: obstacle };
      return {
        type: 'done',
        proof: [seen.proof, proof(`version ${key.version} is ${read.state}`, read.requestId)],
        record: () => services.keys.noteRemote(key.id, readingOf(read)),
      };
    },
  };
}

function turnStep(services: DeedServices, open: OpenKey, turn: KeyTurn): StepSpec<TurnPayload> {
  return {
    name: turn,
    title: turns[turn].title,
    changes: 'aws',
    repeatable: true,
    reconcile: async () => 'act',
    act: async (context) => {
      const opened = await open(context);
      const { remote, connection } = opened;
      const last = () => inUseSince(services, opened, turn, context);
      const turned = await turnKmsKey(turn, connection, remote.kmsKeyId, context, { last });
      return 'stop' in turned
        ? { type: 'stop', error: turned.stop }
        : settled(services, turn, turned, context);
    },
  };
}

/** An alias that names the key by now, although the plan said that none does: nobody typed its name. */
async function inUseSince(
  services: DeedServices,
  opened: Awaited<ReturnType<OpenKey>>,
  turn: KeyTurn,
  context: Context,
): Promise<OperationError | null> {
  if (turn !== 'disable' || context.payload.typed) return null;
  const alias = await aliasOf(services, opened, context);
  if (alias === null) return null;
  return new OperationError('PLAN_CHANGED', { reason: `${alias} names the key by now` });
}

const told: Readonly<Record<KeyTurn, { readonly done: string; readonly found: string }>> = {
  disable: { done: 'Disabled in AWS', found: 'Found disabled in AWS' },
  enable: { done: 'Enabled in AWS', found: 'Found enabled in AWS' },
};

function settled(
  { keys }: DeedServices,
  turn: KeyTurn,
  { read, acted }: { readonly read: KmsKeyRead; readonly acted: boolean },
  { payload, jobId }: Context,
): StepResult {
  return {
    type: 'done',
    proof: [proof(`${shortId(read.keyId)} reads as ${read.state}`, read.requestId)],
    record: () => {
      keys.noteRemote(payload.keyId, readingOf(read));
      keys.addEvent(payload.keyId, told[turn][acted ? 'done' : 'found'], jobId);
    },
  };
}
