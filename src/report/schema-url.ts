/** Where editors find the published JSON Schemas: the package's own files, through a public mirror of npm. */
export function schemaUrl(name: 'plan' | 'tercet'): string {
  return `https://unpkg.com/tercet@0.1/schema/${name}.schema.json`;
}
