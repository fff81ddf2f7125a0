import { useBlocked } from '../../state/blocked.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { type Look, useLook } from '../../state/look.ts';
import { useRead } from '../../state/reads.ts';
import { type Choice, Choices } from '../../ui/choices.tsx';
import { DeedButton } from '../../ui/deed-button.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { Ident } from '../../ui/ident.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Facts, ScreenFrame, Section } from '../../ui/screen.tsx';

/** Which device rotates, and how the window looks. */
export function ConfigurationScreen() {
  return (
    <ScreenFrame screen="configuration" padded>
      <ProtectedKeyOptions />
      <Appearance />
    </ScreenFrame>
  );
}

/** The one device that may rotate key material. */
function ProtectedKeyOptions() {
  const device = useRead('device.show', {});
  const blocked = useBlocked();
  const show = useDialogs((state) => state.show);
  const { data } = device;
  return (
    <Section
      title="HSM Protected Key Options"
      deeds={
        data && !data.designated ? (
          <DeedButton
            variant="contained"
            blocked={blocked}
            onClick={() => show({ kind: 'designate' })}
          >
            Make this the designated device…
          </DeedButton>
        ) : null
      }
    >
      {device.failure ? <FailureNotice failure={device.failure} /> : null}
      {device.pending ? <p role="status">Reading which device is designated.</p> : null}
      {data ? (
        <>
          <p>
            <span className={data.designated ? 'tone-good' : 'tone-attention'}>
              {data.designated ? '✓' : '!'}
            </span>{' '}
            {data.sentence}
          </p>
          <Facts
            facts={[
              ['This device', <Ident key="this" value={data.device} what="id of this device" />],
              [
                'Designated',
                data.designatedDevice === null ? (
                  'none'
                ) : data.designated ? (
                  'this one'
                ) : (
                  <Ident
                    key="other"
                    value={data.designatedDevice}
                    what="id of the designated device"
                  />
                ),
              ],
              ...(data.designatedAt === null
                ? []
                : [['Since', <Moment key="since" at={data.designatedAt} />] as const]),
            ]}
          />
        </>
      ) : null}
    </Section>
  );
}

const looks: readonly Choice<Look>[] = [
  { value: 'system', label: 'As this computer says' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
];

function Appearance() {
  const { look, choose } = useLook();
  return (
    <Section title="Appearance">
      <Choices legend="Look of this window" choices={looks} value={look} onChoose={choose} />
      <p className="detail">High contrast and less motion follow the settings of this computer.</p>
    </Section>
  );
}
