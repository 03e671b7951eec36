# A webhook receiver with WEBrick (apt install ruby-webrick, or gem install webrick).
# Usage: WEBHOOK_SECRET=whsec_... PORT=9000 ruby receiver.rb
require "openssl"
require "webrick"

def verify(headers, body, secret)
  got = lambda do |wanted|
    _, value = headers.find { |name, _| name.to_s.downcase.delete_prefix("http_").tr("_", "-") == wanted }
    Array(value).join(",").b
  end
  sent_at = got["webhook-timestamp"]
  return false unless sent_at.match?(/\A[0-9]{1,12}\z/) && (Time.now.to_i - sent_at.to_i).abs <= 300

  key = secret.start_with?("whsec_") ? secret.delete_prefix("whsec_").unpack1("m") : secret
  signed = got["webhook-id"] + ".#{sent_at}.".b + body.to_s.b
  expected = "v1," + [OpenSSL::HMAC.digest("SHA256", key, signed)].pack("m0")
  got["webhook-signature"].split(" ").any? { |one| OpenSSL.secure_compare(one, expected) }
end

secret = ENV.fetch("WEBHOOK_SECRET")
server = WEBrick::HTTPServer.new(BindAddress: "127.0.0.1", Port: ENV.fetch("PORT"), AccessLog: [])
server.mount_proc("/bedolaga") do |request, response|
  if verify(request.header, request.body, secret)
    puts "#{request["X-Webhook-Event"]} #{request.body}" # your work goes here
    response.status = 204
  else
    response.status = 401
  end
end
trap("TERM") { server.shutdown }
server.start
