<?php
// Call it with getallheaders() and file_get_contents('php://input').
function verify(array $headers, string $body): bool {
    $secret = getenv('WEBHOOK_SECRET');
    $text = fn ($value) => is_array($value) ? implode(',', $value) : (string) $value;
    $got = array_map($text, array_change_key_case($headers));
    $sent_at = $got['webhook-timestamp'] ?? '';
    if (!preg_match('/^[0-9]{1,12}$/D', $sent_at) || abs(time() - (int) $sent_at) > 300) return false;
    $key = str_starts_with($secret, 'whsec_') ? base64_decode(substr($secret, 6)) : $secret;
    $signed = ($got['webhook-id'] ?? '') . ".$sent_at.$body";
    $expected = 'v1,' . base64_encode(hash_hmac('sha256', $signed, $key, true));
    foreach (explode(' ', $got['webhook-signature'] ?? '') as $one) {
        if (hash_equals($expected, $one)) return true;
    }
    return false;
}
