// Google Apps Script as far as docs/examples/google-sheets.gs needs it: the script acts, then the
// answer is a 302 to where its text may be read, as Google's is. GET /rows shows the sheet.
const http = require('node:http');
const fs = require('node:fs');
const vm = require('node:vm');

const rows = [];
let held = false;
const sheet = {
  getLastRow: () => rows.length,
  appendRow: (row) => { if (!held) throw new Error('without a lock'); rows.push(row); },
  getRange: (first, column, count, width) => ({
    getValues: () => rows.slice(first - 1, first - 1 + count)
      .map((row) => row.slice(column - 1, column - 1 + width)),
  }),
};
const google = {
  SpreadsheetApp: { getActiveSpreadsheet: () => ({ getSheets: () => [sheet] }), flush() {} },
  LockService: { getScriptLock: () => ({ waitLock() { held = true; }, releaseLock() { held = false; } }) },
  ContentService: { createTextOutput: (text) => text },
};
vm.createContext(google);
vm.runInContext(fs.readFileSync(process.argv[2], 'utf-8'), google);

const server = http.createServer(async (request, response) => {
  const url = new URL(request.url, 'http://here');
  if (url.pathname === '/rows') return response.end(JSON.stringify(rows));
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  google.request = {
    parameter: Object.fromEntries(url.searchParams),
    postData: { contents: Buffer.concat(chunks).toString() },
  };
  const said = vm.runInContext('doPost(request)', google);
  const location = `https://script.googleusercontent.com/macros/echo?text=${encodeURIComponent(said)}`;
  return response.writeHead(302, { location, 'x-said': said }).end('Moved Temporarily');
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
