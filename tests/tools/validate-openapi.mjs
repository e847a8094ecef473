// Reads a list of OpenAPI documents from the standard input; prints for each what is wrong with it, or null.
import { Validator } from '@seriousme/openapi-schema-validator';

let text = '';
for await (const part of process.stdin) text += part;
const found = [];
for (const document of JSON.parse(text)) {
  const { valid, errors } = await new Validator().validate(document);
  found.push(valid ? null : errors);
}
console.log(JSON.stringify(found));
