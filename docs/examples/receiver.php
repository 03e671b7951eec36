<?php
// A page that takes the events of bedolaga-events: it checks the signature, and keeps each event
// once, as a file of its own. Needs no extension and no database.
// The secret and the folder come from the environment (SetEnv in Apache, env[...] in php-fpm).

$secret = getenv('WEBHOOK_SECRET');
$folder = getenv('EVENTS_FOLDER');  // outside of what the web server shows
if (!$secret || !$folder) {
    answer(500, 'WEBHOOK_SECRET and EVENTS_FOLDER are not set');
}

$body = file_get_contents('php://input');
$id = $_SERVER['HTTP_WEBHOOK_ID'] ?? '';
$sent_at = $_SERVER['HTTP_WEBHOOK_TIMESTAMP'] ?? '';
if (!is_signed("$id.$sent_at.$body", $_SERVER['HTTP_WEBHOOK_SIGNATURE'] ?? '', $secret)) {
    answer(401, 'wrong signature');
}
if (abs(time() - (int) $sent_at) > 300) {
    answer(401, 'too old: is the clock right?');
}

// The id is the same whenever the event is sent again; a whole file appears, or none.
$whole = tempnam($folder, 'new');
file_put_contents($whole, json_encode([
    'type' => $_SERVER['HTTP_X_WEBHOOK_EVENT'],
    'happened_at' => $_SERVER['HTTP_X_WEBHOOK_EVENT_TIME'],
    'payload' => json_decode($body),
], JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR));
$is_new = @link($whole, "$folder/" . preg_replace('/\W/', '_', $id) . '.json');
unlink($whole);
answer(200, $is_new ? 'taken' : 'known already');

function is_signed(string $signed, string $given, string $secret): bool
{
    $key = str_starts_with($secret, 'whsec_') ? base64_decode(substr($secret, 6)) : $secret;
    $expected = 'v1,' . base64_encode(hash_hmac('sha256', $signed, $key, true));
    foreach (explode(' ', $given) as $one) {  // several while a secret is being changed
        if (hash_equals($expected, $one)) {
            return true;
        }
    }
    return false;
}

function answer(int $status, string $text): never
{
    http_response_code($status);
    header('Content-Type: text/plain');
    exit($text);
}
