import { writeFileSync } from 'node:fs';
import { schemaFiles } from './schema-files.ts';

/** Writes the published JSON Schemas. A test fails when they are not what the contract says. */
for (const [file, text] of Object.entries(schemaFiles())) writeFileSync(file, text);
