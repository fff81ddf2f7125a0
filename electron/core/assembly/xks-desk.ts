import { join } from 'node:path';
import type { z } from 'zod';
import type { xksOps } from '../../../shared/contract/xks.ts';
import type { ServingView } from '../../../shared/contract/xks-shapes.ts';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { CoreConfig } from '../core.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { DomainModel } from '../keystore/domain.ts';
import type { StorageLocation } from '../keystore/rows.ts';
import type { Vault } from '../keystore/vaults.ts';
import type { XksVersion } from '../keystore/xks/rows.ts';
import type { HostPorts } from '../ports.ts';
import type { Store } from '../store/store.ts';
import { CertificateDesk } from '../xks/certificate/desk.ts';
import type { SegmentLink } from '../xks/audit/link.ts';
import { replaceFile } from '../xks/serving/set-file.ts';
import type { BackupPlaces } from './backup-places.ts';
import { environmentOf, practicePin } from './practice-token.ts';
import type { Token } from './token.ts';
import { softwareDevice, XksDevice } from './xks-device.ts';
import { XksLinks } from './xks-links.ts';
import { servingFiles, XksPublisher } from './xks-publisher.ts';

type Prepared = z.output<typeof xksOps.prepareProxy.output>;

export interface DeskParts {
  readonly ports: HostPorts;
  readonly config: Pick<CoreConfig, 'keystorePath'>;
  readonly file: { readonly store: Store };
  readonly domain: Pick<DomainModel, 'settings' | 'xks'>;
  readonly token: Token;
  readonly backups: BackupPlaces;
  readonly audit: AuditLog;
  readonly changed: (what: 'xks') => void;
}

/** Milliseconds between two looks at how far proxies have written, while the keystore is open. */
const linkEvery = 5 * 60_000;

/** What stands between the external key stores of an open keystore and the proxies that serve them. */
export class XksDesk {
  readonly #parts: DeskParts;
  readonly #device: XksDevice;
  readonly #publisher: XksPublisher;
  readonly #links: XksLinks;
  readonly #ended = new AbortController();
  #linking = false;
  /** What proxies show to AWS. */
  readonly certificate: CertificateDesk;

