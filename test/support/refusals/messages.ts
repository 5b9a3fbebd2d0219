import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const SRC = fileURLToPath(new URL('../../../src', import.meta.url));

/** A message that code can show, with `…` for what is filled in; one per form it can take. */
export interface Message {
  code: string;
  text: string;
  /** From `src/`, with `/`. */
  file: string;
}

/** Every message of a TercetError and of a warning in src/, read from the syntax tree: what is said, not what is documented. */
export function messagesInCode(): Message[] {
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  return files.flatMap((name) => {
    const file = name.replaceAll(path.sep, '/');
    const source = ts.createSourceFile(file, readFileSync(path.join(SRC, name), 'utf8'), ts.ScriptTarget.Latest, true);
    const found: Message[] = [];
    const visit = (node: ts.Node): void => {
      if (ts.isNewExpression(node) && node.expression.getText() === 'TercetError') {
        const [code, message] = node.arguments ?? [];
        if (code !== undefined && message !== undefined && ts.isStringLiteral(code)) {
          for (const text of forms(message)) found.push({ code: code.text, text: tidy(text), file });
        }
      }
      if (ts.isObjectLiteralExpression(node)) {
        const [type, message] = [initialiserOf(node, 'type'), initialiserOf(node, 'message')];
        if (type !== null && ts.isStringLiteral(type) && type.text === 'warning.raised' && message !== null) {
          for (const text of forms(message)) found.push({ code: 'warning', text: tidy(text), file });
        }
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
    return found;
  });
}

/** The value of a property, `name: value` or just `name`. */
function initialiserOf(object: ts.ObjectLiteralExpression, name: string): ts.Expression | null {
  for (const property of object.properties) {
    if (property.name?.getText() !== name) continue;
    if (ts.isPropertyAssignment(property)) return property.initializer;
    if (ts.isShorthandPropertyAssignment(property)) return property.name;
  }
  return null;
}

/** As the document writes a message: on one line, without backticks, runs of gaps as one. */
export function tidy(text: string): string {
  return text
    .replaceAll('`', '')
    .replaceAll('|', '/')
    .replace(/\s+/g, ' ')
    .replace(/…(?:\s*…)+/g, '…')
    .trim();
}

/** The texts an expression can be: both branches of a condition, pieces put together, `…` for anything else. */
function forms(expression: ts.Expression, depth = 0): string[] {
  if (depth > 4) return ['…'];
  if (ts.isStringLiteralLike(expression)) return [expression.text];
  if (ts.isParenthesizedExpression(expression)) return forms(expression.expression, depth);
  if (ts.isConditionalExpression(expression)) {
    return [...forms(expression.whenTrue, depth + 1), ...forms(expression.whenFalse, depth + 1)];
  }
  if (ts.isBinaryExpression(expression) && expression.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    return joined(forms(expression.left, depth), forms(expression.right, depth));
  }
  if (ts.isTemplateExpression(expression)) {
    return expression.templateSpans.reduce(
      (before, span) => joined(joined(before, namedOnly(span.expression, depth)), [span.literal.text]),
      [expression.head.text],
    );
  }
  if (ts.isIdentifier(expression)) {
    const value = constantNamed(expression);
    if (value !== null) return forms(value, depth + 1);
  }
  return ['…'];
}

/** Inside of a template, a name stands for its text only where that is a sentence of its own. */
function namedOnly(expression: ts.Expression, depth: number): string[] {
  if (!ts.isIdentifier(expression)) return ['…'];
  const value = constantNamed(expression);
  if (value === null || !(ts.isTemplateExpression(value) || ts.isConditionalExpression(value))) return ['…'];
  return forms(value, depth + 1);
}

function joined(left: readonly string[], right: readonly string[]): string[] {
  return left.flatMap((a) => right.map((b) => a + b));
}

/** What `const name = …` says in the nearest block around a use. */
function constantNamed(use: ts.Identifier): ts.Expression | null {
  for (let at: ts.Node | undefined = use; at !== undefined; at = at.parent) {
    if (!ts.isBlock(at) && !ts.isSourceFile(at)) continue;
    for (const statement of at.statements) {
      if (!ts.isVariableStatement(statement)) continue;
      for (const each of statement.declarationList.declarations) {
        if (each.name.getText() === use.text) return each.initializer ?? null;
      }
    }
  }
  return null;
}
