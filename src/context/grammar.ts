import type { Code } from './code.ts';

/** A definition in a source file. Lines are 1-based and inclusive; decorators above it are not part of them. */
export interface CodeSymbol {
  name: string;
  kind: 'function' | 'class' | 'method' | 'interface' | 'type' | 'const' | 'enum' | 'module';
  path: string;
  line: number;
  endLine: number;
  /** One line, trimmed, at most 160 characters, body dropped. */
  signature: string;
  /** Visible outside its file, by the rules of its language. */
  exported: boolean;
  /** The class, object or module it stands in; null at the top of the file. */
  parent: string | null;
}

/** Where a declaration may stand: the file or a namespace, a class-like body, an object literal, a Go `(…)` group. */
export interface Scope {
  kind: 'top' | 'class' | 'object' | 'group';
  parent: string | null;
  /** What the lines of a Go group declare. */
  group: CodeSymbol['kind'] | null;
  depth: number;
}

/** What a grammar recognised at an offset. */
export interface Declaration {
  name: string;
  kind: CodeSymbol['kind'];
  exported: boolean;
  /** Overrides the scope's parent: receiver of a Go method, class of a C++ `A::b`. */
  parent?: string;
  /** Offset after the name, from where the end is looked for. */
  from: number;
  /** `block`: ends with the first `{…}`. `statement`: ends with `;` or a line break that ends it. */
  ends: 'block' | 'statement';
  /** How the body is read: null is not looked into. */
  body: Scope['kind'] | null;
  /** A container that is no symbol: `impl`, `extern "C"`, `const (…)`. Its members get `bodyParent`. */
  silent?: boolean;
  bodyParent?: string | null;
  group?: CodeSymbol['kind'];
}

export interface Grammar {
  /** A line break may end a statement. */
  newlines: boolean;
  /** Functions whose body is an expression after this: `=` in Kotlin, `=>` in C#. */
  expression: '=' | '=>' | null;
  /** Whether the `{` at `at` belongs to a type or initialiser rather than being the body. `before` is the last code character. */
  isTypeBrace(code: string, at: number, before: string): boolean;
  /** Offset after an annotation or attribute that begins at `at`; -1 when there is none. */
  skipAnnotation(c: Code, at: number): number;
  declare(c: Code, at: number, scope: Scope): Declaration | null;
}

/** Offsets within a declaration. */
export interface Extent {
  /** The bracket that opens its body; -1 when it has none that is looked into. */
  open: number;
  /** Its last character. */
  end: number;
  /** Where the signature ends: the body's brace or, of a function value, its arrow. */
  cut: number;
}
