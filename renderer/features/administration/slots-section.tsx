import { useDialogs } from '../../state/dialogs.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { Moment } from '../../ui/moment.tsx';
import { type Slot, slotKinds } from '../../ui/opening-fields.tsx';
import { Section } from '../../ui/screen.tsx';
import styles from './administration.module.css';
import { isolate } from '../../../shared/text/isolate.ts';

/** Every way to open the keystore. Any one of them is enough. */
export function SlotsSection({
  slots,
  blocked,
}: {
  readonly slots: readonly Slot[];
  readonly blocked: string | null;
}) {
  const show = useDialogs((state) => state.show);
  const onlyOne = slots.length === 1 ? 'The last way in stays: add another first.' : null;
  return (
    <Section
      title="What opens this keystore"
      deeds={
        <DeedButton blocked={blocked} onClick={() => show({ kind: 'add-slot' })}>
          Add another way…
        </DeedButton>
      }
    >
      <p className="quiet">
        Any one of these opens it. A passphrase cannot be reset; a second way keeps you from being
        locked out.
      </p>
      <div className={styles['scroll']}>
        <table className={styles['slots']} aria-label="Ways to open this keystore">
          <thead>
            <tr>
              <th scope="col">Called</th>
              <th scope="col">Opens with</th>
              <th scope="col">Token</th>
              <th scope="col">Since</th>
              <th scope="col">
                <span className="unseen">Deeds</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {slots.map((slot) => (
              <tr key={slot.id}>
                <td>{slot.label}</td>
                <td>{slotKinds[slot.kind]}</td>
                <td>{slot.tokenSerial === null ? '–' : <code>{slot.tokenSerial}</code>}</td>
                <td>
                  <Moment at={slot.createdAt} as="day" />
                </td>
                <td>
                  {slot.kind === 'passphrase' ? (
                    <DeedButton
                      variant="text"
                      blocked={blocked}
                      aria-label={`Change the passphrase ${isolate(slot.label)}`}
                      onClick={() => show({ kind: 'change-passphrase', slot: slot.id })}
                    >
                      Change…
                    </DeedButton>
                  ) : null}
                  <DeedButton
                    variant="text"
                    blocked={blocked ?? onlyOne}
                    aria-label={`Remove ${isolate(slot.label)}`}
                    onClick={() => show({ kind: 'remove-slot', slot: slot.id })}
                  >
                    Remove…
                  </DeedButton>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}
