import { LazyCloud } from './aws/lazy-cloud.ts';
import type { Cloud, CloudPorts, CloudSettings } from './cloud.ts';

/** The adapter. The AWS SDK (27 MB, a tenth of a second) is loaded at the first `connect`. */
export function createCloud(ports: CloudPorts, settings: CloudSettings = {}): Cloud {
  return new LazyCloud(ports, settings);
}