  constructor(parts: DeskParts) {
    this.#parts = parts;
    const { ports, config, file, domain, token, audit } = parts;
    const { store } = file;
    this.#device = new XksDevice({ ports, store, token });
    const usualFolder = `${config.keystorePath}.xks`;
    const links = new XksLinks({ store, audit, log: ports.log });
    this.#links = links;
    this.#publisher = new XksPublisher({
      ports,
      store,
      ...domain,
      usualFolder,
      reached: links.note.bind(links),
      standing: links.standing.bind(links),
    });
    this.certificate = new CertificateDesk(() => this.#publisher.folder);
  }

  device(storage: StorageLocation): Promise<Vault> {
    return this.#device.ready(storage);
  }

  publish(): Promise<ServingView> {
    return this.#publisher.publish();
  }

  status(): Promise<ServingView> {
    return this.#publisher.status();
  }

  boundByProxy(xksId: string): Promise<string | null> {
    return this.#publisher.boundByProxy(xksId);
  }

  nodes(): readonly { readonly node: string; readonly folder: string }[] {
    return this.#publisher.nodes();
  }

  get folder(): string {
    return this.#publisher.folder;
  }

  leaveFolder(former: string): void {
    this.#publisher.leaveFolder(former);
  }

  chooseFolder(folder: string): void {
    this.#publisher.chooseFolder(folder);
  }

  /** Null where there is no second place. */
  async protect({ id, keyId }: XksVersion): Promise<{ readonly at: number } | null> {
    const bound = this.#parts.domain.xks.keys.bindings(keyId);
    return this.#parts.backups.protectRows([
      { table: 'xks_serving', key: 1 },
      { table: 'xks_version', key: id },
      ...bound.map(({ arn }) => ({ table: 'xks_binding', key: [keyId, arn] })),
      ...this.#parts.domain.xks.keys
        .released(keyId)
        .map((arn) => ({ table: 'xks_release', key: [keyId, arn] })),
    ]);
  }

  /** Notes how far the audit of every proxy reaches, once what was written since was read and fits. */
  async link(segments: readonly string[] = []): Promise<readonly SegmentLink[]> {
    const found = await this.#publisher.link(segments);
    for (const { link, folder } of found) await this.#links.follow(link, folder);
    if (found.length > 0) this.#parts.changed('xks');
    return found.map(({ link }) => link);
  }

  /** As {@link link} for whoever cannot wait: what was written since is read at the next unlocking. */
  async noteReach(): Promise<void> {
    for (const { link } of await this.#publisher.link()) this.#links.note(link);
  }

  /**
   * Takes off the device what no version names any more. What cannot be taken off now waits for the
   * next login or start, and keeps nothing else from leaving. Answers with how much of it waits.
   */
  async clearDevice(): Promise<number> {
    const { domain, file, ports } = this.#parts;
    const { keys } = domain.xks;
    const away = new Set<StorageLocation>();
    for (const { deviceId, storage } of keys.leftovers.list()) {
      if (away.has(storage)) continue;
      try {
        const { driver, master } = await this.#device.ready(storage);
        const removed = await driver.removeServiceKey(deviceId);
        // a token that was pulled out has no objects at all: that is no sign that this one is gone
        const there = removed || (await driver.findMasters()).some(({ id }) => id === master.id);
        if (!there) throw new OperationError('HSM_MASTER_MISSING');
        file.store.change(() => keys.leftovers.tookOff(deviceId));
      } catch (error) {
        if (!(error instanceof OperationError)) throw error;
        ports.log.log('warn', 'xks-left-on-device', { code: error.code });
        // a device that refuses one object may give up the next; one that does not answer does not
        if (error.code !== 'HSM_REFUSED') away.add(storage);
      }
    }
    return keys.leftovers.list().length;
  }

  /** The device is there: what was removed while it was away leaves it now. */
  deviceCame(): void {
    this.clearDevice().catch((error: unknown) => {
      const why = error instanceof Error ? (error.stack ?? error.message) : 'not an error';
      this.#parts.ports.log.log('error', 'device-not-cleared', { error: why });
    });
  }

  /** After unlocking, in a process that stays. */
  async begin(): Promise<void> {
    await this.clearDevice();
    if (!this.#linking) void this.#keepLinked();
    this.#linking = true;
    try {
      await this.#publisher.catchUp();
    } catch (error) {
      if (!(error instanceof OperationError)) throw error;
      this.#parts.ports.log.log('warn', 'xks-not-published', { code: error.code });
    }
  }

  /** The files of a proxy on this computer; none of them opens anything but service keys. */
  async prepareProxy(): Promise<Prepared> {
    const { domain, file } = this.#parts;
    const { storage } = domain.xks.serving;
    if (storage === null) throw new OperationError('XKS_NO_STORE');
    const { folder } = await this.publish();
    const device = storage === 'hsm' ? await this.#hsm(folder) : await this.#software(folder);
    const { imported, certificate, privateKey } = this.certificate.view();
    const shown = imported ? { certificate, privateKey } : null;
    return {
      folder,
      ...servingFiles(folder),
      realm: file.store.realm,
      device,
      certificate: shown,
    };
  }

  close(): Promise<void> {
    this.#ended.abort();
    this.#links.close();
    return this.#device.close();
  }

  /** At once, for proxies went on while the keystore was locked; then now and again. */
  async #keepLinked(): Promise<void> {
    const { clock, log } = this.#parts.ports;
    const { signal } = this.#ended;
    for (;;) {
      try {
        await this.link();
      } catch (error) {
        const code = error instanceof OperationError ? error.code : 'INTERNAL';
        log.log('error', 'xks.audit.not-linked', { code });
      }
      try {
        await clock.sleep(linkEvery, signal);
      } catch (error) {
        if (signal.aborted) return;
        throw error;
      }
    }
  }

  async #hsm(folder: string): Promise<Prepared['device']> {
    const { token, ports, file } = this.#parts;
    const { binding } = token;
    if (binding === null) throw new OperationError('HSM_NOT_ATTACHED');
    const environment = environmentOf(ports, binding.practiceFolder);
    const pin = practicePin(file.store, binding);
    const pinFile = join(folder, 'pin');
    try {
      if (pin !== null) await pin.use((bytes) => replaceFile(pinFile, bytes));
    } finally {
      pin?.dispose();
    }
    return {
      driver: 'pkcs11',
      module: binding.module,
      moduleSha256: binding.moduleSha256,
      libraryParameters: binding.libraryParameters,
      environment: environment === undefined ? null : { ...environment },
      tokenSerial: binding.serial,
      tokenLabel: binding.label,
      pinFile: pin === null ? null : pinFile,
    };
  }

  async #software(folder: string): Promise<Prepared['device']> {
    const keyFile = join(folder, 'device-key');
    using key = this.#parts.file.store.derive(softwareDevice);
    await key.use((bytes) => replaceFile(keyFile, bytes));
    return { driver: 'software', keyFile };
  }
}
