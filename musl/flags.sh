# Every flag that makes the package small, each with what it saves. Sourced by build.sh.
#
# Measured on the shipped bootstrap, by leaving out one flag at a time: file bytes / bytes after zip -9.
# The profile `musl` of Cargo.toml holds what cargo knows itself: opt-level z, fat LTO, one codegen unit, stripped.

# The package never moves in memory, so nothing needs a table of where to mend addresses.
RUSTFLAGS_SMALL="-C relocation-model=static"
# Nobody looks the build up by its id.
RUSTFLAGS_SMALL="$RUSTFLAGS_SMALL -C link-arg=-Wl,--build-id=none"
# Read-only relocation and separate pages for code cost padding in the file; a static program has no relocations.
RUSTFLAGS_SMALL="$RUSTFLAGS_SMALL -C link-arg=-Wl,-z,norelro -C link-arg=-Wl,-z,noseparate-code"
