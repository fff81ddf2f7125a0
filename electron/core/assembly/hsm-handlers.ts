import type { z } from 'zod';
import type { hsmStatus, tokenView } from '../../../shared/contract/hsm.ts';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { initializeToken, listTokens } from '../hsm/bridge/one-shot.ts';
import type { TokenStatus } from '../hsm/driver.ts';
import { listModules } from '../hsm/module-file.ts';
import type { HandlersOfNoun } from '../operations/context.ts';
import type { HostPorts } from '../ports.ts';
import { chooseToken, requireFitting, requireNewLabel } from './choose-token.ts';
import type { HsmBinding } from './hsm-binding.ts';
import type { Session } from './session.ts';

const viewToken = (token: TokenStatus): z.output<typeof tokenView> => {
  const { loggedIn: _in, protectedAuthenticationPath: _path, ...shown } = token;
  return shown;
};

const wrappingText = ({ probe }: HsmBinding): string | null => probe.wrappingAlgorithms[0] ?? null;

function status(session: Session): z.output<typeof hsmStatus> {
  const { token } = session.opened;
  const { binding } = token;
  if (!binding) {
    return {
      attached: false,
      module: null,
      moduleSha256: null,
      token: null,
      state: 'none',
      master: null,
      probe: null,
    };
  }
  return {
    attached: true,
    module: binding.module,
    moduleSha256: binding.moduleSha256,
    token: viewToken(token.bridge.lastStatus ?? binding.seen),
    // Bound, and no bridge was needed yet: the PIN is asked for when it is.
    state: token.state === 'none' ? 'pin-needed' : token.state,
    master: { id: binding.master.id, kcv: binding.master.kcv, secondCopy: binding.secondCopy },
    probe: {
      at: binding.probedAt,
      assurance: binding.probe.assurance,
      wrapping: wrappingText(binding),
      findings: binding.probe.findings.map((finding) => ({
        ...finding,
        external: finding.external ?? null,
      })),
    },
  };
}

/** HSM: what is on this computer, what this keystore is bound to, PIN entry, probe. */
export const hsmHandlers = (session: Session, ports: HostPorts): HandlersOfNoun<'hsm'> => {
  const look = async (module: string) => {
    try {
      const tokens = await listTokens(ports, { module });
      return {
        path: module,
        usable: true,
        failure: null,
        tokens: tokens.filter((token) => token.initialized).map(viewToken),
      };
    } catch (error) {
      if (!(error instanceof OperationError)) throw error;
      return {
        path: module,
        usable: false,
        failure: error.toFailure(),
        tokens: [],
      };
    }
  };

  return {
    list: async (input) => {
      const modules = input.module ? [input.module] : (await listModules()).map(({ path }) => path);
      return { modules: await Promise.all(modules.map(look)) };
    },
    status: async () => {
      const { token } = session.opened;
      if (token.binding && session.opened.file.store.condition === 'verified') {
        // Shown as it is; a token that is away is a state, not a failure of looking.
        await token.wake().catch((error: unknown) => {
          if (!(error instanceof OperationError)) throw error;
        });
      }
      return status(session);
    },
    attach: (input) => attach(session, ports, input),
    login: async (input) => {
      const { token, open } = session.opened;
      await token.login(input.pin, input.confirmed);
      const { serial = '', label = '' } = token.binding ?? {};
      open.audit('OK', [serial], { label });
      open.changed('hsm');
      return status(session);
    },
    probe: async () => {
      const { token, open } = session.opened;
      const binding = await token.probe();
      open.audit('OK', [binding.serial], {
        label: binding.label,
        failed: binding.probe.findings.filter((f) => !f.ok).map((f) => f.id),
      });
      open.changed('hsm');
      return status(session);
    },
  };
};

type AttachInput = Parameters<HandlersOfNoun<'hsm'>['attach']>[0];

async function attach(
  session: Session,
  ports: HostPorts,
  input: AttachInput,
): Promise<z.output<typeof hsmStatus>> {
  const { token, open } = session.opened;
  requireFitting(input, open.store.realm);
  const place = {
    module: input.module,
    ...(input.libraryParameters === undefined
      ? {}
      : { libraryParameters: input.libraryParameters }),
  };
  if (input.initializeToken) {
    if (token.binding) refuseAnEmptyOne();
    if (input.label !== undefined) requireNewLabel(await listTokens(ports, place), input.label);
    await initialize(input, ports);
  }
  const tokens = await listTokens(ports, place);
  requireSetUp(tokens);
  const { serial, label } = input;
  const chosen = chooseToken(tokens, { serial, label, inUse: token.binding?.serial });
  const binding = await token.attach({
    module: input.module,
    libraryParameters: input.libraryParameters,
    serial: chosen.serial,
    label: chosen.label,
    pin: input.pin ?? null,
    confirmLastTry: input.confirmLastTry,
    createMaster: input.createMaster,
    secondCopy: input.secondCopy,
  });
  open.audit('OK', [binding.serial], {
    label: binding.label,
    module: binding.module,
    moduleSha256: binding.moduleSha256,
    assurance: binding.probe.assurance,
    master: binding.master.id,
  });
  open.changed('hsm');
  return status(session);
}

/** It would be set up, and then be refused for want of this keystore's master key. */
function refuseAnEmptyOne(): never {
  const problem =
    'this keystore is bound to a token already, and its master key is in no empty one';
  throw new OperationError('BAD_INPUT', { field: 'initializeToken', problem });
}

/** An empty token answers to no PIN: what it needs is said before one is asked for. */
function requireSetUp(tokens: readonly TokenStatus[]): void {
  if (tokens.length === 0 || tokens.some((token) => token.initialized)) return;
  const problem =
    'no token of this module is set up yet. A practice keystore does it with --initialize-token';
  throw new OperationError('BAD_INPUT', { field: 'token', problem });
}

async function initialize(input: AttachInput, ports: HostPorts): Promise<void> {
  if (!input.pin || !input.soPin || input.label === undefined) {
    throw new OperationError('BAD_INPUT', {
      field: 'pin',
      problem: 'label, PIN and SO PIN are needed to set up an empty token',
    });
  }
  await initializeToken(
    ports,
    { module: input.module },
    { label: input.label, soPin: input.soPin, pin: input.pin },
  );
}
