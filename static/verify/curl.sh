# body.json: the body exactly as it was received. The header X-Webhook-Signature should be:
echo "sha256=$(openssl dgst -sha256 -hmac "$WEBHOOK_SECRET" -r body.json | cut -d' ' -f1)"
