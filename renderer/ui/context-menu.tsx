import Divider from '@mui/material/Divider';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import styles from './context-menu.module.css';

export interface MenuEntry {
  readonly label: string;
  /** Shown at the right: `F2`. The key itself is handled where the focus is. */
  readonly shortcut?: string;
  /** Why it cannot be used now: it stays, greyed, with this as its second line. */
  readonly blocked?: string | null;
  readonly run: () => void;
}

/** Entries under one heading: `Cloud` above Force Rotate. */
export interface MenuSection {
  readonly heading?: string;
  readonly entries: readonly MenuEntry[];
}

export interface MenuPlace {
  readonly left: number;
  readonly top: number;
}

/**
 * The menu of a thing, by right-click, Shift+F10 or the menu key. An entry that cannot be used
 * stays reachable and says why, so that nobody wonders where it went.
 */
export function ContextMenu({
  label,
  place,
  sections,
  onClose,
}: {
  readonly label: string;
  readonly place: MenuPlace | null;
  readonly sections: readonly MenuSection[];
  readonly onClose: () => void;
}) {
  const entry = (item: MenuEntry, heading: string | undefined) => {
    const blocked = item.blocked ?? null;
    return (
      <MenuItem
        key={`${heading ?? ''}/${item.label}`}
        aria-disabled={blocked !== null}
        className={blocked === null ? '' : (styles['blocked'] ?? '')}
        onClick={() => {
          if (blocked !== null) return;
          onClose();
          item.run();
        }}
      >
        <span className={styles['text']}>
          {heading === undefined ? null : <span className="unseen">{heading}: </span>}
          {item.label}
          {blocked === null ? null : <span className={styles['why']}>{blocked}</span>}
        </span>
        {item.shortcut === undefined ? null : <kbd className={styles['keys']}>{item.shortcut}</kbd>}
      </MenuItem>
    );
  };
  return (
    <Menu
      open={place !== null}
      onClose={onClose}
      anchorReference="anchorPosition"
      {...(place === null ? {} : { anchorPosition: place })}
      slotProps={{
        list: { 'aria-label': label, dense: true },
        // It lies beside the page's landmarks, so it is one itself.
        paper: { role: 'region', 'aria-label': label },
      }}
    >
      {sections.flatMap((section, at) => [
        at > 0 ? <Divider key={`line ${at}`} component="li" role="separator" /> : null,
        section.heading === undefined ? null : (
          <li key={`heading ${at}`} role="presentation" className={styles['heading']}>
            {section.heading}
          </li>
        ),
        ...section.entries.map((item) => entry(item, section.heading)),
      ])}
    </Menu>
  );
}

/** Where a menu opens that was asked for by keyboard: under the row that has the focus. */
export const placeUnder = (element: Element): MenuPlace => {
  const { left, bottom } = element.getBoundingClientRect();
  return { left: left + 24, top: bottom };
};
