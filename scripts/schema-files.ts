import { z } from 'zod';
import { openApiDocument } from '../src/apps/server/app.ts';
import { UserConfig } from '../src/contract/config.ts';
import { Plan } from '../src/contract/plan.ts';
import { schemaUrl } from '../src/report/schema-url.ts';

/** The JSON Schemas that editors get and the description of the HTTP API, by file, made from the Zod schemas. */
export function schemaFiles(): Record<string, string> {
  return {
    'schema/plan.schema.json': render(Plan, schemaUrl('plan'), 'A plan of Tercet (plan.yaml)'),
    'schema/tercet.schema.json': render(
      UserConfig,
      schemaUrl('tercet'),
      'Configuration of Tercet (tercet.yaml and your own config.yaml)',
    ),
    'schema/openapi.json': `${JSON.stringify(openApiDocument(), null, 2)}\n`,
  };
}

function render(schema: z.ZodType, $id: string, title: string): string {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return `${JSON.stringify({ $schema, $id, title, ...rest }, null, 2)}\n`;
}
