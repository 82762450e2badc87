# Echoes POST /invoke with WEBrick.
require 'webrick'

server = WEBrick::HTTPServer.new(
  Port: ENV.fetch('FC_SERVER_PORT').to_i, BindAddress: '127.0.0.1', MaxClients: 512,
  DoNotReverseLookup: true, Logger: WEBrick::Log.new($stderr, WEBrick::Log::WARN), AccessLog: []
)
server.mount_proc('/invoke') do |request, response|
  response['Content-Type'] = 'application/octet-stream'
  response.body = request.body || ''
end
server.start
