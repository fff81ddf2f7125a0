import { join } from 'node:path';
import type { InTestDesktop } from '../../electron/hosts/desktop/desktop.fixture.ts';
import { channels } from '../../electron/hosts/transport/ipc/channels.ts';
import { askEnvelope } from '../../electron/hosts/transport/ipc/envelopes.ts';
import type { DesktopBridge } from '../../shared/host/desktop-bridge.ts';
import { declared } from './declared.ts';
import type { Dice } from './dice.ts';
import { notedErrors } from './noted-errors.ts';
import { type Ending, endingOf, type Transport } from './transport.ts';
import { valid } from './valid.ts';
import { spoilt, wrongs } from './wrong.ts';

/** Virtual milliseconds between two messages: the pace that a window is allowed. */
const pace = 10;

function endless(): unknown {
  const ring: { again?: unknown } = {};
  ring.again = ring;
  return ring;
}

const deep = (levels: number): unknown => (levels === 0 ? {} : { in: deep(levels - 1) });

/** What `invoke` is given instead of one envelope. */
function badEnvelope(dice: Dice): readonly [what: string, parts: readonly unknown[]] {
  const name = 'keystore.status';
  return dice.one<readonly [string, readonly unknown[]]>([
    ['nothing at all', []],
    [
      'two messages',
      [
        { name, input: {} },
        { name, input: {} },
      ],
    ],
    ['no envelope', [name]],
    ['a list', [[name, {}]]],
    ['null', [null]],
    ['no name', [{ input: {} }]],
    ['a name that is a number', [{ name: 7, input: {} }]],
    ['a name that is too long', [{ name: 'x'.repeat(101), input: {} }]],
    ['an unknown field', [{ name, input: {}, trusted: true }]],
    ['a ring', [{ name, input: endless() }]],
    ['too deep', [{ name, input: deep(40) }]],
    ['too wide', [{ name, input: { list: Array.from({ length: 100_001 }) } }]],
    ['too large', [{ name, input: { bytes: new Uint8Array(1024 * 1024 + 1) } }]],
    ['too much text', [{ name, input: { text: 'x'.repeat(600_000) } }]],
  ]);
}

/** The channels of the desktop, over the stand-in for Electron's own. */
export class IpcTransport implements Transport {
  readonly name = 'IPC';
  readonly carries = { clones: true };
  readonly atOnce = 24;
  readonly #desktop: InTestDesktop;
  readonly #bridge: DesktopBridge;
  readonly #raw: ReturnType<InTestDesktop['window']['ipcRenderer']>;

  constructor(desktop: InTestDesktop) {
    this.#desktop = desktop;
    this.#bridge = desktop.bridge();
    this.#raw = desktop.window.ipcRenderer();
  }

  async send(call: string, input: unknown): Promise<Ending> {
    this.#desktop.time += pace;
    return endingOf(await this.#bridge.call(call, input));
  }

  async nonsense(dice: Dice): Promise<{ what: string; ending: Ending }> {
    this.#desktop.time += pace;
    const chosen = dice.below(3);
    if (chosen === 0) return this.#fromAStranger(dice);
    if (chosen === 1) return this.#wrongAsk(dice);
    const [what, parts] = badEnvelope(dice);
    return { what, ending: endingOf(await this.#raw.invoke(channels.call, ...parts)) };
  }

  async #wrongAsk(dice: Dice): Promise<{ what: string; ending: Ending }> {
    const field = declared(askEnvelope);
    const asked = valid(field, dice);
    const wrong = dice.one(wrongs(field, asked, this.carries));
    const ending = endingOf(await this.#raw.invoke(channels.ask, spoilt(asked, wrong)));
    return { what: `ask ${wrong.at.join('.')}: ${wrong.why}`, ending };
  }

  /** The call is good, the page that sends it is not ours. */
  async #fromAStranger(dice: Dice): Promise<{ what: string; ending: Ending }> {
    const frame = this.#desktop.window.mainFrame;
    const { origin } = frame;
    frame.origin = dice.one(['null', 'file://', 'https://console', 'app://console.evil', 'app://']);
    const what = `a call from ${frame.origin}`;
    const answer = this.#raw.invoke(channels.call, { name: 'keystore.lock', input: {} });
    frame.origin = origin;
    return { what, ending: endingOf(await answer) };
  }

  processes(): readonly number[] {
    return this.#desktop.electron.children.flatMap(({ pid, ended }) =>
      ended || pid === undefined ? [] : [pid],
    );
  }

  complaints(): readonly string[] {
    const here = this.#desktop.logged.filter(({ level }) => level === 'error');
    return [
      ...here.map(({ event, fields }) => `${event} ${JSON.stringify(fields)}`),
      ...notedErrors(join(this.#desktop.folder, 'state')),
    ];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The stage ends the desktop.
  }
}
