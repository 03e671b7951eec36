// Every word that AsyncAPI's own parser has about a document: FILE; none is one line with its servers.
import { readFileSync } from 'node:fs';
import parsing from '@asyncapi/parser';

const { document, diagnostics } = await new parsing.Parser().parse(readFileSync(process.argv[2], 'utf8'));
for (const one of diagnostics) console.log(one.severity, one.code, one.path.join('.'), one.message);
if (document) console.log(document.servers().all().map((one) => one.url()).join(' '));
