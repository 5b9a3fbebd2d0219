/** What the environment says about colour, read by the caller; undefined where a variable is not set. */
export interface ColourWishes {
  isTTY: boolean;
  noColor: string | undefined;
  forceColor: string | undefined;
  term?: string | undefined;
}

/**
 * Whether to colour: FORCE_COLOR decides when set (`0` and `false` mean no), then a non-empty NO_COLOR forbids it
 * (no-color.org), then a terminal that is not `dumb` allows it.
 */
export function wantsColour(wishes: ColourWishes): boolean {
  if (wishes.forceColor !== undefined) return wishes.forceColor !== '0' && wishes.forceColor !== 'false';
  if (wishes.noColor !== undefined && wishes.noColor !== '') return false;
  return wishes.isTTY && wishes.term !== 'dumb';
}
