-- Echoes POST /invoke with luasocket: one thread, one coroutine a connection, select between them.
local socket = require 'socket'

local listener = assert(socket.bind('127.0.0.1', tonumber(os.getenv('FC_SERVER_PORT')), 1024))
listener:settimeout(0)
local readers, threads = { listener }, {}

-- Reads like client:receive, but lets the others run while nothing is there.
local function receive(client, what)
  local data, failure, part = client:receive(what)
  while not data and failure == 'timeout' do
    coroutine.yield()
    data, failure, part = client:receive(what, part)
  end
  return data
end

local function send(client, data)
  local at, failure, last = client:send(data)
  while not at and failure == 'timeout' do
    socket.select(nil, { client })
    at, failure, last = client:send(data, last + 1)
  end
  return at
end

local function serve(client)
  while receive(client, '*l') do
    local length = 0
    for line in function() return receive(client, '*l') end do
      if line == '' then break end
      local name, value = line:match('^([^:]+):%s*(.-)%s*$')
      if name and name:lower() == 'content-length' then length = tonumber(value) end
    end
    local body = length > 0 and receive(client, length) or ''
    if not body or not send(client, 'HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n' ..
        'Content-Length: ' .. #body .. '\r\n\r\n' .. body) then break end
  end
end

local function drop(client)
  for i, reader in ipairs(readers) do
    if reader == client then table.remove(readers, i) break end
  end
  threads[client] = nil
  client:close()
end

while true do
  for _, ready in ipairs(socket.select(readers)) do
    if ready == listener then
      local client = listener:accept()
      if client then
        client:settimeout(0)
        client:setoption('tcp-nodelay', true)
        readers[#readers + 1] = client
        threads[client] = coroutine.create(serve)
      end
    else
      local alive, failure = coroutine.resume(threads[ready], ready)
      if not alive then io.stderr:write(failure, '\n') end
      if coroutine.status(threads[ready]) == 'dead' then drop(ready) end
    end
  end
end
