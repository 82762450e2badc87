#!/bin/sh
# Puts Lua, luasocket and the libraries that no C library brings into the folder $1.
set -eu
to=$1
mkdir -p "$to/lib/socket"
cp -L /usr/bin/lua5.4 "$to/lua"
ldd /usr/bin/lua5.4 | awk '$3 ~ /^\// && $1 !~ /^lib(c|m|dl|pthread)\.so/ { print $3 }' |
  while read -r library; do cp -L "$library" "$to/lib/"; done
/usr/bin/lua5.4 -e 'print(package.searchpath("socket", package.path))' | while read -r file; do cp -L "$file" "$to/lib/socket.lua"; done
/usr/bin/lua5.4 -e 'print(package.searchpath("socket.core", package.cpath))' | while read -r file; do cp -L "$file" "$to/lib/socket/core.so"; done
cat >"$to/bootstrap" <<'END'
#!/bin/sh
LD_LIBRARY_PATH=lib LUA_PATH='lib/?.lua' LUA_CPATH='lib/?.so' exec ./lua server.lua
END
chmod 755 "$to/bootstrap"
