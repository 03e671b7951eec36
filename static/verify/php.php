<?php
function verify(array $headers, string $body): bool {
    $secret = getenv('WEBHOOK_SECRET');
    if (abs(time() - (int) $headers['webhook-timestamp']) > 300) return false;
    $key = str_starts_with($secret, 'whsec_') ? base64_decode(substr($secret, 6)) : $secret;
    $signed = "{$headers['webhook-id']}.{$headers['webhook-timestamp']}.$body";
    $expected = 'v1,' . base64_encode(hash_hmac('sha256', $signed, $key, true));
    foreach (explode(' ', $headers['webhook-signature']) as $one) {
        if (hash_equals($expected, $one)) return true;
    }
    return false;
}
