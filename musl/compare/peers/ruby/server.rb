# Echoes POST /invoke with WEBrick.
require 'webrick'

class Server < WEBrick::HTTPServer
  # Head and body leave apart; otherwise each answer waits for a delayed acknowledgement.
  def run(socket)
    socket.setsockopt(Socket::IPPROTO_TCP, Socket::TCP_NODELAY, 1)
    super
  end
end

server = Server.new(
  Port: ENV.fetch('FC_SERVER_PORT').to_i, BindAddress: '127.0.0.1', MaxClients: 512,
  DoNotReverseLookup: true, Logger: WEBrick::Log.new($stderr, WEBrick::Log::WARN), AccessLog: []
)
server.mount_proc('/invoke') do |request, response|
  response['Content-Type'] = 'application/octet-stream'
  response.body = request.body || ''
end
server.start
