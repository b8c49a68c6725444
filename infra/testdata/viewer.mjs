// Runs a function of the edge over requests, as CloudFront would, or over a file that answered one. Standard input is
// {"entries": {key: value}, "requests": [{uri, query, response}]}; standard output is what the function returned for each.
// The function's own file imports 'cloudfront' from the folder beside it, which hands it the entries given here.
import fs from 'node:fs';
import { entries } from 'cloudfront';
import { handler } from './function.mjs';

const input = JSON.parse(fs.readFileSync(0, 'utf8'));
Object.assign(entries, input.entries);
const answers = [];
for (const { uri, query, response } of input.requests) {
  const request = {
    method: 'GET', uri, querystring: parse(query || ''), cookies: {},
    headers: { host: { value: 'www.example.com' }, 'x-leadsite-viewer': { value: 'forged' }, 'x-leadsite-origin': { value: 'forged' } },
  };
  const event = { version: '1.0', context: { eventType: 'viewer-request' }, viewer: { ip: '2001:db8::7' }, request };
  if (response) {
    event.context.eventType = 'viewer-response';
    event.response = {
      statusCode: 200, statusDescription: 'OK', cookies: {},
      headers: { 'content-type': { value: 'text/html' }, etag: { value: '"1"' }, 'last-modified': { value: 'Mon' }, 'cache-control': { value: 'public' } },
    };
  }
  answers.push(await handler(event));
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
