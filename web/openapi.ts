import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { problem } from './answers.ts';

/** What the OpenAPI document says of a route; routes carry it as `config.api`. */
export interface ApiRoute {
  readonly summary: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly answer: z.ZodType;
  /** `application/json` if absent. */
  readonly type?: string;
  readonly description?: string;
  /** It asks for a bearer token. */
  readonly bearer?: true;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    api?: ApiRoute;
  }
}

/** Collects the routes that are registered from now on; returns the document's maker. */
export function collectOpenApi(app: FastifyInstance, version: string, publicUrl: string): () => object {
  const paths: Record<string, { get: object }> = {};
  app.addHook('onRoute', (route) => {
    const api = route.config?.api;
    if (!api || route.method !== 'GET') return;
    paths[route.url.replace(/:(\w+)/g, '{$1}')] = { get: operation(api) };
  });
  return () => ({
    openapi: '3.1.0',
    info: {
      title: 'Deployday',
      version,
      description: 'Read-only. What changes something is typed in the chat.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: publicUrl }],
    paths,
    components: {
      schemas: { Problem: schemaOf(problem) },
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    },
  });
}

function operation(api: ApiRoute): object {
  const failure = {
    description: 'What is wrong and what to do',
    content: json({ $ref: '#/components/schemas/Problem' }),
  };
  return {
    summary: api.summary,
    ...(api.description ? { description: api.description } : {}),
    ...(api.bearer ? { security: [{ token: [] }] } : {}),
    parameters: [...parameters('path', api.params), ...parameters('query', api.query)],
    responses: {
      200: {
        description: 'The answer',
        content: { [api.type ?? 'application/json']: { schema: schemaOf(api.answer) } },
      },
      ...(api.params || api.query ? { 400: failure } : {}),
      ...(api.bearer ? { 401: failure } : {}),
      ...(api.params || api.bearer ? { 404: failure } : {}),
      503: failure,
    },
  };
}

function parameters(place: 'path' | 'query', shape: z.ZodObject | undefined): object[] {
  if (!shape) return [];
  const { properties = {}, required = [] } = schemaOf(shape) as {
    properties?: Record<string, { description?: string }>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: place,
    required: required.includes(name),
    ...(description ? { description } : {}),
    schema,
  }));
}

function json(schema: object): object {
  return { 'application/json': { schema } };
}

function schemaOf(shape: z.ZodType): object {
  const { $schema: _, ...schema } = z.toJSONSchema(shape, { io: 'input' });
  return schema;
}
