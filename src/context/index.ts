export type { SourceText } from './corpus.ts';
export { enclosing, enclosingIn, qualifiedName } from './enclosing.ts';
export type { CodeSymbol } from './grammar.ts';
export { packNeeds } from './needs.ts';
export { type Packed, packContext } from './pack.ts';
export { selectSources } from './select.ts';
export { symbolsOf } from './symbols.ts';
export { estimateTokens, typicalTokens } from './tokens.ts';
