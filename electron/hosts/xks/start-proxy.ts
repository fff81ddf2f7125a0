import { randomBytes } from 'node:crypto';
import type { HsmBridge } from '../../core/hsm/bridge/client.ts';
import { nodeClock } from '../../core/kernel/node-clock.ts';
import type { Clock, Logger } from '../../core/ports.ts';
import { controlSocket, type ControlStatus } from '../../core/xks/control-client.ts';
import type { Health } from '../../core/xks/health.ts';
import { XksProxy } from '../../core/xks/proxy.ts';
import { derived } from '../../core/xks/serving/sealed-set.ts';
import { CertificateWatch, daysLeft } from './certificate.ts';
import type { Configuration } from './configuration.ts';
import { listenForControl } from './control.ts';
import { openDevice, type ProxyDevice } from './device.ts';
import { listen, type XksListener } from './listener.ts';
import { metricsText } from './metrics.ts';
import { closeFiles, openParts, type Parts } from './open-parts.ts';
import { listenForProbes, type Probe } from './probe.ts';

/**
 * Starts everything an XKS proxy is: its device in a process of its own, the sealed serving set, the
 * audit, and the listeners. A device that is away does not stop it: it says that it is unavailable
 * and looks for it. `clock` is what answers are hurried by; `device` may have been begun before.
 * @throws whatever makes serving impossible: set, certificate, folder, port
 */
export async function startProxy(
  configuration: Configuration,
  log: Logger,
  clock: Clock = nodeClock,
  device: ProxyDevice = openDevice(configuration, log),
): Promise<RunningProxy> {
  const parts = await openParts(configuration, device, log, clock);
  try {
    return await RunningProxy.start(configuration, parts, log, clock);
  } catch (error) {
    await closeParts(parts);
    throw error;
  }
}

/** A proxy that listens. */
export class RunningProxy {
  readonly #configuration: Configuration;
  readonly #parts: Parts;
  readonly #proxy: XksProxy;
  readonly #listener: XksListener;
  readonly #certificate: CertificateWatch;
  readonly #stopping = new AbortController();
  readonly #hurry = new AbortController();
  #leaving = false;
  readonly #controlKey: Buffer;
  #control: { close(): Promise<void> } | null = null;
  #probe: Probe | null = null;
  #loops: readonly Promise<void>[] = [];
  #stopped: Promise<void> | null = null;

  private constructor(
    configuration: Configuration,
    parts: Parts,
    proxy: XksProxy,
    listener: XksListener,
    log: Logger,
  ) {
    this.#configuration = configuration;
    this.#parts = parts;
    this.#proxy = proxy;
    this.#listener = listener;
    this.#controlKey = derived(parts.servingKey, 'control');
    const ports = { clock: nodeClock, log };
    const apply = listener.use.bind(listener);
    this.#certificate = new CertificateWatch(ports, configuration, parts.certificate, apply);
  }

  /** `parts` belong to the proxy once this has resolved. */
  static async start(
    configuration: Configuration,
    parts: Parts,
    log: Logger,
    clock: Clock = nodeClock,
  ): Promise<RunningProxy> {
    const proxy = new XksProxy(
      { clock, random: randomBytes, log },
      {
        device: parts.bridge,
        index: () => parts.live.index,
        audit: parts.audit,
        bindings: parts.bindings,
        health: parts.health,
        describe: (found) => describe(configuration, parts.bridge, found),
        mostAtOnce: configuration.mostAtOnce,
      },
    );
    const listener = await listen(
      {
        ...configuration.listen,
        context: parts.certificate.certificate.context,
        mostConnections: configuration.mostConnections,
        clientNames: configuration.clientCertificates?.names ?? null,
      },
      proxy,
    );
    const running = new RunningProxy(configuration, parts, proxy, listener, log);
    try {
      await running.#listenBeside();
    } catch (error) {
      await running.stop();
      throw error;
    }
    return running;
  }

  get port(): number {
    return this.#listener.port;
  }

  get probePort(): number | null {
    return this.#probe?.port ?? null;
  }

  /** Reads certificate and serving set again if they were replaced. */
  async reload(): Promise<void> {
    await Promise.all([this.#parts.live.reload(), this.#certificate.reload()]);
  }

  /** What is so now: a device that was not tried yet is tried first. */
  async status(): Promise<ControlStatus> {
    const { live, audit, bindings } = this.#parts;
    const health = await this.#parts.health.current();
    return {
      node: this.#configuration.node,
      revision: live.index.set.revision,
      setProblem: live.problem,
      health: { status: health.status, problem: health.problem },
      certificate: { days: this.#certificateDays(), problem: this.#certificate.problem },
      audit: audit.head,
      bindings: bindings.all(),
      refusedKmsKeys: this.#proxy.refusedKmsKeys.all(),
      verdicts: Object.fromEntries(this.#proxy.counts),
      inFlight: this.#proxy.inFlight,
      figures: this.#proxy.figures.live(),
    };
  }

  /** Leaves, answers what is under way, then ends everything. Who calls it again does not want to wait. */
  stop(): Promise<void> {
    if (this.#stopped !== null) this.#hurry.abort(new Error('told again'));
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #listenBeside(): Promise<void> {
    const { stateFolder, probe } = this.#configuration;
    const socket = controlSocket(stateFolder);
    this.#control = await listenForControl(socket, this.#controlKey, async (request) => {
      if (request === 'reload') await this.reload();
      return this.status();
    });
    if (probe !== null) this.#probe = await listenForProbes(probe, this.#probed());
    const { live, health } = this.#parts;
    const { signal } = this.#stopping;
    this.#loops = [live, this.#certificate, health].map((one) => one.watch(signal));
  }

  #probed() {
    const { live, health, audit } = this.#parts;
    return {
      healthy: () => !this.#leaving && health.last.status !== 'UNAVAILABLE',
      metrics: () =>
        metricsText({
          verdicts: this.#proxy.counts,
          inFlight: this.#proxy.inFlight,
          revision: live.index.set.revision,
          certificateDays: this.#certificateDays(),
          health: health.last,
          auditSeq: audit.head?.seq ?? 0,
          durations: this.#proxy.figures.histogram(),
        }),
    };
  }

  #certificateDays(): number {
    return daysLeft(this.#certificate.current, nodeClock.now());
  }

  async #stop(): Promise<void> {
    this.#leaving = true;
    const { leaveSeconds } = this.#configuration;
    if (leaveSeconds > 0) {
      const told = nodeClock.sleep(leaveSeconds * 1000, this.#hurry.signal);
      await told.catch(() => undefined); // in a hurry
    }
    this.#stopping.abort(new Error('stopped'));
    await this.#listener.drain();
    await Promise.all([...this.#loops, this.#control?.close(), this.#probe?.close()]);
    await closeParts(this.#parts);
    this.#controlKey.fill(0);
  }
}

async function closeParts(parts: Parts): Promise<void> {
  await parts.bridge.detach();
  await closeFiles(parts);
}

/** GetHealthStatus. */
function describe(configuration: Configuration, bridge: HsmBridge, health: Health): object {
  const token = bridge.lastStatus;
  return {
    xksProxyFleetSize: configuration.fleetSize,
    xksProxyVendor: 'Keyreeve',
    xksProxyModel: 'Keyreeve XKS proxy 0.1',
    ekmVendor: token === null || token.manufacturer === '' ? 'Keyreeve' : token.manufacturer,
    ekmFleetDetails: [
      {
        id: token === null || token.serial === '' ? configuration.node : token.serial,
        model: token === null || token.model === '' ? 'unknown' : token.model,
        healthStatus: health.status,
      },
    ],
  };
}
