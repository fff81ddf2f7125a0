import { existsSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { ServingView } from '../../../shared/contract/xks-shapes.ts';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { makeFolder } from '../kernel/make-folder.ts';
import type { Secret } from '../kernel/secret.ts';
import type { Settings } from '../keystore/settings.ts';
import type { XksModel } from '../keystore/xks/xks-domain.ts';
import type { HostPorts } from '../ports.ts';
import type { Store } from '../store/store.ts';
import { linkTo, type SegmentLink } from '../xks/audit/link.ts';
import { auditFolder, writtenEnd } from '../xks/audit/read-segments.ts';
import { bindingsFile, type BoundKey, DamagedBindings, readBindings } from '../xks/bindings.ts';
import { askProxy, controlSocket, type ControlStatus } from '../xks/control-client.ts';
import { derived, openSet, sealSet, UnreadableSet } from '../xks/serving/sealed-set.ts';
import { replaceFile } from '../xks/serving/set-file.ts';
import { problemOfFolder } from './xks-folder.ts';
import type { LinkStanding } from './xks-links.ts';

/** The files of a serving folder. */
export const servingFiles = (folder: string) => ({
  servingSet: join(folder, 'serving-set'),
  servingKey: join(folder, 'serving-key'),
  nodes: join(folder, 'nodes'),
});

export interface PublisherParts {
  readonly ports: HostPorts;
  readonly store: Store;
  readonly settings: Settings;
  readonly xks: XksModel;
  /** Folder of this keystore where nobody chose another. */
  readonly usualFolder: string;
  /** Is told how far the audit of a proxy reaches. */
  readonly reached: (link: SegmentLink) => void;
  /** How far the log follows the audit of a proxy; null: it does not know it. */
  readonly standing: (node: string) => LinkStanding | null;
}

type Node = ServingView['nodes'][number];
type Refused = ServingView['refusedKmsKeys'][number];

const setting = 'xks-folder';
/** A proxy on this computer answers in a few milliseconds; one that hangs must not hold a person up. */
const nodePatience = 1_500;
/** Locking waits for less: what a proxy that hangs has written is read from its folder. */
const linkPatience = 300;

/**
 * Brings what is served from the keystore to the proxies: one sealed file, replaced as a whole, and a
 * word to each proxy whose folder is here. One publication after the other.
 */
export class XksPublisher {
  readonly #parts: PublisherParts;
  #line: Promise<unknown> = Promise.resolve();

  constructor(parts: PublisherParts) {
    this.#parts = parts;
  }

  get folder(): string {
    return (this.#parts.settings.read(setting) as string | null) ?? this.#parts.usualFolder;
  }

  /** Copies of the proxy whose state folders are here. */
  nodes(): readonly { readonly node: string; readonly folder: string }[] {
    const { nodes } = servingFiles(this.folder);
    if (!existsSync(nodes)) return [];
    const names = readdirSync(nodes).toSorted();
    return names.map((node) => ({ node, folder: join(nodes, node) }));
  }

  /**
   * Inside a change. Proxies go by the folder they were started with: what lies there is moved by whoever
   * stops them, else they would serve an old set to which no block comes.
   * @throws OperationError BAD_INPUT where no folder can be; XKS_FOLDER_IN_USE
   */
  chooseFolder(folder: string): void {
    const problem = problemOfFolder(folder);
    if (problem !== null) throw new OperationError('BAD_INPUT', { field: 'folder', problem });
    const { folder: former } = this;
    const held = resolve(former) === resolve(folder) ? [] : heldBy(former);
    if (held.length > 0)
      throw new OperationError('XKS_FOLDER_IN_USE', { path: former, holds: held.join(', ') });
    this.#parts.settings.write(setting, folder);
  }

  /** What was published there stays nowhere but in the folder of now. */
  leaveFolder(former: string): void {
    if (resolve(former) === resolve(this.folder) || !existsSync(former)) return;
    for (const name of ours) rmSync(join(former, name), { force: true });
    if (readdirSync(former).length === 0) rmdirSync(former);
  }

  /** The newest set is in the folder and in force at every proxy that answers. */
  publish(): Promise<ServingView> {
    const mine = this.#line.then(() => this.#publish(true));
    this.#line = mine.catch(() => undefined);
    return mine;
  }

  /** What lies in the folder, and what proxies say. Writes nothing. */
  async status(): Promise<ServingView> {
    const published = this.#published();
    const nodes = await this.#askAll('status');
    return this.#view(published, nodes);
  }

  /**
   * The KMS key that a proxy bound an external key to by itself; null for none. Writes nothing.
   * @throws what reading the bindings of a proxy that is away throws: they may name just this key
   */
  async boundByProxy(xksId: string): Promise<string | null> {
    const nodes = await this.#askAll('status');
    const bound = nodes.flatMap(({ bindings }) => {
      if (bindings instanceof Error) throw bindings;
      return bindings;
    });
    for (const [name, arn] of bound) {
      const key = xksIdIn(name) === xksId ? this.#parts.xks.keys.byXksId(xksId) : null;
      if (key !== null && !this.#parts.xks.keys.released(key.id).includes(arn)) return arn;
    }
    return null;
  }

  /**
   * How far the audit of each proxy here reaches: by its word where it answers, else by what lies
   * in its folder. `others` are audit folders of proxies that run elsewhere.
   * @throws what reading one of `others` throws
   */
  async link(others: readonly string[] = []): Promise<readonly FoundLink[]> {
    const found: FoundLink[] = [];
    const asked = await this.#askAll('status', linkPatience);
    for (const { link, folder } of asked) {
      if (link !== null) found.push({ link, folder: auditFolder(folder) });
    }
    for (const folder of others) {
      const link = await linkOf(folder);
      if (link !== null) found.push({ link, folder });
    }
    return found;
  }

  /** At unlocking: a set that could not be written when it changed is written now. */
  async catchUp(): Promise<void> {
    const { serving } = this.#parts.xks;
    if (serving.storage === null || this.#published() === serving.revision) return;
    await this.publish();
  }

  /** @throws OperationError XKS_NO_STORE, XKS_NOT_PUBLISHED */
  async #publish(again: boolean): Promise<ServingView> {
    const { xks, ports } = this.#parts;
    const found = this.#published();
    // a keystore put back from a backup counts from a lower number than proxies have seen
    if (found !== null && found > xks.serving.revision) xks.serving.raise(found + 1);
    const set = xks.serving.build();
    if (set === null) throw new OperationError('XKS_NO_STORE');
    using key = this.#key();
    const { servingSet, servingKey } = servingFiles(this.folder);
    try {
      makeFolder(this.folder);
      await key.use((bytes) => keep(servingKey, bytes));
      await replaceFile(servingSet, sealSet(set, key, ports.random));
    } catch (error) {
      if (!isSystemError(error)) throw error;
      const external = { name: error.code, at: error.syscall ?? 'write' };
      throw new OperationError(
        'XKS_NOT_PUBLISHED',
        { path: this.folder },
        { external, cause: error },
      );
    }
    const nodes = await this.#askAll('reload');
    for (const { status } of nodes) {
      if (status?.audit) this.#parts.reached(linkTo(status.node, status.audit));
    }
    if (again && this.#noteBindings(nodes)) return this.#publish(false);
    return this.#view(set.revision, nodes);
  }

  /** What proxies bound by themselves becomes the same for every copy. */
  #noteBindings(nodes: readonly Asked[]): boolean {
    const { keys, serving } = this.#parts.xks;
    const seen = nodes.flatMap(({ bindings }) => (bindings instanceof Error ? [] : bindings));
    return this.#parts.store.change(() => {
      const noted = seen.filter(([name, arn]) => {
        const key = keys.byXksId(xksIdIn(name));
        // one KMS key: of copies that bound different ones the first is taken, the others are refused
        if (key === null || keys.bindings(key.id).length > 0) return false;
        return keys.bind(key.id, arn, 'first');
      });
      if (noted.length > 0) serving.raise();
      return noted.length > 0;
    });
  }

  /** Revision of the set in the folder; null when there is none that opens under our key. */
  #published(): number | null {
    const { servingSet } = servingFiles(this.folder);
    if (!existsSync(servingSet)) return null;
    using key = this.#key();
    try {
      return openSet(readFileSync(servingSet), key).revision;
    } catch (error) {
      if (error instanceof UnreadableSet || isSystemError(error)) return null;
      throw error;
    }
  }

  #key(): Secret {
    return this.#parts.store.derive('xks serving set');
  }

  async #askAll(request: 'status' | 'reload', patience = nodePatience): Promise<Asked[]> {
    const nodes = this.nodes();
    if (nodes.length === 0) return [];
    using key = this.#key();
    const controlKey = derived(key, 'control');
    try {
      return await Promise.all(
        nodes.map(async ({ node, folder }) => {
          const socket = controlSocket(folder);
          const status = await ask(socket, controlKey, request, patience);
          const bindings = status?.bindings ?? (await bindingsIn(folder));
          return { node, folder, status, bindings, link: await reachOf(folder, status) };
        }),
      );
    } finally {
      controlKey.fill(0);
    }
  }

  #view(published: number | null, nodes: readonly Asked[]): ServingView {
    const { serving } = this.#parts.xks;
    const { revision } = serving;
    return {
      folder: this.folder,
      storage: serving.storage,
      revision,
      published,
      leftOnDevice: this.#parts.xks.keys.leftovers.list().length,
      refusedKmsKeys: nodes.flatMap((asked) => this.#refusedAt(asked)),
      blocks: [...serving.blocks()],
      nodes: nodes.map(({ node, status, bindings, link }): Node => {
        const audit = this.#auditOf(link, node);
        const none = {
          audit,
          health: null,
          problem: bindings instanceof Error ? unreadableBindings : 'it does not answer',
          certificateDays: null,
          figures: null,
        };
        if (status === null) return { node, revision: null, newest: false, ...none };
        return {
          node,
          revision: status.revision,
          newest: status.revision === revision,
          health: status.health.status,
          problem: status.setProblem ?? status.health.problem ?? status.certificate.problem,
          certificateDays: status.certificate.days,
          figures: status.figures,
          audit,
        };
      }),
    };
  }

  /** KMS keys that were refused and may not use the external key now either. */
  #refusedAt({ node, status }: Asked): Refused[] {
    const { keys, stores } = this.#parts.xks;
    return (status?.refusedKmsKeys ?? []).flatMap(({ key: xksId, kmsKeyArn, times, lastAt }) => {
      const key = keys.byXksId(xksId);
      if (key === null || keys.bindings(key.id).some(({ arn }) => arn === kmsKeyArn)) return [];
      const { name: storeName } = stores.get(key.storeId);
      return [{ node, keyId: key.id, storeName, keyName: key.name, kmsKeyArn, times, lastAt }];
    });
  }

  #auditOf(link: SegmentLink | null, node: string): Node['audit'] {
    const standing = this.#parts.standing(link?.node ?? node);
    return {
      records: link?.records ?? null,
      linked: standing?.linked ?? null,
      linkedAt: standing?.at ?? null,
      reading: standing?.reading ?? false,
      broken: standing?.broken ?? false,
    };
  }
}

