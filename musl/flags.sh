# Every flag that makes the package small. Sourced by build.sh; the profile `musl` of Cargo.toml holds what cargo itself
# knows (opt-level z, fat LTO, one codegen unit, stripped).

# The toolchain that the package is built with: the flags below are its, and another gives other bytes.
TOOLCHAIN=1.95.0

# --- for the linker -------------------------------------------------------------------------------------------------

# LLD comes with the toolchain, so no C compiler is asked to link, for either machine.
LINK_FLAGS="-C linker=rust-lld -C linker-flavor=ld.lld -C link-self-contained=yes"
# Functions that came out the same are kept once.
LINK_FLAGS="$LINK_FLAGS -C link-arg=--icf=all"
# A static program at a fixed address needs no table of addresses to mend, no read-only copy of it, and no pages of
# their own for code.
LINK_FLAGS="$LINK_FLAGS -C relocation-model=static -C link-arg=-znorelro"
LINK_FLAGS="$LINK_FLAGS -C link-arg=-znoseparate-code -C link-arg=--no-rosegment"
# Nobody looks the build up by its id.
LINK_FLAGS="$LINK_FLAGS -C link-arg=--build-id=none"

# Strings that end alike share their end.
LINK_FLAGS="$LINK_FLAGS -C link-arg=-O2"
# The unwinder that comes with the target was built with its own logging and assertions, and they alone would bring in
# the C library's formatting. A log line of the unwinder now goes nowhere (`getpid` takes its place, for it does nothing
# and cannot fail), and an assertion of it that fails ends the process without words.
LINK_FLAGS="$LINK_FLAGS -C link-arg=--defsym=fprintf=getpid -C link-arg=--defsym=snprintf=getpid"
LINK_FLAGS="$LINK_FLAGS -C link-arg=--defsym=__assert_fail=abort"

# --- for the compiler -----------------------------------------------------------------------------------------------

# At opt-level z the compiler inlines almost nothing; a little more makes what calls it smaller than the call.
COMPILE_FLAGS="-C llvm-args=--inline-threshold=10"

# --- only with the standard library rebuilt -------------------------------------------------------------------------

# The library is optimized for size as the program is, and what the program does not use falls away inside it too.
STD_FLAGS_unwind="-Z build-std=std,panic_unwind -Z build-std-features=optimize_for_size"
STD_FLAGS_abort="-Z build-std=std,panic_abort -Z build-std-features=optimize_for_size"
# A panic does not carry the place it happened at: its message stays, the file's name and the line go.
REBUILT_FLAGS="-Z location-detail=none"
