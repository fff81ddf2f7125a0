import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';

/** Runs a command's work with its context; a number returned is the exit code. */
export type Run = (work: (context: CommandContext) => Promise<number | void>) => Promise<void>;

/** Adds the verbs of one noun. */
export type AddVerbs = (noun: Command, run: Run) => void;