interface Asked {
  readonly node: string;
  readonly folder: string;
  /** Null: it does not answer. */
  readonly status: ControlStatus | null;
  /** What it bound by itself, by its word or by its folder; why neither tells. */
  readonly bindings: readonly BoundKey[] | Error;
  /** How far its audit reaches; null: there is none, or it cannot be read now. */
  readonly link: SegmentLink | null;
}

/** How far the audit of a proxy reaches, and where it lies. */
export interface FoundLink {
  readonly link: SegmentLink;
  readonly folder: string;
}

async function ask(
  socket: string,
  key: Buffer,
  request: 'status' | 'reload',
  patience: number,
): Promise<ControlStatus | null> {
  try {
    return await askProxy(socket, key, request, patience);
  } catch (error) {
    if (error instanceof Error) return null; // gone, hung, or of another keystore: all the same here
    throw error;
  }
}

const unreadableBindings = `it does not answer, and what it bound cannot be read: ${basename(bindingsFile(''))}`;

/** A block has to reach the other proxies also where this one left a file that is of no use. */
async function bindingsIn(folder: string): Promise<readonly BoundKey[] | Error> {
  try {
    return await readBindings(folder);
  } catch (error) {
    if (error instanceof DamagedBindings || isSystemError(error)) return error;
    throw error;
  }
}

