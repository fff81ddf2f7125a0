import { folded } from '../kernel/folded.ts';
/**
 * A name as it is kept and compared: composed (NFC), so that two names that look the same are the
 * same, and well-formed, so that what was written is what is read back.
 */
export const keptName = (name: string): string => name.toWellFormed().normalize('NFC');

/** A name for sorting and searching without regard to case and to compatibility forms. */
export const foldedName = (name: string): string => folded(name);

/** What a person typed to search by, made comparable with folded names. */
export const searchText = (typed: string): string => foldedName(typed.trim());
