import path from 'node:path';
import ts from 'typescript';

/**
 * What an entry point exports, by name, with its declaration as tsc emits it and without comments: the text that changes
 * when something changes for people who build on it. `entry` is a source file, e.g. `src/index.ts`.
 */
export function publicApi(entries: readonly string[]): Record<string, string> {
  const root = path.resolve(import.meta.dirname, '..');
  const file = path.join(root, 'tsconfig.build.json');
  const { options } = ts.parseJsonConfigFileContent(ts.readConfigFile(file, ts.sys.readFile).config, ts.sys, root);
  const program = ts.createProgram(
    entries.map((entry) => path.join(root, entry)),
    options,
  );
  const declarations = new Map<string, ts.SourceFile>();
  program.emit(
    undefined,
    (name, text, _, __, sources) => {
      const source = sources?.[0]?.fileName;
      if (source !== undefined) declarations.set(source, ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true));
    },
    undefined,
    true,
  );
  const checker = program.getTypeChecker();
  const listing = (entry: string): string => {
    const source = program.getSourceFile(path.join(root, entry));
    const module = source === undefined ? undefined : checker.getSymbolAtLocation(source);
    if (module === undefined) throw new Error(`${entry} exports nothing`);
    const names = checker.getExportsOfModule(module).sort((a, b) => (a.name < b.name ? -1 : 1));
    return `${names.map((symbol) => textOf(symbol, checker, declarations)).join('\n\n')}\n`;
  };
  return Object.fromEntries(entries.map((entry) => [entry, listing(entry)]));
}

function textOf(symbol: ts.Symbol, checker: ts.TypeChecker, declarations: ReadonlyMap<string, ts.SourceFile>): string {
  const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const files = new Set(target.declarations?.map((declaration) => declaration.getSourceFile().fileName));
  const printer = ts.createPrinter({ removeComments: true });
  const texts = [...files].flatMap((file) => {
    const emitted = declarations.get(file);
    if (emitted === undefined) return [];
    return emitted.statements
      .filter((statement) => declares(statement, target.name))
      .map((statement) => printer.printNode(ts.EmitHint.Unspecified, statement, emitted));
  });
  if (texts.length === 0) throw new Error(`${symbol.name} has no declaration`);
  const text = texts.join('\n');
  // Exported as a type only: the value behind it can be read here, but not imported.
  return isTypeOnly(symbol) ? text.replaceAll(/^export declare const/gm, 'declare const') : text;
}

function isTypeOnly(symbol: ts.Symbol): boolean {
  return (symbol.declarations ?? []).some(
    (declaration) =>
      ts.isExportSpecifier(declaration) && (declaration.isTypeOnly || declaration.parent.parent.isTypeOnly),
  );
}

function declares(statement: ts.Statement, name: string): boolean {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.some((declaration) => declaration.name.getText() === name);
  return (
    (ts.isFunctionDeclaration(statement) ||
      ts.isClassDeclaration(statement) ||
      ts.isInterfaceDeclaration(statement) ||
      ts.isTypeAliasDeclaration(statement)) &&
    statement.name?.text === name
  );
}
