import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { Access, HandlersOfNoun, OpenKeystore } from './context.ts';

function view({ device }: OpenKeystore) {
  const sentence = device.designated
    ? 'This device is the designated one: it rotates key material, by schedule and by hand.'
    : device.designatedDevice === null
      ? 'No device is designated: nothing is rotated until one is.'
      : 'Another device is the designated one: this one rotates nothing and resumes no inherited job.';
  return {
    device: device.id,
    designated: device.designated,
    designatedDevice: device.designatedDevice,
    designatedAt: device.designatedAt,
    sentence,
  };
}

/** The one device that may rotate key material. */
export const deviceHandlers = (access: Access): HandlersOfNoun<'device'> => ({
  show: () => view(access.open()),
  designate: (input, { host }) => {
    const open = access.open();
    if (!input.confirm && open.device.designatedDevice !== null && !open.device.designated) {
      throw new OperationError('CONFIRMATION_NEEDED', {
        what: 'make this device the designated one; the former stops rotating',
      });
    }
    const former = open.device.designatedDevice;
    open.store.change(() => {
      open.device.designate();
      open.jobs.designated();
      open.audit('OK', [open.device.id], { name: host, former });
    });
    open.changed('device', open.device.id);
    return view(open);
  },
});
