// Runs the viewer-request function over requests, as CloudFront would. Standard input is
// {"entries": {key: value}, "requests": [{uri, query}]}; standard output is what the function returned for each.
// The function's own file imports 'cloudfront' from the folder beside it, which hands it the entries given here.
import fs from 'node:fs';
import { entries } from 'cloudfront';
import { handler } from './function.mjs';

const input = JSON.parse(fs.readFileSync(0, 'utf8'));
Object.assign(entries, input.entries);
const answers = [];
for (const { uri, query } of input.requests) {
  const request = {
    method: 'GET', uri, querystring: parse(query || ''), cookies: {},
    headers: { host: { value: 'www.example.com' }, 'x-leadsite-viewer': { value: 'forged' }, 'x-leadsite-origin': { value: 'forged' } },
  };
  answers.push(await handler({ version: '1.0', context: { eventType: 'viewer-request' }, viewer: { ip: '2001:db8::7' }, request }));
}
process.stdout.write(JSON.stringify(answers));

// parse is a query as CloudFront hands it to a function: values as they were sent, repeated names under multiValue.
function parse(query) {
  const all = {};
  for (const part of query.split('&').filter(Boolean)) {
    const at = part.indexOf('=');
    const name = at < 0 ? part : part.slice(0, at);
    const value = at < 0 ? '' : part.slice(at + 1);
    if (!all[name]) {
      all[name] = { value };
    } else {
      all[name].multiValue = (all[name].multiValue || [{ value: all[name].value }]).concat({ value });
    }
  }
  return all;
}
