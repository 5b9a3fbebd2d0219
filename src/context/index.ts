export type { SourceText } from './corpus.ts';
export { enclosing } from './enclosing.ts';
export { packNeeds } from './needs.ts';
export { packContext } from './pack.ts';
export { selectSources } from './select.ts';
export { symbolsOf } from './symbols.ts';
export { estimateTokens, typicalTokens } from './tokens.ts';