const xksIdIn = (boundName: string): string => boundName.slice(boundName.indexOf('/') + 1);

async function keep(file: string, bytes: Uint8Array): Promise<void> {
  if (existsSync(file) && readFileSync(file).equals(bytes)) return;
  await replaceFile(file, bytes);
}

/** What is made anew wherever it is published: the set, its key, and what a proxy needs for its device. */
const ours = ['serving-set', 'serving-key', 'pin', 'device-key'];

/** What proxies keep there, a certificate, or what a person put there. */
const heldBy = (folder: string): readonly string[] =>
  existsSync(folder)
    ? readdirSync(folder).filter((name) => !name.startsWith('.') && !ours.includes(name))
    : [];

async function linkOf(folder: string): Promise<SegmentLink | null> {
  const written = await writtenEnd(folder);
  return written === null ? null : linkTo(written.node, written.end);
}

/** By its word where it answers, else by its folder: one that never came up has none. */
async function reachOf(folder: string, status: ControlStatus | null): Promise<SegmentLink | null> {
  if (status?.audit) return linkTo(status.node, status.audit);
  try {
    return await linkOf(auditFolder(folder));
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return null;
  }
}

const isSystemError = (error: unknown): error is NodeJS.ErrnoException & { code: string } =>
  error instanceof Error && 'syscall' in error && 'code' in error;
