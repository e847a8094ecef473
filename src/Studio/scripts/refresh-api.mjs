// npm run api -- http://127.0.0.1:5000 : takes the OpenAPI document of a running server over into this folder.
import { writeFile } from 'node:fs/promises';

const server = process.argv[2] ?? process.env['SLIPWAY_SERVER'] ?? 'http://127.0.0.1:5000';
const answer = await fetch(new URL('/openapi/v1.json', server));
if (!answer.ok) throw new Error(`${server} answers ${answer.status} to /openapi/v1.json; is it a Slipway server?`);
const document = await answer.json();

// Where the server happened to listen, and how MLflow's own clients talk to it, is of no use here.
delete document.servers;
for (const path of Object.keys(document.paths)) if (!path.startsWith('/api/v1/')) delete document.paths[path];
delete document.tags;

await writeFile(new URL('../openapi.json', import.meta.url), `${JSON.stringify(document, null, 2)}\n`);
console.log(`openapi.json has ${Object.keys(document.paths).length} paths now.`);
