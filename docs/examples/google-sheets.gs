// A Google sheet that takes the events of bedolaga-events, a row each.
// In the sheet: Extensions → Apps Script, paste this, change KEY, then Deploy → New deployment →
// Web app, "Execute as: Me", "Who has access: Anyone". A change of this text needs a new version.
// The webhook's URL is the deployment's with ?key=...&type=payment.completed behind it: Apps Script
// sees no headers, so one webhook for each type, which says here what it is.

const KEY = 'change-me';
const COLUMNS = ['transaction_id', 'user_id', 'amount_rubles', 'payment_method', 'description'];
const LOOKED_BACK = 2000;  // rows in which a repeated event is looked for

function doPost(request) {
  if (request.parameter.key !== KEY) return said('wrong key');
  const type = request.parameter.type || '';
  const payload = JSON.parse(request.postData.contents);
  const lock = LockService.getScriptLock();  // two at once would write one row over the other
  lock.waitLock(8000);
  try {
    const sheet = SpreadsheetApp.getActiveSpreadsheet().getSheets()[0];
    if (sheet.getLastRow() === 0) sheet.appendRow(['received', 'type', ...COLUMNS]);
    const id = String(payload[COLUMNS[0]]);
    if (isThere(sheet, type, id)) return said('known already');
    sheet.appendRow([new Date(), type, ...COLUMNS.map((name) => asCell(payload[name]))]);
    SpreadsheetApp.flush();
    return said('taken');
  } finally {
    lock.releaseLock();
  }
}

// An event may come again: when Google took it, but its answer was lost.
function isThere(sheet, type, id) {
  const last = sheet.getLastRow();
  const first = Math.max(2, last - LOOKED_BACK + 1);
  if (last < first) return false;
  const rows = sheet.getRange(first, 2, last - first + 1, 2).getValues();
  return rows.some((row) => row[0] === type && String(row[1]) === id);
}

// What begins with = + - @ would be a formula that a customer wrote.
function asCell(value) {
  if (value === undefined || value === null) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return /^[=+\-@]/.test(text) ? `'${text}` : text;
}

function said(text) {
  return ContentService.createTextOutput(text);
}
