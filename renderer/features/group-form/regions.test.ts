import { describe, expect, it } from 'vitest';
import { regionCode } from '../../../shared/contract/shapes.ts';
import { findRegions, isRegionCode, meantRegion, regionChoice, regionChoices } from './regions.ts';

describe('Regions', () => {
  it('have codes that the contract takes, each once', () => {
    for (const { code } of regionChoices) expect(regionCode.safeParse(code).success).toBe(true);
    expect(new Set(regionChoices.map(({ code }) => code)).size).toBe(regionChoices.length);
  });

  it('are found by code or name, in any order of words', () => {
    const codes = (text: string) => findRegions(text).map(({ code }) => code);
    expect(codes('ireland')).toEqual(['eu-west-1']);
    expect(codes('europe milan')).toEqual(['eu-south-1']);
    expect(codes('us-gov')).toEqual(['us-gov-east-1', 'us-gov-west-1']);
    expect(codes('nowhere')).toEqual([]);
  });

  it('come first where they are used here already', () => {
    const [first, second] = findRegions('europe', ['eu-north-1', 'eu-west-3']);
    expect([first?.code, second?.code]).toEqual(['eu-north-1', 'eu-west-3']);
  });

  it('mean what was typed; a code that is not in the list stays', () => {
    expect(meantRegion('frankfurt')).toBe('eu-central-1');
    expect(meantRegion('eu-central-9')).toBe('eu-central-9');
    expect(meantRegion('atlantis')).toBe('atlantis');
    expect(meantRegion('')).toBe('');
    expect(isRegionCode('us-gov-west-1')).toBe(true);
  });

  it('say what must be known before choosing some of them', () => {
    expect(regionChoice('us-gov-west-1')?.note).toMatch(/US government/);
    expect(regionChoice('eu-west-1')?.note).toBeNull();
  });
});
