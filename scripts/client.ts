import { writeFileSync } from 'node:fs';
import { clientTypes } from './client-types.ts';
import { schemaFiles } from './schema-files.ts';

/** Writes the generated part of the client. A test fails when it is not what the API says. */
writeFileSync('src/client/generated/types.gen.ts', await clientTypes(schemaFiles()['schema/openapi.json'] ?? ''));
